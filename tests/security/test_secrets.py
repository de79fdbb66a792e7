"""Every secret is planted, and stands nowhere where somebody may read it."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import sentry_sdk
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter, get_default_exception_reporter_filter
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import BreadcrumbHandler, EventHandler
from sentry_sdk.transport import Transport

from response.error_reports import MaskingFilter
from response.slack import drain, intake, registry, transport
from response.slack.authentication import generate_signature
from response.slack.client import get_client
from response.slack.decorators import action_handler, incident_command, modal_handler
from response.slack.errors import SlackError
from response.slack.models import Call, Delivery, HandlerRun
from tests.docs.pages import blocks
from tests.factories import make_comms_channel, make_incident

# From Django 6.1 system checks ask every database.
pytestmark = pytest.mark.django_db(databases="__all__")

# In every secret, and in nothing else.
PLANTED = "zq7planted"
SIGNING = [f"{PLANTED}signingsecretnew", f"{PLANTED}signingsecretold"]
TRIGGER = f"1234567890.1234567890.{PLANTED}"
DJANGOS = "django.views.debug.SafeExceptionReporterFilter"
# Slack's own host is out of bounds here; the place beside the configured API is as good.
RESPONSE_URL = f"http://127.0.0.1:9/hooks/{PLANTED}"


@pytest.fixture(autouse=True)
def secrets(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # It is kept for the life of a process.
    get_default_exception_reporter_filter.cache_clear()
    settings.SLACK_SIGNING_SECRET = SIGNING
    settings.SLACK_TOKEN = f"xoxb-{PLANTED}-bot"
    settings.SLACK_APP_TOKEN = f"xapp-{PLANTED}-app"
    settings.RESPONSE_CRON_TOKEN = f"{PLANTED}-of-the-cron-job"
    settings.RESPONSE_METRICS_TOKEN = f"{PLANTED}-of-the-scraper"
    settings.RQ_QUEUES = {"default": {"URL": f"redis://:{PLANTED}@127.0.0.1/0"}}
    settings.DEFAULT_EXCEPTION_REPORTER_FILTER = "response.error_reports.MaskingFilter"
    # What a connection was made with; the server of the tests asks for no password.
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", PLANTED)
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", PLANTED)
    yield
    get_default_exception_reporter_filter.cache_clear()


class Everything(logging.Handler):
    """All that is logged, from DEBUG on, as a file would have it and as the mails to admins."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.reports: list[str] = []
        self.mails = AdminEmailHandler(include_html=True)

    def emit(self, record: logging.LogRecord) -> None:
        # At DEBUG it writes what a template did not find, in the context of an error page, too.
        if record.name == "django.template":
            return
        self.lines.append(logging.Formatter("%(name)s %(message)s").format(record))
        self.lines.append(repr(record.args))
        if record.levelno >= logging.ERROR:
            self.mails.emit(record)


