"""Declaring, closing and reopening through the API, and who may."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from response.models import Event, ExternalUser, Incident
from tests.api.calls import complaint, detail, patch
from tests.factories import (
    make_person,
)

Grant = Callable[..., None]


def test_declaring_needs_its_permission_and_a_title_only(
    api: APIClient, user: User, grant: Grant
) -> None:
    me = make_person("me", owner=user)
    path = reverse("incident-list")
    refused = api.post(path, {"report": "Down"}, format="json")
    assert refused.status_code == 403
    assert refused.json() == {"detail": "You need the permission response.add_incident."}
    grant("add_incident")
    made = api.post(path, {"report": "Down & out"}, format="json")
    assert made.status_code == 201
    assert api.get(made["Location"]).json() == made.json()
    incident = Incident.objects.get()
    assert (incident.report, incident.reporter) == ("Down &amp; out", me)
    assert incident.start_time == incident.report_time
    assert Event.objects.get().verb == "declared"
    assert Event.objects.get().actor == me


def test_what_was_declared_elsewhere_can_be_brought_in(api: APIClient, grant: Grant) -> None:
    grant("add_incident")
    ana, bob = make_person("ana"), make_person("bob")
    made = api.post(
        reverse("incident-list"),
        {
            "report": "Down",
            "severity": "3",
            "reporter": ana.external_id,
            "lead": {"app_id": "slack", "external_id": bob.external_id},
            "report_time": "2025-12-01T10:00:00Z",
            "start_time": "2025-12-01T09:00:00Z",
            "report_only": True,
        },
        format="json",
    ).json()
    assert made["reporter"]["display_name"] == "ana"
    assert made["lead"]["display_name"] == "bob"
    assert (made["start_time"], made["report_time"]) == (
        "2025-12-01T09:00:00Z",
        "2025-12-01T10:00:00Z",
    )


def test_a_title_is_needed(api: APIClient, grant: Grant) -> None:
    grant("add_incident")
    assert complaint(api.post(reverse("incident-list"), {}, format="json"), "report")
    assert not Incident.objects.exists()


def test_a_private_incident_needs_the_setting_and_the_permission(
    api: APIClient, grant: Grant, settings: Any
) -> None:
    grant("add_incident")
    path, data = reverse("incident-list"), {"report": "Hush", "private": True}
    assert "RESPONSE_PRIVATE_INCIDENTS" in complaint(api.post(path, data, format="json"), "private")
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    words = complaint(api.post(path, data, format="json"), "private")
    assert "response.view_private_incident" in words
    grant("view_private_incident")
    made = api.post(path, data, format="json")
    assert made.status_code == 201
    assert made.json()["private"] is True


def test_closing_and_reopening_need_their_permission_and_happen_once(
    api: APIClient, incident: Incident, grant: Grant
) -> None:
    close = reverse("incident-close", args=[incident.pk])
    reopen = reverse("incident-reopen", args=[incident.pk])
    for path in (close, reopen):
        refused = api.post(path)
        assert refused.status_code == 403
        assert "response.close_incident" in refused.json()["detail"]
    grant("close_incident")
    assert api.post(reopen).status_code == 409
    closed = api.post(close, {"end_time": "2026-01-05T10:00:00Z"}, format="json")
    assert closed.status_code == 200
    assert closed.json()["end_time"] == "2026-01-05T10:00:00Z"
    again = api.post(close)
    assert again.status_code == 409
    assert again.json()["present"]["end_time"] == "2026-01-05T10:00:00Z"
    assert "2026-01-05 10:00" in again.json()["detail"]
    assert api.post(reopen).json()["is_closed"] is False
    assert api.post(close).json()["is_closed"] is True
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["declared", "closed", "reopened", "closed"]


def test_to_set_the_end_or_to_take_it_back_is_to_close_or_reopen(
    api: APIClient, incident: Incident, grant: Grant
) -> None:
    path = detail(incident)
    end = {"end_time": "2026-01-05T10:00:00Z"}
    refused = patch(api, path, end)
    assert refused.status_code == 403
    assert refused.json() == {"detail": "You need the permission response.close_incident."}
    assert patch(api, path, {"end_time": None, "summary": "as it is"}).status_code == 200
    grant("close_incident")
    assert patch(api, path, end).json()["is_closed"] is True
    assert patch(api, path, {"end_time": None}).json()["is_closed"] is False
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["declared", "changed", "closed", "reopened"]


@pytest.mark.parametrize("written", ["json", "multipart"])
def test_when_it_ended_can_be_corrected_by_whoever_may_patch(
    api: APIClient, incident: Incident, written: str
) -> None:
    incident.close()
    corrected = patch(api, detail(incident), {"end_time": "2026-01-05T11:00:00Z"}, format=written)
    assert corrected.json()["end_time"] == "2026-01-05T11:00:00Z"
    if written == "json":
        refused = patch(api, detail(incident), {"end_time": None})
        assert refused.status_code == 403
    incident.refresh_from_db()
    assert incident.is_closed()


def test_an_open_incident_is_made_private_where_one_may_declare_private_ones(
    api: APIClient, incident: Incident, grant: Grant, settings: Any
) -> None:
    path, hush = detail(incident), {"private": True}
    assert patch(api, path, {"private": False, "summary": "as it is"}).status_code == 200
    assert "RESPONSE_PRIVATE_INCIDENTS" in complaint(patch(api, path, hush), "private")
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    assert "response.view_private_incident" in complaint(patch(api, path, hush), "private")
    grant("view_private_incident")
    assert patch(api, path, hush).json()["private"] is True
    incident.refresh_from_db()
    assert incident.private
    assert patch(api, path, {**hush, "summary": "said again"}).status_code == 200
    words = complaint(patch(api, path, {"private": False}), "private")
    assert "Allowed: true" in words
    assert "admin" in words


def test_closing_before_the_beginning_or_what_has_changed_is_refused(
    api: APIClient, incident: Incident, grant: Grant
) -> None:
    grant("close_incident")
    path = reverse("incident-close", args=[incident.pk])
    early = api.post(path, {"end_time": "2026-01-05T08:00:00Z"}, format="json")
    assert "or later" in complaint(early, "end_time")
    assert api.post(path, headers={"If-Match": '"old"'}).status_code == 412
    assert api.post(reverse("incident-close", args=[4711])).status_code == 404


# -- rules of a host's own ------------------------------------------------------------------


def test_a_host_can_ask_for_model_permissions(
    api: APIClient, incident: Incident, grant: Grant, settings: Any
) -> None:
    settings.RESPONSE_API_PERMISSION = "response.core.access.ModelPermissions"
    assert api.get(detail(incident)).status_code == 403
    grant("view_incident")
    assert api.get(detail(incident)).status_code == 200
    assert patch(api, detail(incident), {"summary": "x"}).status_code == 403
    grant("change_incident")
    assert patch(api, detail(incident), {"summary": "x"}).status_code == 200
    end = {"end_time": "2026-01-05T10:00:00Z"}
    refused = patch(api, detail(incident), end)
    assert refused.json() == {"detail": "You need the permission response.close_incident."}
    grant("close_incident")
    assert patch(api, detail(incident), end).status_code == 200


def test_a_host_can_replace_the_rule_by_any_of_drfs(
    api: APIClient, user: User, incident: Incident, settings: Any
) -> None:
    settings.RESPONSE_API_PERMISSION = "rest_framework.permissions.IsAdminUser"
    assert api.get(detail(incident)).status_code == 403
    user.is_staff = True
    user.save()
    assert api.get(detail(incident)).status_code == 200


def test_nobody_becomes_somebody_else_by_an_account_that_is_none(incident: Incident) -> None:
    assert ExternalUser.objects.filter(owner=None).exists()
    client = APIClient()
    client.force_login(User.objects.create_superuser("root"))
    made = client.post(reverse("incident-list"), {"report": "Down"}, format="json")
    assert made.json()["reporter"] is None


def test_who_may_write_gets_drfs_forms_on_its_pages(
    api: APIClient, user: User, incident: Incident, grant: Grant
) -> None:
    grant("add_incident", "close_incident", "add_action", "add_timelineevent")
    nested = [incident.pk]
    for path in (
        reverse("incident-list"),
        detail(incident),
        reverse("incident-close", args=nested),
        reverse("incident-action-list", args=nested),
        reverse("incident-timeline-event-list", args=nested),
    ):
        page = api.get(path, headers={"Accept": "text/html"})
        assert page.status_code in (200, 405), path
        assert api.options(path).status_code == 200, path
    form = {"report": "From a form", "csrfmiddlewaretoken": "x", "lead": "", "severity": ""}
    answer = api.post(reverse("incident-list"), form, format="multipart")
    assert answer.status_code == 201, answer.content
