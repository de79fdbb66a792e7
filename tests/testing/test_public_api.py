"""What hosts rely on changes on purpose only."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from response.slack import decorators
from tests.testing import public_api


def test_the_public_api_is_the_one_that_is_written_down():
    written = public_api.WRITTEN.read_text(encoding="utf-8").splitlines()
    now = public_api.lines()
    changes = [f"- {line}" for line in written if line not in now]
    changes += [f"+ {line}" for line in now if line not in written]
    assert changes == [], "On purpose? CHANGELOG.md, and: python -m tests.testing.public_api"
    assert written == now


@pytest.mark.parametrize("name", public_api.MODULES)
def test_all_names_are_there(name: str):
    module = import_module(name)
    missing = [each for each in getattr(module, "__all__", ()) if not hasattr(module, each)]
    assert missing == []


def test_every_decorator_says_what_it_does_and_returns_the_function():
    for name in set(decorators.__all__) - {"ActionContext"}:
        decorator = getattr(decorators, name)
        assert inspect.getdoc(decorator), name
        assert "F" in str(inspect.signature(decorator).return_annotation) or name in (
            "single_notification",
        ), name
