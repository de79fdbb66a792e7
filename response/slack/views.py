"""The five URLs that Slack, or the host's cron, calls: verify, parse, store, answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from response import database, logs
from response.background import schedule_drain
from response.bearer import has_bearer
from response.conf import conf
from response.error_reports import report_without_payload
from response.slack import declare, intake, payloads, retention, tick
from response.slack.authentication import slack_authenticate
from response.slack.payloads import EventCallback, MalformedPayload, SslCheck, UrlVerification

logger = logs.get_logger("response.slack.views")

View = Callable[[HttpRequest], HttpResponse]
# For how long cron's request deletes what is old: others may want this thread.
PRUNE_SECONDS = 0.5


def _from_slack(view: View) -> View:
    """A POST that Slack signed; malformed ones are told which field is wrong.

    Never in ATOMIC_REQUESTS' transaction: what is stored must be committed before Slack hears
    200, and Slack must not be called within one.
    """

    @wraps(view)
    @sensitive_variables()
    def wrapper(request: HttpRequest) -> HttpResponse:
        with logs.about(request_id=logs.id_of(request)):
            try:
                return view(request)
            except MalformedPayload as malformed:
                logger.warning("Refused a payload at %s: %s", request.path, malformed)
                return HttpResponse(str(malformed), status=400, content_type="text/plain")

    return _by_machines(report_without_payload(require_POST(slack_authenticate(wrapper))))


def _by_machines(view: View) -> View:
    """Neither Slack nor cron has a session: what they send shows whose it is by itself."""
    return login_not_required(csrf_exempt(database.in_no_transaction(view)))


def _form(request: HttpRequest) -> QueryDict:
    """The form in the body; one that Django cannot read is malformed like any other."""
    try:
        return request.POST
    except (BadRequest, MultiPartParserError, SuspiciousOperation) as failure:
        raise MalformedPayload(f"The body is no form that can be read: {failure}") from failure


@_from_slack
def slash_command(request: HttpRequest) -> HttpResponse:
    """``/incident``: opens the declare modal at once.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    command = payloads.parse_slash_command(_form(request))
    if isinstance(command, SslCheck):
        return HttpResponse()
    reply = declare.open_declare_modal(command)
    return JsonResponse(reply) if reply else HttpResponse()


@_from_slack
def action(request: HttpRequest) -> HttpResponse:
    """Buttons, selects, modals, shortcuts.

    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    reply = intake.receive_interaction(payloads.load_json(_form(request).get("payload", "")))
    return JsonResponse(reply) if reply else HttpResponse()


@_from_slack
def event(request: HttpRequest) -> HttpResponse:
    """The Events API. https://docs.slack.dev/apis/events-api"""
    payload = payloads.load_json(request.body)
    parsed = payloads.parse_event(payload)
    if isinstance(parsed, UrlVerification):
        return HttpResponse(parsed.challenge, content_type="text/plain")
    if isinstance(parsed, EventCallback):
        intake.receive_event(payload, parsed)
    else:
        logger.warning("Slack sent an envelope of type %r; it is ignored", parsed.type)
    return HttpResponse()


def _from_cron(view: View) -> View:
    """A request of the host's scheduler, by GET or POST, with the token as a bearer."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        if has_bearer(request, conf.cron_token):
            return view(request)
        return HttpResponse(
            "This needs the header 'Authorization: Bearer <RESPONSE_CRON_TOKEN>': set "
            "RESPONSE_CRON_TOKEN in the settings and give it to your cron, or run "
            "'manage.py response_tick' every minute instead.\n",
            status=403,
            content_type="text/plain",
        )

    return _by_machines(wrapper)


@_from_cron
def cron_minute(request: HttpRequest) -> HttpResponse:
    """What must happen every minute; as ``manage.py response_tick``, without waiting for it."""
    tick.tick(timezone.now())
    schedule_drain()
    retention.prune(timezone.now(), seconds=PRUNE_SECONDS)
    return HttpResponse()


@_from_cron
def cron_daily(request: HttpRequest) -> HttpResponse:
    """Learn who is in the workspace now, without waiting for it; the tick does so daily, too."""
    tick.daily(timezone.now())
    return HttpResponse()
