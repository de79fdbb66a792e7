"""What bad input meets: our URLs, an incident with its channel, and a Slack that answers.

The laws that hold whatever arrives are here, too: ``Town.judge``.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from typing import Any, NamedTuple, Self
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from response import database
from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import inbox
from response.slack.models import Call, CommsChannel, HandlerRun, SlackUser
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident, make_person

CHANNEL = "C0INC"
PEOPLE = ("U0ANA", "U0BOB", "W0CHIDI")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SLACKS = ("slash_command", "action", "event")
CRONS = ("cron_minute", "cron_daily")
# Most cases leave nothing to do, and the boxes' own look is for many lanes.
WAITING_RUN = f"SELECT 1 FROM {HandlerRun._meta.db_table} WHERE state = %s LIMIT 1"  # noqa: S608
WAITING_CALL = f"SELECT 1 FROM {Call._meta.db_table} WHERE state = %s LIMIT 1"  # noqa: S608
# A refusal names the field, in quotes, or says that it is about the whole body.
CLEAR = re.compile(r"'[^']+' |\A(?:The body|This request|This needs)")


class Reply(NamedTuple):
    """What we answered."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The answer as Slack reads it; an empty one says nothing."""
        return json.loads(self.text) if self.text else {}


class Fault(AssertionError):
    """A law was broken."""


class Town:
    """One incident, ana who reported it, bob and chidi; ``slack`` has what was sent to Slack."""

    def __init__(self, incident: Incident, log: _Log, slack: FakeSlack) -> None:
        self.incident = incident
        self.slack = slack
        self._log = log
        self._client = Client(raise_request_exception=False)

    @classmethod
    @contextmanager
    def built(cls) -> Iterator[Self]:
        """The town, within the transaction of a test."""
        log, slack = _Log(), FakeSlack()
        ana, *others = (_person(user_id) for user_id in PEOPLE)
        incident = make_incident("Cards are declined", reporter=ana, lead=others[0], severity="2")
        make_comms_channel(incident, channel_id=CHANNEL, channel_name="inc-cards")
        Call.objects.all().delete()
        with ExitStack() as stack:
            for opener in ("response.slack.connections", "slack_sdk.webhook.client"):
                name = "open_url" if opener.startswith("response") else "urlopen"
                stack.enter_context(mock.patch(f"{opener}.{name}", slack.open))
            stack.enter_context(log.listening())
            yield cls(incident, log, slack)

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """What happens within is undone, so that the next case finds the town as it was."""
        self._log.found.clear()
        self.slack.calls.clear()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    # -- what is sent to us -------------------------------------------------------------------

    def post(
        self, name: str, body: bytes, content_type: str = "", *, signed: bool = True, **headers: str
    ) -> Reply:
        """A request to one of our endpoints, with the signature (or bearer) that it needs."""
        if signed:
            headers = {**(_bearer() if name in CRONS else signature(body)), **headers}
        content_type = content_type or (JSON if name == "event" else FORM)
        answer = self._client.generic(
            "POST", f"/slack/{name}", data=body, content_type=content_type, headers=headers
        )
        return _reply(answer)

    def event(self, event: dict[str, Any], event_id: str = "Ev0FUZZ") -> Reply:
        """An event as Slack wraps it."""
        envelope = {"type": "event_callback", "event_id": event_id, "team_id": "T0", "event": event}
        return self.post("event", json.dumps(envelope).encode())

    def interaction(self, payload: dict[str, Any]) -> Reply:
        """A click or a submission."""
        return self.post("action", urlencode({"payload": json.dumps(payload)}).encode())

    # -- what follows, and the laws -----------------------------------------------------------

    def work(self) -> None:
        """Run every handler once, then send every call once."""
        if database.first_row(WAITING_RUN, ["pending"]):
            inbox.work(timezone.now)
        if not database.first_row(WAITING_CALL, ["pending"]):
            return
        outgoing = Sender(clock=timezone.now, pace=Unpaced())
        for lane in outgoing.due_lanes():
            outgoing.send_lane(lane)

    def judge(self, reply: Reply, about: object) -> None:
        """A clear answer, and nothing died of what arrived."""
        if reply.status >= 500 or reply.status < 200 or 300 <= reply.status < 400:
            raise Fault(f"HTTP {reply.status} to {about!r}: {reply.text[:300]} {self._log.found}")
        if reply.status >= 400 and not CLEAR.search(reply.text):
            raise Fault(f"HTTP {reply.status} says nothing of {about!r}: {reply.text[:300]!r}")
        self.judge_the_work(about)

    def judge_the_work(self, about: object) -> None:
        """Whatever a handler or a call failed with, it was not our mistake."""
        if self._log.found:
            raise Fault(f"{about!r} ended in {self._log.found}")

    def runs(self) -> dict[str, str]:
        """The state of each handler's run."""
        return dict(HandlerRun.objects.values_list("handler", "state"))


