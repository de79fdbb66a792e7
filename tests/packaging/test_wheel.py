"""The wheel that tox installed."""

import importlib.metadata
import os
import sysconfig
from pathlib import Path

import pytest

import response
from tests.packaging.contents import sdist_problems, wheel_problems

under_tox = pytest.mark.skipif(
    "TOX_ENV_NAME" not in os.environ, reason="only tox installs the wheel"
)


@under_tox
def test_the_installed_wheel_is_what_the_tests_import():
    site_packages = Path(sysconfig.get_path("purelib"))
    assert Path(response.__file__).is_relative_to(site_packages)


@under_tox
def test_wheel_holds_the_whole_package_and_nothing_else():
    files = importlib.metadata.files("django-incident-response") or []
    assert wheel_problems(path.as_posix() for path in files) == []


def test_missing_stray_and_stale_files_are_found():
    names = ["response/apps.py", "response/gone.py", "tests/conftest.py", "x-1.0.dist-info/RECORD"]
    problems = wheel_problems(names)
    assert "response/py.typed is missing" in problems
    assert "response/gone.py does not belong in the wheel" in problems
    assert "tests/conftest.py does not belong in the wheel" in problems
    assert not [problem for problem in problems if problem.startswith("x-1.0")]


def test_a_database_of_the_demo_has_no_place_in_the_sdist():
    problems = sdist_problems(["demo/var/demo.sqlite3"])
    assert "demo/var/demo.sqlite3 does not belong in the sdist" in problems
