"""Why Slack may not let us connect at all, and what somebody must do about it."""

from __future__ import annotations

from response.slack.errors import SlackAuthError, SlackError, SlackPermanentError

LINK_DISABLED = "link_disabled"

_APP = "https://api.slack.com/apps, your app"
_TOKENS = f"{_APP}, Basic Information, App-Level Tokens"
_TEXTS = {
    "not_allowed_token_type": (
        "SLACK_APP_TOKEN is no app-level token (xapp-…). Make one with the scope "
        f"connections:write at {_TOKENS}."
    ),
    "missing_scope": (
        f"SLACK_APP_TOKEN lacks the scope connections:write. Make a token that has it at {_TOKENS}."
    ),
    LINK_DISABLED: (
        f"Socket Mode is switched off for this app. Switch it on at {_APP}, Socket Mode."
    ),
}


class SocketModeRefused(SlackError):
    """Slack will not have us until somebody changes something; the text says what."""

    def __init__(self, code: str, otherwise: str = "") -> None:
        super().__init__(_TEXTS.get(code, otherwise), code)


def refusal_of(error: SlackError) -> SocketModeRefused | None:
    """What an error of ``apps.connections.open`` comes to; None where trying again may help."""
    if isinstance(error, SocketModeRefused):
        return error
    code = error.code
    if isinstance(error, SlackAuthError):
        return SocketModeRefused(
            code, f"Slack does not accept SLACK_APP_TOKEN ({code}). Copy it again from {_TOKENS}."
        )
    if isinstance(error, SlackPermanentError):
        return SocketModeRefused(
            code,
            f"Slack opens no connection for this app ({code}). Is Socket Mode switched on, and "
            f"is the app installed? See {_APP}, Socket Mode.",
        )
    return None
