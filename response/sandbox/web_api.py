"""Slack's Web API: who calls, may it, and what comes of it.

``call`` serves a test in this process, ``http.api`` the network.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from response.sandbox import clock, faults, state
from response.sandbox.arguments import Arguments
from response.sandbox.conf import conf
from response.sandbox.errors import ApiError
from response.sandbox.methods import registry
from response.sandbox.models import ApiCall, User

# Removed in 2021, except for the last, which went in 2025.
GONE = ("channels.", "groups.", "im.", "mpim.", "files.upload")
Object = dict[str, Any]


class ConnectionDropped(Exception):
    """The caller gets no answer, whether or not the work was done."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes over the wire. ``dropped``: nothing does."""

    body: Object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


def call(method: str, params: Mapping[str, Any], token: str = "") -> Object:
    """The answer as JSON. ``ConnectionDropped`` when a fault swallows it."""
    answered = answer(method, params, token)
    if answered.dropped:
        raise ConnectionDropped(method)
    return answered.body


def answer(method: str, params: Mapping[str, Any], token: str = "") -> Answer:
    """Serve one call, disturbed as the faults say, and log it."""
    started = clock.now()
    plan = faults.plan_call(method)
    clock.sleep(plan.latency)
    answered = _disturbed(plan) or _served(plan, method, params, token)
    _log(method, params, answered, started)
    return answered


def _disturbed(plan: faults.Plan) -> Answer | None:
    """An answer for which nothing is done."""
    if plan.fault == "outage":
        return Answer(dropped=True)
    if plan.fault == "rate_limit":
        body = {"ok": False, "error": "ratelimited"}
        return Answer(status=429, headers={"Retry-After": str(plan.retry_after)}, body=body)
    if plan.fault == "server_error":
        return Answer(status=plan.status, body={"ok": False, "error": "service_unavailable"})
    if plan.fault == "error":
        return Answer(body={"ok": False, "error": plan.error_code})
    return None


def _served(plan: faults.Plan, method: str, params: Mapping[str, Any], token: str) -> Answer:
    try:
        body = {"ok": True, **_run(method, params, token)}
    except ApiError as error:
        body = error.answer()
    return Answer(body=body, headers=_granted(body), dropped=plan.fault == "drop_after_work")


def _granted(body: Object) -> Mapping[str, str]:
    """What Slack tells of the token in a header, with refusals too, except of the token itself."""
    if body.get("error") in ("not_authed", "invalid_auth"):
        return {}
    return {"X-OAuth-Scopes": ",".join(state.team().scopes)}


def _run(name: str, params: Mapping[str, Any], token: str) -> Object:
    method = registry.find(name)
    if method is None:
        gone = name.startswith(GONE)
        raise ApiError("method_deprecated" if gone else "unknown_method", req_method=name)
    args = Arguments(params)
    _authenticate(token or args.string("token"))
    with state.change() if method.writes else nullcontext():
        team = state.team()
        if method.scopes and not set(method.scopes) & set(team.scopes):
            needed, provided = ",".join(method.scopes), ",".join(team.scopes)
            raise ApiError("missing_scope", needed=needed, provided=provided)
        args.refuse_unknown(method.arguments)
        bot = User.objects.get(id=team.bot_user_id)
        return method.handler(registry.Call(args=args, team=team, bot=bot))


def _authenticate(token: str) -> None:
    if not token:
        raise ApiError("not_authed")
    if not conf.token or not hmac.compare_digest(token.encode(), conf.token.encode()):
        raise ApiError("invalid_auth")


def _log(method: str, params: Mapping[str, Any], answered: Answer, started: float) -> None:
    with state.writing():
        row = ApiCall.objects.create(
            method=method[:80],
            params={name: value for name, value in params.items() if name != "token"},
            answer=answered.body,
            status=answered.status,
            dropped=answered.dropped,
            at=started,
            ms=max(0, round((clock.now() - started) * 1000)),
        )
        if row.pk % 100 == 0:
            ApiCall.objects.filter(pk__lte=row.pk - conf.keep).delete()
