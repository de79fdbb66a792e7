"""One HTTP request to Slack: how its arguments are sent and what its failures mean.

Every failure leaves as a ``SlackError``. Nothing is sent twice: slack_sdk's retry handlers
re-send a POST whose answer was lost, so they are off, and whoever calls decides.
"""

from __future__ import annotations

import http.client
import json
import logging
import re
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from response.slack import connections, meter
from response.slack.errors import (
    SlackAuthError,
    SlackCallInTransaction,
    SlackError,
    SlackPermanentError,
    SlackUnavailable,
    error_for,
)

SLACK_API_URL = "https://slack.com/api/"
RESPONSE_URL_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
# Methods whose arguments nest; the others take forms only, or take them as well.
JSON_METHODS = ("chat.", "views.", "dialog.")
# Seconds: where a 429 names none, and the least (it is no invitation to hurry) and the most
# that is believed.
DEFAULT_RETRY_AFTER = 10.0
SHORTEST_RETRY_AFTER = 1.0
LONGEST_RETRY_AFTER = 3600.0

logger = logging.getLogger("response.slack.transport")

# A level of its own: at DEBUG the SDK writes message bodies, some of them of private
# incidents, and what it logs as errors is raised here.
_sdk_logger = logging.getLogger("response.slack.sdk")
_sdk_logger.setLevel(logging.CRITICAL)
# logging.dictConfig, whenever it names "response", takes levels back, and leaves filters.
_sdk_logger.addFilter(lambda record: record.levelno >= logging.CRITICAL)

# LookupError: an answer in a charset that Python does not know.
TRANSPORT_ERRORS = (
    SlackClientError,
    OSError,
    http.client.HTTPException,
    ValueError,
    LookupError,
)

# None where calls may be made; else whether those of a host's code are let through.
_forbidden: ContextVar[bool | None] = ContextVar("response_slack_calls_forbidden", default=None)


@contextmanager
def forbid_calls(*, hosts_may: bool = False) -> Iterator[None]:
    """Make every Slack call within raise ``SlackCallInTransaction``.

    For code that runs inside a transaction: a call made there cannot be rolled back, and
    holds row locks for as long as Slack takes.

    ``hosts_may``: around our own handlers, which make none. So whoever calls there is a host's
    receiver of a signal; in 0.5.1 those could, and they can, with a warning in the log.
    """
    token = _forbidden.set(hosts_may)
    try:
        yield
    finally:
        _forbidden.reset(token)


class _Client(WebClient):
    """slack_sdk's client, which would open a connection for every call.

    The method is none of its public ones: it is there from 3.35, the oldest that we take, and a
    test looks whether it still is. Should it go, slack_sdk opens its own connections again.
    """

    def _perform_urllib_http_request_internal(
        self, url: str, req: urllib.request.Request
    ) -> dict[str, Any]:
        if self.proxy is not None or self.ssl is not None or not url.startswith("http"):
            # A host that sets these is obeyed; other kinds of URL are refused.
            return dict(super()._perform_urllib_http_request_internal(url, req))
        with connections.open_url(req, timeout=self.timeout) as answer:
            content: bytes = answer.read()
            headers = answer.headers
            is_text = headers.get_content_type() != "application/gzip"
            body = content.decode(headers.get_content_charset() or "utf-8") if is_text else content
            return {"status": answer.code, "headers": headers, "body": body}


class _Webhook(WebhookClient):
    """The same for what is posted to a ``response_url``; this method is there from 3.35, too."""

    def _perform_http_request_internal(
        self, url: str, req: urllib.request.Request
    ) -> WebhookResponse:
        if self.proxy is not None or self.ssl is not None or not url.startswith("http"):
            answered: WebhookResponse = super()._perform_http_request_internal(url, req)
            return answered
        with connections.open_url(req, timeout=self.timeout) as answer:
            headers: Any = answer.headers
            body = answer.read().decode(headers.get_content_charset() or "utf-8")
            status = int(answer.code or 0)
            return WebhookResponse(url=url, status_code=status, body=body, headers=headers)


def make_web_client(token: str, base_url: str | None, timeout: float) -> WebClient:
    """A slack_sdk client that never retries. ``timeout`` is in seconds, for each network step."""
    # slack_sdk annotates the timeout as int and hands it to urllib, which takes fractions.
    options: dict[str, Any] = {"timeout": timeout}
    web = _Client(
        token=token,
        base_url=base_url or SLACK_API_URL,
        retry_handlers=[],
        logger=_sdk_logger,
        **options,
    )
    # slack_sdk would use HTTPS_PROXY whatever NO_PROXY says; urllib by itself obeys both.
    web.proxy = None
    return web


