"""What Slack answers instead of doing what it was asked."""

from __future__ import annotations

from typing import Any

TEXTS = {
    "already_in_channel": "This person is in the channel already.",
    "already_pinned": "This message is pinned already.",
    "cant_delete_message": "Only who wrote a message can delete it.",
    "cant_update_message": "Only who wrote a message can edit it.",
    "channel_not_found": "There is no such channel, or you may not see it.",
    "dispatch_failed": "The app did not answer as it should.",
    "invalid_name_maxlength": "A channel's name has 80 characters at most.",
    "invalid_name_punctuation": "A channel's name needs a letter or a digit.",
    "invalid_name_required": "A channel needs a name.",
    "invalid_name_specials": "A channel's name has lowercase letters, digits, - and _ only.",
    "is_archived": "This channel is archived.",
    "msg_too_long": "This message is too long.",
    "name_taken": "A channel with this name exists already, maybe an archived one.",
    "no_text": "Write something first.",
    "not_in_channel": "Join the channel first.",
    "operation_timeout": "The app did not answer within 3 seconds.",
    "too_long": "A topic has 250 characters at most.",
    "user_is_restricted": "Guests cannot do this.",
    "user_not_found": "There is no such person.",
}


class ApiError(Exception):
    """A refusal with Slack's code; ``messages`` go into ``response_metadata``.

    ``extra`` are further members of the answer, such as ``needed`` of ``missing_scope``.
    """

    def __init__(self, code: str, *messages: str, **extra: Any) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = list(messages)
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """The Web API's answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body

    def text(self) -> str:
        """For the person in front of the page."""
        return " ".join(self.messages) or TEXTS.get(self.code, self.code.replace("_", " "))
