"""What is not for eyes: tokens, passwords, ways to answer as us, people's addresses."""

from __future__ import annotations

import json
import re
from typing import Any

from response.conf import conf

MASK = "•••"
_KEYS = frozenset({"trigger_id", "response_url", "response_urls", "permalink_public"})
_PARTS_OF_KEYS = ("token", "secret", "password")
_ADDRESSES = frozenset({"email", "phone", "skype"})
_PATTERNS = (
    # The password of an address, such as a DATABASE_URL.
    re.compile(r"(?<=://)[^\s/?#@]*:[^\s/?#]*(?=@)"),
    # Slack's tokens.
    re.compile(r"\bx(?:ox[a-z]|app)[.-][\w.-]+"),
    # response_url, upload and webhook URLs: whoever has one may post with it.
    re.compile(r"https?://[^\s\"'<>\\]*(?:hooks\.slack(?:-gov)?\.com|/hooks/)[^\s\"'<>\\]*"),
    re.compile(r"(?<=trigger:)\S+"),
    re.compile(r"\b[0-9]{9,}\.[0-9]{9,}\.[0-9a-f]{10,}\b"),
)
# What is written like a field or an argument of such a name: {"token": "…"}, token='…'.
_NAMED = re.compile(
    r"""(?P<name>\w*(?:trigger_id|response_url|token|secret|password)\w*["']?\s*[:=]\s*)"""
    r"""(?P<quote>["'])(?:(?!(?P=quote)).)+(?P=quote)""",
    re.IGNORECASE,
)


def masked(value: Any) -> Any:
    """The same JSON with a mask where a secret or an address stands.

    Also within strings that hold JSON themselves, as ``private_metadata`` does.
    """
    if isinstance(value, dict):
        return {
            key: MASK if each and _is_hidden(str(key)) else masked(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [masked(each) for each in value]
    return _masked_string(value) if isinstance(value, str) else value


def masked_text(value: str) -> str:
    """A text (an error, a key) without tokens and the like."""
    secrets = (conf.slack_token, conf.slack_app_token, conf.cron_token, conf.metrics_token)
    for secret in (*secrets, *conf.slack_signing_secrets):
        if secret and secret in value:
            value = value.replace(secret, MASK)
    for pattern in _PATTERNS:
        value = pattern.sub(MASK, value)
    return value


def masked_code(value: str) -> str:
    """What Python shows of a value, without secrets and what stands under names of such."""
    return _NAMED.sub(rf"\g<name>\g<quote>{MASK}\g<quote>", masked_text(value))


def _masked_string(value: str) -> str:
    if value[:1] in ("{", "["):
        try:
            return json.dumps(masked(json.loads(value)), ensure_ascii=False)
        except (ValueError, RecursionError):
            # No JSON after all.
            return masked_text(value)
    return masked_text(value)


def _is_hidden(key: str) -> bool:
    name = key.lower()
    return name in _KEYS | _ADDRESSES or any(part in name for part in _PARTS_OF_KEYS)
