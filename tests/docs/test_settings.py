"""docs/settings.md and response/conf.py say the same."""

import ast
import inspect
import re
from types import ModuleType

import pytest

from response import conf
from response.sandbox import conf as sandbox_conf
from tests.docs import settings_page

UPPER = re.compile(r"[A-Z][A-Z0-9_]+")
# Django's own, of which the sandbox's checks look at the whole, or which RESPONSE_CSP yields to.
NOT_DOCUMENTED = {
    *("DATABASES", "DATABASE_ROUTERS", "DEBUG"),
    *("CONTENT_SECURITY_POLICY", "MIDDLEWARE", "SECURE_CSP"),
}


def names_read(module: ModuleType) -> set[str]:
    """Every name of a setting that stands in the code of a module, outside its docstrings."""
    tree = ast.parse(inspect.getsource(module))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found |= {
                str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)
            }
        elif isinstance(node, ast.Attribute):
            on = node.value
            if isinstance(on, ast.Name) and on.id == "settings":
                found.add(node.attr)
    return {name for name in found if UPPER.fullmatch(name)}


def test_page_is_what_the_generator_writes():
    written = settings_page.PAGE.read_text(encoding="utf-8")
    assert written == settings_page.page(), "Run: python -m tests.docs.settings_page"


@pytest.mark.parametrize("module", [conf, sandbox_conf])
def test_every_setting_that_is_read_is_documented(module: ModuleType):
    documented = {name for each in settings_page.settings_of(module) for name in each.names}
    assert documented, module.__name__
    assert names_read(module) - documented <= NOT_DOCUMENTED


def test_every_setting_says_what_it_is_for():
    for module in (conf, sandbox_conf):
        for setting in settings_page.settings_of(module):
            assert len(setting.text.split()) > 2, setting.names


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "none"),
        ((), "none"),
        (True, "`True`"),
        ("incident", "`'incident'`"),
        (frozenset({"b", "a"}), "`a b`"),
        ({"td": ("align",), "a": ("title", "href")}, "`a: href title, td: align`"),
        (settings_page.default_text, "`tests.docs.settings_page.default_text`"),
    ],
)
def test_defaults_are_shown_as_python_or_as_a_list(value: object, shown: str):
    assert settings_page.default_text(value) == shown
