"""The pages' views: who may see the page, what it shows, which template."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from response.conf import conf
from response.core.access import missing_to_read
from response.decorators import response_csp, response_login_required
from response.ui.document import get_document
from response.ui.listing import ListQuery, get_listing


@response_csp
@response_login_required
def home(request: HttpRequest) -> HttpResponse:
    """The list of incidents; GET parameters ``status``, ``q`` and ``page``, all optional."""
    _require_reading(request)
    listing = get_listing(request.user, ListQuery.from_parameters(request.GET))
    return render(request, "response/home.html", {"listing": listing, **_about_the_site()})


@response_csp
@response_login_required
def incident_doc(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The document of one incident; 404 where it does not exist for this person."""
    _require_reading(request)
    document = get_document(request.user, incident_id)
    context = {"document": document, "incident": document.incident, **_about_the_site()}
    return render(request, "response/incident_doc.html", context)


def _require_reading(request: HttpRequest) -> None:
    """403 for who may not read incidents through the API either; open pages are for everybody."""
    missing = missing_to_read(request) if conf.login_required else []
    if missing:
        raise PermissionDenied(f"You need the permission {missing[0]}.")


def _about_the_site() -> dict[str, str]:
    return {
        "bot_name": conf.incident_bot_name,
        "time_zone": timezone.get_current_timezone_name(),
    }
