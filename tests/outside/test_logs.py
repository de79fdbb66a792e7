"""Every line of the log says what it is about, and none what is private."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.logging import EventHandler
from sentry_sdk.transport import Transport

from response import logs
from response.core.models import Incident
from response.slack import inbox, intake, outbox, payloads, registry
from response.slack.decorators import action_handler, incident_command, modal_handler
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, Delivery
from tests.factories import make_comms_channel, make_incident
from tests.slack.boxes import Boxes
from tests.wire.test_every_url import challenge

pytestmark = pytest.mark.django_db
MARKER = "zebrafish"
ours = logs.get_logger("response.tests")
theirs = logging.getLogger("acme.tests")


class Kept(logging.Handler):
    """What a handler that nobody configured is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def failures(self) -> list[logging.LogRecord]:
        return [record for record in self.records if record.levelno >= logging.ERROR]


@pytest.fixture
def kept() -> Iterator[Kept]:
    yield from handling(Kept())


def handling(handler: Any) -> Iterator[Any]:
    """All that is logged goes to ``handler``, too."""
    loggers = [logging.getLogger("response"), theirs]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield handler
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def lines() -> Iterator[Any]:
    """The log as a host has it that names the formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    for _ in handling(handler):
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def failing() -> Iterator[None]:
    with registry.commands.temporarily():

        @incident_command(["page"])
        def page(incident: Incident, user_id: str, message: str) -> None:
            theirs.info("Paging")
            raise RuntimeError(f"No such team: {message}")

        yield


def page_in(incident: Incident, boxes: Boxes) -> Delivery:
    """``@incident page``, which fails."""
    channel = make_comms_channel(incident, is_private=incident.private)
    event = {"type": "app_mention", "user": "U1", "text": f"<@U0BOT> page {MARKER}"}
    event |= {"channel": channel.channel_id, "ts": "1.000100"}
    assert inbox.store(
        key="event:Ev1",
        kind=Delivery.Kind.EVENT,
        payload={"type": "event_callback", "event_id": "Ev1", "event": event},
        handlers=["command:page"],
        lane=channel.channel_id,
        incident=incident,
    )
    boxes.handle()
    return Delivery.objects.get(key="event:Ev1")


# -- what a record carries ------------------------------------------------------------------------


def test_a_failing_handler_reaches_logging_with_its_exception_and_what_it_is_about(
    boxes: Boxes, kept: Kept, failing: None
) -> None:
    incident = make_incident()
    delivery = page_in(incident, boxes)
    (record,) = kept.failures()
    assert record.exc_info
    assert str(record.exc_info[1]) == f"No such team: {MARKER}"
    found = vars(record)
    assert found["delivery"] == delivery.pk
    assert found["incident"] == incident.pk
    assert found["handler"] == "command:page"
    # The next line is about something else.
    ours.info("done")
    assert "delivery" not in vars(kept.records[-1])


def test_a_failing_call_says_which_it_was(boxes: Boxes, kept: Kept) -> None:
    incident = make_incident()
    Call.objects.all().delete()
    outbox.post("C1", "hello", incident=incident)
    call = Call.objects.get()
    boxes.slack.will_answer("chat.postMessage", SlackPermanentError("x", "is_archived"))
    boxes.send()
    found = [vars(record) for record in kept.failures() if "is parked" in record.getMessage()]
    assert [each["call"] for each in found] == [call.pk]
    assert found[0]["operation"] == "chat.postMessage"
    assert found[0]["incident"] == incident.pk


def test_what_is_stored_names_its_request_and_its_number(kept: Kept) -> None:
    with logs.about(request_id="r1"):
        assert inbox.store(key="k", kind="event", payload={}, handlers=["event:x"], lane="C1")
    delivery = Delivery.objects.get()
    (found,) = [vars(each) for each in kept.records if each.name == "response.slack.inbox"]
    assert (found["request_id"], found["delivery"]) == ("r1", delivery.pk)


def test_a_click_whose_handler_fails_in_the_request(kept: Kept) -> None:
    incident = make_incident()
    with registry.actions.temporarily():

        @action_handler("broken", opens_modal=True)
        def broken(context: Any) -> None:
            raise RuntimeError

        intake.receive_interaction(
            {
                "type": "block_actions",
                "user": {"id": "U1"},
                "trigger_id": "t1",
                "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1"},
                "channel": {"id": "C1"},
                "message": {"ts": "1.1", "text": ""},
                "actions": [{"type": "button", "action_id": "broken", "value": str(incident.pk)}],
            }
        )
    (record,) = kept.failures()
    assert vars(record)["handler"] == "action:broken"
    assert vars(record)["incident"] == incident.pk


def test_a_submission_whose_handler_fails(kept: Kept) -> None:
    incident = make_incident()
    with registry.modals.temporarily():

        @modal_handler("broken")
        def broken(context: Any) -> None:
            raise RuntimeError

        view = {"id": "V1", "callback_id": "broken", "private_metadata": str(incident.pk)}
        view |= {"state": {"values": {}}, "blocks": []}
        submission = {"type": "view_submission", "user": {"id": "U1"}, "view": view}
        assert isinstance(payloads.parse_interaction(submission), payloads.ViewSubmission)
        intake.receive_interaction(submission)
    (record,) = kept.failures()
    assert record.exc_info
    assert vars(record)["handler"] == "modal:broken"
    assert vars(record)["incident"] == incident.pk


def test_what_is_given_with_a_record_goes_first(kept: Kept) -> None:
    with logs.about(incident=1, handler=None), logs.about(delivery=2):
        ours.info("x", extra={"incident": 3})
    found = vars(kept.records[-1])
    assert (found["incident"], found["delivery"]) == (3, 2)
    assert "handler" not in found


def test_a_logger_that_is_asked_for_twice_stamps_once() -> None:
    assert logs.get_logger("response.tests") is ours
    assert len(ours.filters) == 1


# -- private incidents ----------------------------------------------------------------------------


def test_of_a_private_incident_the_json_has_numbers_and_the_kind_of_error(
    boxes: Boxes, lines: Any, failing: None
) -> None:
    incident = make_incident(MARKER, private=True)
    page_in(incident, boxes)
    (found,) = [line for line in lines() if line["level"] == "ERROR"]
    assert "RuntimeError at " in found["message"]
    assert found["handler"] == "command:page"
    assert found["incident"] == incident.pk
    assert "exception" not in found
    assert MARKER not in json.dumps(lines())


def test_of_a_public_one_it_has_the_traceback_in_one_line(
    boxes: Boxes, lines: Any, failing: None
) -> None:
    page_in(make_incident(), boxes)
    (found,) = [line for line in lines() if line["level"] == "ERROR"]
    assert f"RuntimeError: No such team: {MARKER}" in found["exception"]
    assert found["exception"].startswith("Traceback")
    # The host's own line, too, in the same handler.
    (paging,) = [line for line in lines() if line["message"] == "Paging"]
    assert paging["handler"] == "command:page"


# -- the formatter and the filter -----------------------------------------------------------------


def test_no_text_breaks_or_forges_a_line(lines: Any) -> None:
    nasty = 'x"\n{"level": "INFO"}\r\u2028\ud800 é'
    ours.info(nasty, extra={"note": nasty})
    (found,) = lines()
    assert (found["message"], found["note"]) == (nasty, nasty)


def test_a_line_has_time_level_logger_and_plain_extras(lines: Any) -> None:
    request = RequestFactory().get("/?token=secret")
    ours.warning("%s of %s", 1, 2, extra={"status_code": 404, "request": request})
    (found,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("time"))
    assert found == {
        "level": "WARNING",
        "logger": "response.tests",
        "message": "1 of 2",
        "status_code": 404,
    }


def test_a_stack_is_written_where_it_was_asked_for(lines: Any) -> None:
    ours.info("here", stack_info=True)
    assert "test_a_stack_is_written" in lines()[0]["stack"]


def test_a_host_names_filter_and_formatter_in_its_settings() -> None:
    stream = io.StringIO()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"about": {"()": "response.logs.ContextFilter"}},
            "formatters": {
                "json": {"()": "response.logs.JsonFormatter"},
                "line": {"format": "{message} {incident} {handler}", "style": "{"},
            },
            "handlers": {
                name: {
                    "class": "logging.StreamHandler",
                    "stream": stream,
                    "formatter": name,
                    "filters": ["about"],
                }
                for name in ("json", "line")
            },
            "loggers": {
                "acme.tests": {
                    "handlers": ["json", "line"],
                    "level": "INFO",
                    "propagate": False,
                }
            },
        }
    )
    try:
        with logs.about(incident=7):
            theirs.info("hello")
    finally:
        theirs.handlers.clear()
        theirs.propagate = True
    first, second = stream.getvalue().splitlines()
    assert json.loads(first)["incident"] == 7
    assert "handler" not in json.loads(first)
    assert second == "hello 7 -"


# -- request ids ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept_as_it_is"),
    [("abc-1.2:3", True), ("", False), ("x" * 129, False), ("a b", False), ('"\n', False)],
)
def test_an_id_that_a_proxy_gave_is_kept_if_it_is_one(given: str, kept_as_it_is: bool) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(logs.id_of(request))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    answer = logs.RequestIdMiddleware(view)(request)
    assert answer["X-Request-ID"] == seen[0]
    assert (seen[0] == given) is kept_as_it_is
    assert re.fullmatch(r"[\w.:-]{1,128}", seen[0])


def test_requests_of_slack_have_ids_of_their_own(kept: Kept, settings: Any) -> None:
    secret = settings.SLACK_SIGNING_SECRET
    for _ in range(2):
        assert challenge(secret).status_code == 200
    settings.MIDDLEWARE = ["response.logs.RequestIdMiddleware", *settings.MIDDLEWARE]
    answer = Client().post("/slack/event", headers={"X-Request-ID": "r1"})
    assert (answer.status_code, answer["X-Request-ID"]) == (403, "r1")
    assert [vars(each)["request_id"] for each in kept.records if each.levelname == "WARNING"] == [
        "r1"
    ]


# -- Sentry ---------------------------------------------------------------------------------------


class Sent(Transport):
    """Keeps the events that would leave."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events.append(envelope.get_event())


def test_sentry_gets_the_exception_and_what_it_is_about(boxes: Boxes, failing: None) -> None:
    sent = Sent()
    incident = make_incident()
    with sentry_sdk.isolation_scope(), sentry_sdk.new_scope() as scope:
        scope.set_client(
            sentry_sdk.Client("http://x@127.0.0.1/1", transport=sent, default_integrations=False)
        )
        for _ in handling(EventHandler(level=logging.ERROR)):
            delivery = page_in(incident, boxes)
    (event,) = sent.events
    (exception,) = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("RuntimeError", f"No such team: {MARKER}")
    expected = {"delivery": delivery.pk, "incident": incident.pk, "handler": "command:page"}
    assert expected.items() <= event["extra"].items()
