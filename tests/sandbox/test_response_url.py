"""``response_url``: thirty minutes, five uses, and what can be posted there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from response.sandbox import faults, triggers
from response.sandbox.driver import Person
from response.sandbox.models import Message
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


class Url:
    """A response URL, posted to as an app would."""

    def __init__(self, workspace: Workspace, message_ts: str = "") -> None:
        user, channel = workspace.user("ana"), workspace.channel("general")
        url = triggers.response_url(user, channel, message_ts)
        self.path = url.removeprefix("http://127.0.0.1:8000")

    def post(self, **payload: Any) -> tuple[int, str]:
        client = Client(enforce_csrf_checks=True)
        answer = client.post(
            self.path,
            json.dumps(payload),
            content_type="application/json",
            headers={"host": "127.0.0.1:8000"},
        )
        return answer.status_code, answer.content.decode()


def test_an_answer_is_ephemeral_unless_it_says_otherwise(
    workspace: Workspace, ana: Person, bob: Person
) -> None:
    url = Url(workspace)
    assert url.post(text="only you") == (200, "ok")
    url.post(text="all of you", response_type="in_channel")
    assert [row.text for row in ana.sees("general")] == ["only you", "all of you"]
    assert [row.text for row in bob.sees("general")] == ["all of you"]


def test_it_works_five_times(workspace: Workspace) -> None:
    url = Url(workspace)
    assert [url.post(text="x")[0] for _ in range(6)] == [200] * 5 + [404]
    assert "used_url" in url.post(text="x")[1]


def test_it_works_for_thirty_minutes(workspace: Workspace, time_machine: Any) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    url = Url(workspace)
    time_machine.shift(1799)
    assert url.post(text="x")[0] == 200
    time_machine.shift(2)
    status, body = url.post(text="x")
    assert (status, json.loads(body)["error"]) == (404, "expired_url")


def test_a_url_that_was_never_given_is_not_found(workspace: Workspace) -> None:
    url = Url(workspace)
    url.path = "/sandbox/hooks/guessed"
    assert url.post(text="x")[0] == 404


def test_the_original_can_be_replaced_and_deleted(
    workspace: Workspace, ana: Person, bob: Person
) -> None:
    row = workspace.post_message("general", "press me")
    url = Url(workspace, row.ts)
    assert url.post(text="pressed", replace_original=True)[0] == 200
    assert [row.text for row in bob.sees("general")] == ["pressed"]
    assert url.post(delete_original=True)[0] == 200
    assert bob.sees("general") == []
    assert url.post(text="again", replace_original=True)[0] == 400


def test_an_ephemeral_original_stays_with_its_person(
    workspace: Workspace, ana: Person, bob: Person
) -> None:
    row = workspace.post_message("general", "only you", only_for=ana.user)
    url = Url(workspace, row.ts)
    assert url.post(text="still", replace_original=True, response_type="in_channel")[0] == 200
    assert [row.text for row in ana.sees("general")] == ["still"]
    assert bob.sees("general") == []


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": "x", "channel": "C0GENERAL"},
        {"text": "x", "response_type": "public"},
        {"text": 42},
        {"text": "x", "blocks": [{"type": "accordion"}]},
        {"text": "x", "replace_original": True},
    ],
)
def test_what_slack_would_not_post_is_refused(
    workspace: Workspace, payload: dict[str, Any]
) -> None:
    assert Url(workspace).post(**payload)[0] == 400
    assert Message.objects.count() == 0


def test_a_body_that_is_no_json_is_refused(workspace: Workspace) -> None:
    url = Url(workspace)
    for raw in (b"text=x", b"[]", b"\xff"):
        answer = Client().post(
            url.path, raw, content_type="application/json", headers={"host": "localhost"}
        )
        assert answer.status_code == 400


def test_faults_reach_response_urls_too(workspace: Workspace) -> None:
    url = Url(workspace)
    faults.update(server_error_methods=["response_url"], server_error_count=1)
    assert url.post(text="x")[0] == 503
    faults.update(rate_limit_methods=["response_url"], rate_limit_count=1)
    assert url.post(text="x")[0] == 429
    assert url.post(text="x")[0] == 200
