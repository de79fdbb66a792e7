"""``manage.py response_handlers``."""

from __future__ import annotations

import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from response.models import Incident
from response.slack import registry
from response.slack.decorators import (
    headline_post_action,
    incident_command,
    recurring_notification,
    single_notification,
    slack_event,
)

HERE = Path(__file__)


def listed(*arguments: str) -> str:
    out = StringIO()
    call_command("response_handlers", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(listed("--json", *arguments))
    return found


def row(kind: str, function: str) -> dict[str, Any]:
    (found,) = [
        row for row in rows("--kind", kind) if row["function"].rpartition(".")[2] == function
    ]
    return found


def close(incident: Incident, user_id: str, message: str) -> tuple[bool, None]:
    return True, None


def close_otherwise(incident: Incident, user_id: str, message: str) -> tuple[bool, None]:
    return True, None


def line_of(words: str) -> int:
    lines = HERE.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(words))


def test_every_handler_is_listed_with_where_it_is():
    incident_command(["close"])(close)
    found = row("command", "close")
    assert (found["kind"], found["name"]) == ("command", "close")
    assert found["function"] == f"{__name__}.close"
    assert (found["file"], found["line"]) == (str(HERE), line_of("def close("))
    assert found["builtin"] is False


def test_what_replaced_what_is_told_all_the_way():
    incident_command(["close"])(close)
    incident_command(["close"])(close_otherwise)
    names = [one["function"] for one in row("command", "close_otherwise")["replaces"]]
    assert names == [f"{__name__}.close", "response.slack.handlers.commands.close"]
    text = listed("--kind", "command")
    assert "replaces response.slack.handlers.commands.close  " in text
    assert f"test_response_handlers.py:{line_of('def close_otherwise')}" in text


def test_how_often_a_nudge_comes_is_told():
    recurring_notification(30, 5)(lambda incident: None)
    recurring_notification(0, float("inf"))(lambda incident: False)
    recurring_notification(2.5, 0)(lambda incident: True)
    text = listed("--kind", "notification")
    assert "every 30 min, 5 times" in text
    assert "at every tick, without end" in text
    assert "after 2.5 min" in text


def test_a_built_in_handler_that_comes_later_counts_as_replaced():
    from response.slack.handlers.commands import close as built_in

    registry.commands.unregister("close")
    incident_command(["close"])(close)
    incident_command(["close"])(built_in)
    names = [one["function"] for one in row("command", "close")["replaces"]]
    assert names == ["response.slack.handlers.commands.close"]


def test_a_handler_that_is_registered_twice_replaces_nothing():
    incident_command(["of-mine"])(close)
    incident_command(["of-mine"])(close)
    (found,) = [row for row in rows("--kind", "command") if row["name"] == "of-mine"]
    assert found["replaces"] == []


def test_what_only_the_wsgi_module_registers_is_listed():
    # Imported in this process before, they would not register again.
    for name in ("tests.host.wsgi", "tests.host.handlers_of_wsgi"):
        sys.modules.pop(name, None)
    assert "host-wsgi-command" in {row["name"] for row in rows("--kind", "command")}


def test_what_is_special_about_a_handler_is_told_in_words():
    single_notification(initial_delay_mins=10)(lambda incident: None)
    recurring_notification(interval_mins=30, max_notifications=4)(lambda incident: None)
    slack_event("team_join", in_incident=False, atomic=True)(lambda payload: None)
    headline_post_action(order=150)(lambda headline_post: None)
    text = listed()
    for note in ("(after 10 min)", "(every 30 min, 4 times)", "(in any channel, atomic)"):
        assert note in text
    assert "(order 150)" in text
    assert "(opens a modal)" in text


def test_one_kind_can_be_listed():
    assert {row["kind"] for row in rows("--kind", "event")} == {"event"}
    with pytest.raises(CommandError, match="invalid choice: 'events'"):
        call_command("response_handlers", "--kind", "events")


def test_what_is_not_written_in_python_has_no_place():
    single_notification(1)(len)
    assert "builtins.len" in listed("--kind", "notification")
    assert "(not written in Python)" in listed("--kind", "notification")
