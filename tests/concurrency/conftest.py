"""Twenty people in one workspace, and their signed requests, each in a thread of its own."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from response.models import CommsChannel, ExternalUser, Incident
from response.slack import drain, inbox
from response.slack.authentication import generate_signature
from response.slack.models import Call, HandlerRun, SlackUser
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.boxes import FakeSlack

TEAM = "T0"
BOT = "U0INCIDENT"
CROWD = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/concurrency/" in str(item.path):
            item.add_marker(pytest.mark.django_db(transaction=True))


class Workspace(FakeSlack):
    """Slack as far as these tests need it: every channel that is created is a new one."""

    def __init__(self) -> None:
        super().__init__()
        self._channels = itertools.count(1)

    def api_call(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer = super().api_call(method, **arguments)
        if method == "conversations.create":
            channel_id = f"C0NEW{next(self._channels)}"
            answer["channel"] = {"id": channel_id, "name": arguments["name"], "creator": BOT}
        return answer


class Web:
    """What the app's web processes and workers do, with one Slack for all of them."""

    def __init__(self, secret: str) -> None:
        self.slack = Workspace()
        self._secret = secret
        self._numbers = itertools.count(1)

    def event(self, person: ExternalUser, channel: CommsChannel, **inner: Any) -> None:
        """Slack tells of something that somebody did in a channel."""
        number = next(self._numbers)
        moment = f"{number}.000100"
        inner = {"user": person.external_id, "channel": channel.channel_id, "ts": moment, **inner}
        envelope = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{number}",
            "authorizations": [{"user_id": BOT, "is_bot": True}],
            "event": inner,
        }
        self._post("event", json.dumps(envelope), "application/json")

    def presses(self, person: ExternalUser, button: str, incident: Incident) -> None:
        """Somebody presses a button of the headline; what is stored is dealt with at once."""
        action = {"type": "button", "action_id": button, "value": str(incident.pk)}
        self._interaction(
            person,
            {
                "type": "block_actions",
                "trigger_id": f"{next(self._numbers)}.trigger",
                "container": {"type": "message", "channel_id": "C0INCIDENTS"},
                "channel": {"id": "C0INCIDENTS"},
                "actions": [action],
            },
        )
        for lane in inbox.due_lanes(timezone.now()):
            if lane.startswith(inbox.URGENT):
                inbox.work_lane(lane, timezone.now)

    def submits(self, person: ExternalUser, view: Mapping[str, Any], **filled: str) -> None:
        """Somebody submits a modal, of which they filled in some fields."""
        state = {
            name: {name: {"type": "plain_text_input", "value": filled[name]}} for name in filled
        }
        self._interaction(
            person,
            {
                "type": "view_submission",
                "view": {**view, "id": f"V{next(self._numbers)}", "state": {"values": state}},
            },
        )

    def drains(self) -> None:
        """One worker's drain, until nothing is due."""
        drain.drain_once(outgoing=Sender(pace=Unpaced(), client=lambda: self.slack))

    def _interaction(self, person: ExternalUser, payload: Mapping[str, Any]) -> None:
        who = {"user": {"id": person.external_id, "team_id": TEAM}, "team": {"id": TEAM}}
        self._post(
            "action",
            urlencode({"payload": json.dumps({**payload, **who})}),
            "application/x-www-form-urlencoded",
        )

    def _post(self, name: str, body: str, content_type: str) -> None:
        sent_at = str(int(time.time()))
        headers = {
            "X-Slack-Request-Timestamp": sent_at,
            "X-Slack-Signature": generate_signature(sent_at, self._secret, body.encode()),
        }
        answer = Client().post(reverse(name), body, content_type=content_type, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.fixture
def web(settings: Any) -> Web:
    return Web(settings.SLACK_SIGNING_SECRET)


@pytest.fixture
def crowd(db: None) -> list[ExternalUser]:
    """Twenty full members of the workspace."""
    people = [make_person() for _ in range(CROWD)]
    now = timezone.now()
    SlackUser.objects.bulk_create(SlackUser(user=person, fetched_at=now) for person in people)
    return people


@pytest.fixture
def begin(crowd: list[ExternalUser]) -> Callable[[], CommsChannel]:
    """Makes another incident with a channel."""

    def make() -> CommsChannel:
        return make_comms_channel(make_incident(reporter=crowd[0]))

    return make


@pytest.fixture
def all_is_done() -> Callable[[], None]:
    """Asserts that nothing is left in the boxes, and nothing failed."""

    def check() -> None:
        assert not HandlerRun.objects.exclude(state="done").exists()
        assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()

    return check
