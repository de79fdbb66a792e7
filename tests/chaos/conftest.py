"""The modules of ``chaos/`` and ``bench/``, which are programs and no packages."""

from __future__ import annotations

import sys

from tests.packaging.contents import ROOT

# Behind everything else: their names are short.
sys.path += [str(ROOT / "chaos"), str(ROOT / "bench")]
