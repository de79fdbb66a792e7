"""What runs inside Slack's request fails with a word, and never shows a private incident."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from response.exceptions import ResponseError
from response.slack import (
    declare,
    inbox,
    intake,
    modals,
    operations,
    pace,
    payloads,
    registry,
    sender,
    views,
)
from response.slack.client import SlackUnavailable
from response.slack.decorators import action_handler, incident_command, shortcut_handler
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, CommsChannel, Delivery, HandlerRun, SlackUser
from tests.factories import make_comms_channel, make_incident, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_registrations() -> Iterator[None]:
    with (
        registry.commands.temporarily(),
        registry.actions.temporarily(),
        registry.shortcuts.temporarily(),
    ):
        yield


@pytest.fixture
def incident(clock):
    incident = make_incident(reporter=make_person(external_id="U0ANA"))
    make_comms_channel(incident, channel_id="C0INC")
    for user_id in ("U0ANA", "U0BOB"):
        person, _ = type(incident.reporter).objects.get_or_create_slack(external_id=user_id)
        SlackUser.objects.create(user=person, fetched_at=clock())
    Call.objects.all().delete()
    return incident


def interaction(kind: str, user_id: str = "U0ANA", **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "team": {"id": "T0"},
        "user": {"id": user_id, "team_id": "T0"},
        "trigger_id": "1.2.abc",
        "channel": {"id": "C0INC"},
        "response_url": "https://hooks.slack.com/x",
        **fields,
    }


def whispered() -> list[str]:
    return [call.args["text"] for call in Call.objects.filter(operation="whisper").order_by("id")]


def test_a_button_whose_form_fails_on_our_side_is_told_and_is_no_500(incident):
    @action_handler("opens", opens_modal=True)
    def opens(context):
        raise KeyError("a mistake of the host")

    button = {"type": "button", "action_id": "opens", "value": "1"}
    assert intake.receive_interaction(interaction("block_actions", actions=[button])) is None
    assert "could not be opened" in whispered()[0]


def test_a_shortcut_whose_handler_refuses_is_told_why(incident):
    @shortcut_handler("opens", opens_modal=True)
    def opens(context):
        raise ResponseError("Not on Sundays.")

    intake.receive_interaction(interaction("shortcut", callback_id="opens"))
    assert whispered() == ["Not on Sundays."]


@pytest.mark.parametrize(
    ("result", "reactions"),
    [
        (True, ["white_check_mark"]),
        ("done", []),
        ((True, None, 3), []),
        ([False, None], ["question"]),
    ],
)
def test_a_command_that_returns_something_odd_is_not_run_again(incident, boxes, result, reactions):
    ran = []

    @incident_command(["odd"])
    def odd(incident, user_id, message):
        ran.append(1)
        return result

    inner = {"type": "app_mention", "user": "U0ANA", "channel": "C0INC", "ts": "1.2"}
    payload = {"type": "event_callback", "event_id": "Ev1", "event": inner | {"text": "<@U0> odd"}}
    inbox.store(
        key="event:Ev1",
        kind=Delivery.Kind.EVENT,
        payload=payload,
        handlers=["command:odd"],
        lane="C0INC",
        incident=incident,
    )
    boxes.handle()
    boxes.clock.forward(hours=1)
    boxes.handle()
    assert ran == [1]
    assert HandlerRun.objects.get().state == "done"
    asked = Call.objects.filter(method="reactions.add")
    assert [call.args["name"] for call in asked] == reactions


@pytest.mark.parametrize("user_id", ["U0ANA", "U0BOB"])
@pytest.mark.parametrize("form", ["edit", "text"])
def test_a_form_of_an_incident_that_became_private_saves_for_who_may_see_it_only(
    incident, user_id, form
):
    view = (
        modals.edit_modal(incident)
        if form == "edit"
        else modals.change_text_modal(incident, "summary")
    )
    incident.private = True
    incident.save()
    typed = {"type": "plain_text_input", "value": "written in the form"}
    submitted = {
        "id": "V1",
        "callback_id": view["callback_id"],
        "private_metadata": view["private_metadata"],
        "state": {"values": {"summary": {"summary": typed}}},
    }
    reply = intake.receive_interaction(interaction("view_submission", user_id, view=submitted))
    incident.refresh_from_db()
    if user_id == "U0ANA":
        assert reply is None
        assert incident.summary == "written in the form"
    else:
        assert reply is not None
        assert "could not be found" in json.dumps(reply)
        assert incident.summary is None


@pytest.mark.parametrize("name", ["slash_command", "action", "event", "cron_minute", "cron_daily"])
def test_no_view_runs_in_a_transaction_whichever_database_has_atomic_requests(name):
    assert getattr(views, name)._non_atomic_requests == set(connections)


def test_a_lost_answer_is_found_in_a_workspace_of_more_channels_than_slack_lists_in_a_burst(
    incident, fake_slack, clock
):
    """With Slack's pace of 20 pages a minute, of which five at once."""
    CommsChannel.objects.all().delete()
    taken = SlackPermanentError("taken", "name_taken")
    lost = SlackUnavailable("no answer", may_have_happened=True)
    fake_slack.will_answer("conversations.create", lost, *[taken] * 20)
    asked: list[Any] = []

    def answer(method: str, **arguments: Any) -> dict[str, Any]:
        if method == "auth.test":
            return {"user_id": "U0BOT"}
        if method != "conversations.list":
            return fake_slack.api_call(method, **arguments)
        asked.append(arguments["cursor"])
        page = int(arguments["cursor"] or 0)
        name = json.loads(Call.objects.get(operation="comms_channel").memo)["name"]
        ours = {"id": "C0NEW", "name": name, "creator": "U0BOT", "created": clock().timestamp()}
        cursor = str(page + 1) if page < 11 else ""
        return {
            "channels": [ours] if page == 11 else [],
            "response_metadata": {"next_cursor": cursor},
        }

    class Client:
        api_call = staticmethod(answer)

    outgoing = sender.Sender(clock=clock, pace=pace.Pace(), client=Client)
    operations.open_comms_channel(incident, "U0ANA")
    for _ in range(60):
        outgoing.send_lane(f"incident:{incident.pk}")
        clock.forward(seconds=3)
    assert CommsChannel.objects.get().channel_id == "C0NEW"
    assert asked == [None, *map(str, range(1, 12))]


def test_a_command_that_fails_on_our_side_gives_back_what_was_typed(db, settings):
    def broken(request: object) -> bool:
        raise KeyError("a mistake of the host")

    settings.RESPONSE_SLACK_PERMISSION = broken
    form = {"command": "/incident", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2"}
    command = payloads.parse_slash_command(form | {"text": "cards are declined"})
    reply = declare.open_declare_modal(command)
    assert "cards are declined" in reply["text"]
    assert "on our side" in reply["text"]