@pytest.fixture
def logged(settings: Any) -> Iterator[Everything]:
    settings.ADMINS = [("Ops", "ops@acme.example")] if _pairs() else ["ops@acme.example"]
    root, everything = logging.getLogger(), Everything()
    levels = {name: logging.getLogger(name).level for name in ("", "response", "django")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(everything)
    yield everything
    root.removeHandler(everything)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def _pairs() -> bool:
    import django

    return django.VERSION < (6, 0)


def mails() -> str:
    return "\n".join(
        message.body + "".join(str(part[0]) for part in message.alternatives)  # type: ignore[attr-defined]
        for message in mail.outbox
    )


# -- what Slack sends --------------------------------------------------------------------------


def post(client: Client, path: str, body: bytes, content_type: str) -> Any:
    timestamp = str(int(time.time()))
    return client.post(
        f"/slack/{path}",
        body,
        content_type=content_type,
        headers={
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": generate_signature(timestamp, SIGNING[1], body),
        },
        DATABASE_URL=f"postgres://response:{PLANTED}@db.acme.example/response",
    )


def form(client: Client, path: str, **fields: str) -> Any:
    return post(client, path, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def interaction(client: Client, **payload: Any) -> Any:
    common = {"trigger_id": TRIGGER, "response_url": RESPONSE_URL, "user": {"id": "U0ANA"}}
    return form(client, "action", payload=json.dumps({**common, **payload}))


def click(client: Client, action_id: str, incident_id: int) -> Any:
    button = {"action_id": action_id, "type": "button", "value": str(incident_id)}
    return interaction(
        client,
        type="block_actions",
        actions=[button],
        container={"type": "message", "channel_id": "C0INCIDENTS"},
        channel={"id": "C0INCIDENTS"},
        token=f"{PLANTED}verification",
    )


def command(client: Client) -> Any:
    return form(
        client,
        "slash_command",
        command="/incident",
        text="down",
        user_id="U0ANA",
        channel_id="C1",
        trigger_id=TRIGGER,
        response_url=RESPONSE_URL,
        token=f"{PLANTED}verification",
    )


def say(client: Client, channel_id: str, text: str) -> Any:
    event = {"type": "app_mention", "user": "U0ANA", "channel": channel_id, "ts": "1.000100"}
    envelope = {
        "type": "event_callback",
        "event_id": "Ev0",
        "token": f"{PLANTED}verification",
        "event": {**event, "text": f"<@U0INCIDENT> {text}"},
    }
    return post(client, "event", json.dumps(envelope).encode(), "application/json")


@pytest.fixture
def broken_handlers() -> Iterator[None]:
    """A host's handlers of every kind, each of which fails with all that it was given at hand."""
    with (
        registry.actions.temporarily(),
        registry.modals.temporarily(),
        registry.commands.temporarily(),
    ):

        @action_handler("fails-later")
        def fails_later(context: Any) -> None:
            logging.getLogger("acme").error("Pressed: %s", context)
            trigger, url = context.trigger_id, context.response_url
            raise RuntimeError(f"no good, of {len(trigger + url)} characters")

        @action_handler("fails-at-once", opens_modal=True)
        def fails_at_once(context: Any) -> None:
            fails_later(context)

        @action_handler("asks-slack")
        def asks_slack(context: Any) -> None:
            get_client().api_call("chat.postMessage", channel="C1", text="x")

        @modal_handler("fails-in-modal")
        def fails_in_modal(context: Any) -> None:
            logging.getLogger("acme").error("Submitted: %s", context)
            raise RuntimeError("no good")

        @incident_command(["explode"])
        def explode(incident: Any, user_id: str, message: str) -> None:
            raise RuntimeError("no good")

        yield


def live_through_everything(client: Client) -> None:
    """Each kind of delivery, with handlers that fail and a Slack that cannot be reached."""
    incident = make_incident()
    channel = make_comms_channel(incident)
    answers = [command(client), command(client)]
    for action_id in ("fails-later", "fails-later", "fails-at-once", "asks-slack", "no-such"):
        answers.append(click(client, action_id, incident.pk))
    answers.append(click(client, "close-incident-button", 424242))
    view = {"id": "V1", "callback_id": "fails-in-modal", "state": {"values": {}}}
    metadata = json.dumps({"channel": "C1", "response_url": RESPONSE_URL})
    view |= {"private_metadata": metadata, "hash": "1"}
    answers.append(interaction(client, type="view_submission", view=view))
    answers.append(interaction(client, type="shortcut", callback_id="no-such"))
    answers.append(interaction(client, type="nonsense"))
    answers.append(interaction(client, type="block_actions", actions=[]))
    answers.append(say(client, channel.channel_id, "explode"))
    drain.drain_once()
    for answer in answers:
        assert answer.status_code in (200, 400)
        assert PLANTED not in answer.content.decode()


# -- where somebody may read -------------------------------------------------------------------


def assert_clean(what: str, found: str) -> None:
    place = found.find(PLANTED)
    assert place < 0, f"{what}: …{found[max(0, place - 300) : place + 60]}…"


def test_not_in_logs_nor_in_mails_about_errors(
    client: Client, logged: Everything, broken_handlers: None
) -> None:
    live_through_everything(client)
    client.get("/slack/cron_minute", headers={"Authorization": f"Bearer {PLANTED}"})
    said = "\n".join(logged.lines)
    assert "fails_later" in said
    assert "could not be opened" in said
    assert_clean("logs", said)
    assert mail.outbox
    assert_clean("mails", mails())


def test_not_in_the_admin(client: Client, broken_handlers: None) -> None:
    live_through_everything(client)
    assert Delivery.objects.exclude(payload="").exists()
    assert HandlerRun.objects.exclude(error="").exists()
    assert Call.objects.exists()
    client.force_login(User.objects.create_superuser("root"))
    for model in apps.get_app_config("response").get_models():
        name = f"admin:response_{model._meta.model_name}"
        assert_clean(name, client.get(reverse(f"{name}_changelist")).content.decode())
        for row in model._base_manager.all()[:20]:
            page = client.get(reverse(f"{name}_change", args=[row.pk]))
            assert page.status_code == 200
            assert_clean(name, page.content.decode())


def test_not_in_pages_the_api_and_exports(client: Client, broken_handlers: None) -> None:
    live_through_everything(client)
    client.force_login(User.objects.create_superuser("root"))
    paths = ["", "incidents/", "actions/", "users/", "events/", "schema/", "reference/", "reports/"]
    for path in [*(f"/core/{path}" for path in paths), "/"]:
        assert_clean(path, client.get(path).content.decode())
    for kind in ("csv", "json"):
        answer = client.get(f"/core/incidents/export.{kind}")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert_clean(kind, content.decode())


class Sent(Transport):
    """Where Sentry's client leaves what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [item.get_event() for item in envelope.items]


def as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What *Operations* has ``sentry_sdk.init`` called with."""
    options: dict[str, Any] = {}
    (block,) = (block for block in blocks("python") if "sentry_sdk.init" in block.code)
    with monkeypatch.context() as patched:
        patched.setenv("SENTRY_DSN", "http://x@127.0.0.1/1")
        patched.setattr(sentry_sdk, "init", lambda **given: options.update(given))
        exec(compile(block.code, block.where, "exec"), {})  # noqa: S102 - our own page
    return options


def test_not_in_what_sentry_is_sent(
    client: Client, broken_handlers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set up as *Operations* says: without the variables of frames, and bodies of requests."""
    sent, handlers = Sent(), (EventHandler(logging.ERROR), BreadcrumbHandler(logging.INFO))
    for handler in handlers:
        logging.getLogger().addHandler(handler)
    try:
        with sentry_sdk.isolation_scope(), sentry_sdk.new_scope() as scope:
            options = as_the_page_says(monkeypatch)
            options |= {"default_integrations": False, "integrations": [DjangoIntegration()]}
            scope.set_client(sentry_sdk.Client(transport=sent, **options))
            live_through_everything(client)
    finally:
        for handler in handlers:
            logging.getLogger().removeHandler(handler)
    frames = [frame for event in sent.events for frame in frames_of(event)]
    assert {"fails_later", "fails_in_modal"} <= {frame["function"] for frame in frames}
    assert any(event["breadcrumbs"]["values"] for event in sent.events)
    assert all("request" in event for event in sent.events)
    for event in sent.events:
        assert_clean("Sentry", json.dumps(event, default=str))


def frames_of(event: Any) -> list[Any]:
    errors = event.get("exception", {}).get("values", [])
    return [frame for error in errors for frame in error["stacktrace"]["frames"]]


def test_not_in_metrics_nor_health(client: Client, broken_handlers: None, settings: Any) -> None:
    live_through_everything(client)
    token = {"Authorization": f"Bearer {settings.RESPONSE_METRICS_TOKEN}"}
    metrics = client.get("/metrics", headers=token).content.decode()
    assert "response_deliveries" in metrics
    assert_clean("metrics", metrics)
    assert_clean(
        "refusal", client.get("/metrics", headers={"Authorization": PLANTED}).content.decode()
    )
    for path in ("healthz", "healthz/alive", "healthz/work"):
        assert_clean(path, client.get(f"/{path}", headers=token).content.decode())


def test_not_in_what_rows_keep_of_errors(client: Client, settings: Any) -> None:
    """A host's code may say anything in the text of an error."""
    every = [settings.SLACK_TOKEN, settings.SLACK_APP_TOKEN, settings.RESPONSE_CRON_TOKEN]
    every += [settings.RESPONSE_METRICS_TOKEN, *SIGNING, RESPONSE_URL]
    every += [f"redis://:{PLANTED}@127.0.0.1/0", f"postgres://response:{PLANTED}@h/d"]
    incident = make_incident()
    with registry.actions.temporarily():

        @action_handler("tells")
        def tells(context: Any) -> None:
            raise RuntimeError(" | ".join(every))

        assert click(client, "tells", incident.pk).status_code == 200
        drain.drain_once()
    run = HandlerRun.objects.get(handler__contains="tells")
    assert "RuntimeError" in run.error
    client.force_login(User.objects.create_superuser("root"))
    for name, pk in (("handlerrun", run.pk), ("delivery", run.delivery_id)):
        for url in (
            reverse(f"admin:response_{name}_changelist"),
            reverse(f"admin:response_{name}_change", args=[pk]),
        ):
            page = client.get(url)
            assert page.status_code == 200
            assert_clean(url, page.content.decode())


COMMANDS = (
    ("check", "--deploy"),
    ("slack_doctor",),
    ("slack_doctor", "--json"),
    ("response_handlers",),
    ("response_handlers", "--json"),
    ("slack_manifest", "--url", "https://incidents.acme.example"),
    ("response_tick",),
)


def test_not_in_what_commands_print(client: Client, broken_handlers: None, capfd: Any) -> None:
    live_through_everything(client)
    for arguments in COMMANDS:
        out = io.StringIO()
        with contextlib.suppress(SystemExit, CommandError):
            call_command(*arguments, stdout=out, stderr=out)
        said = out.getvalue() + "".join(capfd.readouterr())
        assert said or arguments[0] in ("check", "response_tick"), arguments
        assert_clean(" ".join(arguments), said)


# -- error pages -----------------------------------------------------------------------------


def boom(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("site", ["masking", "Django's"])
def test_not_in_djangos_page_of_an_error_nor_in_its_mail(
    client: Client,
    logged: Everything,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    debug: bool,
    site: str,
) -> None:
    client.raise_request_exception = False
    settings.DEBUG = debug
    if site != "masking":
        settings.DEFAULT_EXCEPTION_REPORTER_FILTER = DJANGOS
        settings.RQ_QUEUES = {}
    monkeypatch.setattr(intake, "receive_event", boom)
    monkeypatch.setattr(intake, "receive_interaction", boom)
    monkeypatch.setattr("response.slack.declare.open_declare_modal", boom)
    for answer in (say(client, "C1", "help"), click(client, "x", 1), command(client)):
        assert answer.status_code == 500
        assert ("RuntimeError" in answer.content.decode()) is debug
        assert_clean("page", answer.content.decode())
    assert len(mail.outbox) >= 3
    assert_clean("mails", mails())


def reports_on(error: BaseException, request: HttpRequest | None = None) -> str:
    reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
    return str(reporter.get_traceback_html()) + str(reporter.get_traceback_text())


def caught(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except Exception as error:  # noqa: BLE001 (it is what is looked at)
        return error
    raise AssertionError("Nothing was raised")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["chat.postMessage", "users.info"])
def test_a_call_that_fails_does_not_bring_the_token_into_a_report(
    settings: Any, debug: bool, method: str
) -> None:
    settings.DEBUG = debug
    settings.DEFAULT_EXCEPTION_REPORTER_FILTER = DJANGOS
    settings.RQ_QUEUES = {}
    error = caught(lambda: get_client().api_call(method, user="U1"))
    assert isinstance(error, SlackError)
    assert isinstance(error.__cause__, OSError), "what happened stays to be seen"
    assert_clean("report", reports_on(error))


@pytest.mark.parametrize("url", [RESPONSE_URL, f"{RESPONSE_URL} x", f"{RESPONSE_URL}\n"])
def test_a_response_url_that_fails_is_not_in_the_error(url: str) -> None:
    base = "http://127.0.0.1:9/api/"
    error = caught(
        lambda: transport.post_to_response_url(url, {"text": "x"}, base_url=base, timeout=1)
    )
    assert isinstance(error, SlackError)
    assert PLANTED not in str(error)


@pytest.mark.parametrize("debug", [True, False])
def test_variables_of_other_views_are_masked_by_name_and_by_what_they_are(
    settings: Any, debug: bool
) -> None:
    settings.DEBUG = debug

    def view() -> None:
        url = f"postgres://u:{PLANTED}@h/d"
        some_token = PLANTED
        nested = {"response_url": RESPONSE_URL, "trigger_id": TRIGGER, "kept": ["seen"]}
        raise RuntimeError(len(url) + len(some_token) + len(nested))

    report = reports_on(caught(view))
    assert_clean("report", report)
    assert "&#x27;kept&#x27;: [&#x27;seen&#x27;]" in report


def test_a_site_with_a_filter_of_its_own_keeps_what_it_hides(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEFAULT_EXCEPTION_REPORTER_FILTER = "tests.security.test_secrets.OfTheSite"
    settings.COLOUR_OF_THE_SITE = "a colour to be hidden"
    settings.DEBUG = True
    client.raise_request_exception = False
    monkeypatch.setattr(intake, "receive_interaction", boom)
    page = click(client, "x", 1).content.decode()
    assert "a colour to be hidden" not in page
    assert_clean("page", page)


class OfTheSite(MaskingFilter):
    def cleanse_setting(self, key: Any, value: Any) -> Any:
        return "hidden" if key == "COLOUR_OF_THE_SITE" else super().cleanse_setting(key, value)
