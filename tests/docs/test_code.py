"""Code in the documentation runs: what it imports exists, what it registers is accepted."""

import ast
import importlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import sentry_sdk
from django.conf import global_settings

from response.slack import registry
from tests.docs.pages import PAGES, Block, blocks, text_of
from tests.docs.test_names import KNOWN_SETTINGS

PYTHON = blocks("python")
# Its code is run by a test of its own, tests/testing/.
TUTORIAL = "tutorial.md"


class AnyEnvironment(dict[str, str]):
    """Every name is set: the blocks read secrets from the environment."""

    def __missing__(self, name: str) -> str:
        return "x"


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a block registers is forgotten."""
    monkeypatch.setattr(os, "environ", AnyEnvironment(os.environ))
    # It would stay for all the process; tests/security/test_secrets.py tries it.
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: None)
    with ExitStack() as stack:
        for each in registry.ALL:
            stack.enter_context(each.temporarily())
        yield


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    """``(module, name)`` of each import; no name for ``import module``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def missing_imports(code: str) -> list[str]:
    """Imports of the code that lead nowhere, in words."""
    missing = []
    for module, name in imports_of(ast.parse(code)):
        try:
            found = importlib.import_module(module)
        except ImportError:
            missing.append(module)
            continue
        if name and not hasattr(found, name):
            try:
                importlib.import_module(f"{module}.{name}")
            except ImportError:
                missing.append(f"{module}.{name}")
    return missing


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.where)
def test_every_block_compiles_and_what_it_imports_exists(block: Block):
    compile(block.code, block.where, "exec")
    # The tutorial's own modules are made by its test.
    own = ("shop", "myapp")
    found = [name for name in missing_imports(block.code) if name.split(".")[0] not in own]
    assert found == []


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    "page", [page.name for page in PAGES if page.name != TUTORIAL], ids=lambda name: name
)
def test_blocks_of_a_page_run_one_after_the_other(page: str):
    names: dict[str, Any] = {"__name__": f"docs.{page}"}
    for block in PYTHON:
        if block.page == page:
            exec(compile(block.code, block.where, "exec"), names)  # noqa: S102 - our own pages


def assigned_in(block: Block) -> set[str]:
    """Names in capitals that the block assigns at its top level."""
    targets = (
        target
        for node in ast.parse(block.code).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    )
    return {target.id for target in targets if isinstance(target, ast.Name) and target.id.isupper()}


@pytest.mark.parametrize(
    "block",
    [block for block in PYTHON if "settings.py" in block.info],
    ids=lambda block: block.where,
)
def test_settings_that_a_block_sets_are_settings(block: Block):
    names = assigned_in(block)
    assert names
    for name in names:
        # What begins with an underscore or stands in capitals for itself belongs to the host.
        assert name in KNOWN_SETTINGS or hasattr(global_settings, name), name


def test_no_block_is_left_open():
    for page in PAGES:
        assert text_of(page).count("```") % 2 == 0, page.name


def test_missing_import_is_found():
    assert missing_imports("from response.slack.decorators import no_such_handler") == [
        "response.slack.decorators.no_such_handler"
    ]
    assert missing_imports("import response.nowhere") == ["response.nowhere"]
    assert missing_imports("from response.slack import registry\nimport json") == []
