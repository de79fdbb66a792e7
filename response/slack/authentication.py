"""Only Slack may post to us: every request carries a signature made with our signing secret.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from slack_sdk.signature import Clock, SignatureVerifier

from response.conf import conf

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
REFUSAL = "This request does not carry a valid signature of Slack.\n"


class BadSignature(PermissionDenied):
    """The request was not signed with one of our secrets in the last five minutes."""


def verify(request: HttpRequest, clock: Clock | None = None) -> None:
    """Raise ``BadSignature`` unless Slack signed ``request``; costs no query.

    Any of the secrets in ``SLACK_SIGNING_SECRET`` will do, so that one can be replaced.
    """
    secrets = conf.slack_signing_secrets
    if not secrets:
        raise BadSignature("SLACK_SIGNING_SECRET is not set")
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not any(_is_signed_with(s, request.body, timestamp, signature, clock) for s in secrets):
        raise BadSignature("the signature is missing, wrong, or older than five minutes")


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
    except BadSignature as reason:
        logger.warning("Refused a request to %s: %s", request.path, reason)
        return HttpResponseForbidden(REFUSAL, content_type="text/plain")
    return None


def _is_signed_with(
    secret: str, body: bytes, timestamp: str, signature: str, clock: Clock | None
) -> bool:
    try:
        verifier = SignatureVerifier(secret, clock or Clock())
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError, OverflowError):
        # A timestamp that is no number (or one beyond all clocks), a body that is not
        # UTF-8, a signature that is not ASCII, a secret of blanks.
        return False
