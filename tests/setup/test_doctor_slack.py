"""``manage.py slack_doctor``: token, scopes, clock, bot and channels."""

from __future__ import annotations

import socket
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.utils import timezone

from response.sandbox import channels, faults, state
from response.sandbox.models import Team
from response.sandbox.workspace import Workspace
from response.slack.decorators import slack_event
from tests.setup.doctor import Examine
from tests.slack.web_api_server import ok, serving

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


def test_without_a_token_the_rest_is_looked_at(examine: Examine, settings: Any) -> None:
    settings.SLACK_TOKEN = ""
    report = examine()
    assert report.exit_code == 1
    assert report["token"]["status"] == "failure"
    assert "SLACK_TOKEN" in report["token"]["advice"]
    assert report["scopes"]["status"] == report["bot"]["status"] == "skipped"
    assert report["URL of event"]["status"] == "ok"


def test_a_wrong_token(examine: Examine, settings: Any) -> None:
    settings.SLACK_TOKEN = "xoxb-of-somebody-else"
    report = examine()
    assert report["token"]["status"] == "failure"
    assert "invalid_auth" in report["token"]["found"]
    # Slack tells the time to everybody.
    assert report["clock"]["status"] == "ok"


@pytest.mark.parametrize(
    ("fault", "status", "advice"),
    [
        ({"outage": True}, "failure", "Try again"),
        ({"server_error_percent": 100}, "failure", "Try again"),
        ({"rate_limit_percent": 100, "retry_after": 7}, "warning", "in 7 seconds"),
        ({"error_percent": 100, "error_code": "fatal_error"}, "failure", "Try again"),
    ],
    ids=["outage", "server error", "rate limit", "fatal error"],
)
def test_slack_is_down(examine: Examine, fault: dict[str, Any], status: str, advice: str) -> None:
    faults.update(**fault)
    report = examine()
    assert report["token"]["status"] == status
    assert advice in report["token"]["advice"]
    assert report["URL of event"]["status"] == "ok"


def test_slack_goes_down_meanwhile(examine: Examine) -> None:
    methods = ["conversations.info", "users.info"]
    faults.update(server_error_percent=100, server_error_methods=methods)
    report = examine()
    assert report["token"]["status"] == "ok"
    assert report["incidents channel"]["status"] == "warning"
    assert "Try again" in report["incidents channel"]["advice"]
    assert report["bot"]["status"] == "ok"  # auth.test has told a name


