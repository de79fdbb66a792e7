"""The requests of docs/rest.md are answered, and its tables have all parameters and paths."""

import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from response.core.filters import ActionFilterSet, ExternalUserFilterSet, IncidentListFilterSet
from response.core.models import ExternalUser, Incident
from tests.docs.pages import DOCS, blocks, text_of

PAGE = text_of(DOCS / "rest.md")
HOST = "https://incidents.example.com"
WITH_VALUE = {"--header", "--json", "--output", "--request"}


class Request(NamedTuple):
    """What a line `curl …` sends."""

    method: str
    path: str
    body: str | None
    headers: dict[str, str]


def read(line: str) -> Request:
    words = iter(shlex.split(line)[1:])
    given: dict[str, list[str]] = {name: [] for name in WITH_VALUE}
    url = ""
    for word in words:
        if word in WITH_VALUE:
            given[word].append(next(words))
        else:
            assert word.startswith(HOST), f"{word} in: {line}"
            url = word
    body = given["--json"][0] if given["--json"] else None
    pairs = (header.split(": ", 1) for header in given["--header"] if ": " in header)
    method = given["--request"][0] if given["--request"] else ("GET" if body is None else "POST")
    return Request(method, url.removeprefix(HOST), body, dict(pairs))


def requests() -> Iterator[Request]:
    for block in blocks("sh"):
        if block.page == "rest.md":
            yield from (read(line) for line in block.code.splitlines() if line.startswith("curl"))


@pytest.fixture
def client(db: None) -> Client:
    """Of somebody who may do everything."""
    signed_in = Client()
    signed_in.force_login(get_user_model().objects.create_superuser("ana"))
    return signed_in


@pytest.fixture
def incident(client: Client) -> Incident:
    """The one that the page calls 1."""
    now = timezone.now()
    ExternalUser.objects.create(
        app_id="slack", external_id="U0123456789", display_name="ana", full_name="Ana Lima"
    )
    return Incident.objects.create(report="Slow", report_time=now, start_time=now)


def test_requests_of_the_page_are_answered_in_their_order(client: Client, incident: Incident):
    sent = list(requests())
    assert len(sent) > 10
    actions: list[int] = []
    for request in sent:
        path = request.path.replace("/incidents/1/", f"/incidents/{incident.pk}/")
        if "/actions/1/" in path:
            path = path.replace("/actions/1/", f"/actions/{actions[-1]}/")
        answer = client.generic(
            request.method,
            path,
            request.body or "",
            content_type="application/json",
            headers=request.headers,
        )
        assert answer.status_code in (200, 201), f"{request}: {answer.content!r}"
        if request.method == "POST" and path.endswith("/actions/"):
            actions.append(answer.json()["id"])
    incident.refresh_from_db()
    assert (incident.summary, incident.impact) == ("It is the database", "Nobody can pay")
    assert incident.lead is not None
    assert incident.timeline_events().filter(text="Failover began").exists()
    assert Incident.objects.filter(report="The shop is down", severity="1").exists()


def named_in_tables() -> set[str]:
    return set(re.findall(r"`(\w+)`", PAGE))


@pytest.mark.parametrize("filters", [IncidentListFilterSet, ActionFilterSet, ExternalUserFilterSet])
def test_every_filter_is_on_the_page(filters: Any):
    assert set(filters.base_filters) <= named_in_tables()


def paths_of_the_api() -> set[str]:
    """Every path below core/, its numbers as the page writes them, formats left out."""
    found = set()
    for name in get_resolver().reverse_dict:
        if not isinstance(name, str):
            continue
        for possibility, *_ in get_resolver().reverse_dict.getlist(name):
            for path, parameters in possibility:
                if path.startswith("core/") and "format" not in parameters:
                    named = re.sub(r"%\((\w*pk)\)s", "<pk>", path)
                    named = named.replace("%(year)s", "<yyyy>").replace("%(month)s", "<mm>")
                    found.add("/" + named)
    return found


# Details of rows that the page says are lists of the same: they are found through those.
ALSO_THERE = {
    "/core/",
    "/core/events/<pk>/",
    "/core/users/<pk>/",
    "/core/incidents/bymonth/<yyyy>/<mm>/<pk>/",
}


def test_every_path_is_on_the_page_and_the_page_has_no_other():
    table = set(re.findall(r"^\| `(/core/[^`]*)` \|", PAGE, re.MULTILINE))
    assert paths_of_the_api() - ALSO_THERE == table


def test_methods_of_the_page_are_those_that_are_allowed(client: Client, incident: Incident):
    rows = re.findall(r"^\| `(/core/[^`]*)` \| ([A-Z, ]+) \|", PAGE, re.MULTILINE)
    assert rows
    ana = ExternalUser.objects.get(external_id="U0123456789")
    action = incident.action_set.create(details="x", user=ana)
    entry = incident.timelineevent_set.create(text="x", timestamp=incident.start_time)
    for path, methods in rows:
        filled = path.replace("/actions/<pk>/", f"/actions/{action.pk}/")
        filled = filled.replace("/timeline/events/<pk>/", f"/timeline/events/{entry.pk}/")
        filled = (
            filled.replace("<pk>", str(incident.pk)).replace("<yyyy>", "2026").replace("<mm>", "11")
        )
        allowed = client.options(filled).headers["Allow"]
        wanted = {*methods.split(", "), "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        assert set(allowed.split(", ")) == wanted, path
