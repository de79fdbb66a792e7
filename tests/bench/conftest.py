"""The modules of ``bench/``, which are programs and no package."""

from __future__ import annotations

import sys

from tests.packaging.contents import ROOT

# Behind everything else: their names are short.
sys.path.append(str(ROOT / "bench"))
