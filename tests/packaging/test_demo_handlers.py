"""Acme's handlers in the demo: beside the app's own, or in their place."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.demo_project import environment, run

LIST = """
import json, django
django.setup()
from response.slack import registry
print(json.dumps({each.kind: [[h.name, h.path] for h in each] for each in registry.ALL}))
"""


@pytest.fixture(scope="module")
def handlers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`{kind: [[name, path], …]}` of what is registered in the demo."""
    folder: Path = tmp_path_factory.mktemp("demo")
    done = run("-c", LIST, env=environment(folder, "demo.settings_sandbox"))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("kind", "name", "function"),
    [
        ("command", "duration", "duration"),
        ("action", "close-incident-button", "close_incident"),
    ],
)
def test_host_replaces_a_built_in_handler(
    handlers: dict[str, Any], kind: str, name: str, function: str
):
    assert [path for found, path in handlers[kind] if found == name] == [
        f"acme.response_handlers.{function}"
    ]


def test_host_adds_to_the_built_in_handlers_of_an_event(handlers: dict[str, Any]):
    paths = [path for name, path in handlers["event"] if name == "pin_added"]
    assert "acme.response_handlers.praise_pins" in paths
    assert len(paths) > 1


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("keyword", "point_at_runbooks"),
        ("notification", "take_a_break"),
        ("notification", "tell_customers"),
        ("headline_post_action", "page_on_call_button"),
        ("action", "page_on_call"),
    ],
)
def test_each_kind_of_example_is_registered(handlers: dict[str, Any], kind: str, function: str):
    assert f"acme.response_handlers.{function}" in [path for _, path in handlers[kind]]
