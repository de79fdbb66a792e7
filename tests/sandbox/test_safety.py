"""The sandbox answers only where it can do no harm: one test for each condition."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from response.sandbox import checks, safety
from response.sandbox.workspace import Workspace
from tests.sandbox.conftest import CREDENTIALS

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

PATHS = ["/sandbox/", "/sandbox/ui/bootstrap", "/sandbox/api/auth.test", "/sandbox/hooks/x"]


def get(path: str = "/sandbox/ui/bootstrap", client: Client | None = None, **meta: str) -> int:
    meta = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1", **meta}
    return (client or Client()).get(path, **meta).status_code


def codes() -> list[str]:
    return [str(found.id) for found in checks.check_place(None)]


def test_a_well_placed_sandbox_answers(workspace: Workspace) -> None:
    assert codes() == []
    assert get() == 200


SETTINGS = {
    "DEBUG is off": ({"DEBUG": False}, "E001"),
    "RESPONSE_SANDBOX is off": ({"RESPONSE_SANDBOX": False}, "E002"),
    "a secret of a real workspace": (
        {"RESPONSE_SANDBOX_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5"},
        "E003",
    ),
    "no secret": ({"RESPONSE_SANDBOX_SIGNING_SECRET": None}, "E003"),
    "a token of a real workspace": ({"RESPONSE_SANDBOX_TOKEN": "xoxb-123-456-abc"}, "E004"),
    "an app on another machine": (
        {"RESPONSE_SANDBOX_APP_URL": "https://incidents.example.com/slack/"},
        "E005",
    ),
    "an address of another machine": ({"RESPONSE_SANDBOX_URL": "http://10.0.0.7/sandbox/"}, "E005"),
    "an address that it does not speak": (
        {"RESPONSE_SANDBOX_APP_URL": "https://127.0.0.1:8000/slack/"},
        "E005",
    ),
    "an address that only looks local": (
        {"RESPONSE_SANDBOX_URL": "http://127.0.0.1.example.com/sandbox/"},
        "E005",
    ),
    "no router": ({"DATABASE_ROUTERS": []}, "E007"),
}


@pytest.mark.parametrize(("changed", "code"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_misplaced_sandbox_is_an_error_and_not_there(
    workspace: Workspace, settings: Any, changed: dict[str, Any], code: str
) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    assert codes() == [f"response_sandbox.{code}"]
    assert [get(path) for path in PATHS] == [404] * len(PATHS)


def test_a_database_shared_with_the_app_is_an_error(
    placed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from response.sandbox.conf import Conf

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": "one.sqlite3"}
    for databases in ({"default": database}, {"default": database, "sandbox": dict(database)}):
        monkeypatch.setattr(Conf, "databases", databases)
        assert [found.code for found in safety.misplacements()] == ["E006"]


def test_the_system_checks_stop_a_misplaced_project(placed: None, settings: Any) -> None:
    settings.RESPONSE_SANDBOX = False
    with pytest.raises(SystemCheckError, match=r"response_sandbox\.E002"):
        call_command("check", "response_sandbox", stdout=StringIO())


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8000", 200),
        ("localhost:1234", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("testserver", 403),
        ("incidents.example.com", 403),
        ("127.0.0.1.example.com", 403),
        ("localhost.example.com:8000", 403),
    ],
)
def test_only_this_machines_names_are_answered(
    workspace: Workspace, settings: Any, host: str, status: int
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert get(HTTP_HOST=host) == status


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("10.0.0.7", 403), ("", 403)],
)
def test_only_this_machine_is_answered(workspace: Workspace, address: str, status: int) -> None:
    assert get(REMOTE_ADDR=address) == status


@pytest.mark.parametrize("header", safety.PROXY_HEADERS)
def test_nobody_behind_a_proxy_is_answered(workspace: Workspace, header: str) -> None:
    assert get(**{header: "127.0.0.1"}) == 403


@pytest.mark.parametrize("path", PATHS)
def test_every_address_is_guarded(workspace: Workspace, path: str) -> None:
    assert get(path, REMOTE_ADDR="10.0.0.7") == 403


def test_the_pages_api_needs_a_csrf_token(workspace: Workspace) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8000"})
    body = json.dumps({"user": "U0ANA", "channel": "C0GENERAL", "text": "x"})
    message = "/sandbox/ui/message"
    assert client.post(message, body, content_type="application/json").status_code == 403
    assert workspace.messages("general") == []
    page = client.get("/sandbox/")
    token = page.cookies["csrftoken"].value
    answer = client.post(
        message, body, content_type="application/json", headers={"x-csrftoken": token}
    )
    assert answer.status_code == 200


def test_the_web_api_needs_the_token_instead(workspace: Workspace) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8000"})
    answer = client.post("/sandbox/api/auth.test")
    assert answer.json() == {"ok": False, "error": "not_authed"}
    bearer = {"authorization": f"Bearer {CREDENTIALS.token}"}
    assert client.post("/sandbox/api/auth.test", headers=bearer).json()["ok"]
    in_the_address = client.get("/sandbox/api/auth.test", {"token": CREDENTIALS.token})
    assert in_the_address.json()["error"] == "not_authed"
