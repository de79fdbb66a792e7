"""Handlers of an installed host app are found by themselves, each kind of them."""

import sys

import pytest

from response.slack import hosts, registry
from tests.host import response_handlers as host


@pytest.mark.parametrize(
    ("handlers", "name", "function"),
    [
        (registry.commands, "host-command", host.command),
        (registry.actions, "host-action", host.action),
        (registry.dialogs, "host-dialog", host.dialog),
    ],
)
def test_handler_of_one_name_is_found(handlers, name, function):
    handler = handlers.get(name)
    assert handler is not None
    assert handler.function is function
    assert not handler.builtin


@pytest.mark.parametrize(
    ("handlers", "name", "function"),
    [
        (registry.keywords, "host keyword", host.keyword),
        (registry.events, "host_event", host.event),
    ],
)
def test_handler_beside_others_is_found(handlers, name, function):
    assert [handler.function for _, handler in handlers.matching(name)] == [function]


def test_handler_that_only_the_hosts_wsgi_module_imports_is_found_by_a_worker(monkeypatch):
    # As in a new process: another test may have imported them, and taken back what they registered.
    for module in ("tests.host.wsgi", "tests.host.handlers_of_wsgi"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with registry.commands.temporarily():
        hosts.load_handlers()
        handler = registry.commands.get("host-wsgi-command")
        assert handler is not None
        assert handler.path == "tests.host.handlers_of_wsgi.command"
