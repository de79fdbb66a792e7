"""The API under the settings of hosts: how people sign in, who else is at work."""

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.test import APIClient
from rest_framework.views import APIView

from response.core.views.base import ResponseAPIView
from response.models import Incident, TimelineEvent
from tests.factories import make_incident, make_person


class ByToken(BaseAuthentication):
    """How a host lets its programs in."""

    def authenticate(self, request: Any) -> Any:
        if request.headers.get("Authorization") != "Token of-a-program":
            return None
        return User.objects.get(username="program"), None

    def authenticate_header(self, request: Any) -> str:
        return "Token"


def test_a_password_lets_in_as_drf_does_by_default(db: None) -> None:
    User.objects.create_user("somebody", password="secret")
    path = reverse("incident-list")
    for password, status in (("secret", 200), ("wrong", 403)):
        value = base64.b64encode(f"somebody:{password}".encode()).decode()
        response = APIClient().get(path, headers={"Authorization": f"Basic {value}"})
        assert response.status_code == status


def test_a_hosts_own_authentication_is_asked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # DRF reads the host's DEFAULT_AUTHENTICATION_CLASSES when views are imported, into this:
    assert "authentication_classes" not in vars(ResponseAPIView)
    monkeypatch.setattr(APIView, "authentication_classes", [ByToken])
    User.objects.create_user("program")
    incident = make_incident()
    path = reverse("incident-detail", args=[incident.pk])
    assert APIClient().get(path).status_code == 401
    token = {"Authorization": "Token of-a-program"}
    changed = APIClient().patch(path, {"severity": "1"}, format="json", headers=token)
    assert changed.status_code == 200, changed.content
    assert TimelineEvent.objects.get().actor_name == "program"


def test_a_session_needs_the_csrf_token_to_change_something(user: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(user)
    path = reverse("incident-detail", args=[make_incident().pk])
    assert browser.get(path).status_code == 200
    assert browser.patch(path, {"severity": "1"}, format="json").status_code == 403


def test_a_host_that_parses_json_only_still_takes_0_5_1s_forms(
    api: APIClient, settings: Any
) -> None:
    settings.REST_FRAMEWORK = {"DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"]}
    path = reverse("incident-detail", args=[make_incident().pk])
    for written in ("multipart", "json"):
        assert api.patch(path, {"severity": "1"}, format=written).status_code == 200


def test_times_go_in_and_out_in_a_project_with_naive_times(
    api: APIClient, settings: Any, grant: Callable[..., None]
) -> None:
    grant("close_incident")
    settings.USE_TZ = False
    settings.TIME_ZONE = "Europe/Berlin"
    path = reverse("incident-detail", args=[make_incident().pk])
    changed = api.patch(path, {"end_time": "2027-01-05T09:00:00Z"}, format="json")
    assert changed.json()["end_time"] == "2027-01-05T10:00:00"
    assert api.patch(path, {"end_time": "2027-01-05T10:00:00"}, format="json").status_code == 200
    assert api.get(path).json()["end_time"] == "2027-01-05T10:00:00"


@pytest.mark.django_db(transaction=True)
def test_of_editors_who_send_the_same_etag_at_once_one_wins() -> None:
    User.objects.create_user("somebody")
    incident = make_incident(lead=make_person())
    path = reverse("incident-detail", args=[incident.pk])
    clients = [APIClient() for _ in range(4)]
    for client in clients:
        client.force_authenticate(User.objects.get())
    etag = clients[0].get(path)["ETag"]
    answers: list[tuple[int, str]] = []
    together = threading.Barrier(len(clients))

    def edit(client: APIClient, words: str) -> None:
        try:
            together.wait(10)
            change = {"summary": words}
            answer = client.patch(path, change, format="json", headers={"If-Match": etag})
            answers.append((answer.status_code, words))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=edit, args=(client, f"by {number}"))
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(status for status, _ in answers) == [200, 412, 412, 412]
    assert (200, Incident.objects.get().summary) in answers
