"""Each module of the package may be the first that a process imports."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.packaging.contents import ROOT

# A forked child a module: what another one imported does not help it, and Django starts once.
EACH_FIRST = """
import importlib, os, pathlib, sys, traceback, warnings

import django

django.setup()
import response

warnings.simplefilter("ignore", DeprecationWarning)
top = pathlib.Path(response.__path__[0])
found = (path.relative_to(top.parent).with_suffix("") for path in top.rglob("*.py"))
names = {".".join(path.parts).removesuffix(".__init__") for path in found}
wanted = sorted(name for name in names if ".migrations." not in name)
failed = []
for name in wanted:
    if name in sys.modules:
        continue
    child = os.fork()
    if not child:
        try:
            importlib.import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(len(wanted), "modules")
sys.exit("Not the first: " + ", ".join(failed) if failed else 0)
"""


def test_every_module_can_be_the_first_to_be_imported():
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", EACH_FIRST],
        env=env,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 200
