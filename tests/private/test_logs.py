"""What logs say of failures about private incidents."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from response.slack import discretion, drain, inbox, outbox, registry
from response.slack.decorators import headline_post_action, incident_command
from response.slack.errors import SlackError
from response.slack.models import Call, Delivery, HeadlinePost
from response.slack.operations import refresh_headline
from tests.factories import make_comms_channel, make_incident
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "zebrafish"
logger = logging.getLogger("response.tests")


def fails(**about: Any) -> None:
    try:
        raise ValueError(f"{MARKER} is no name")
    except ValueError:
        discretion.log_exception(logger, "It failed at %s", "noon", **about)


@pytest.mark.parametrize("by", ["row", "number"])
def test_a_private_incidents_failure_names_kind_and_place_only(
    caplog: pytest.LogCaptureFixture, by: str
) -> None:
    incident = make_incident(private=True)
    fails(incident=incident if by == "row" else incident.pk)
    assert MARKER not in caplog.text
    assert "It failed at noon: ValueError at " in caplog.text
    assert "test_logs.py" in caplog.text


def test_a_public_ones_is_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    fails(incident=make_incident())
    assert f"ValueError: {MARKER} is no name" in caplog.text


def test_of_a_call_slacks_code_is_logged_and_our_own_error_by_its_kind() -> None:
    assert discretion.named(SlackError("Error calling x: fatal", "fatal")).endswith("fatal")
    assert discretion.named(ValueError(MARKER)) == "ValueError"


@contextmanager
def failing_command() -> Iterator[None]:
    """Somebody gives a command in a private channel, whose handler fails with their words."""
    incident = make_incident(private=True)
    channel = make_comms_channel(incident, is_private=True)
    with registry.commands.temporarily():

        @incident_command(["page"])
        def page(incident: Any, user_id: str, message: str) -> None:
            raise RuntimeError(f"No such team: {message}")

        event = {"type": "app_mention", "user": "U1", "text": f"<@U0BOT> page {MARKER}"}
        event |= {"channel": channel.channel_id, "ts": "1.000100"}
        inbox.store(
            key="Ev1",
            kind=Delivery.Kind.EVENT,
            payload={"type": "event_callback", "event_id": "Ev1", "event": event},
            handlers=["command:page"],
            lane=channel.channel_id,
            incident=incident,
        )
        yield


def test_a_command_that_fails_in_a_private_channel(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
    with failing_command():
        boxes.handle()
    assert "RuntimeError at " in caplog.text
    assert MARKER not in caplog.text


def test_a_headline_button_that_fails(
    boxes: Boxes, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.INCIDENT_PRIVATE_CHANNEL_ID = "C0BOARD"
    incident = make_incident(MARKER, private=True)
    with registry.headline_actions.temporarily():

        @headline_post_action(order=1)
        def broken(headline_post: HeadlinePost) -> None:
            raise RuntimeError(f"No button for {headline_post.incident}")

        refresh_headline(incident)
        boxes.send()
    assert "RuntimeError at " in caplog.text
    assert MARKER not in caplog.text
    assert Call.objects.filter(operation="headline", state="sent").exists()


def cannot_note(table: str) -> AbstractContextManager[None]:
    """The database is locked for whoever notes an error in this table."""

    def wrapper(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and table in sql and "error" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)

    return connection.execute_wrapper(wrapper)


def test_a_failure_of_a_command_that_cannot_be_noted_either(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
    with failing_command(), cannot_note("handlerrun"):
        inbox.work(boxes.clock)
    assert "database is locked" in caplog.text
    assert MARKER not in caplog.text


def test_a_failure_of_a_call_that_cannot_be_noted_either(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
    incident = make_incident(private=True)
    make_comms_channel(incident, channel_id="G1", is_private=True)
    Call.objects.all().delete()
    outbox.post("G1", "hello", incident=incident)

    def fail(method: str) -> None:
        raise ValueError(f"{MARKER} cannot be sent")

    boxes.slack.during = fail
    with cannot_note("response_call"):
        drain.drain_once(boxes.clock, boxes.sender)
    assert "database is locked" in caplog.text
    assert MARKER not in caplog.text