class FakeSlack:
    """Answers what slack_sdk sends; ``answers`` overrides that of a method with bytes."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: Callable[[str], bytes | None] = lambda method: None

    def open(self, request: urllib.request.Request, *args: Any, **kwargs: Any) -> Any:
        """In place of ``urlopen``."""
        method = urlsplit(request.full_url).path.rpartition("/")[2]
        sent = request.data if isinstance(request.data, bytes) else b""
        arguments = _arguments(sent, request.get_header("Content-type") or "")
        self.calls.append((method, arguments))
        headers = Message()
        headers["Content-Type"] = "application/json; charset=utf-8"
        forged = self.answers(method)
        body = json.dumps(believable(method, arguments)).encode() if forged is None else forged
        return _Answer(headers, body)

    def sent(self) -> str:
        """All that was sent, as JSON."""
        return json.dumps(self.calls, ensure_ascii=False)


class _Answer(io.BytesIO):
    def __init__(self, headers: Message, body: bytes) -> None:
        super().__init__(body)
        self.headers, self.status, self.code = headers, 200, 200


def _arguments(sent: bytes, content_type: str) -> dict[str, Any]:
    if "json" in content_type:
        return dict(json.loads(sent))
    return dict(parse_qsl(sent.decode(), keep_blank_values=True))


def believable(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What Slack would answer, as far as anybody reads it."""
    user_id, name = str(arguments.get("user", "U0")), str(arguments.get("name", "inc"))
    answers: dict[str, dict[str, Any]] = {
        "auth.test": {"user_id": "U0INCIDENT"},
        "chat.postMessage": {"ts": "1795200000.000200", "channel": arguments.get("channel", "")},
        "chat.update": {"ts": "1795200000.000200", "channel": arguments.get("channel", "")},
        "conversations.create": {"channel": {"id": "C0NEW", "name": name, "creator": "U0INCIDENT"}},
        "conversations.rename": {"channel": {"id": CHANNEL, "name": name}},
        "conversations.members": {"members": list(PEOPLE)},
        "users.info": {"user": {"id": user_id, "name": "somebody", "team_id": "T0"}},
        "users.list": {"members": [{"id": "U0NEW", "name": "new"}]},
    }
    return {"ok": True, **answers.get(method, {})}


class _Log(logging.Handler):
    """Exceptions that were caught and logged, but for those whose text is for people."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, ResponseError):
            self.found.append(f"{type(error).__name__}: {error} ({record.getMessage()[:200]})")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """To our loggers and to Django's."""
        loggers = [logging.getLogger(name) for name in ("response", "django.request")]
        try:
            for logger in loggers:
                logger.addHandler(self)
                # pytest would keep every line of 100,000 cases.
                logger.propagate = False
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)
                logger.propagate = True


def signature(body: bytes) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    now = str(int(time.time()))
    message = b"v0:" + now.encode() + b":" + body
    digest = hmac.new(settings.SLACK_SIGNING_SECRET.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={digest}"}


@contextmanager
def no_queries() -> Iterator[None]:
    """Within, a query is a fault."""

    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        raise Fault(f"A query: {sql}")

    with connection.execute_wrapper(refuse):
        yield


def _bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.RESPONSE_CRON_TOKEN}"}


def _reply(answer: HttpResponse) -> Reply:
    return Reply(answer.status_code, answer.content.decode(errors="replace"))


def _person(user_id: str) -> Any:
    person = make_person(user_id[2:].lower(), external_id=user_id)
    SlackUser.objects.create(user=person, team_id="T0", fetched_at=timezone.now())
    return person


def channel_of(incident: Incident) -> CommsChannel:
    """The incident's channel."""
    return CommsChannel.objects.get(incident=incident)
