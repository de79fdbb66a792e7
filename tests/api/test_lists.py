"""Pages of lists, and what is said to parameters that make no sense."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from response.core.pagination import ResponsePagination
from tests.factories import make_action, make_incident, make_person, make_timeline_event, moment

LISTS = ["incident-list", "action-list", "externaluser-list", "event-list"]


@pytest.fixture
def five_of_each(db: None) -> None:
    for _ in range(5):
        make_action(make_incident(reporter=None), user=make_person())


@pytest.mark.usefixtures("five_of_each")
@pytest.mark.parametrize("name", LISTS)
def test_limit_and_offset_walk_a_list_once_through(api: APIClient, name: str) -> None:
    seen: list[Any] = []
    path: str | None = reverse(name) + "?limit=2"
    while path:
        page = api.get(path).json()
        assert page["count"] == api.get(reverse(name)).json()["count"]
        seen += [row.get("id") or row["external_id"] for row in page["results"]]
        path = page["next"]
    assert len(seen) == page["count"] == len(set(seen))
    assert page["previous"]


@pytest.mark.usefixtures("five_of_each")
@pytest.mark.parametrize("name", LISTS)
def test_the_envelope_is_there_whatever_the_host_configured(
    api: APIClient, name: str, settings: Any
) -> None:
    settings.REST_FRAMEWORK = {"DEFAULT_PAGINATION_CLASS": None, "PAGE_SIZE": None}
    assert set(api.get(reverse(name)).json()) == {"count", "next", "previous", "results"}


@pytest.mark.usefixtures("five_of_each")
def test_a_month_is_paged_although_the_host_sets_no_page_size(api: APIClient) -> None:
    page = api.get(reverse("incidents-bymonth-list", args=["2026", "01"]), {"limit": "2"}).json()
    assert page["count"] == 5
    assert len(page["results"]) == 2


@pytest.mark.usefixtures("five_of_each")
def test_the_hosts_page_size_is_the_default(api: APIClient, settings: Any) -> None:
    settings.REST_FRAMEWORK = {"PAGE_SIZE": 3}
    assert len(api.get(reverse("incident-list")).json()["results"]) == 3
    assert len(api.get(reverse("incident-list"), {"limit": "4"}).json()["results"]) == 4


@pytest.mark.usefixtures("five_of_each")
def test_more_than_the_greatest_page_is_given_in_pages(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ResponsePagination, "max_limit", 2)
    page = api.get(reverse("incident-list"), {"limit": "5000"}).json()
    assert len(page["results"]) == 2
    assert "limit=2&offset=2" in page["next"]


@pytest.mark.usefixtures("five_of_each")
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("offset", ["6000", "9" * 18])
def test_an_offset_behind_the_end_gives_no_rows(api: APIClient, name: str, offset: str) -> None:
    page = api.get(reverse(name), {"offset": offset}).json()
    assert page["results"] == []
    assert page["count"] >= 5


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("parameter", "value", "least"),
    [
        ("limit", "banana", 1),
        ("limit", "0", 1),
        ("limit", "-1", 1),
        ("limit", "1.5", 1),
        ("limit", "٣", 1),
        ("limit", "9" * 40, 1),
        ("offset", "banana", 0),
        ("offset", "-1", 0),
        ("offset", "9" * 5000, 0),
        ("offset", "\0", 0),
    ],
)
def test_a_page_that_makes_no_sense_is_a_400_that_explains(
    api: APIClient, name: str, parameter: str, value: str, least: int
) -> None:
    response = api.get(reverse(name), {parameter: value})
    assert response.status_code == 400
    (message,) = response.json()[parameter]
    shown = value if len(value) <= 200 else f"{value[:200]}…"
    assert message == f"“{shown}” is not allowed. Allowed: a whole number from {least} up."


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("bymonth/2026/13/", "month", "13"),
        ("bymonth/2026/00/", "month", "0"),
        ("bymonth/0000/01/", "year", "0"),
        ("bymonth/9999/12/", "year", "9999"),
    ],
)
def test_a_month_that_is_none_is_a_400_that_explains(
    api: APIClient, path: str, field: str, value: str
) -> None:
    response = api.get(f"/core/incidents/{path}")
    assert response.status_code == 400
    (message,) = response.json()[field]
    assert f"“{value}”" in message
    assert "Allowed: " in message


@pytest.mark.parametrize("pk", ["0", "4711", "9" * 30])
@pytest.mark.parametrize("below", ["", "actions/", "actions/1/", "timeline/events/"])
def test_an_incident_that_does_not_exist_is_a_404(api: APIClient, pk: str, below: str) -> None:
    assert api.get(f"/core/incidents/{pk}/{below}").status_code == 404


def test_an_action_of_another_incident_is_a_404(api: APIClient) -> None:
    action = make_action(make_incident())
    other = make_incident()
    path = reverse("incident-action-detail", args=[other.pk, action.pk])
    assert api.get(path).status_code == 404


@pytest.mark.usefixtures("five_of_each")
def test_people_may_be_counted_in_pages_as_in_0_5_1(api: APIClient) -> None:
    page = api.get(reverse("externaluser-list"), {"page_size": "2", "page": "2"}).json()
    assert len(page["results"]) == 2
    assert "page=3" in page["next"]
    assert "offset" not in page["next"]
    assert api.get(page["next"]).json()["next"] is None


PAGED = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 1,
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "actions/",
        "incidents/",
        "incidents/{pk}/actions/",
        "incidents/{pk}/timeline/events/",
        "incidents/bymonth/2026/01/",
        "events/",
        "users/",
    ],
)
def test_every_list_may_be_counted_in_pages(api: APIClient, path: str, settings: Any) -> None:
    """A host of 0.5.1 could have it so."""
    settings.REST_FRAMEWORK = PAGED
    incident = make_incident(report_time=moment())
    make_incident(report_time=moment())
    for _ in range(2):
        make_action(incident, user=make_person())
        make_timeline_event(incident)
    path = f"/core/{path.format(pk=incident.pk)}"
    queries = {"page": "1", **({"page_size": "1"} if "users" in path else {})}
    first = api.get(path, queries).json()
    assert set(first) == {"count", "next", "previous", "results"}
    assert "page=2" in first["next"]
    second = api.get(first["next"]).json()
    assert len(first["results"]) == len(second["results"]) == 1
    assert first["results"] != second["results"]
    assert api.get(second["previous"]).json()["results"] == first["results"]
    assert len(api.get(path, {"page": "1", "page_size": "2"}).json()["results"]) == 2
    assert api.get(path, {"page": "last"}).status_code == 200
    missing = api.get(path, {"page": "4711"})
    assert missing.status_code == 404
    assert missing.json()["detail"].startswith("There is no page 4711")
    assert api.get(path, {"page": "banana"}).status_code == 400
    assert api.get(path, {"pages": "1"}).status_code == 400
    assert api.get(path, {"page": "1"}, headers={"Accept": "text/html"}).status_code == 200


def test_people_have_0_5_1_s_pages_whatever_the_host_configured(
    api: APIClient, settings: Any
) -> None:
    settings.REST_FRAMEWORK = PAGED
    for _ in range(3):
        make_person()
    for query in ({}, {"page": "1"}):
        assert len(api.get(reverse("externaluser-list"), query).json()["results"]) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("limit", "false"), ("offset", "9" * 22)])
def test_people_counted_in_pages_still_have_their_other_numbers_checked(
    api: APIClient, name: str, value: str
) -> None:
    answer = api.get(reverse("externaluser-list"), {"page_size": "2", name: value})
    assert answer.status_code == 400
    assert value in answer.json()[name][0]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("five_of_each")
def test_lists_can_be_browsed_without_any_other_apps_templates(
    api: APIClient, name: str, accept: str, settings: Any
) -> None:
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_filters"]
    for query in ({}, {"from": "banana"}, {"limit": "1"}):
        response = api.get(reverse(name), query, headers={"Accept": accept})
        assert response.status_code == (400 if "from" in query else 200)


def test_months_work_in_a_project_with_naive_times(api: APIClient, settings: Any) -> None:
    settings.USE_TZ = False
    make_incident(report_time=moment())
    assert api.get("/core/incidents/bymonth/2026/01/").json()["count"] == 1
    assert api.get("/core/incidents/bymonth/2026/02/").json()["count"] == 0
