"""What can go wrong with a Slack call: one class for each group of Slack's error codes.

A caller reads what to do from the class: wait (``SlackRateLimited``), try again
(``SlackUnavailable``), give up (``SlackPermanentError``), ask for a new click
(``TriggerExpired``). A code in no group is a plain ``SlackError``: worth a few tries.
Codes: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

from response.exceptions import ResponseError

MAX_DESCRIPTION = 2000


class SlackError(ResponseError):
    """A Slack call that did not succeed.

    ``message`` says what failed; ``slack_error`` is Slack's own code, or None where no
    answer of Slack was understood.
    """

    def __init__(self, message: str, slack_error: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.slack_error = slack_error

    @property
    def code(self) -> str:
        """Slack's error code, empty where there was none."""
        return self.slack_error or ""


class SlackRateLimited(SlackError):
    """Slack asks to wait ``retry_after`` seconds before this method is called again."""

    def __init__(
        self, message: str, slack_error: str | None = "ratelimited", retry_after: float = 1.0
    ) -> None:
        super().__init__(message, slack_error)
        self.retry_after = retry_after


class SlackUnavailable(SlackError):
    """Slack could not be reached, or failed on its side; a later try may succeed.

    ``may_have_happened`` is True where the request had been sent: Slack may have done what
    was asked although its answer was lost.
    """

    def __init__(
        self, message: str, slack_error: str | None = None, may_have_happened: bool = False
    ) -> None:
        super().__init__(message, slack_error)
        self.may_have_happened = may_have_happened


class SlackUnexpectedAnswer(SlackUnavailable):
    """Slack did what was asked, and its answer lacks what Slack documents.

    Another answer may have it. Slack is not away, however: each such try counts against the
    call, lest it is made, and takes effect, without end.
    """


class SlackPermanentError(SlackError):
    """Slack refused, and the same call will be refused again."""


class SlackNotFound(SlackPermanentError):
    """What the call names does not exist, or not for our token."""


class SlackAuthError(SlackPermanentError):
    """The token itself is refused: every call fails until an operator mends the settings."""


class TriggerExpired(SlackError):
    """The ``trigger_id`` is older than 3 seconds or was used: the person must click again."""


class SlackCallInTransaction(RuntimeError):
    """A Slack call where none may be made; see ``response.slack.client.forbid_calls``.

    No ``SlackError``, so that a handler which tolerates those does not hide the mistake.
    """


def describe(error: BaseException) -> str:
    """The error as a row keeps it: what PostgreSQL takes (no NUL, no lone surrogates), cut."""
    try:
        line = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 (a class of somebody else's: it fails at saying how it failed)
        line = f"{type(error).__name__}: (it cannot be printed)"
    return line.replace("\x00", "").encode("utf-8", "replace").decode()[:MAX_DESCRIPTION]


def kinds() -> list[str]:
    """What ``describe`` begins with where Slack failed: nothing that people wrote follows.

    A host's own subclasses may say anything, and are none of them.
    """
    return [
        name
        for name, value in globals().items()
        if isinstance(value, type) and issubclass(value, SlackError)
    ]


RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
TRIGGER_EXPIRED = frozenset(
    {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"}
)
# Slack's answer says that part of the work may have been done.
FAILED_HALFWAY = frozenset({"fatal_error", "internal_error"})
UNAVAILABLE = FAILED_HALFWAY | {"service_unavailable", "request_timeout", "team_added_to_org"}
AUTH = frozenset(
    {
        "access_denied",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
NOT_FOUND_SUFFIXES = ("not_found", "no_such_subteam")
# Slack names its refusals by a few patterns; what follows none of them is listed below.
PERMANENT_PREFIXES = (
    "already_",
    "cannot_",
    "cant_",
    "duplicate_",
    "invalid_",
    "is_archived",
    "is_inactive",
    "method_",
    "missing_",
    "msg_",
    "no_",
    "not_",
    "restricted_action",
    "too_",
    "unknown_",
    "user_",
)
PERMANENT = frozenset(
    {
        "bad_timestamp",
        "block_mismatch",
        "edit_window_closed",
        "ekm_access_denied",
        "fetch_members_failed",
        "hash_conflict",
        "limit_required",
        "markdown_text_conflict",
        "messages_tab_disabled",
        "metadata_too_large",
        "name_taken",
        "org_user_not_in_team",
        "plan_upgrade_required",
        "push_limit_reached",
        "ura_max_channels",
        "view_too_large",
    }
)


def error_for(method: str, code: str, *, detail: str = "", retry_after: float = 1.0) -> SlackError:
    """The error that stands for Slack's ``code``, with a message that names both."""
    message = f"Error calling Slack API endpoint '{method}': {code}"
    if detail:
        message = f"{message} ({detail})"
    if code in RATE_LIMITED:
        return SlackRateLimited(message, code, retry_after)
    if code in UNAVAILABLE:
        return SlackUnavailable(message, code, may_have_happened=code in FAILED_HALFWAY)
    return _class_for(code)(message, code)


def _class_for(code: str) -> type[SlackError]:
    if code in TRIGGER_EXPIRED:
        return TriggerExpired
    if code in AUTH:
        return SlackAuthError
    if code.endswith(NOT_FOUND_SUFFIXES):
        return SlackNotFound
    if code in PERMANENT or code.startswith(PERMANENT_PREFIXES):
        return SlackPermanentError
    return SlackError
