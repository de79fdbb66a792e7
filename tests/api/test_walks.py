"""`?cursor=`: walks that neither repeat nor skip a row, and following the change feed."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from response.models import Event, Incident
from tests.api.calls import complaint
from tests.factories import (
    make_action,
    make_incident,
    make_person,
    make_timeline_event,
    moment,
)

count = itertools.count(1).__next__


def walk(api: APIClient, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """The pages of a whole walk."""
    following: str | None = f"{path}?" + "&".join(f"{k}={v}" for k, v in query.items())
    while following:
        response = api.get(following)
        assert response.status_code == 200, response.content
        page = response.json()
        assert page["count"] is None
        assert page["previous"] is None
        yield page
        following = page["next"]


def ids(page: dict[str, Any]) -> list[int]:
    return [row["id"] for row in page["results"]]


def test_a_walk_sees_every_incident_once_while_others_are_added(api: APIClient) -> None:
    before = [make_incident().pk for _ in range(7)]
    seen: list[int] = []
    for page in walk(api, reverse("incident-list"), cursor="", limit="2"):
        seen += ids(page)
        make_incident(report_time=moment(10_000))
        make_incident(report_time=moment(-10_000))
    assert seen == before[::-1]


def test_a_walk_sees_every_incident_once_while_they_are_changed(api: APIClient) -> None:
    before = [make_incident().pk for _ in range(6)]
    seen: list[int] = []
    for page in walk(api, reverse("incident-list"), cursor="", limit="2"):
        seen += ids(page)
        Incident.objects.filter(pk=before[-1]).update(report_time=moment(-99_999))
        Incident.objects.filter(pk=before[0]).update(report_time=moment(99_999))
    assert seen == before[::-1]


@pytest.mark.parametrize("name", ["action", "entry", "person"])
def test_a_walk_of_any_list_sees_every_row_once_while_others_are_added(
    api: APIClient, incident: Incident, name: str
) -> None:
    path, add = {
        "action": (reverse("action-list"), lambda: make_action(incident).pk),
        "entry": (
            reverse("incident-timeline-event-list", args=[incident.pk]),
            # Before all that is there: a pin of something said long ago.
            lambda: make_timeline_event(incident, timestamp=moment(-count())).pk,
        ),
        "person": (reverse("externaluser-list"), lambda: make_person().external_id),
    }[name]
    there = [row.get("id") or row["external_id"] for row in api.get(path).json()["results"]]
    before = [add() for _ in range(5)]
    seen: list[Any] = []
    for page in walk(api, path, cursor="", limit="2"):
        seen += [row.get("id") or row["external_id"] for row in page["results"]]
        if len(seen) < 8:
            add()
    assert seen[: len(there) + 5] == [*there, *before]
    assert len(set(seen)) == len(seen)


def test_people_are_counted_in_one_way_at_a_time(api: APIClient) -> None:
    for other in ("page", "page_size", "offset"):
        refused = api.get(reverse("externaluser-list"), {"cursor": "", other: "1"})
        assert "cannot be combined with cursor" in complaint(refused, other)


def test_a_walk_keeps_the_filters(api: APIClient) -> None:
    wanted = [make_incident(severity=severity).pk for severity in "1212"][::2]
    pages = list(walk(api, reverse("incident-list"), cursor="", limit="1", severity="1"))
    assert [pk for page in pages for pk in ids(page)] == wanted[::-1]
    month = reverse("incidents-bymonth-list", args=["2026", "01"])
    assert len([pk for page in walk(api, month, cursor="", limit="1") for pk in ids(page)]) == 4


def test_the_feed_can_be_followed(api: APIClient) -> None:
    path = reverse("event-list")
    incident = make_incident()
    (page,) = walk(api, path, cursor="")
    assert [row["verb"] for row in page["results"]] == ["declared"]
    (nothing,) = walk(api, path, cursor=page["cursor"])
    assert nothing["results"] == []
    incident.close()
    (news,) = walk(api, path, cursor=nothing["cursor"])
    assert [row["verb"] for row in news["results"]] == ["closed"]


def event(pk: int, **values: Any) -> Event:
    defaults = {"timestamp": timezone.now(), "event_type": "incident_event", "payload": "{}"}
    return Event.objects.create(pk=pk, **{**defaults, **values})


def test_an_entry_that_commits_late_is_not_skipped(api: APIClient) -> None:
    """Its key was given out before those that followed it were read."""
    path = reverse("event-list")
    event(1), event(2), event(5)
    (page,) = walk(api, path, cursor="")
    assert ids(page) == [1, 2, 5]
    event(4)
    (late,) = walk(api, path, cursor=page["cursor"])
    assert ids(late) == [4]
    event(3), event(6)
    (more,) = walk(api, path, cursor=late["cursor"])
    assert ids(more) == [3, 6]
    assert ids(next(walk(api, path, cursor=more["cursor"]))) == []


def test_what_was_rolled_back_is_not_waited_for_forever(api: APIClient) -> None:
    path = reverse("event-list")
    with time_machine.travel(moment(), tick=False) as clock:
        event(1), event(3)
        (page,) = walk(api, path, cursor="")
        waiting = page["cursor"]
        clock.shift(timedelta(minutes=11))
        (page,) = walk(api, path, cursor=waiting)
        assert len(page["cursor"]) < len(waiting)
        (old,) = walk(api, path, cursor="")
        assert old["cursor"] == page["cursor"]


def test_entries_that_a_filter_leaves_out_are_not_waited_for(api: APIClient) -> None:
    path = reverse("event-list")
    event(1, verb="closed"), event(2), event(3, verb="closed")
    (page,) = walk(api, path, cursor="", verb="closed")
    assert ids(page) == [1, 3]
    with CaptureQueriesContext(connection) as captured:
        assert ids(next(walk(api, path, cursor=page["cursor"]))) == []
    assert "IN (2" not in str(captured.captured_queries)


def test_a_walk_counts_nothing_and_its_queries_do_not_grow(api: APIClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = api.get(reverse("event-list"), {"cursor": "", "limit": "1000"})
        assert page.json()["results"]
        assert "COUNT(" not in str(captured.captured_queries)
        return len(captured)

    def lead_changes(number: int) -> None:
        for _ in range(number):
            incident = make_incident()
            incident.lead = make_person()
            incident.save()

    lead_changes(1)
    of_one = queries()
    lead_changes(49)
    assert queries() == of_one


@pytest.mark.parametrize("name", ["incident-list", "event-list"])
@pytest.mark.parametrize(
    "cursor",
    [
        "banana",
        "%00",
        "W10",  # []
        "WzEsMl0",  # [1,2]
        "Wy0xLFtdXQ",  # [-1,[]]
        "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OSxbXV0",  # [99999999999999999999999,[]]
        "W3RydWUsW11d",  # [true,[]]
        "WzEsW1siYSIsMV1dXQ",  # [1,[["a",1]]]
        "é",
        "W" * 100_00,
    ],
)
def test_a_cursor_that_is_none_is_a_400_that_explains(
    api: APIClient, name: str, cursor: str
) -> None:
    response = api.get(f"{reverse(name)}?cursor={cursor}")
    assert response.status_code == 400
    (words,) = response.json()["cursor"]
    assert "Allowed: empty, to begin a walk, or the cursor of an answer." in words


@pytest.mark.parametrize("other", ["offset=1", "ordering=id"])
def test_a_walk_has_an_order_of_its_own(api: APIClient, other: str) -> None:
    response = api.get(f"{reverse('incident-list')}?cursor=&{other}")
    assert response.status_code == 400
    assert "cannot be combined" in str(response.json())


@pytest.mark.parametrize("name", ["incident-list", "event-list"])
def test_a_walk_can_be_browsed(api: APIClient, name: str) -> None:
    make_incident()
    response = api.get(reverse(name), {"cursor": ""}, headers={"Accept": "text/html"})
    assert response.status_code == 200
