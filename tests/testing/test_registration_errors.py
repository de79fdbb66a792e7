"""A decorator that is used wrongly says so where it stands, and how it is used."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest

from response.slack import registry
from response.slack.decorators import (
    action_handler,
    dialog_handler,
    headline_post_action,
    incident_command,
    keyword_handler,
    modal_handler,
    recurring_notification,
    shortcut_handler,
    single_notification,
    slack_event,
)
from response.slack.registry import RegistrationError

Decorate = Callable[[], object]


def handler(context: Any) -> None: ...


async def asynchronous(context: Any) -> None: ...


def generator(context: Any) -> Any:
    yield context


class Class:
    def __init__(self, context: Any) -> None: ...

    def method(self, incident: Any, user_id: Any, message: Any) -> None: ...


class AsynchronousObject:
    async def __call__(self, context: Any) -> None: ...


@pytest.mark.parametrize(
    ("decorate", "mend"),
    [
        (lambda: incident_command("lead"), "write @incident_command(['lead'])"),
        (lambda: keyword_handler("runbook"), "write @keyword_handler(['runbook'])"),
        (lambda: incident_command([]), "a list of non-empty strings"),
        (lambda: incident_command([None]), "a list of non-empty strings"),
        (lambda: incident_command(handler), "write @incident_command(['handler']) above handler()"),
        (lambda: incident_command(["page them", "page us"]), "one word without spaces"),
        (lambda: keyword_handler([1]), "a list of non-empty strings"),
        (lambda: keyword_handler(1), "a list of non-empty strings"),
        (lambda: keyword_handler(handler), "write @keyword_handler(['handler']) above handler()"),
        (lambda: modal_handler(handler), "write @modal_handler('handler') above handler()"),
        (lambda: action_handler(handler), "write @action_handler('handler') above handler()"),
        (lambda: slack_event(handler), "write @slack_event('handler') above handler()"),
        (
            lambda: slack_event(["pin_added", "pin_removed"]),
            "write @slack_event('pin_added') and @slack_event('pin_removed') above the function",
        ),
        (lambda: slack_event("message.channels"), "write @slack_event('message')"),
        (lambda: dialog_handler(""), "a non-empty string"),
        (lambda: shortcut_handler("x", atomic=True, opens_modal=True), "leave one of them out"),
        (lambda: incident_command(["x"], "What it does"), "Options are named"),
        (lambda: modal_handler("x")(asynchronous), "Write 'def' instead of 'async def'"),
        (lambda: modal_handler("x")(partial(asynchronous)), "instead of 'async def'"),
        (lambda: modal_handler("x")(AsynchronousObject()), "instead of 'async def'"),
        (lambda: modal_handler("x")(generator), "Return the value instead"),
        (lambda: modal_handler("x")(Class), "Use a function"),
        (lambda: incident_command(["x"])(Class.method), "register a function of a module"),
        (
            lambda: dialog_handler("x")(handler),
            "called with (user_id, channel_id, submission, response_url, state)",
        ),
        (
            lambda: action_handler("x")(lambda a, b: None),
            "called with (incident, user_id, message) or (action_context)",
        ),
        (lambda: recurring_notification(handler), "@recurring_notification(interval_mins=30"),
        (lambda: recurring_notification("30"), "a number, such as interval_mins=30"),
        (lambda: recurring_notification(True), "a number, such as interval_mins=30"),
        (lambda: recurring_notification(-1), "interval_mins is 0 or more"),
        (lambda: recurring_notification(float("nan")), "interval_mins is 0 or more"),
        (lambda: recurring_notification(5, max_notifications=-1), "max_notifications is 0 or"),
        (
            lambda: recurring_notification(5, when=lambda: True),
            "cannot handle when= of @recurring_notification: it is called with (incident)",
        ),
        (lambda: single_notification(-1), "initial_delay_mins is 0 or more"),
        (lambda: headline_post_action(handler), "write @headline_post_action(order=150)"),
        (lambda: headline_post_action("150"), "order is a number"),
        (lambda: headline_post_action(when="never"), "one of 'open', 'closed', 'always'"),
    ],
)
def test_the_error_says_how_to_mend_it(decorate: Decorate, mend: str):
    before = [each.items() for each in registry.ALL]
    with pytest.raises(RegistrationError, match=re.escape(mend)):
        decorate()
    assert [each.items() for each in registry.ALL] == before


def test_a_wrapped_function_is_one():
    @wraps(handler)
    def wrapped(*args: Any) -> None: ...

    modal_handler("wrapped")(wrapped)
    assert registry.modals.get("wrapped").function is wrapped


def test_a_whole_number_may_be_written_with_a_point():
    recurring_notification(5.0)(lambda incident: None)
    assert [each.options["interval_mins"] for each in registry.notifications][-1] == 5


def test_an_error_in_a_hosts_response_handlers_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
):
    app = tmp_path / "host_with_a_mistake"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "response_handlers.py").write_text(
        "from response.slack.decorators import incident_command\n@incident_command('oops')\n"
        "def oops(incident, user_id, message): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with pytest.raises(RegistrationError, match=r"@incident_command\(\['oops'\]\)"):
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "host_with_a_mistake"]
