"""Settings that say who may read and write."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.contrib.auth.models import AnonymousUser
from django.core.checks import CheckMessage, Warning
from django.http import HttpRequest
from rest_framework.request import Request

from response import logs
from response.conf import conf

logger = logs.get_logger("response.checks")

Check = tuple[tuple[str, ...], Callable[[], list[CheckMessage]]]


def _api() -> list[CheckMessage]:
    if not anonymous_may_read():
        return []
    return [
        Warning(
            "The REST API is open: whoever reaches the site reads incidents without signing in.",
            hint="Have RESPONSE_API_PERMISSION ask for a signed-in user, as "
            "rest_framework.permissions.IsAuthenticated does. If your URLconf or a proxy asks for "
            "one, silence this check.",
            obj="RESPONSE_API_PERMISSION",
            id="response.W006",
        )
    ]


def _pages() -> list[CheckMessage]:
    if conf.login_required or conf.debug:
        return []
    return [
        Warning(
            "RESPONSE_LOGIN_REQUIRED is False: whoever reaches the site reads its pages.",
            hint="Set it to True, or silence this check where only people who may read them all "
            "reach the site.",
            obj="RESPONSE_LOGIN_REQUIRED",
            id="response.W007",
        )
    ]


def anonymous_may_read() -> bool:
    """Whether the list of incidents lets somebody through who is not signed in."""
    http = HttpRequest()
    http.method = "GET"
    request = Request(http)
    request.user = AnonymousUser()
    try:
        view = import_module("response.core.views").IncidentViewSet(request=request, action="list")
        return all(rule.has_permission(request, view) for rule in view.get_permissions())
    except Exception:
        # A host's own rule that fails lets nobody through, and is told of when it is called.
        logger.debug("The permissions of the REST API could not be tried", exc_info=True)
        return False


CHECKS: tuple[Check, ...] = (
    (("RESPONSE_API_PERMISSION",), _api),
    (("RESPONSE_LOGIN_REQUIRED",), _pages),
)
