"""Only Slack may post to us: every request carries a signature made with our signing secret.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, UnreadablePostError
from slack_sdk.signature import Clock, SignatureVerifier

from response import logs
from response.conf import conf

logger = logs.get_logger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
REFUSAL = "This request does not carry a valid signature of Slack.\n"
TOO_LONG = "The body of this request is longer than any of Slack's.\n"
# Bytes: as much as Django itself takes by default, and many times what Slack sends.
LONGEST_BODY = 2_621_440
# Seconds that a request may be old, or from the future.
LARGEST_AGE = 300
_TIMESTAMP = re.compile("[0-9]{1,12}")
_SIGNATURE = re.compile("v0=[0-9a-f]{64}")


class BadSignature(PermissionDenied):
    """The request was not signed with one of our secrets in the last five minutes."""


class BodyTooLong(BadSignature):
    """The body is longer than any that Slack sends; nobody computed its signature."""


def verify(request: HttpRequest, clock: Clock | None = None) -> None:
    """Raise ``BadSignature`` unless Slack signed ``request``; costs no query.

    Any of the secrets in ``SLACK_SIGNING_SECRET`` will do, so that one can be replaced. The body
    is read only once the headers look right, and hashed only if it is as short as Slack's are.
    """
    secrets = conf.slack_signing_secrets
    if not secrets:
        raise BadSignature("SLACK_SIGNING_SECRET is not set")
    # The test client hands over what it was given, and hosts' tests of old give a number.
    timestamp = str(request.headers.get("X-Slack-Request-Timestamp", ""))
    signature = request.headers.get("X-Slack-Signature", "")
    if not _is_recent(timestamp, clock or Clock()) or not _SIGNATURE.fullmatch(signature):
        raise BadSignature("the signature is missing, or older than five minutes")
    body = _body(request)
    if not any(_is_signed_with(s, body, timestamp, signature, clock) for s in secrets):
        raise BadSignature("the signature is wrong")


def slack_authenticate(view: View) -> View:
    """Answer 403 instead of calling ``view`` where Slack did not sign the request.

    The answer is plain text: a 403 page of the host could query the database.
    """
    if iscoroutinefunction(view):
        return cast("View", _guard_async(view))

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _refusal(request) or view(request, *args, **kwargs)

    return cast("View", guarded)


def generate_signature(timestamp: str | int, secret: str, data: bytes) -> str:
    """The signature of body ``data``: ``v0=`` and a hexadecimal HMAC-SHA256."""
    signed = f"v0:{timestamp}:".encode() + data
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _guard_async(view: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _refusal(request) or await view(request, *args, **kwargs)

    return guarded


def _refusal(request: HttpRequest) -> HttpResponse | None:
    try:
        verify(request)
    except BodyTooLong as reason:
        logger.warning("Refused a request to %s: %s", request.path, reason)
        return HttpResponse(TOO_LONG, status=413, content_type="text/plain")
    except BadSignature as reason:
        logger.warning("Refused a request to %s: %s", request.path, reason)
        return HttpResponseForbidden(REFUSAL, content_type="text/plain")
    return None


def _is_recent(timestamp: str, clock: Clock) -> bool:
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(clock.now() - int(timestamp)) <= LARGEST_AGE


def _body(request: HttpRequest) -> bytes:
    """The body, of which no more is read than Django and we allow; raises ``BadSignature``."""
    problem = f"the body is longer than {LONGEST_BODY} bytes, or than the site allows"
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise BodyTooLong(problem)
        body = request.body
    except RequestDataTooBig as refusal:
        raise BodyTooLong(problem) from refusal
    except (UnreadablePostError, ValueError) as failure:
        # The connection ended within it, or its length is no number.
        raise BadSignature("the body could not be read") from failure
    # It may have come in pieces, and said nothing of its length.
    if len(body) > LONGEST_BODY:
        raise BodyTooLong(problem)
    return body


def _is_signed_with(
    secret: str, body: bytes, timestamp: str, signature: str, clock: Clock | None
) -> bool:
    try:
        verifier = SignatureVerifier(secret, clock or Clock())
        return verifier.is_valid(body, timestamp, signature)
    except ValueError:
        # A body that is not UTF-8, a secret of blanks.
        return False
