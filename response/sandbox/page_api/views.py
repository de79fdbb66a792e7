"""The page, and the dispatch of its requests: GET reads, POST acts."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_GET

from response.sandbox import seed, state
from response.sandbox.conf import conf
from response.sandbox.errors import ApiError
from response.sandbox.page_api import acts, reads
from response.sandbox.safety import guarded

# What people and apps write is shown there: nothing but our own scripts may run, and they may
# make nodes only, no HTML.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
STATUS = {"operation_timeout": 504, "dispatch_failed": 502}


@guarded
@require_GET
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The workspace in the browser. What it shows comes from ``ui/``."""
    context = {
        "ui_base": reverse("response_sandbox:page") + "ui/",
        "team_name": seed.TEAM_NAME,
        "app_url": conf.app_url,
    }
    headers = {"Content-Security-Policy": POLICY}
    return HttpResponse(
        render_to_string("response_sandbox/workspace.html", context, request), headers=headers
    )


@guarded
@csrf_protect
def ui(request: HttpRequest, name: str) -> HttpResponse:
    """One read or act of the page; a refusal says why, to a person."""
    try:
        return JsonResponse({"ok": True, **_answer(request, name)})
    except ApiError as error:
        status = STATUS.get(error.code, 404 if error.code.endswith("not_found") else 400)
        return _refused(status, error.code, error.text())
    except state.NotSeeded as error:
        return _refused(503, "not_seeded", str(error))


def _answer(request: HttpRequest, name: str) -> dict[str, Any]:
    if request.method == "GET":
        read = reads.READS.get(name)
        if read is not None:
            return read(request.GET.dict())
    elif request.method == "POST":
        act = acts.ACTS.get(name)
        if act is not None:
            return act(_body(request))
    raise ApiError("endpoint_not_found", f"There is no {request.method} {name}.")


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("invalid_json")
    return body


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"ok": False, "error": code, "message": message}, status=status)