def test_slack_never_answers(examine: Examine, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.SLACK_API_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
        settings.SITE_URL = settings.SLACK_API_URL.removesuffix("/api/")
        report = examine("--timeout=0.3")
    assert report["token"]["status"] == "failure"
    assert "did not answer within 0.3 s" in report["URL of event"]["found"]


def test_a_persons_token(examine: Examine, settings: Any) -> None:
    with serving() as slack:
        slack.script("auth.test", ok(user="ana", user_id="U0ANA", team="acme"))
        settings.SLACK_API_URL = slack.url
        report = examine()
    assert report["token"]["status"] == "warning"
    assert "of a person" in report["token"]["found"]
    assert report["scopes"]["status"] == "warning"
    assert "slack_manifest" in report["scopes"]["advice"]


@pytest.mark.parametrize(("minutes", "status"), [(0, "ok"), (2, "warning"), (10, "failure")])
def test_the_clock_differs(
    examine: Examine,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    status: str,
) -> None:
    def later(handler: BaseHTTPRequestHandler, timestamp: float | None = None) -> str:
        moment = timezone.now() + timedelta(minutes=minutes)
        return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")

    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", later)
    with serving() as slack:
        settings.SLACK_API_URL = slack.url
        clock = examine()["clock"]
    assert clock["status"] == status
    assert ("NTP" in clock["advice"]) is (minutes > 0)
    assert ("behind" in clock["found"]) is (minutes > 0)


# -- scopes -------------------------------------------------------------------------------


def take_away(*scopes: str) -> None:
    team = Team.objects.get()
    team.scopes = [scope for scope in team.scopes if scope not in scopes]
    team.save()


def test_a_missing_scope_is_named_with_who_needs_it(examine: Examine) -> None:
    @slack_event("reaction_added", in_incident=False)
    def celebrate(payload: dict[str, Any]) -> None: ...

    take_away("reactions:write", "reactions:read")
    scopes = examine()["scopes"]
    assert scopes["status"] == "failure"
    assert "reactions:write (for reactions.add)" in scopes["found"]
    assert "reactions:read (for event reaction_added)" in scopes["found"]
    assert "reinstall" in scopes["advice"]


def test_scopes_of_private_channels_are_needed_for_private_incidents(
    examine: Examine, settings: Any
) -> None:
    take_away("groups:write")
    assert examine()["scopes"]["status"] == "ok"
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    assert "groups:write" in examine()["scopes"]["found"]


def test_scopes_of_a_hosts_own_are_looked_for(examine: Examine, settings: Any) -> None:
    settings.RESPONSE_SLACK_SCOPES = ["emoji:read"]
    assert "emoji:read (for RESPONSE_SLACK_SCOPES)" in examine()["scopes"]["found"]


def test_a_classic_app_is_told_to_move(examine: Examine) -> None:
    Team.objects.update(scopes=["identify", "bot", "commands"])
    scopes = examine()["scopes"]
    assert scopes["status"] == "warning"
    assert "classic" in scopes["found"]


# -- bot and channels -----------------------------------------------------------------------


def test_the_token_is_of_another_bot(examine: Examine, settings: Any) -> None:
    settings.INCIDENT_BOT_ID = "U0OTHER"
    assert "U0INCIDENT" in examine()["bot"]["advice"]


def test_a_channel_by_name(examine: Examine, settings: Any) -> None:
    settings.INCIDENT_CHANNEL_ID, settings.INCIDENT_CHANNEL_NAME = "", "#incidents"
    channel = examine()["incidents channel"]
    assert channel["status"] == "ok"
    assert channel["looked_at"] == "INCIDENT_CHANNEL_NAME #incidents"


def test_a_channel_by_name_without_the_scope_for_private_ones(
    examine: Examine, settings: Any
) -> None:
    take_away("groups:read")
    settings.INCIDENT_CHANNEL_ID, settings.INCIDENT_CHANNEL_NAME = "", "incidents"
    assert examine()["incidents channel"]["status"] == "ok"


@pytest.mark.parametrize(
    ("channel_id", "name"), [("C0NOWHERE", ""), ("", "nowhere")], ids=["id", "name"]
)
def test_a_channel_that_is_not_there(
    examine: Examine, settings: Any, channel_id: str, name: str
) -> None:
    settings.INCIDENT_CHANNEL_ID, settings.INCIDENT_CHANNEL_NAME = channel_id, name
    channel = examine()["incidents channel"]
    assert channel["status"] == "failure"
    assert f"Correct INCIDENT_CHANNEL_{'ID' if channel_id else 'NAME'}" in channel["advice"]


def test_no_channel_is_configured(examine: Examine, settings: Any) -> None:
    settings.INCIDENT_CHANNEL_ID = settings.INCIDENT_REPORT_CHANNEL_ID = ""
    report = examine()
    assert report["incidents channel"]["status"] == "failure"
    assert "reports channel" not in [each["check"] for each in report.checks]


def test_the_bot_is_not_in_the_channel(examine: Examine, workspace: Workspace) -> None:
    with state.change():
        channels.leave(workspace.bot, workspace.channel("C0INCIDENTS"))
    assert examine()["incidents channel"]["status"] == "ok"  # chat:write.public is granted
    take_away("chat:write.public")
    channel = examine()["incidents channel"]
    assert channel["status"] == "failure"
    assert "/invite @incident" in channel["advice"]


def test_an_archived_channel(examine: Examine, workspace: Workspace) -> None:
    with state.change():
        channels.archive(workspace.bot, workspace.channel("C0REPORTS"))
    assert "archived" in examine()["reports channel"]["found"]


def test_private_incidents_would_be_announced_in_public(examine: Examine, settings: Any) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    settings.INCIDENT_PRIVATE_CHANNEL_ID = "C0GENERAL"
    channel = examine()["private incidents channel"]
    assert channel["status"] == "failure"
    assert "public channel" in channel["found"]
