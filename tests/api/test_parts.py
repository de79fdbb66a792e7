"""Actions and entries of timelines are added and changed through the API."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from response.models import Action, Incident, TimelineEvent
from tests.api.calls import complaint, patch
from tests.factories import (
    make_action,
    make_person,
    moment,
)

Grant = Callable[..., None]
TYPED = "a < b & <script>alert(1)</script> :fire:"


def test_a_browser_changes_an_action_as_with_0_5_1(user: User, incident: Incident) -> None:
    """Multipart, session and CSRF token, `done` in words, `done_date` empty."""
    action = make_action(incident, "Call them")
    path = reverse("incident-action-detail", args=[incident.pk, action.pk])
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(user)
    browser.get("/admin/login/")
    form = {"done": "true", "done_date": "2026-01-06T10:00:00.000Z", "details": "Called <them>"}
    assert browser.patch(path, form, format="multipart").status_code == 403
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.patch(path, form, format="multipart", headers=token).status_code == 200
    action.refresh_from_db()
    assert (action.done, action.done_date, action.details) == (
        True,
        moment(24 * 60 + 60),
        "Called &lt;them&gt;",
    )
    form = {"done": "false", "done_date": ""}
    assert browser.patch(path, form, format="multipart", headers=token).status_code == 200
    action.refresh_from_db()
    assert (action.done, action.done_date, action.details) == (False, None, "Called &lt;them&gt;")


def test_an_action_without_details_can_be_ticked_off(api: APIClient, incident: Incident) -> None:
    """0.5.1 stored such actions, and its browser code sends the details with every tick."""
    action = make_action(incident, "")
    path = reverse("incident-action-detail", args=[incident.pk, action.pk])
    form = {"done": "true", "done_date": "2026-01-06T10:00:00.000Z", "details": ""}
    answer = api.patch(path, form, format="multipart")
    assert (answer.status_code, answer.json()["done"]) == (200, True)
    action.refresh_from_db()
    assert (action.done, action.details) == (True, "")


def test_an_action_may_be_added_without_details_as_in_0_5_1(
    api: APIClient, user: User, incident: Incident, grant: Grant
) -> None:
    grant("add_action")
    make_person("me", owner=user)
    path = reverse("incident-action-list", args=[incident.pk])
    for values in ({}, {"details": ""}):
        answer = api.post(path, values, format="json")
        assert (answer.status_code, answer.json().get("details")) == (201, "")
    assert complaint(api.post(path, {"details": None}, format="json"), "details")


def test_an_action_can_be_added_for_oneself_or_another(
    api: APIClient, user: User, incident: Incident, grant: Grant
) -> None:
    path = reverse("incident-action-list", args=[incident.pk])
    assert api.post(path, {"details": "x"}, format="json").status_code == 403
    grant("add_action")
    assert "external_id" in complaint(api.post(path, {"details": "x"}, format="json"), "user")
    me, bob = make_person("me", owner=user), make_person("bob")
    assert api.post(path, {"details": "x"}, format="json").status_code == 201
    values = {"details": "Ask <@U1>", "user": bob.external_id, "priority": "1", "type": "2"}
    made = api.post(path, values, format="json").json()
    assert (made["user"]["display_name"], made["priority"], made["type"]) == ("bob", "1", "2")
    assert list(Action.objects.order_by("pk").values_list("user", flat=True)) == [me.pk, bob.pk]
    assert "1 (high), 2 (medium), 3 (low)" in complaint(
        api.post(path, {**values, "priority": "urgent"}, format="json"), "priority"
    )
    assert "1 (detective)" in complaint(
        api.post(path, {**values, "type": "urgent"}, format="json"), "type"
    )
    missing = reverse("incident-action-list", args=[4711])
    assert api.post(missing, values, format="json").status_code == 404


def test_a_timeline_entry_can_be_added_and_changed(
    api: APIClient, user: User, incident: Incident, grant: Grant
) -> None:
    path = reverse("incident-timeline-event-list", args=[incident.pk])
    assert api.post(path, {"text": "x"}, format="json").status_code == 403
    grant("add_timelineevent")
    made = api.post(
        path,
        {"text": TYPED, "timestamp": "2026-01-05T09:30:00Z", "metadata": {"sha": "abc"}},
        format="json",
    )
    assert made.status_code == 201, made.content
    assert made.json()["event_type"] == "text"
    entry = TimelineEvent.objects.get()
    assert (entry.timestamp, entry.actor_name) == (moment(30), "somebody")
    one = reverse("incident-timeline-event-detail", args=[incident.pk, entry.pk])
    changed = patch(api, one, {"text": "Deployed", "event_type": "deploy"})
    assert (changed.json()["text"], changed.json()["metadata"]) == ("Deployed", {"sha": "abc"})
    assert "1 to 30" in complaint(patch(api, one, {"event_type": "x" * 31}), "event_type")
