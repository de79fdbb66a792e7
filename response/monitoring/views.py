"""The URLs that programs look at; ``response.monitoring.urls`` says where, or your URLconf."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from response import database
from response.bearer import has_bearer
from response.conf import conf
from response.monitoring import health, metrics

View = Callable[[HttpRequest], HttpResponse]
PERMISSION = "response.view_metrics"
REFUSAL = (
    "This needs the header 'Authorization: Bearer <RESPONSE_METRICS_TOKEN>', or to be signed in "
    f"with the permission {PERMISSION}.\n"
)
NOT_INSTALLED = (
    "The metrics need prometheus-client: pip install 'django-incident-response[metrics]'.\n"
)


def _for_programs(view: View) -> View:
    """GET and HEAD, without a sign-in page, never kept by a cache, in no transaction."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Cache-Control"] = "no-store"
        return response

    public: View = login_not_required(database.in_no_transaction(require_safe(wrapper)))
    return public


@_for_programs
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all; asks nobody."""
    return JsonResponse({"status": health.OK})


@_for_programs
def healthz(request: HttpRequest) -> HttpResponse:
    """200 if requests may be sent here, 503 if not: for load balancers.

    Late work does not count, it is only told: no web process can mend it by getting no requests.
    """
    found = health.look(timezone.now())
    return _told(found, 200 if found.serves else 503)


@_for_programs
def working(request: HttpRequest) -> HttpResponse:
    """The same, and 503 also where work is late or nobody ticks: for who is to be woken up."""
    found = health.look(timezone.now())
    return _told(found, 200 if found.status == health.OK else 503)


@_for_programs
def open_metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for who holds the token or the permission."""
    if not may_read_metrics(request):
        return HttpResponse(REFUSAL, status=403, content_type="text/plain")
    if not metrics.available():
        return HttpResponse(NOT_INSTALLED, status=501, content_type="text/plain")
    text, content_type = metrics.exposition(timezone.now())
    return HttpResponse(text, content_type=content_type)


def may_read_metrics(request: HttpRequest) -> bool:
    """Whether it carries the token, or somebody is signed in who has the permission."""
    if has_bearer(request, conf.metrics_token):
        return True
    # There is none without Django's AuthenticationMiddleware.
    user = getattr(request, "user", None)
    return user is not None and bool(user.has_perm(PERMISSION))


def _told(found: health.Health, status: int) -> HttpResponse:
    return JsonResponse({"status": found.status, "checks": found.checks}, status=status)
