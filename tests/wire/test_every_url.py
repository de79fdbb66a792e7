"""Every URL of the project, by every method: what who is nobody in particular gets there.

Each URL must fall under exactly one rule. A new one for which nobody wrote down who may call it
fails here.
"""

import json
import time
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from response.models import Action, Event, ExternalUser, Incident, TimelineEvent
from response.slack.authentication import generate_signature
from tests.factories import make_action, make_incident, make_person, make_timeline_event
from tests.wire.walk import every_url

MARKER = "plantedsecret"
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
READS = ("get", "head", "options")
FROM_SLACK = ("/slack/slash_command", "/slack/action", "/slack/event")
FROM_CRON = ("/slack/cron_minute", "/slack/cron_daily")
HEALTH = ("/healthz", "/healthz/alive", "/healthz/work")
METRICS = ("/metrics",)
PAGES = ("/", "/incident/<int:incident_id>/")
# Django's own, for people who are not signed in yet.
CLOSED = ("slack", "cron", "health", "metrics", "sandbox", "admin")
SIGN_IN = ("/admin/login/", "/admin/logout/")


def rule_of(route: str) -> str:
    """Which rule says who may call it."""
    rules = {
        "slack": route in FROM_SLACK,
        "cron": route in FROM_CRON,
        "health": route in HEALTH,
        "metrics": route in METRICS,
        "page": route in PAGES,
        "api": route.startswith("/core/"),
        "sandbox": route.startswith("/sandbox/"),
        "sign in": route in SIGN_IN,
        "admin": route.startswith("/admin/") and route not in SIGN_IN,
    }
    found = [name for name, applies in rules.items() if applies]
    assert len(found) == 1, f"Who may call {route}? Write it down: {found}"
    return found[0]


@pytest.fixture
def urls(db: None) -> dict[str, str]:
    """Paths of things that exist, all of a public incident; a private one is there as well."""
    plant(private=True)
    return every_url(plant(private=False))


def plant(*, private: bool) -> dict[str, int]:
    """An incident, and a row of each kind, all with the same number: a path names only one."""
    # The private one comes first: SQLite counts on from the highest number that it was given.
    number = 987_000 if private else 654_000
    lead = make_person(MARKER, pk=number, email=f"{MARKER}@example.test")
    incident = make_incident(f"{MARKER} title", pk=number, lead=lead, summary=MARKER)
    make_action(incident, f"{MARKER} action", pk=number, user=lead)
    make_timeline_event(incident, f"{MARKER} entry", pk=number)
    Incident.objects.filter(pk=number).update(private=private)
    Event.objects.filter(pk=Event.objects.filter(incident=incident).latest("pk").pk).update(
        id=number
    )
    for model in (Action, Event, ExternalUser, Incident, TimelineEvent):
        assert model._base_manager.filter(pk=number).exists()
    return dict.fromkeys(("pk", "id", "incident_pk", "incident_id"), number)


def rows() -> Counter[str]:
    """How many rows there are of everything, but for Django's sessions and sandbox."""
    return Counter(
        {
            model.__name__: model._base_manager.count()
            for label in ("response", "auth", "admin")
            for model in apps.get_app_config(label).get_models()
        }
    )


def ask(client: Client, method: str, path: str) -> Any:
    """A request with a body that looks like something."""
    if method in READS:
        return getattr(client, method)(path)
    body = json.dumps({"report": "x", "done": True, "text": "x"})
    return getattr(client, method)(path, body, content_type="application/json")


