"""Who gets in, by which methods, and what private incidents and addresses are hidden from."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import resolve, reverse
from rest_framework.test import APIClient

from response.models import Event, Incident
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_person,
    make_timeline_event,
)

MARKER = "planted-secret"
CAN_BE_PATCHED = (
    "incident-detail",
    "incidents-bymonth-detail",
    "incident-action-detail",
    "incident-timeline-event-detail",
    "action-detail",
)
TAKE_NEW_ONES = ("incident-list", "incident-action-list", "incident-timeline-event-list")


@pytest.fixture
def incident(db: None) -> Incident:
    return make_incident(lead=make_person("ana"))


def every_path(incident: Incident) -> list[str]:
    action = make_action(incident)
    entry = make_timeline_event(incident)
    nested = {"incident_pk": incident.pk}
    month = {"year": f"{incident.report_time:%Y}", "month": f"{incident.report_time:%m}"}
    return [
        reverse("api-root"),
        reverse("incident-list"),
        reverse("incident-detail", kwargs={"pk": incident.pk}),
        reverse("incident-action-list", kwargs=nested),
        reverse("incident-action-detail", kwargs={**nested, "pk": action.pk}),
        reverse("incident-timeline-event-list", kwargs=nested),
        reverse("incident-timeline-event-detail", kwargs={**nested, "pk": entry.pk}),
        reverse("incidents-bymonth-list", kwargs=month),
        reverse("incidents-bymonth-detail", kwargs={**month, "pk": incident.pk}),
        reverse("action-list"),
        reverse("action-detail", kwargs={"pk": action.pk}),
        reverse("externaluser-list"),
        reverse("externaluser-detail", kwargs={"pk": incident.reporter_id}),
        reverse("event-list"),
        reverse("event-detail", kwargs={"pk": Event.objects.latest("pk").pk}),
    ]


def test_paths_are_those_of_0_5_1() -> None:
    assert reverse("incident-list") == "/core/incidents/"
    assert reverse("incident-detail", kwargs={"pk": 7}) == "/core/incidents/7/"
    assert reverse("incident-action-list", args=[7]) == "/core/incidents/7/actions/"
    assert reverse("incident-action-detail", args=[7, 3]) == "/core/incidents/7/actions/3/"
    assert reverse("incident-timeline-event-list", args=[7]) == "/core/incidents/7/timeline/events/"
    assert (
        reverse("incidents-bymonth-list", args=["2026", "01"]) == "/core/incidents/bymonth/2026/01/"
    )
    assert reverse("action-list") == "/core/actions/"
    assert reverse("externaluser-list") == "/core/users/"
    assert reverse("event-list") == "/core/events/"


def test_anonymous_callers_get_nothing_with_drfs_own_defaults(incident: Incident) -> None:
    for path in every_path(incident):
        for method in ("get", "head", "options", "post", "put", "patch", "delete"):
            response = getattr(APIClient(), method)(path)
            assert response.status_code in (401, 403), f"{method} {path}"
            assert b"Incident number" not in response.content


def test_any_signed_in_user_may_read_everything_public(api: APIClient, incident: Incident) -> None:
    for path in every_path(incident):
        assert api.get(path).status_code == 200, path


def allowed_by_name(incident: Incident) -> dict[str, tuple[str, ...]]:
    """What else than reading each path takes."""
    reading = dict.fromkeys(every_path(incident)[1:], ("GET", "HEAD", "OPTIONS"))
    for path in reading:
        name = resolve(path).url_name
        if name in CAN_BE_PATCHED:
            reading[path] = ("GET", "PATCH", "HEAD", "OPTIONS")
        if name in TAKE_NEW_ONES:
            reading[path] = ("GET", "POST", "HEAD", "OPTIONS")
    return reading


def test_nothing_can_be_deleted_and_no_event_or_person_changed(
    api: APIClient, incident: Incident
) -> None:
    for path, allowed in allowed_by_name(incident).items():
        for method in ("post", "put", "patch", "delete"):
            if method.upper() in allowed:
                continue
            response = getattr(api, method)(path)
            assert response.status_code == 405, f"{method} {path}"
            assert response["Allow"] == ", ".join(allowed)
            assert response.json() == {
                "detail": f"{method.upper()} is not allowed here. Allowed: {', '.join(allowed)}."
            }
    assert Incident.objects.filter(pk=incident.pk).exists()
    assert Event.objects.exists()


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_private_incident_is_nowhere(api: APIClient, accept: str) -> None:
    lead = make_person("ana")
    secret = make_incident(f"{MARKER} title", summary=f"{MARKER} summary", lead=lead)
    action = make_action(secret, f"{MARKER} action", user=lead)
    entry = make_timeline_event(secret, f"{MARKER} entry")
    make_comms_channel(secret, channel_name=f"{MARKER}-channel")
    assert MARKER in api.get(reverse("event-list")).content.decode()
    secret.private = True
    secret.save()

    detail = {"pk": secret.pk}
    nested = {"incident_pk": secret.pk}
    month = {"year": f"{secret.report_time:%Y}", "month": f"{secret.report_time:%m}"}
    for name, kwargs in (
        ("incident-detail", detail),
        ("incidents-bymonth-detail", {**month, **detail}),
        ("incident-action-list", nested),
        ("incident-action-detail", {**nested, "pk": action.pk}),
        ("incident-timeline-event-list", nested),
        ("incident-timeline-event-detail", {**nested, "pk": entry.pk}),
        ("action-detail", {"pk": action.pk}),
        *(("event-detail", {"pk": event.pk}) for event in Event.objects.all()),
    ):
        response = api.get(reverse(name, kwargs=kwargs), headers={"Accept": accept})
        assert response.status_code == 404, name
        assert MARKER not in response.content.decode()
    for name, kwargs in (
        ("incident-list", {}),
        ("incidents-bymonth-list", month),
        ("action-list", {}),
        ("event-list", {}),
    ):
        response = api.get(reverse(name, kwargs=kwargs), headers={"Accept": accept})
        assert response.status_code == 200
        assert MARKER not in response.content.decode()
        if accept == "application/json":
            assert response.json()["count"] == 0


def test_addresses_are_null_without_the_permission(api: APIClient, incident: Incident) -> None:
    make_timeline_event(
        incident,
        event_type="slack_pin",
        metadata={"author": {"external_id": "U1", "email": "pin@example.test"}, "nan": [1.5]},
    )
    incident.lead = make_person("bob")
    incident.save()
    for path in every_path(incident):
        assert "@example.test" not in api.get(path).content.decode(), path
    assert api.get(reverse("incident-list")).json()["results"][0]["reporter"]["email"] is None


@pytest.mark.usefixtures("may_see_addresses")
def test_addresses_are_shown_with_the_permission(api: APIClient, incident: Incident) -> None:
    found = api.get(reverse("incident-list")).json()["results"][0]
    assert found["lead"]["email"] == "ana@example.test"
    assert "ana@example.test" in api.get(reverse("event-list")).content.decode()
    assert "ana@example.test" in api.get(reverse("externaluser-list")).content.decode()


@pytest.fixture
def as_strange_host(settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
        "UNAUTHENTICATED_USER": None,
    }


@pytest.mark.usefixtures("as_strange_host")
def test_a_host_that_lets_everybody_in_does_not_open_this_api(incident: Incident) -> None:
    for path in every_path(incident):
        assert APIClient().get(path).status_code in (401, 403)


def test_a_superuser_needs_no_permission_of_their_own(incident: Incident) -> None:
    client = APIClient()
    client.force_login(User.objects.create_superuser("root"))
    assert "ana@example.test" in client.get(reverse("incident-list")).content.decode()
