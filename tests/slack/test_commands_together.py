"""Commands of many conversations share a lease and look-ups, and nothing else."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response import database
from response.core.models import Action, ExternalUser, Incident
from response.slack import inbox, together
from response.slack.decorators import incident_command
from response.slack.models import Call, Conversation, Delivery, HandlerRun, SlackUser, UserStats
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.arrivals import event, mention, message, receive, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_registrations")]
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def no_round_ends_early(monkeypatch):
    monkeypatch.setattr(inbox, "LONGEST_ROUND", math.inf)
    monkeypatch.setattr(together, "LONGEST", math.inf)


@pytest.fixture
def channels(channel) -> list[str]:
    """Comms channels of fifty incidents, in which ana is known."""
    ids = [f"C0MANY{number}" for number in range(50)]
    for channel_id in ids:
        make_comms_channel(make_incident(), channel_id=channel_id)
    Call.objects.all().delete()
    return ids


def command(channel_id: str, text: str, user: str = "U0ANA") -> None:
    """As Slack delivers it: as a mention, and as a message of its channel."""
    said = {"text": f"<@U0INCIDENT> {text}", "channel": channel_id, "user": user}
    receive(event(next(numbers), type="app_mention", **said))
    receive(event(next(numbers), type="message", **said))


def asked(table: str, queries: CaptureQueriesContext) -> int:
    first = re.compile(rf'^(SELECT .*? FROM|UPDATE|INSERT INTO|DELETE FROM) "{table}"', re.DOTALL)
    return sum(bool(first.match(query["sql"])) for query in queries)


def test_what_fifty_channels_share_is_asked_once(channels, boxes):
    def cost(ids: list[str]) -> CaptureQueriesContext:
        for channel_id in ids:
            command(channel_id, "action look into it")
        with CaptureQueriesContext(connection) as queries:
            boxes.handle()
        return queries

    cost(channels)
    one, fifty = cost(channels[:1]), cost(channels)
    # Leases, whose turn it is, who acts, what is said.
    for table in (
        "response_conversation",
        "response_externaluser",
        "response_slackuser",
        "response_userstats",
    ):
        assert asked(table, fifty) == asked(table, one), table
    # Of each: begin, the incident, a savepoint, the action and its entry in one of their own, the
    # call, the done mark and what is not needed any more, commit.
    each = (len(fifty) - len(one)) / 49
    assert each <= 13
    assert Action.objects.count() == 101
    assert set(states()) == {"done"}
    assert not Delivery.objects.exclude(payload="").exists()


def test_one_that_fails_fails_alone(channels, boxes):
    @incident_command(["sometimes"], atomic=True)
    def sometimes(incident, user_id, message):
        Action.objects.create(incident=incident, details=message, user=incident.reporter)
        if message == "fails":
            raise ValueError("on purpose")

    for channel_id, text in zip(channels[:3], ("works", "fails", "works"), strict=True):
        command(channel_id, f"sometimes {text}")
    boxes.handle()
    assert states() == ["done", "done", "pending", "done", "done", "done"]
    assert list(Action.objects.values_list("details", flat=True)) == ["works"] * 2
    assert HandlerRun.objects.get(state="pending").attempts == 1
    # Its payload is kept, to be run again.
    assert Delivery.objects.exclude(payload="").count() == 1


def test_the_order_within_a_channel_holds(channels, boxes):
    seen = []

    @incident_command(["tell"], atomic=True)
    def tell(incident, user_id, message):
        talk = sum(UserStats.objects.values_list("message_count", flat=True))
        seen.append((incident.comms_channel().channel_id, message, talk))

    for text in ("one", "two", "three"):
        for channel_id in channels[:2]:
            command(channel_id, f"tell {text}")
    boxes.handle()
    first, second = channels[:2]
    assert seen == [
        *((first, "one", 0), (second, "one", 0)),
        *((first, "two", 2), (second, "two", 2)),
        *((first, "three", 4), (second, "three", 4)),
    ]


def test_nobody_waits_for_a_handler_that_may_call_slack(channels, boxes):
    held = []

    @incident_command(["slow"])
    def slow(incident, user_id, message):
        held.append(Conversation.objects.exclude(lease_token=None).count())

    command(channels[0], "slow")
    command(channels[1], "action look into it")
    boxes.handle()
    assert held == [1]
    assert set(states()) == {"done"}


def test_nobody_waits_while_slack_is_asked_who_somebody_is(channels, boxes, monkeypatch):
    held = []

    def fetch(user_id: str) -> SlackUser:
        held.append(Conversation.objects.exclude(lease_token=None).count())
        person = ExternalUser.objects.get_or_create_slack(external_id=user_id)[0]
        return SlackUser.objects.create(user=person, fetched_at=boxes.clock())

    monkeypatch.setattr("response.slack.permissions._fetch", fetch)
    command(channels[0], "action look into it", user="U0STRANGER")
    command(channels[1], "action look into it")
    boxes.handle()
    assert held == [1]
    assert Action.objects.count() == 2


def test_what_a_command_hides_the_next_one_of_its_channel_does_not_show(channel, boxes):
    outsider = make_person("bob", external_id="U0BOB")
    SlackUser.objects.create(user=outsider, fetched_at=boxes.clock())

    @incident_command(["hide"], atomic=True)
    def hide(incident, user_id, message):
        Incident.objects.filter(pk=incident.pk).update(private=True)

    @incident_command(["tell"], atomic=True)
    def tell(incident, user_id, message):
        return True, f"It is {incident.report}"

    mention(next(numbers), "hide")
    receive(event(next(numbers), type="app_mention", text="<@U0INCIDENT> tell", user="U0BOB"))
    boxes.handle()
    assert states() == ["done", "done"]
    posted = [call.arguments for call in Call.objects.filter(method="chat.postMessage")]
    assert not [one for one in posted if channel.incident.report in one]
    assert Call.objects.filter(operation="whisper").count() == 1


def test_a_round_that_has_no_time_left_leaves_the_rest_to_the_next(channels, boxes, monkeypatch):
    monkeypatch.setattr(inbox, "LONGEST_ROUND", 0)
    for channel_id in channels[:5]:
        command(channel_id, "action look into it")
    assert inbox.work(boxes.clock) == 1
    monkeypatch.setattr(inbox, "LONGEST_ROUND", math.inf)
    assert not Conversation.objects.exclude(lease_token=None).exists()
    boxes.handle()
    assert Action.objects.count() == 5


def test_sqlites_lock_is_left_to_others_after_each_transaction(channels, boxes, monkeypatch):
    """A request that waits for it, and looks every millisecond, must not wait for all of them."""
    left = []

    def leave(seconds):
        assert not connection.in_atomic_block
        left.append((seconds, HandlerRun.objects.filter(state="done").count()))

    for channel_id in channels[:3]:
        command(channel_id, "action look into it")
    monkeypatch.setattr(database.time, "sleep", leave)
    boxes.handle()

    # Three commands by themselves, and what is said about them in one.
    expected = [1, 2, 3, 6] if connection.vendor == "sqlite" else []
    assert [done for _, done in left] == expected
    # Twice as long as it takes until who waits looks again.
    assert {seconds for seconds, _ in left} <= {0.002}


def test_talk_behind_commands_is_counted_once_for_all_channels(channels, boxes):
    for channel_id in channels:
        command(channel_id, "action look into it")
    message(next(numbers))
    with CaptureQueriesContext(connection) as queries:
        boxes.handle()
    counted = [one for one in queries if 'INSERT INTO "response_userstats"' in one["sql"]]
    assert len(counted) == 2
    assert sum(UserStats.objects.values_list("message_count", flat=True)) == 51
