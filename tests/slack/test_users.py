"""What we keep of people in Slack, and 0.5.1's look-ups of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from response.core.models import ExternalUser
from response.slack import cache, users
from response.slack.client import SlackCallInTransaction, SlackError, SlackNotFound, forbid_calls
from response.slack.models import SlackUser
from response.slack.payloads import MalformedPayload
from tests.factories import make_person
from tests.scenarios.others import at_once
from tests.slack.web_api_server import Server, error, ok, serving

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ANA: dict[str, Any] = {
    "id": "U0ANA",
    "team_id": "T0ACME",
    "name": "ana.k",
    "real_name": "Ana Krüger",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "profile": {"real_name": "Ana Krüger", "display_name": "ana", "email": "ana@example.com"},
}


@pytest.fixture
def slack() -> Iterator[Server]:
    with (
        serving() as server,
        override_settings(SLACK_CLIENT=None, SLACK_API_URL=server.url),
    ):
        yield server


def person(user_id: str = "U0ANA") -> ExternalUser:
    return ExternalUser.objects.get(app_id="slack", external_id=user_id)


# -- what Slack says of a person --------------------------------------------------------------


def test_names_and_standing_are_kept() -> None:
    standing = users.update_from_profile(ANA, fetched_at=NOW)
    assert standing.user == person()
    assert (person().display_name, person().full_name) == ("ana", "Ana Krüger")
    assert (person().email, person().deleted) == ("ana@example.com", False)
    assert (standing.team_id, standing.fetched_at) == ("T0ACME", NOW)
    assert (standing.is_bot, standing.is_guest) == (False, False)


def test_what_changes_is_updated_in_place() -> None:
    users.update_from_profile(ANA)
    guest = {**ANA, "is_restricted": True, "deleted": True, "profile": {"display_name": "new"}}
    standing = users.update_from_profile(guest)
    assert standing.is_guest
    assert (person().display_name, person().deleted) == ("new", True)
    assert SlackUser.objects.count() == ExternalUser.objects.count() == 1


def test_an_address_that_slack_does_not_tell_is_not_forgotten() -> None:
    users.update_from_profile(ANA)
    users.update_from_profile({**ANA, "profile": {"display_name": "ana"}})
    assert person().email == "ana@example.com"


@pytest.mark.parametrize(
    ("user", "display_name", "full_name"),
    [
        ({"id": "W1", "name": "bob", "profile": {"real_name": "Bob B"}}, "bob", "Bob B"),
        ({"id": "W1", "name": "bob", "profile": {"display_name": ""}}, "bob", "bob"),
        ({"id": "W1", "profile": {"real_name": "Bob B"}}, "Bob B", "Bob B"),
        ({"id": "W1"}, "W1", "W1"),
        ({"id": "W1", "profile": {"display_name": "名" * 80}}, "名" * 80, "W1"),
        ({"id": "W1", "name": "x" * 300}, "x" * 255, "x" * 255),
        ({"id": "W1", "name": "nul\x00 and \ud800"}, "nul and ", "nul and "),
    ],
)
def test_somebody_always_has_a_name(
    user: dict[str, Any], display_name: str, full_name: str
) -> None:
    users.update_from_profile(user)
    assert (person("W1").display_name, person("W1").full_name) == (display_name, full_name)


def test_slackbot_is_a_bot() -> None:
    assert users.update_from_profile({"id": "USLACKBOT", "name": "slackbot"}).is_bot
    assert users.update_from_profile({**ANA, "is_bot": True}).is_bot


def test_an_object_without_an_id_is_malformed() -> None:
    with pytest.raises(MalformedPayload, match=r"user\.id"):
        users.update_from_profile({"name": "ana"})


def test_second_rows_of_0_5_1_are_left_alone() -> None:
    old = make_person(external_id="U0ANA", superseded=True)
    make_person(external_id="U0ANA", display_name="current")
    users.update_from_profile(ANA)
    assert ExternalUser.objects.get(pk=old.pk).display_name != "ana"
    assert ExternalUser.objects.get(external_id="U0ANA", superseded=False).display_name == "ana"


def member(number: int) -> dict[str, Any]:
    return {**ANA, "id": f"U{number}", "profile": {"display_name": f"p{number}"}}


def test_of_a_page_only_those_who_changed_are_written() -> None:
    page = [member(number) for number in range(3)]
    assert users.update_many(page, fetched_at=NOW) == 3
    page[1] = {**page[1], "is_restricted": True}
    later = NOW + timedelta(days=1)
    assert users.update_many([*page, {"name": "no id"}], fetched_at=later) == 1
    assert SlackUser.objects.get(user__external_id="U1").is_guest
    assert set(SlackUser.objects.values_list("fetched_at", flat=True)) == {later}


@pytest.mark.parametrize("size", [1, 50])
def test_a_page_of_known_people_costs_two_queries_however_many_they_are(
    size: int, django_assert_num_queries: Any
) -> None:
    page = [member(number) for number in range(size)]
    users.update_many(page)
    with django_assert_num_queries(2):
        assert users.update_many(page) == 0


def test_a_list_does_not_undo_what_an_event_said_after_it_was_asked_for() -> None:
    users.update_from_profile({**member(1), "is_restricted": True}, fetched_at=NOW)
    stale = NOW - timedelta(seconds=2)
    assert users.update_many([member(1), member(2)], fetched_at=stale) == 1
    assert SlackUser.objects.get(user__external_id="U1").is_guest
    assert users.update_many([member(1)], fetched_at=NOW + timedelta(seconds=2)) == 1


def test_what_was_learned_before_the_clock_was_set_back_is_not_taken_for_newer() -> None:
    users.update_from_profile(member(1), fetched_at=timezone.now() + timedelta(hours=1))
    assert users.update_many([{**member(1), "is_restricted": True}]) == 1


def test_one_who_is_listed_twice_is_stored_once_as_listed_last() -> None:
    assert users.update_many([member(1), {**member(1), "deleted": True}]) == 1
    assert person("U1").deleted


def test_people_met_by_id_alone_get_their_names_from_the_list() -> None:
    met, _ = ExternalUser.objects.get_or_create_slack(external_id="U1")
    users.update_many([member(1), member(2)])
    met.refresh_from_db()
    assert met.display_name == "p1"
    assert SlackUser.objects.count() == 2


ODD: list[dict[str, Any]] = [
    {**member(1), "profile": {"display_name": "名" * 80, "real_name": "r" * 80}},
    {**member(2), "deleted": True, "profile": {}},
    {**member(3), "is_bot": True},
    {**member(4), "is_restricted": True, "is_ultra_restricted": True},
    {**member(5), "id": "W5", "team_id": "E0GRID", "enterprise_user": {"id": "W5"}},
    {"id": "USLACKBOT", "name": "slackbot"},
]


@pytest.mark.django_db(transaction=True)
def test_everybody_whom_slack_lists_is_stored_as_one_by_one() -> None:
    users.update_many(ODD, fetched_at=NOW)
    together = stored()
    ExternalUser.objects.all().delete()
    for user in ODD:
        users.update_from_profile(user, fetched_at=NOW)
    assert together == stored()
    assert together["U1"][:2] == ("名" * 80, "r" * 80)
    assert together["U2"][3]
    assert {user_id for user_id, row in together.items() if row[5]} == {"U3", "USLACKBOT"}
    assert together["U4"][6:] == (True, True)
    assert together["W5"][4] == "E0GRID"


def stored() -> dict[str, tuple[Any, ...]]:
    fields = [*users.NAMES, *(f"response_slack__{name}" for name in users.STANDING)]
    order = ["display_name", "full_name", "email", "deleted", *fields[4:]]
    return {row[0]: row[1:] for row in ExternalUser.objects.values_list("external_id", *order)}


def queries_of(people: list[dict[str, Any]]) -> int:
    with CaptureQueriesContext(connection) as queries:
        users.update_many(people)
    return len(queries)


@pytest.mark.parametrize("change", ["new", "renamed", "other standing"])
def test_a_page_costs_the_same_for_one_person_and_for_fifty(change: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "new": {},
        "renamed": {"profile": {"display_name": "new"}},
        "other standing": {"is_restricted": True},
    }
    costs = []
    for first, size in ((0, 1), (100, 50)):
        page = [member(first + number) for number in range(size)]
        if change != "new":
            users.update_many(page)
        costs.append(queries_of([{**user, **changes[change]} for user in page]))
    assert costs[0] == costs[1] <= 6


def test_any_number_of_people_is_stored_in_batches_of_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    made = 0
    store = users._store

    def people() -> Iterator[dict[str, Any]]:
        nonlocal made
        for number in range(1050):
            made += 1
            yield member(number)

    def counting(profiles: list[Any], now: datetime) -> int:
        sizes.append(len(profiles))
        # No more were asked for than are stored now.
        assert made == sum(sizes)
        return store(profiles, now)

    monkeypatch.setattr(users, "_store", counting)
    with CaptureQueriesContext(connection) as queries:
        assert users.update_many(people()) == 1050
    assert sizes == [200] * 5 + [50]
    assert ExternalUser.objects.count() == SlackUser.objects.count() == 1050
    assert len(queries) <= 12 * len(sizes)


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_learn_of_the_same_people_at_once_keep_all_of_them() -> None:
    page = [member(number) for number in range(100)]
    at_once([lambda: users.update_many(page), lambda: users.update_many(page[::-1])])
    assert ExternalUser.objects.count() == SlackUser.objects.count() == 100
    assert person("U7").display_name == "p7"


# -- 0.5.1's look-ups ---------------------------------------------------------------------


def test_somebody_known_costs_no_call(slack: Server) -> None:
    make_person("bob", external_id="U0BOB", email="bob@example.com")
    expected = {
        "id": "U0BOB",
        "name": "bob",
        "fullname": "bob in full",
        "email": "bob@example.com",
    }
    assert cache.get_user_profile("U0BOB") == expected
    assert cache.get_user_profile_by_email("Bob@example.com") == expected
    assert slack.requests == []


def test_somebody_unknown_is_fetched_once_and_kept(slack: Server) -> None:
    slack.script("users.info", ok(user=ANA))
    expected = {
        "id": "U0ANA",
        "name": "ana.k",
        "fullname": "Ana Krüger",
        "email": "ana@example.com",
    }
    assert cache.get_user_profile("U0ANA") == expected
    assert cache.get_user_profile("U0ANA") == expected
    assert cache.get_user_profile_by_email("ana@example.com") == expected
    assert len(slack.requests) == 1


def test_somebody_met_by_id_alone_is_fetched(slack: Server) -> None:
    ExternalUser.objects.get_or_create_slack(external_id="U0ANA")
    slack.script("users.info", ok(user=ANA))
    profile = cache.get_user_profile("U0ANA")
    assert profile is not None
    assert (profile["name"], person().display_name) == ("ana.k", "ana.k")


def test_somebody_unknown_to_slack_is_a_slack_error(slack: Server) -> None:
    slack.script("users.info", error("user_not_found"))
    slack.script("users.lookupByEmail", error("users_not_found"))
    with pytest.raises(SlackNotFound):
        cache.get_user_profile("U0NOBODY")
    with pytest.raises(SlackNotFound):
        cache.get_user_profile_by_email("nobody@example.com")
    assert ExternalUser.objects.count() == 0


def test_nobody_is_nobody(slack: Server) -> None:
    assert cache.get_user_profile(None) is None
    assert cache.get_user_profile("") is None
    with pytest.raises(SlackError, match="email"):
        cache.get_user_profile_by_email("")
    assert slack.requests == []


def test_inside_a_transaction_only_known_people_can_be_had(slack: Server) -> None:
    make_person("bob", external_id="U0BOB")
    with forbid_calls():
        profile = cache.get_user_profile("U0BOB")
        assert profile is not None
        assert profile["name"] == "bob"
        with pytest.raises(SlackCallInTransaction):
            cache.get_user_profile("U0ANA")
    assert slack.requests == []


def test_the_daily_job_fetches_every_page(slack: Server) -> None:
    bot = {**member(2), "is_bot": True}
    slack.script(
        "users.list",
        ok(members=[member(1)], response_metadata={"next_cursor": "next"}),
        ok(members=[bot, {"no": "id"}]),
        ok(members=[member(3), bot]),
    )
    cache.update_user_cache()
    assert set(ExternalUser.objects.values_list("display_name", flat=True)) == {"p1", "p2"}
    ExternalUser.objects.filter(external_id="U2").update(display_name="untouched")
    cache.update_user_cache(exclude_bots=True)
    assert person("U3").display_name == "p3"
    assert person("U2").display_name == "untouched"
    assert [call.get("cursor") for call in slack.calls("users.list")] == [None, "next", None]
