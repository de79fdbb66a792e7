"""Slack's HTTP side: the Web API under ``api/``, response URLs under ``hooks/``.

Whoever calls has the bot's token, or a response URL's: there is no session, hence no CSRF.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from response.sandbox import clock, faults, responses, triggers, web_api
from response.sandbox.errors import ApiError
from response.sandbox.safety import guarded
from response.sandbox.state import NotSeeded


def serve_api(request: HttpRequest, method: str) -> HttpResponse:
    """One Web API call, form or JSON, always 200 unless a fault says otherwise."""
    try:
        answer = web_api.answer(method, _params(request), _bearer(request))
    except ApiError as error:
        return JsonResponse(error.answer())
    except NotSeeded as error:
        body = {
            "ok": False,
            "error": "fatal_error",
            "response_metadata": {"messages": [str(error)]},
        }
        return JsonResponse(body)
    if answer.dropped:
        return _drop(request)
    if answer.status >= 500:
        # What a broken gateway says is not JSON.
        return HttpResponse("upstream unavailable", status=answer.status, content_type="text/plain")
    return JsonResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def serve_hook(request: HttpRequest, token: str) -> HttpResponse:
    """A ``response_url``; the body is JSON."""
    plan = faults.plan_call("response_url")
    clock.sleep(plan.latency)
    if plan.fault == "outage":
        return _drop(request)
    if plan.fault in {"rate_limit", "server_error", "error"}:
        status = 429 if plan.fault == "rate_limit" else plan.status
        headers = {"Retry-After": str(plan.retry_after)} if status == 429 else {}
        return HttpResponse("unavailable", status=status, headers=headers)
    try:
        payload = responses.parse(request.body.decode())
        responses.answer_url(triggers.use_response_url(token), payload)
    except UnicodeDecodeError:
        return HttpResponse("invalid_payload", status=400, content_type="text/plain")
    except ApiError as error:
        status = 404 if error.code in {"invalid_url", "expired_url", "used_url"} else 400
        return JsonResponse(error.answer(), status=status)
    if plan.fault == "drop_after_work":
        return _drop(request)
    return HttpResponse("ok", content_type="text/plain")


# As views, for whoever may be here; the other two serve tests in this process.
api = csrf_exempt(guarded(serve_api))
hook = csrf_exempt(guarded(serve_hook))


def _params(request: HttpRequest) -> dict[str, Any]:
    if request.method == "GET":
        # A token in the address is refused by Slack since 2021.
        return {name: value for name, value in request.GET.items() if name != "token"}
    if request.content_type != "application/json":
        return dict(request.POST.items())
    if not request.body:
        return {}
    try:
        params = json.loads(request.body)
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(params, dict):
        raise ApiError("json_not_object")
    return params


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _drop(request: HttpRequest) -> HttpResponse:
    """Close the connection without an answer, or, where the server hides its socket, within one.

    The second way is an answer that is shorter than it says: the caller sees it cut off.
    """
    sock = request.META.get("gunicorn.socket") or _socket_below(request.META.get("wsgi.input"))
    if sock is not None:
        sock.shutdown(socket.SHUT_RDWR)
    return HttpResponse(b"", headers={"Content-Length": "1", "Connection": "close"})


def _socket_below(stream: Any) -> socket.socket | None:
    """The socket of Django's own servers, under the layers that limit and buffer it."""
    for _ in range(5):
        if stream is None or isinstance(stream, socket.socket):
            return stream
        read = getattr(stream, "_read", None)  # django.core.handlers.wsgi.LimitedStream
        stream = (
            getattr(read, "__self__", None)
            or getattr(stream, "raw", None)
            or getattr(stream, "_sock", None)
        )
    return None
