"""Where the sandbox may be: it impersonates people and signs as Slack.

``misplacements`` is about the project, ``refusal`` about one request. The system checks and
the guard of every view ask the same functions.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.module_loading import import_string

from response.sandbox import credentials
from response.sandbox.conf import conf
from response.sandbox.router import ALIAS, SandboxRouter

HOSTS = {"127.0.0.1", "localhost", "[::1]"}
# A proxy in front would make a stranger look like a neighbour.
PROXY_HEADERS = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")

Params = ParamSpec("Params")
Answer = TypeVar("Answer")


class Misplacement(NamedTuple):
    """One reason why the sandbox does not answer."""

    code: str
    problem: str
    hint: str


def misplacements() -> list[Misplacement]:
    """Everything about the project that forbids the sandbox."""
    return [found for found in map(_call, _CONDITIONS) if found is not None]


def refusal(request: HttpRequest) -> str:
    """Why this request is none of a person at this machine, or ``""``."""
    host = str(request.META.get("HTTP_HOST", "")).lower()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if name not in HOSTS:
        return "The sandbox answers to the hosts 127.0.0.1 and localhost only."
    if not _is_loopback(str(request.META.get("REMOTE_ADDR", ""))):
        return "The sandbox answers requests from this machine only."
    if any(request.META.get(header) for header in PROXY_HEADERS):
        return "The sandbox does not answer through a proxy."
    return ""


def guarded(
    view: Callable[Concatenate[HttpRequest, Params], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """404 where the sandbox must not be, 403 to whoever must not see it."""

    def guard(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if misplacements():
            raise Http404
        reason = refusal(request)
        if reason:
            return HttpResponseForbidden(reason, content_type="text/plain")
        return view(request, *args, **kwargs)

    return functools.update_wrapper(guard, view)


def _needs_debug() -> Misplacement | None:
    if conf.debug:
        return None
    return Misplacement(
        "E001",
        "response.sandbox is installed, but DEBUG is off.",
        "Remove it from INSTALLED_APPS: it impersonates people and is for development only.",
    )


def _needs_switch() -> Misplacement | None:
    if conf.enabled:
        return None
    return Misplacement(
        "E002",
        "response.sandbox is installed, but RESPONSE_SANDBOX is not on.",
        "Set RESPONSE_SANDBOX = True in the settings of the demo, or remove the app.",
    )


def _needs_own_secret() -> Misplacement | None:
    if conf.signing_secret.startswith(credentials.SIGNING_PREFIX):
        return None
    return Misplacement(
        "E003",
        "RESPONSE_SANDBOX_SIGNING_SECRET was not made by the sandbox.",
        "Take it from response.sandbox.credentials.load_or_create(path); "
        "never give the sandbox a real workspace's secret.",
    )


def _needs_own_token() -> Misplacement | None:
    if conf.token.startswith(credentials.BOT_PREFIX):
        return None
    return Misplacement(
        "E004",
        "RESPONSE_SANDBOX_TOKEN was not made by the sandbox.",
        "Take it from response.sandbox.credentials.load_or_create(path).",
    )


def _needs_loopback() -> Misplacement | None:
    wrong = [url for url in (conf.url, conf.app_url) if not _is_local_url(url)]
    if not wrong:
        return None
    return Misplacement(
        "E005",
        f"The sandbox would send to {', '.join(wrong)}, which is not this machine.",
        "RESPONSE_SANDBOX_URL and RESPONSE_SANDBOX_APP_URL begin with http://127.0.0.1.",
    )


def _needs_own_database() -> Misplacement | None:
    databases = conf.databases
    ours = databases.get(ALIAS)
    shared = ours is not None and any(
        alias != ALIAS and _place(other) == _place(ours) for alias, other in databases.items()
    )
    if ours is not None and not shared:
        return None
    return Misplacement(
        "E006",
        f"DATABASES has no alias {ALIAS!r} with a database of its own.",
        "Add one, a SQLite file for example; in the app's own file, calls would wait for "
        "themselves.",
    )


def _needs_router() -> Misplacement | None:
    routers = [import_string(r) if isinstance(r, str) else type(r) for r in conf.database_routers]
    if SandboxRouter in routers:
        return None
    return Misplacement(
        "E007",
        "DATABASE_ROUTERS lacks response.sandbox.router.SandboxRouter.",
        'Add "response.sandbox.router.SandboxRouter" to DATABASE_ROUTERS.',
    )


_CONDITIONS: tuple[Callable[[], Misplacement | None], ...] = (
    _needs_debug,
    _needs_switch,
    _needs_own_secret,
    _needs_own_token,
    _needs_loopback,
    _needs_own_database,
    _needs_router,
)


def _call(condition: Callable[[], Answer]) -> Answer:
    return condition()


def _place(database: dict[str, object]) -> tuple[object, ...]:
    """Which database it is; a SQLite file by its whole path."""
    name = str(database.get("NAME", ""))
    if str(database.get("ENGINE", "")).endswith("sqlite3"):
        return (str(Path(name).resolve()),)
    return (name, str(database.get("HOST", "")), str(database.get("PORT", "")))


def _is_local_url(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "http" and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
