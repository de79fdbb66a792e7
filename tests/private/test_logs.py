"""What logs say of failures about private incidents."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from response.slack import discretion, inbox, registry
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


def test_a_command_that_fails_in_a_private_channel(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
) -> None:
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
