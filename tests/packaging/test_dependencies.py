"""README's table of dependencies says what setup.py requires."""

import re
import runpy
import sys
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.contents import ROOT

ROW = re.compile(
    r"^\| \[(?P<name>[\w-]+)\]\(\S+\) \| (?P<wanted>[^|]+) \| [^|]+ \| \d{4}-\d{2}", re.M
)


EXTRAS = ("demo", "metrics", "postgres", "tasks", "rq")


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The arguments that setup.py gives to setup()."""
    given: dict[str, Any] = {}
    setuptools = ModuleType("setuptools")
    setuptools.setup = lambda **keywords: given.update(keywords)
    setuptools.find_packages = lambda **keywords: []
    monkeypatch.setitem(sys.modules, "setuptools", setuptools)
    runpy.run_path(str(ROOT / "setup.py"))
    return given


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def table() -> dict[str, str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {canonicalize_name(row["name"]): row["wanted"].strip() for row in ROW.finditer(readme)}


def test_table_has_a_row_for_each_requirement_and_no_other(metadata: dict[str, Any]):
    extras = metadata["extras_require"]
    required = names(metadata["install_requires"])
    optional = {name for extra in EXTRAS for name in names(extras[extra])}
    assert set(table()) == required | optional


def test_table_says_which_extra_brings_a_dependency(metadata: dict[str, Any]):
    rows = table()
    for name in names(metadata["install_requires"]):
        assert rows[name] == "always"
    for extra in EXTRAS:
        for name in names(metadata["extras_require"][extra]):
            assert f"[{extra}]" in rows[name], name


def test_every_requirement_has_a_lowest_version(metadata: dict[str, Any]):
    for text in metadata["install_requires"]:
        assert ">=" in str(Requirement(text).specifier), text


def test_django_is_bounded_by_the_releases_that_are_tested(metadata: dict[str, Any]):
    (django,) = [text for text in metadata["install_requires"] if text.startswith("Django")]
    assert Requirement(django).specifier == Requirement("Django>=5.2,<6.2").specifier
