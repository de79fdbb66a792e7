"""``@incident <command> <message>``: how a mention of the bot reads as a command."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A command given by mentioning the bot.

    ``command`` is in lower case, empty if no word follows the mention; ``message`` is all
    that follows, line breaks included. ``leads`` tells whether the mention began the text:
    somewhere in a sentence it need not be meant as a command.
    """

    command: str
    message: str
    leads: bool


def parse_mention(text: str, bot_user_id: str = "") -> Mention | None:
    """Read the command out of a message that mentions the bot, None if it does not.

    Without ``bot_user_id`` the first person mentioned is taken for the bot.
    """
    name = re.escape(bot_user_id) if bot_user_id else r"[UW][A-Z0-9]+"
    mention = re.search(rf"<@{name}(?:\|[^<>]*)?>", text)
    if mention is None:
        return None
    leads = not text[: mention.start()].strip()
    # "@incident: close" and "@incident @incident close" mean what "@incident close" means.
    rest = re.sub(rf"\A(?:[\s:,]|{re.escape(mention.group())})+", "", text[mention.end() :])
    word = re.match(r"\w[\w-]*", rest)
    if word is None:
        return Mention(command="", message=rest.strip(), leads=leads)
    return Mention(command=word.group().lower(), message=_message(rest[word.end() :]), leads=leads)


def _message(rest: str) -> str:
    """What follows the command; "summary: …" says "summary …", "close!" says "close"."""
    message = re.sub(r"\A[:,]", "", rest).strip()
    return "" if re.fullmatch(r"[.!?:,]+", message) else message
