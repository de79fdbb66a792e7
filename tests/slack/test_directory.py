"""Everybody in the workspace is learned page by page, and kept fresh by events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from response import database
from response.core.models import ExternalUser
from response.slack import operations, people, tick
from response.slack.errors import (
    SlackAuthError,
    SlackNotFound,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
)
from response.slack.handlers.events import follow_user
from response.slack.leases import LEASE
from response.slack.models import Call, Heartbeat, SlackUser
from tests.factories import make_action, make_incident, make_timeline_event
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def member(user_id: str, name: str = "", **fields: Any) -> dict[str, Any]:
    return {"id": user_id, "name": name or user_id.lower(), "team_id": "T1", **fields}


def page(*user_ids: str, following: str = "") -> dict[str, Any]:
    return {
        "ok": True,
        "members": [member(user_id) for user_id in user_ids],
        "response_metadata": {"next_cursor": following},
    }


def known() -> set[str]:
    return set(ExternalUser.objects.values_list("external_id", flat=True))


def cursors(boxes: Boxes) -> list[str | None]:
    return [
        arguments.get("cursor") for method, arguments in boxes.slack.calls if method == "users.list"
    ]


def waiting() -> Call:
    return Call.objects.get(state="pending")


# -- page by page ---------------------------------------------------------------------------------


def test_every_page_is_fetched_and_kept(boxes: Boxes):
    boxes.slack.will_answer(
        "users.list", page("U1", "W2", following="b"), page("U3", following="c"), page("U4")
    )
    operations.refresh_users()
    boxes.send()
    assert known() == {"U1", "W2", "U3", "U4"}
    assert cursors(boxes) == [None, "b", "c"]
    assert {arguments["limit"] for _, arguments in boxes.slack.calls} == {200}
    assert not Call.objects.exclude(state="sent").exists()


def test_a_refresh_that_is_asked_for_while_one_is_under_way_is_the_same(boxes: Boxes):
    boxes.slack.will_answer("users.list", page("U1", following="b"), page("U2"))
    boxes.slack.during = lambda method: operations.refresh_users()
    operations.refresh_users()
    operations.refresh_users()
    boxes.send()
    assert cursors(boxes) == [None, "b"]


@pytest.mark.parametrize(
    ("failure", "seconds"), [(SlackRateLimited("slowly", retry_after=30), 30), (None, 16)]
)
def test_after_a_429_or_an_outage_it_goes_on_where_it_was(
    boxes: Boxes, failure: SlackRateLimited | None, seconds: int
):
    boxes.slack.will_answer("users.list", page("U1", following="b"))
    boxes.slack.will_answer("users.list", failure or SlackUnavailable("Slack is down"), page("U2"))
    operations.refresh_users()
    boxes.send()
    assert known() == {"U1"}
    boxes.clock.forward(seconds=seconds - 1 if failure else 0)
    boxes.send()
    assert known() == {"U1"}
    boxes.clock.forward(seconds=1 if failure else seconds)
    boxes.send()
    assert known() == {"U1", "U2"}
    assert cursors(boxes) == [None, "b", "b"]


class Killed(BaseException):
    """What nothing catches, as ``kill -9``."""


def test_after_a_crash_it_goes_on_with_the_page_that_was_not_stored(boxes: Boxes):
    boxes.slack.will_answer("users.list", page("U1", following="b"), page("U2", following="c"))
    boxes.slack.will_answer("users.list", page("U2", following="c"), page("U3"))

    def die(method: str) -> None:
        if len(boxes.slack.calls) == 2:
            raise Killed

    boxes.slack.during = die
    operations.refresh_users()
    with pytest.raises(Killed):
        boxes.send()
    boxes.clock.forward(seconds=LEASE.total_seconds() + 1)
    boxes.slack.answers["users.list"].pop(0)
    boxes.send()
    assert known() == {"U1", "U2", "U3"}
    assert cursors(boxes) == [None, "b", "b", "c"]


def test_a_page_and_where_the_next_begins_are_stored_together(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch
):
    boxes.slack.will_answer("users.list", page("U1", following="b"))

    def fail(arguments: dict[str, Any]) -> None:
        raise RuntimeError("the database is away")

    operations.refresh_users()
    with monkeypatch.context() as broken:
        broken.setattr("response.slack.operations.people._enqueue_page", fail)
        boxes.send()
    assert known() == set()
    assert waiting().args == {}


def test_a_cursor_that_slack_has_forgotten_is_begun_anew(boxes: Boxes):
    boxes.slack.will_answer("users.list", page("U1", following="old"))
    boxes.slack.will_answer("users.list", SlackPermanentError("", "invalid_cursor"), page("U1"))
    operations.refresh_users()
    boxes.send()
    assert cursors(boxes) == [None, "old", None]
    assert not Call.objects.exclude(state="sent").exists()


def test_a_list_that_never_ends_is_left(boxes: Boxes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("response.slack.operations.people.MOST_PAGES", 4)
    boxes.slack.will_answer(
        "users.list", *(page(f"U{number}", following=f"c{number % 2}") for number in range(9))
    )
    operations.refresh_users()
    boxes.send()
    assert len(cursors(boxes)) == 4
    boxes.slack.answers.clear()
    boxes.slack.will_answer("users.list", page(following="same"), page(following="same"))
    operations.refresh_users()
    boxes.send()
    assert cursors(boxes)[4:] == [None, "same"]


def test_a_refresh_that_was_refused_is_asked_for_again_the_next_day(boxes: Boxes):
    boxes.slack.will_answer("users.list", SlackPermanentError("", "missing_scope"))
    tick.tick(boxes.clock())
    boxes.send()
    assert Call.objects.get().state == "parked"
    boxes.clock.forward(hours=24)
    tick.tick(boxes.clock())
    boxes.slack.will_answer("users.list", page("U1"))
    boxes.send()
    assert known() == {"U1"}


def test_other_calls_pass_between_two_pages(boxes: Boxes):
    """A large workspace takes minutes; a user who is met meanwhile does not wait for that."""
    boxes.slack.will_answer("users.list", page("U1", following="b"))
    boxes.slack.will_answer("users.list", SlackRateLimited("slowly", retry_after=60))
    boxes.slack.will_answer("users.info", {"user": member("U7", "seven")})
    operations.refresh_users()
    people.meet("U7")
    boxes.send()
    assert ExternalUser.objects.get(external_id="U7").display_name == "seven"


# -- how often ------------------------------------------------------------------------------------


def test_the_tick_asks_once_a_day(boxes: Boxes):
    for _ in range(3):
        tick.tick(boxes.clock())
        boxes.send()
        boxes.clock.forward(minutes=1)
    assert len(cursors(boxes)) == 1
    boxes.clock.forward(hours=24)
    tick.tick(boxes.clock())
    boxes.send()
    assert len(cursors(boxes)) == 2


def test_a_drain_that_stands_in_for_the_tick_asks_too(boxes: Boxes):
    tick.stand_in(boxes.clock())
    boxes.send()
    assert len(cursors(boxes)) == 1


def test_a_clock_that_was_set_back_does_not_stop_it(boxes: Boxes):
    Heartbeat.objects.create(name=Heartbeat.USERS, at=timezone.now() + timedelta(days=300))
    tick.tick(boxes.clock())
    assert waiting().operation == "users"


def test_cron_daily_asks_and_waits_for_nothing(boxes: Boxes, client: Client, settings: Any):
    headers = {"Authorization": f"Bearer {settings.RESPONSE_CRON_TOKEN}"}
    assert client.get("/slack/cron_daily", headers=headers).status_code == 200
    assert not boxes.slack.calls
    tick.tick(boxes.clock())
    boxes.send()
    assert len(cursors(boxes)) == 1


# -- events ---------------------------------------------------------------------------------------


def hear(name: str, *, ago: float, kind: str = "user_change") -> None:
    told_at = timezone.now().timestamp() - ago
    follow_user({"type": kind, "user": member("U1", name), "event_ts": f"{told_at:.6f}"})


def name_of(user_id: str) -> str:
    return ExternalUser.objects.get(external_id=user_id).display_name


@pytest.mark.parametrize("kind", ["team_join", "user_change"])
def test_events_bring_who_is_new_or_has_changed(boxes: Boxes, kind: str):
    hear("one", ago=2, kind=kind)
    hear("uno", ago=1, kind=kind)
    assert name_of("U1") == "uno"


def test_an_event_that_comes_late_does_not_undo_a_later_one(boxes: Boxes):
    hear("uno", ago=10)
    hear("one", ago=310)
    assert name_of("U1") == "uno"


def test_an_event_that_was_overtaken_by_a_list_changes_nothing_and_one_after_it_does(boxes: Boxes):
    boxes.slack.will_answer("users.list", {"members": [member("U1", "listed")]})
    operations.refresh_users()
    boxes.send()
    hear("before", ago=60)
    assert name_of("U1") == "listed"
    boxes.clock.forward(seconds=5)
    hear("after", ago=1)
    assert name_of("U1") == "after"


@pytest.mark.parametrize("told_at", [None, "", "soon", "1e400", "-1"])
def test_an_event_that_does_not_say_when_counts_as_of_now(boxes: Boxes, told_at: str | None):
    follow_user({"type": "team_join", "user": member("U1", "one"), "event_ts": told_at})
    assert name_of("U1") == "one"


# -- people who are met ---------------------------------------------------------------------------


def test_who_is_met_is_fetched_once_however_often(boxes: Boxes):
    boxes.slack.will_answer("users.info", {"user": member("W7", "seven")})
    for _ in range(3):
        people.meet("W7")
        boxes.send()
    assert boxes.slack.methods() == ["users.info"]
    assert ExternalUser.objects.get().display_name == "seven"


@pytest.mark.parametrize("code", ["user_not_found", "users_not_found", "user_not_visible"])
def test_who_is_nobody_to_slack_is_no_work_for_an_operator(boxes: Boxes, code: str):
    error = SlackNotFound if code.endswith("not_found") else SlackPermanentError
    boxes.slack.will_answer("users.info", error("", code))
    people.meet("U0NOBODY")
    boxes.send()
    assert Call.objects.get().state == "dropped"


def test_a_token_that_slack_refuses_is(boxes: Boxes):
    boxes.slack.will_answer("users.info", SlackPermanentError("", "missing_scope"))
    people.meet("U1")
    boxes.send()
    assert Call.objects.get().state == "parked"
    assert not isinstance(SlackPermanentError("", "missing_scope"), SlackAuthError)


MENTIONING: list[Callable[[], object]] = [
    lambda: make_incident("Ask <@U7|seven>"),
    lambda: make_incident(summary="Ask <@U7>"),
    lambda: make_action(make_incident(), "Ask <@U7>"),
    lambda: make_timeline_event(make_incident(), "Asked <@U7>"),
    lambda: change(make_incident(), impact="On <@U7>"),
    lambda: change(make_action(make_incident()), details="Ask <@U7>"),
    lambda: change(make_timeline_event(make_incident()), text="Ask <@U7>"),
]


def change(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.parametrize("write", MENTIONING)
def test_who_is_mentioned_in_a_text_is_met(boxes: Boxes, write: Callable[[], object]):
    write()
    assert Call.objects.filter(key="user:U7").count() == 1
    boxes.slack.will_answer("users.info", {"user": member("U7", "seven")})
    boxes.send()
    assert ExternalUser.objects.get(external_id="U7").display_name == "seven"


def test_a_page_with_people_whom_nobody_knows_calls_nobody(
    boxes: Boxes, client: Client, settings: Any
):
    settings.RESPONSE_LOGIN_REQUIRED = False
    incident = make_incident("Ask <@U7>", summary="and <@W8>")
    Call.objects.all().delete()
    # Nothing listens where settings.SLACK_API_URL leads: a call would fail.
    assert "@U7" in client.get(f"/incident/{incident.pk}/").content.decode()
    assert not Call.objects.exists()
    ExternalUser.objects.filter(external_id="U7").update(display_name="seven")
    assert "@seven" in client.get(f"/incident/{incident.pk}/").content.decode()


def test_mentions_of_people_who_are_known_ask_for_nobody(boxes: Boxes):
    with database.atomic():
        ExternalUser.objects.get_or_create_slack(external_id="U7")
    make_incident("Ask <@U7>")
    assert not Call.objects.filter(operation="user").exists()
    assert not SlackUser.objects.exists()