def send(web: WebClient, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``method`` and return Slack's answer; raises ``SlackError`` for anything but ok."""
    response = exchange(web, method, arguments)
    return dict(response.data) if isinstance(response.data, dict) else {"ok": True}


def exchange(web: WebClient, method: str, arguments: Mapping[str, Any]) -> SlackResponse:
    """The same with the headers of the answer; those of a refusal are its ``__cause__``'s."""
    _refuse_if_forbidden(method)
    _check_token(web.token or "")
    with meter.slack_call(method):
        return _exchange(web, method, arguments)


def _exchange(web: WebClient, method: str, arguments: Mapping[str, Any]) -> SlackResponse:
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        if method.startswith(JSON_METHODS):
            return web.api_call(method, json=given)
        return web.api_call(method, params=_form_fields(given))
    except SlackApiError as refusal:
        raise _refused(method, refusal.response) from _without_frames(refusal)
    except TRANSPORT_ERRORS as failure:
        raise _failed(method, failure) from _without_frames(failure)
    except (AttributeError, RecursionError, TypeError) as failure:
        # slack_sdk takes any JSON for an object, however deep.
        raise SlackUnavailable(
            f"Slack's answer to '{method}' is no JSON object", may_have_happened=True
        ) from _without_frames(failure)


def post_to_response_url(
    url: str, body: Mapping[str, Any], *, base_url: str | None, timeout: float
) -> None:
    """Post ``body`` to the ``response_url`` of an interaction, on Slack's host only.

    Slack takes 5 posts within 30 minutes; after that it is a ``SlackPermanentError``.
    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """
    _refuse_if_forbidden("response_url")
    if not is_slack_url(url, base_url):
        raise SlackPermanentError("The response_url is not on Slack's host; nothing was sent to it")
    options: dict[str, Any] = {"timeout": timeout}
    webhook = _Webhook(url, retry_handlers=[], logger=_sdk_logger, **options)
    webhook.proxy = None
    with meter.slack_call("response_url"):
        try:
            response = webhook.send_dict(dict(body))
        except TRANSPORT_ERRORS as failure:
            raise _failed("response_url", failure) from _without_frames(failure)
        if response.status_code != 200:
            raise _http_failure("response_url", response.status_code, response.headers)


def is_slack_url(url: str, base_url: str | None) -> bool:
    """Whether ``url`` is one that Slack (or the configured stand-in) may have given us."""
    try:
        target, ours = urlsplit(url), urlsplit(base_url or SLACK_API_URL)
        if target.scheme == "https" and target.netloc in RESPONSE_URL_HOSTS:
            return True
        return bool(base_url) and (target.scheme, target.netloc) == (ours.scheme, ours.netloc)
    except ValueError:
        return False


def _refuse_if_forbidden(method: str) -> None:
    hosts_may = _forbidden.get()
    if hosts_may:
        logger.warning(
            "'%s' was called inside a transaction, by a receiver of a signal: others wait for as "
            "long as Slack takes, and if Slack fails, the change is undone. Ask for it instead, "
            "for example with comms_channel.post_in_channel(…): it is sent after commit.",
            method,
        )
    elif hosts_may is not None:
        raise SlackCallInTransaction(
            f"'{method}' was called inside a transaction. Ask for it instead, for example with "
            "comms_channel.post_in_channel(…): it is sent after commit. Or register the handler "
            "without atomic=True, then it may call Slack itself."
        )


def _check_token(token: str) -> None:
    if not token:
        raise SlackAuthError("No Slack token is configured: set SLACK_TOKEN", "not_authed")
    if not token.isascii() or not token.isprintable():
        raise SlackAuthError(
            "The Slack token holds characters that no token has: copy SLACK_TOKEN again",
            "invalid_auth",
        )


def _form_fields(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _form_value(value) for name, value in arguments.items()}


def _form_value(value: Any) -> Any:
    """Lists of names go comma-separated, anything that nests as JSON."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value)
    return value


def _refused(method: str, response: Any) -> SlackError:
    """The error for an answer that slack_sdk did not accept."""
    status = int(response.status_code)
    answer = response.data if isinstance(response.data, dict) else {}
    code = str(answer.get("error") or "")
    # For an answer that is no JSON the SDK puts a sentence where the code should be.
    if status >= 500 or not re.fullmatch(r"[\w.:/-]{1,100}", code):
        return _http_failure(method, status, response.headers)
    if status == 429:
        code = "ratelimited"
    return error_for(
        method, code, detail=_detail(answer), retry_after=_retry_after(response.headers)
    )


def _http_failure(method: str, status: int, headers: Mapping[str, Any]) -> SlackError:
    if status == 429:
        return error_for(method, "ratelimited", retry_after=_retry_after(headers))
    if status in (403, 404, 410) and method == "response_url":
        return SlackPermanentError("The response_url is used up or expired", "used_url")
    return SlackUnavailable(
        f"Slack answered '{method}' with HTTP {status} and no result",
        may_have_happened=status < 400 or status >= 500,
    )


def _failed(method: str, failure: Exception) -> SlackError:
    """The error for a request that got no answer.

    urllib wraps what fails before the whole request is out in ``URLError``; what fails
    after that comes bare, and Slack may have done the work.
    """
    if isinstance(failure, UnicodeEncodeError):
        return SlackPermanentError(f"The arguments of '{method}' are no valid text", "invalid_json")
    sent = not isinstance(failure, (URLError, SlackClientError, http.client.InvalidURL))
    # What http.client says of an address quotes it.
    said = "" if isinstance(failure, http.client.InvalidURL) else str(failure)
    reason = getattr(failure, "reason", None) or said or type(failure).__name__
    return SlackUnavailable(
        f"Slack could not be reached for '{method}': {reason}", may_have_happened=sent
    )


def _without_frames(error: BaseException) -> BaseException:
    """The error without its traceback: the frames of slack_sdk and urllib hold our token.

    Error reports show the variables of frames, those of causes, too.
    """
    chained: BaseException | None = error
    while chained is not None:
        chained.__traceback__ = None
        chained = chained.__cause__ or chained.__context__
    return error


def _detail(answer: Mapping[str, Any]) -> str:
    """What Slack says beyond its code: the missing scope, or where a block is wrong."""
    if answer.get("needed"):
        return f"needed scope: {answer['needed']}"
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(str(line) for line in messages) if isinstance(messages, list) else ""


def _retry_after(headers: Mapping[str, Any]) -> float:
    named = {str(name).lower(): value for name, value in headers.items()}
    try:
        seconds = float(named.get("retry-after", DEFAULT_RETRY_AFTER))
    except (TypeError, ValueError):
        return DEFAULT_RETRY_AFTER
    return min(max(SHORTEST_RETRY_AFTER, seconds), LONGEST_RETRY_AFTER)
