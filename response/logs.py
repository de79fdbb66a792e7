"""What a line of the log is about: which request, delivery, incident, handler, call.

Each record of a logger of ours carries it as attributes, whatever the host configured: a JSON
formatter writes them, Sentry shows them, a format string names them. ``ContextFilter`` does the
same for other loggers. It is numbers and names only, never what people wrote.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

#: What a record may carry: a request's id; numbers of rows; a handler's reference, such as
#: ``command:close``; a call's operation or method, such as ``chat.postMessage``.
FIELDS = ("request_id", "delivery", "incident", "handler", "call", "operation")
# What every record has; the rest of its attributes was given with ``extra``.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PLAIN = (str, int, float, bool)
_REQUEST_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)
_NOTHING: Mapping[str, object] = MappingProxyType({})

_context: ContextVar[Mapping[str, object]] = ContextVar("response_log_context", default=_NOTHING)


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Within, what is logged is about this: values by the names in ``FIELDS``, None for none."""
    known = {name: value for name, value in fields.items() if value is not None}
    token = _context.set({**_context.get(), **known})
    try:
        yield
    finally:
        _context.reset(token)


def get_logger(name: str) -> logging.Logger:
    """The logger of that name; its records say what they are about."""
    logger = logging.getLogger(name)
    # Once, however often it is asked for.
    logger.addFilter(_stamp)
    return logger


def _stamp(record: logging.LogRecord) -> bool:
    for name, value in _context.get().items():
        # What was given with the record itself goes first.
        if getattr(record, name, None) is None:
            setattr(record, name, value)
    return True


class ContextFilter(logging.Filter):
    """For a handler, in ``LOGGING``: what other loggers write meanwhile is about the same.

    Every field is there, ``-`` where there is none, so that a format string may name it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        _stamp(record)
        for name in FIELDS:
            if not hasattr(record, name):
                setattr(record, name, "-")
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON, in ASCII, so that no text can break or forge a line.

    ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``; the fields that there are; what
    was given as ``extra``, where it is a text or a number; ``exception`` with its traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        then = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, object] = {
            "time": then.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        given = {name: value for name, value in vars(record).items() if name not in _OWN}
        for name, value in (*_context.get().items(), *given.items()):
            if isinstance(value, _PLAIN) and value != "-":
                line.setdefault(name, value)
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return json.dumps(line)


class RequestIdMiddleware:
    """Gives each request an id: its ``X-Request-ID``, as a proxy sets it, else a new one.

    The answer carries it, and so does what is logged meanwhile. It belongs at the top of
    ``MIDDLEWARE``. Slack's requests have ids without it, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        request_id = id_of(request)
        with about(request_id=request_id):
            response = self._get_response(request)
        response.headers.setdefault("X-Request-ID", request_id)
        return response


def id_of(request: HttpRequest) -> str:
    """The id that the request is logged under: what it came with, if that is one, or a new one."""
    known: Any = _context.get().get("request_id")
    given = request.headers.get("X-Request-ID", "")
    if known:
        return str(known)
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