def said(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode() + str(answer.headers)


def expected(rule: str, method: str) -> set[int]:
    """The statuses that an anonymous caller may get."""
    return {
        "slack": {403} if method == "post" else {405},
        "cron": {403},
        # There is no scheduler: whoever is to be woken up is told.
        "health": {200, 503} if method in ("get", "head") else {403, 405},
        "metrics": {403} if method in ("get", "head") else {403, 405},
        "page": {302} if method in READS else {403},
        "api": {401, 403},
        # DEBUG is off: it is not there at all.
        "sandbox": {404} if method in READS else {403, 404},
        "sign in": {200, 302, 403, 405},
        "admin": {302} if method in READS else {302, 403},
    }[rule]


@pytest.mark.parametrize("method", METHODS)
def test_who_is_not_signed_in_gets_nothing_and_changes_nothing(
    urls: dict[str, str], method: str
) -> None:
    before, client = rows(), Client(enforce_csrf_checks=True)
    wrong = {}
    for route, path in urls.items():
        answer = ask(client, method, path)
        rule = rule_of(route)
        if answer.status_code not in expected(rule, method):
            wrong[route] = answer.status_code
        assert MARKER not in said(answer), route
        if answer.status_code == 302 and rule != "sign in":
            assert answer["Location"].startswith(("/accounts/login/", "/admin/login/")), route
    assert wrong == {}
    assert rows() == before


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_who_is_signed_in_and_no_more_gets_no_error_and_no_admin(
    urls: dict[str, str], method: str
) -> None:
    client = Client()
    client.force_login(User.objects.create_user("somebody"))
    wrong = {}
    for route, path in urls.items():
        answer = ask(client, method, path)
        rule = rule_of(route)
        allowed = expected(rule, method) if rule in CLOSED else None
        fine = answer.status_code in allowed if allowed else answer.status_code < 500
        if not fine:
            wrong[route] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_permission_gets_nothing_of_the_admin(
    urls: dict[str, str], method: str
) -> None:
    client = Client()
    client.force_login(User.objects.create_user("staff", is_staff=True))
    before = rows()
    for route, path in urls.items():
        if rule_of(route) == "admin" and "response" in path:
            answer = ask(client, method, path)
            assert answer.status_code in {302, 403, 404, 405}, (route, answer.status_code)
            assert MARKER not in said(answer), route
    assert rows() == before


def test_the_walk_finds_every_part(urls: dict[str, str]) -> None:
    found = Counter(rule_of(route) for route in urls)
    assert (found["slack"], found["cron"]) == (3, 2)
    assert found["page"] == 2
    assert found["api"] >= 30
    assert found["admin"] >= 6 * len(list(apps.get_app_config("response").get_models()))
    assert found["sandbox"] >= 4


def test_machines_get_in_where_a_site_asks_everybody_to_sign_in(
    urls: dict[str, str], settings: Any
) -> None:
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    by_machines = [
        (rule_of(route), path)
        for route, path in urls.items()
        if rule_of(route) in {"slack", "cron", "health", "metrics", "api"}
    ]
    for method in ("get", "post"):
        for rule, path in by_machines:
            status = ask(Client(), method, path).status_code
            assert status in expected(rule, method), path
    assert challenge("signing secret of the tests").status_code == 200
    for path in FROM_CRON:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert Client().post(path, headers=headers).status_code == 200


# -- the pages' own rule ------------------------------------------------------------------------


def test_pages_may_be_open_to_all_and_still_hide_what_is_private(
    urls: dict[str, str], settings: Any
) -> None:
    settings.RESPONSE_LOGIN_REQUIRED = False
    client = Client()
    secret = Incident.objects.get(private=True)
    assert client.get("/").status_code == 200
    assert Incident.objects.filter(private=False).count() == 1
    listing = said(client.get("/"))
    assert f"/incident/{secret.pk}/" not in listing
    assert client.get(f"/incident/{secret.pk}/").status_code == 404
    assert said(client.get(f"/incident/{secret.pk}/")) == said(client.get("/incident/987654321/"))
    public = Incident.objects.get(private=False)
    assert MARKER in said(client.get(f"/incident/{public.pk}/"))
    # The setting is about the pages, and about nothing else.
    assert client.get("/core/incidents/").status_code in {401, 403}
    assert client.get("/admin/response/incident/").status_code == 302


# -- cron ---------------------------------------------------------------------------------------

TOKEN = "cron token of the tests"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", FROM_CRON)
def test_cron_needs_the_token(
    db: None, monkeypatch: Any, path: str, method: str, settings: Any
) -> None:
    done = []
    for name in ("tick", "daily"):
        monkeypatch.setattr(f"response.slack.views.tick.{name}", lambda now: done.append(now))

    def ask_with(header: str | None) -> Any:
        headers = {} if header is None else {"Authorization": header}
        return getattr(Client(enforce_csrf_checks=True), method)(path, headers=headers)

    flaws = (
        *(None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"),
        *(f"Basic {TOKEN}", f"Token {TOKEN}", TOKEN, "Bearer \xe9"),
    )
    for flaw in flaws:
        refused = ask_with(flaw)
        assert refused.status_code == 403, flaw
        assert "RESPONSE_CRON_TOKEN" in refused.content.decode()
        assert "response_tick" in refused.content.decode()
        assert TOKEN not in said(refused)
    assert Client().get(path, {"token": TOKEN}).status_code == 403
    assert done == []
    assert ask_with(f"Bearer {TOKEN}").status_code == 200
    assert ask_with(f"bearer {TOKEN}").status_code == 200
    assert len(done) == 2
    for nothing in ("", None):
        settings.RESPONSE_CRON_TOKEN = nothing
        assert ask_with("Bearer ").status_code == 403
        assert ask_with("Bearer None").status_code == 403


# -- Slack's secrets, while one replaces another ------------------------------------------------


def test_either_signing_secret_of_the_list_lets_slack_in(db: None, settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = ["new secret", "old secret"]
    for secret, status in (("new secret", 200), ("old secret", 200), ("third", 403), ("", 403)):
        assert challenge(secret).status_code == status, secret
    settings.SLACK_SIGNING_SECRET = ("new secret",)
    assert challenge("new secret").status_code == 200
    assert challenge("old secret").status_code == 403
    settings.SLACK_SIGNING_SECRET = []
    assert challenge("new secret").status_code == 403
    assert challenge("").status_code == 403


def challenge(secret: str) -> Any:
    """Slack's first request to a URL, signed."""
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    timestamp = str(int(time.time()))
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": generate_signature(timestamp, secret, body),
    }
    return Client(enforce_csrf_checks=True).post(
        "/slack/event", body, content_type="application/json", headers=headers
    )
