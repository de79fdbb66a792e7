"""Who is in the channels of private incidents is listed once a day, whatever events told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response.core.models import Incident, IncidentMember
from response.slack import operations, people, tick
from response.slack.errors import SlackPermanentError, SlackRateLimited
from response.slack.models import Call, SlackUser
from response.slack.operations.privacy import bring_people
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def secret(channel_id: str, *members: str, **values: Any) -> Incident:
    """A private incident in its private channel, with these members as far as we know."""
    incident = make_incident(**{"private": True, **values})
    make_comms_channel(incident, channel_id=channel_id, is_private=True)
    for user_id in members:
        IncidentMember.objects.join(incident, people.meet(user_id))
    return incident


def forget_calls() -> None:
    """What declaring incidents and meeting people has asked for."""
    Call.objects.all().delete()


def members(incident: Incident) -> set[str]:
    return {row.user.external_id for row in incident.response_members.select_related("user")}


def page(*user_ids: str, following: str = "") -> dict[str, Any]:
    return {"members": list(user_ids), "response_metadata": {"next_cursor": following}}


def asked(boxes: Boxes) -> list[tuple[str, str | None]]:
    return [
        (arguments["channel"], arguments["cursor"])
        for method, arguments in boxes.slack.calls
        if method == "conversations.members"
    ]


def send_all(boxes: Boxes) -> None:
    """Send until nothing is due: each row asks for the next one."""
    while Call.objects.filter(operation="members", state="pending").exists():
        before = len(boxes.slack.calls)
        boxes.send()
        assert len(boxes.slack.calls) > before


def test_whose_coming_or_going_we_did_not_hear_of_is_put_right(boxes: Boxes):
    left, closed = secret("G1", "U1", "U2"), secret("G2")
    closed.close()
    forget_calls()
    boxes.slack.will_answer("conversations.members", page("U1", "W3"), page("U4"))
    tick.daily(boxes.clock())
    send_all(boxes)
    assert members(left) == {"U1", "W3"}
    assert members(closed) == {"U4"}
    assert asked(boxes) == [("G1", None), ("G2", None)]
    assert not Call.objects.filter(operation="members").exclude(state="sent").exists()


def test_the_tick_asks_once_a_day(boxes: Boxes):
    secret("G1")
    forget_calls()
    for hours in (1, 24):
        tick.tick(boxes.clock())
        boxes.send()
        boxes.clock.forward(hours=hours)
    assert len(asked(boxes)) == 1
    tick.tick(boxes.clock())
    boxes.send()
    assert len(asked(boxes)) == 2


def test_of_public_incidents_and_public_channels_nobody_is_asked(boxes: Boxes):
    make_comms_channel(make_incident(), channel_id="C1", is_private=True)
    make_comms_channel(make_incident(private=True), channel_id="C2")
    forget_calls()
    operations.refresh_members()
    assert not Call.objects.exists()


def test_a_channel_that_is_gone_leaves_its_members_and_keeps_nobody_from_the_next(boxes: Boxes):
    gone, there = secret("G1", "U1"), secret("G2", "U1")
    forget_calls()
    error = SlackPermanentError("", "channel_not_found")
    boxes.slack.will_answer("conversations.members", error, page("U2"))
    operations.refresh_members()
    send_all(boxes)
    assert (members(gone), members(there)) == ({"U1"}, {"U2"})


def test_a_missing_scope_is_for_an_operator_to_see(boxes: Boxes):
    incident = secret("G1", "U1")
    forget_calls()
    error = SlackPermanentError("", "missing_scope")
    boxes.slack.will_answer("conversations.members", error, page("U2"))
    operations.refresh_members()
    boxes.send()
    call = Call.objects.get()
    assert (call.state, call.incident) == ("parked", incident)
    operations.refresh_members()
    send_all(boxes)
    assert members(incident) == {"U2"}


def test_a_channel_that_slack_does_not_list_keeps_nobody_from_the_next_on_any_day(boxes: Boxes):
    one, odd, three = secret("G1"), secret("G2", "U1"), secret("G3")
    forget_calls()
    refused = SlackPermanentError("", "restricted_action")
    for day in ("U2", "U3"):
        boxes.slack.will_answer("conversations.members", page(day), refused, page(day))
        tick.daily(boxes.clock())
        send_all(boxes)
        assert (members(one), members(odd), members(three)) == ({day}, {"U1"}, {day})
        boxes.clock.forward(days=1)
    # It is for an operator to see, and once.
    call = Call.objects.get(operation="members", state="parked")
    assert (call.incident, len(asked(boxes))) == (odd, 6)


def test_where_slack_lists_no_channel_at_all_one_call_says_so(boxes: Boxes):
    for number in range(3):
        secret(f"G{number}")
    forget_calls()
    error = SlackPermanentError("", "missing_scope")
    boxes.slack.will_answer("conversations.members", error, error)
    for _ in range(2):
        operations.refresh_members()
        send_all(boxes)
    assert Call.objects.get().state == "parked"
    assert asked(boxes) == [("G0", None), ("G0", None)]


def test_one_refresh_at_a_time_however_often_it_is_asked_for(boxes: Boxes):
    secret("G1")
    secret("G2")
    forget_calls()
    limited = SlackRateLimited("slowly", retry_after=30)
    boxes.slack.will_answer("conversations.members", page("U1"), limited)
    for _ in range(3):
        operations.refresh_members()
        boxes.send()
    boxes.clock.forward(seconds=30)
    send_all(boxes)
    assert [channel for channel, _ in asked(boxes)] == ["G1", "G2", "G2"]


def test_a_list_that_was_given_up_is_begun_anew(boxes: Boxes):
    incident = secret("G1", "U9")
    forget_calls()
    refused = SlackPermanentError("", "restricted_action")
    boxes.slack.will_answer("conversations.members", page("UGONE", following="b"), refused)
    operations.refresh_members()
    boxes.send()
    boxes.clock.forward(days=1)
    boxes.slack.will_answer("conversations.members", page("U1"))
    operations.refresh_members()
    boxes.send()
    assert members(incident) == {"U1"}
    assert asked(boxes) == [("G1", None), ("G1", "b"), ("G1", None)]


def test_a_cursor_that_slack_has_forgotten_is_begun_anew(boxes: Boxes):
    incident = secret("G1", "U9")
    forget_calls()
    limited = SlackRateLimited("slowly", retry_after=30)
    stale = SlackPermanentError("", "invalid_cursor")
    boxes.slack.will_answer("conversations.members", page("UGONE", following="old"), limited)
    boxes.slack.will_answer("conversations.members", stale, page("U1", following="b"), page("U2"))
    operations.refresh_members()
    boxes.send()
    boxes.clock.forward(hours=12)
    boxes.send()
    assert members(incident) == {"U1", "U2"}
    assert [at for _, at in asked(boxes)] == [None, "old", "old", None, "b"]
    assert Call.objects.get(operation="members").state == "sent"


def test_people_are_brought_although_slack_has_forgotten_the_cursor(boxes: Boxes):
    incident = secret("GNEW")
    forget_calls()
    limited = SlackRateLimited("slowly", retry_after=30)
    stale = SlackPermanentError("", "invalid_cursor")
    boxes.slack.will_answer("conversations.members", page("U1", following="old"), limited)
    boxes.slack.will_answer("conversations.members", stale, page("U1"), page("U1"))
    bring_people(incident, "COLD", "GNEW", "U0ANA")
    boxes.send()
    boxes.clock.forward(hours=12)
    boxes.send()
    assert members(incident) == {"U1"}
    assert asked(boxes) == [
        ("COLD", None),
        ("COLD", "old"),
        ("COLD", "old"),
        ("COLD", None),
        ("GNEW", None),
    ]
    invited = [each["users"] for name, each in boxes.slack.calls if name.endswith("invite")]
    assert invited == ["U1", "U1"]


def test_in_a_big_channel_it_goes_on_where_slack_stopped_it(boxes: Boxes):
    incident = secret("G1", "U9")
    forget_calls()
    limited = SlackRateLimited("slowly", retry_after=30)
    boxes.slack.will_answer("conversations.members", page("U1", following="b"), limited, page("U2"))
    operations.refresh_members()
    boxes.send()
    assert members(incident) == {"U9"}
    boxes.clock.forward(seconds=30)
    boxes.send()
    assert members(incident) == {"U1", "U2"}
    assert asked(boxes) == [("G1", None), ("G1", "b"), ("G1", "b")]


def test_who_comes_or_goes_while_it_is_listed_stays_so(boxes: Boxes):
    incident = secret("G1", "U1", "U2")
    forget_calls()
    boxes.slack.will_answer("conversations.members", page("U1", "U2"))

    def meanwhile(method: str) -> None:
        IncidentMember.objects.leave(incident, people.meet("U2"))
        IncidentMember.objects.join(incident, people.meet("U3"))

    boxes.slack.during = meanwhile
    operations.refresh_members()
    boxes.send()
    assert members(incident) == {"U1", "U3"}


def test_bots_take_no_part(boxes: Boxes):
    incident = secret("G1")
    SlackUser.objects.create(user=people.meet("UBOT"), is_bot=True, fetched_at=boxes.clock())
    forget_calls()
    boxes.slack.will_answer("conversations.members", page("UBOT", "U1"))
    operations.refresh_members()
    boxes.send()
    assert members(incident) == {"U1"}


def test_strangers_are_asked_about_once(boxes: Boxes):
    met = people.meet_all(["U1", "W2", "B3", "U1"])
    people.meet_all(["U1", "W2"])
    assert [person.external_id for person in met] == ["U1", "W2", "B3"]
    assert set(Call.objects.values_list("key", flat=True)) == {"user:U1", "user:W2"}


@pytest.mark.parametrize("known", [True, False])
def test_fifty_members_cost_the_queries_of_one(boxes: Boxes, known: bool):
    costs = []
    for number, size in ((0, 1), (100, 50)):
        ids = [f"U{number + each}" for each in range(size)]
        if known:
            for user_id in ids:
                make_person(external_id=user_id)
        incident = secret(f"G{size}", f"UGONE{size}")
        with CaptureQueriesContext(connection) as queries:
            IncidentMember.objects.replace(incident, people.meet_all(ids), before=[])
        assert members(incident) == {*ids, f"UGONE{size}"}
        costs.append(len(queries))
    assert costs[0] == costs[1]
