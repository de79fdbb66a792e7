"""The only module that reads Django's settings: one typed, documented property for each.

Nothing is cached, so that ``override_settings`` works and a secret can be rotated by a
reload of the settings alone. Import the instance: ``from response.conf import conf``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

_BLOCK_TAGS = ("blockquote", "hr", "li", "ol", "p", "pre", "ul")
_HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE_TAGS = (
    "a",
    "abbr",
    "b",
    "br",
    "code",
    "del",
    "em",
    "i",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
)
_TABLE_TAGS = ("table", "tbody", "td", "th", "thead", "tr")
DEFAULT_MARKDOWN_TAGS = frozenset(_BLOCK_TAGS + _HEADING_TAGS + _INLINE_TAGS + _TABLE_TAGS)
DEFAULT_MARKDOWN_ATTRIBUTES: Mapping[str, Iterable[str]] = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "td": ("align",),
    "th": ("align",),
}
# What a host's function may be asked about: nothing that runs, or whose URL is not looked at.
_HARMLESS_ATTRIBUTES = (
    "abbr align alt axis bgcolor border cellpadding cellspacing char charoff class clear color "
    "cols colspan compact coords datetime dir disabled download face headers height hidden high "
    "href hreflang hspace id ismap label lang loading low max media min name noshade nowrap open "
    "optimum role rowspan rows rules scope shape size span src start style summary tabindex "
    "target title translate type usemap valign value vspace width"
)
AttributeFunction = Callable[[str, str, str], object]


def _attribute_names(rule: str | Iterable[str] | AttributeFunction) -> set[str]:
    if callable(rule):
        return set(_HARMLESS_ATTRIBUTES.split())
    return {rule} if isinstance(rule, str) else set(rule)


class Conf:
    """What the host configured, with the default where it configured nothing."""

    def _get(self, name: str, default: Any) -> Any:
        return getattr(settings, name, default)

    def _string(self, name: str, default: str = "") -> str:
        return str(self._get(name, None) or default)

    # -- the site ---------------------------------------------------------------------

    @property
    def site_url(self) -> str:
        """``SITE_URL``: where people's browsers reach this site; links in Slack begin with it."""
        return self._string("SITE_URL", "http://localhost:8000")

    @property
    def login_required(self) -> bool:
        """``RESPONSE_LOGIN_REQUIRED``: whether the browser pages need a signed-in user."""
        return bool(self._get("RESPONSE_LOGIN_REQUIRED", True))

    @property
    def csp(self) -> Mapping[str, Any] | None:
        """``RESPONSE_CSP``: Content-Security-Policy of the pages, directives as in Django 6's
        ``SECURE_CSP``, without nonces; ``{}`` sends none.

        By default the site's own policy counts (``SECURE_CSP``, or django-csp's
        ``CONTENT_SECURITY_POLICY``), where it has one and the middleware for it. A site without
        lets in only our style sheets and pictures, plus what ``MARKDOWN_FILTER_WHITELIST_TAGS``
        and ``…_STYLES`` allow in texts.
        """
        return cast("Mapping[str, Any] | None", self._get("RESPONSE_CSP", None))

    @property
    def site_csp(self) -> Mapping[str, Any]:
        """The site's own policy, Django 6's or django-csp's; empty without their middleware."""
        middleware = self._get("MIDDLEWARE", ())
        for path, name in (
            ("django.middleware.csp.ContentSecurityPolicyMiddleware", "SECURE_CSP"),
            ("csp.middleware.CSPMiddleware", "CONTENT_SECURITY_POLICY"),
        ):
            if path in middleware and (found := self._get(name, None)):
                return cast("Mapping[str, Any]", found)
        return {}

    @property
    def cron_token(self) -> str:
        """``RESPONSE_CRON_TOKEN``: bearer token of ``cron_minute`` and ``cron_daily``.

        Empty means that both answer 403; ``manage.py response_tick`` needs no token.
        """
        return self._string("RESPONSE_CRON_TOKEN")

    @property
    def metrics_token(self) -> str:
        """``RESPONSE_METRICS_TOKEN``: bearer token of the URL of the metrics.

        Empty means that only people read them, who are signed in and have the permission
        ``response.view_metrics``.
        """
        return self._string("RESPONSE_METRICS_TOKEN")

    @property
    def health_late_after(self) -> int:
        """``RESPONSE_HEALTH_LATE_AFTER``: for how many seconds work may wait, and no tick come,
        before the health URLs call it late.
        """
        return int(self._get("RESPONSE_HEALTH_LATE_AFTER", None) or 600)

    @property
    def task_backend(self) -> str:
        """``RESPONSE_TASK_BACKEND``: alias in ``TASKS`` that runs the drain.

        Empty: django-after-response, in the web processes themselves.
        """
        return self._string("RESPONSE_TASK_BACKEND")

    @property
    def retention_days(self) -> int | None:
        """``RESPONSE_RETENTION_DAYS``: for how many days both boxes keep what is over.

        ``manage.py response_tick`` deletes older deliveries, handler runs and calls; never what
        waits or is parked. A delivery's key stays for two days more. None keeps everything.
        """
        days = self._get("RESPONSE_RETENTION_DAYS", 30)
        return None if days is None else int(days)

    @property
    def background_in_request(self) -> bool:
        """``AFTER_RESPONSE_IMMEDIATE``, ``AFTER_RESPONSE_RUN_ASYNC``: whether django-after-response
        starts no thread, as in a host's tests: what is due is then done in the request itself.
        """
        immediate = bool(self._get("AFTER_RESPONSE_IMMEDIATE", False))
        return immediate or not self._get("AFTER_RESPONSE_RUN_ASYNC", True)

    # -- Slack ------------------------------------------------------------------------

    @property
    def slack_token(self) -> str:
        """``SLACK_TOKEN``: the bot token, ``xoxb-…``."""
        return self._string("SLACK_TOKEN")

    @property
    def slack_app_token(self) -> str:
        """``SLACK_APP_TOKEN``: the app-level token, ``xapp-…``; only Socket Mode needs it."""
        return self._string("SLACK_APP_TOKEN")

    @property
    def slack_client(self) -> Any:
        """``SLACK_CLIENT``: a ready ``SlackClient``; optional, one is made from the token."""
        return self._get("SLACK_CLIENT", None)

    @property
    def slack_api_url(self) -> str:
        """``SLACK_API_URL``: base of the Web API; only a sandbox or a proxy changes it."""
        return self._string("SLACK_API_URL", "https://slack.com/api/")

    @property
    def slack_signing_secrets(self) -> tuple[str, ...]:
        """``SLACK_SIGNING_SECRET``: one secret, or a list of them while one is rotated."""
        value = self._get("SLACK_SIGNING_SECRET", None) or ()
        secrets = (value,) if isinstance(value, str) else tuple(value)
        return tuple(secret for secret in secrets if secret)

    @property
    def slack_permission(self) -> Callable[..., bool]:
        """``RESPONSE_SLACK_PERMISSION``: a callable, or the dotted path of one.

        It is called with a ``response.slack.permissions.PermissionRequest`` and answers
        whether that person may do that. Default: full members of our own workspace.
        """
        value = self._get(
            "RESPONSE_SLACK_PERMISSION", "response.slack.permissions.full_members_only"
        )
        found = import_string(value) if isinstance(value, str) else value
        if not callable(found):
            raise ImproperlyConfigured(
                f"RESPONSE_SLACK_PERMISSION is {value!r}; it must be a callable or the dotted "
                "path of one, such as 'response.slack.permissions.full_members_only'."
            )
        return cast("Callable[..., bool]", found)

    @property
    def slack_scopes(self) -> tuple[str, ...]:
        """``RESPONSE_SLACK_SCOPES``: bot scopes that your own code needs beyond those that
        follow from what is registered, such as ``["usergroups:read"]``.

        ``manage.py slack_manifest`` asks for them, and ``slack_doctor`` looks for them.
        """
        return tuple(self._get("RESPONSE_SLACK_SCOPES", None) or ())

    @property
    def incident_channel_id(self) -> str:
        """``INCIDENT_CHANNEL_ID``: the channel that gets the headline posts, ``C…``."""
        return self._string("INCIDENT_CHANNEL_ID")

    @property
    def incident_channel_name(self) -> str:
        """``INCIDENT_CHANNEL_NAME``: the same by name; looked up when first needed."""
        return self._string("INCIDENT_CHANNEL_NAME")

    @property
    def report_channel_id(self) -> str:
        """``INCIDENT_REPORT_CHANNEL_ID``: the channel for "just a report"; optional."""
        return self._string("INCIDENT_REPORT_CHANNEL_ID")

    @property
    def report_channel_name(self) -> str:
        """``INCIDENT_REPORT_CHANNEL_NAME``: the same by name."""
        return self._string("INCIDENT_REPORT_CHANNEL_NAME")

    @property
    def has_report_channel(self) -> bool:
        """Whether a report channel is configured, so that the modal offers "just a report"."""
        return bool(self.report_channel_id or self.report_channel_name)

    @property
    def incident_bot_id(self) -> str:
        """``INCIDENT_BOT_ID``: user id of the bot that people mention, ``U…``.

        Only needed when the token belongs to another user than that bot.
        """
        return self._string("INCIDENT_BOT_ID")

    @property
    def incident_bot_name(self) -> str:
        """``INCIDENT_BOT_NAME``: how texts call the bot, without the ``@``."""
        return self._string("INCIDENT_BOT_NAME", "incident").lstrip("@")

    @property
    def comms_channel_name(self) -> str:
        """``RESPONSE_COMMS_CHANNEL_NAME``: template of a comms channel's name.

        Filled with ``str.format``: ``{date}`` (yyyy-mm-dd of the report), ``{slug}`` (of the
        title), ``{pk}`` (the incident's number), ``{severity}`` (its name, or empty).
        """
        return self._string("RESPONSE_COMMS_CHANNEL_NAME", "inc-{date}-{slug}")

    @property
    def office_hours(self) -> tuple[int, int]:
        """``RESPONSE_OFFICE_HOURS``: ``(from, to)`` in hours of the project's time zone.

        Reminders that can wait, such as "still open after a day", keep to them.
        """
        first, last = self._get("RESPONSE_OFFICE_HOURS", None) or (9, 18)
        return int(first), int(last)

    # -- private incidents ------------------------------------------------------------

    @property
    def private_incidents(self) -> bool:
        """``RESPONSE_PRIVATE_INCIDENTS``: whether people may make an incident private.

        The bot then needs the scopes of private channels, which ``manage.py slack_manifest``
        asks for.
        """
        return bool(self._get("RESPONSE_PRIVATE_INCIDENTS", False))

    @property
    def private_channel_id(self) -> str:
        """``INCIDENT_PRIVATE_CHANNEL_ID``: the private channel that gets the headline posts of
        private incidents; without it they get none.
        """
        return self._string("INCIDENT_PRIVATE_CHANNEL_ID")

    # -- text -------------------------------------------------------------------------

    @property
    def markdown_tags(self) -> frozenset[str]:
        """``MARKDOWN_FILTER_WHITELIST_TAGS``: HTML tags that a summary may contain."""
        return frozenset(self._get("MARKDOWN_FILTER_WHITELIST_TAGS", DEFAULT_MARKDOWN_TAGS))

    @property
    def markdown_attributes(self) -> dict[str, set[str]]:
        """``MARKDOWN_FILTER_WHITELIST_ATTRIBUTES``: attributes by tag, ``"*"`` for all.

        In place of names may stand a function ``(tag, name, value)``. It is asked about each
        attribute that cannot run code, and those it answers True for stay.
        """
        rules = self._markdown_rules()
        return {tag: _attribute_names(rule) for tag, rule in rules.items()}

    @property
    def markdown_attribute_functions(self) -> dict[str, AttributeFunction]:
        """The functions among them, by tag."""
        return {tag: rule for tag, rule in self._markdown_rules().items() if callable(rule)}

    def _markdown_rules(self) -> dict[str, Any]:
        value = self._get("MARKDOWN_FILTER_WHITELIST_ATTRIBUTES", DEFAULT_MARKDOWN_ATTRIBUTES)
        return dict(value) if isinstance(value, Mapping) else {"*": value}

    @property
    def markdown_styles(self) -> frozenset[str]:
        """``MARKDOWN_FILTER_WHITELIST_STYLES``: CSS properties that ``style`` may set."""
        return frozenset(self._get("MARKDOWN_FILTER_WHITELIST_STYLES", ()))

    # -- the REST API -------------------------------------------------------------------

    @property
    def api_permission(self) -> type[Any]:
        """``RESPONSE_API_PERMISSION``: a DRF permission class, or the dotted path of one.

        It replaces the rule of the REST API. Default: whoever is signed in reads and changes;
        creating, closing, reopening and exporting need their model permissions. Ready-made and
        stricter: ``"response.core.access.ModelPermissions"``, by which the pages go as well.
        """
        found = self._import("RESPONSE_API_PERMISSION")
        return found or cast(
            "type[Any]", import_string("response.core.access.ResponseAPIPermission")
        )

    # -- the change feed --------------------------------------------------------------

    @property
    def action_event_handler(self) -> type[Any] | None:
        """``ACTION_EVENT_HANDLER_CLASS``: replaces what writes an action's change-feed entry."""
        return self._import("ACTION_EVENT_HANDLER_CLASS")

    @property
    def incident_event_handler(self) -> type[Any] | None:
        """``INCIDENT_EVENT_HANDLER_CLASS``: replaces what writes an incident's entry."""
        return self._import("INCIDENT_EVENT_HANDLER_CLASS")

    def _import(self, name: str) -> type[Any] | None:
        path = self._get(name, None)
        if not path:
            return None
        return cast("type[Any]", import_string(path) if isinstance(path, str) else path)

    # -- where a host of 0.5.1 imports its handlers -------------------------------------

    @property
    def wsgi_application(self) -> str:
        """``WSGI_APPLICATION``: its module may import handlers, so workers load it, too."""
        return self._string("WSGI_APPLICATION")

    @property
    def installed_apps(self) -> tuple[str, ...]:
        """``INSTALLED_APPS``, for the system checks."""
        return tuple(self._get("INSTALLED_APPS", ()))

    @property
    def database_routers(self) -> tuple[Any, ...]:
        """``DATABASE_ROUTERS``, before which the test kit puts its own."""
        return tuple(self._get("DATABASE_ROUTERS", ()))

    @property
    def debug(self) -> bool:
        """``DEBUG``, for the system checks."""
        return bool(self._get("DEBUG", False))

    @property
    def tasks(self) -> dict[str, dict[str, Any]]:
        """``TASKS``, for the system checks."""
        return dict(self._get("TASKS", {}))

    def configured(self, *beginnings: str) -> dict[str, Any]:
        """What stands in the settings under names that begin so, for the system checks."""
        names = [name for name in dir(settings) if name.isupper() and name.startswith(beginnings)]
        return {name: getattr(settings, name) for name in names}


conf = Conf()
