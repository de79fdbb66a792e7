"""0.5.1's dialogs, opened as the modals that say the same.

Slack's dialogs are outmoded: https://docs.slack.dev/block-kit/upgrading-outmoded-dialogs-to-modals
A modal's submission carries neither channel nor ``response_url`` nor ``state``, so these
travel in its ``private_metadata`` and come back to the ``@dialog_handler``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from response import text
from response.exceptions import InvalidValue
from response.slack import limits, remembered
from response.slack.block_kit import StaticSelect, StaticSelectOption, identifier, plain_text
from response.slack.client import get_client
from response.slack.payloads import DialogSubmission, ViewSubmission

Json = dict[str, Any]

# What dialogs allowed by themselves in a line of text.
TEXT_LENGTH = 150
TEXT_INPUTS = {"email": "email_text_input", "url": "url_text_input", "number": "number_input"}
DATA_SOURCES = {
    "users": ("users_select", "initial_user"),
    "channels": ("channels_select", "initial_channel"),
    "conversations": ("conversations_select", "initial_conversation"),
}


class Dialog:
    """A form; ``state`` (any value, as a string) comes back with what was filled in."""

    def __init__(
        self,
        title: str,
        submit_label: str,
        elements: Sequence[Element] | None = None,
        state: object = None,
    ) -> None:
        self.title = title
        self.submit_label = submit_label
        self.elements = elements
        self.state = state

    def add_element(self, element: Element) -> None:
        """Add one element below the others."""
        self.elements = [*(self.elements or ()), element]

    def set_state(self, state: object) -> None:
        """Replace the state."""
        self.state = state

    def build_dialog(self, callback_id: str) -> Json:
        """The dialog as Slack's ``dialog.open`` took it."""
        return {
            "title": self.title,
            "submit_label": self.submit_label,
            "callback_id": callback_id,
            "state": self.state,
            "elements": [element.serialize() for element in self.elements or ()],
        }

    def send_open_dialog(self, callback_id: str, trigger_id: str) -> Json:
        """Open it, as a modal, for whoever caused ``trigger_id``; Slack's answer."""
        return get_client().dialog_open(self.build_dialog(callback_id), trigger_id)


class Element:
    """What a dialog asks for; ``name`` is the key of the answer."""

    type = "text"

    def __init__(
        self,
        label: str | None = None,
        name: str | None = None,
        optional: bool = False,
        hint: str | None = None,
        subtype: str | None = None,
        value: object = None,
        placeholder: str | None = None,
    ) -> None:
        self.label = label
        self.name = name
        self.optional = optional
        self.hint = hint
        self.subtype = subtype
        self.value = value
        self.placeholder = placeholder

    def serialize(self) -> Json:
        """What is set, as ``dialog.open`` took it."""
        given = {name: value for name, value in vars(self).items() if value}
        return {**given, "type": self.type}


class Text(Element):
    """A line of text."""


class TextArea(Element):
    """Text of several lines."""

    type = "textarea"


class SelectWithOptions(Element):
    """A choice of ``options``, each ``(label, value)``."""

    type = "select"

    def __init__(
        self,
        options: Iterable[tuple[str, str]],
        label: str | None = None,
        name: str | None = None,
        optional: bool = False,
        hint: str | None = None,
        subtype: str | None = None,
        value: object = None,
        placeholder: str | None = None,
    ) -> None:
        super().__init__(label, name, optional, hint, subtype, value, placeholder)
        self.options = [{"label": label, "value": value} for label, value in options]


class SelectFromUsers(Element):
    """A choice among the people of the workspace; the answer is a user's id."""

    type = "select"

    def __init__(
        self,
        label: str | None = None,
        name: str | None = None,
        optional: bool = False,
        hint: str | None = None,
        subtype: str | None = None,
        value: object = None,
        placeholder: str | None = None,
    ) -> None:
        super().__init__(label, name, optional, hint, subtype, value, placeholder)
        self.data_source = "users"


# -- where a dialog is opened from ----------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where somebody clicked to have a dialog opened, and how to answer there."""

    channel_id: str = ""
    response_url: str = ""


_origin: ContextVar[Origin | None] = ContextVar("response_dialog_origin", default=None)


@contextmanager
def opened_from(channel_id: str, response_url: str) -> Iterator[None]:
    """Dialogs opened within remember where they were opened."""
    token = _origin.set(Origin(channel_id=channel_id, response_url=response_url))
    try:
        yield
    finally:
        _origin.reset(token)


# -- the modal that says the same -----------------------------------------------------------


def to_view(dialog: Mapping[str, Any]) -> Json:
    """The modal for ``dialog``, which is what ``Dialog.build_dialog`` gives.

    Raises ``InvalidValue`` for a state or a filled-in text that no modal can hold.
    """
    elements = dialog.get("elements") or []
    if not elements:
        raise ValueError("A dialog needs at least one element")
    view = {
        "type": "modal",
        "callback_id": identifier("callback_id", str(dialog.get("callback_id") or "")),
        "title": plain_text(str(dialog.get("title") or "…"), limits.VIEW_TITLE),
        "submit": plain_text(str(dialog.get("submit_label") or "Submit"), limits.VIEW_TITLE),
        "close": plain_text("Cancel", limits.VIEW_TITLE),
        "private_metadata": _metadata(dialog.get("state")),
        "blocks": [_input_block(element) for element in elements],
    }
    return view | {"notify_on_close": True} if dialog.get("notify_on_cancel") else view


@dataclass(frozen=True, kw_only=True)
class SubmittedDialog:
    """What a ``@dialog_handler`` is told: ``submission`` is ``{name: value}``, None for empty.

    Typed text is in wire form, as the fields of an incident hold it.
    """

    submission: Mapping[str, Any]
    state: str
    channel_id: str
    response_url: str


def read_submission(view: ViewSubmission) -> SubmittedDialog:
    """What was filled in, and where the dialog had been opened."""
    form = remembered.read(view.private_metadata)
    submission = {
        name: text.from_editable(value) if name in view.typed and value else value
        for name, value in view.submission.items()
    }
    return SubmittedDialog(
        submission=submission,
        # Our own edit form remembers the incident's number, which was 0.5.1's state of it.
        state=str(form.get("state") or form.get("incident") or ""),
        channel_id=remembered.channel_id(form),
        response_url=remembered.response_url(form),
    )


def read_dialog(dialog: DialogSubmission) -> SubmittedDialog:
    """The same of a dialog that was opened before the upgrade.

    Which elements were typed into is not said; ids and most options are the same either way.
    """
    return SubmittedDialog(
        submission={
            name: text.from_editable(value) if isinstance(value, str) else value
            for name, value in dialog.submission.items()
        },
        state=dialog.state,
        channel_id=dialog.channel_id,
        response_url=dialog.response_url,
    )


def _metadata(state: object) -> str:
    origin = _origin.get() or Origin()
    metadata = {
        "state": "" if state is None else str(state),
        "channel": origin.channel_id,
        "response_url": origin.response_url,
    }
    encoded = json.dumps(metadata, ensure_ascii=False)
    if len(encoded) > limits.PRIVATE_METADATA:
        raise InvalidValue(
            f"The dialog's state has {len(metadata['state'])} characters; with the channel and "
            f"response_url it may have {limits.PRIVATE_METADATA}. Store it, and give its key."
        )
    return encoded


def _input_block(element: Mapping[str, Any]) -> Json:
    name = identifier("name", str(element.get("name") or element.get("label") or ""))
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": plain_text(str(element.get("label") or name), limits.INPUT_LABEL),
        "optional": bool(element.get("optional")),
        "element": _element(element) | {"action_id": name},
    }
    if element.get("hint"):
        block["hint"] = plain_text(str(element["hint"]), limits.INPUT_HINT)
    if element.get("placeholder"):
        placeholder = plain_text(str(element["placeholder"]), limits.PLACEHOLDER)
        block["element"]["placeholder"] = placeholder
    return block


def _element(element: Mapping[str, Any]) -> Json:
    if element.get("type") != "select":
        return _text_input(element)
    value = element.get("value")
    if element.get("data_source") in DATA_SOURCES:
        kind, initial = DATA_SOURCES[element["data_source"]]
        return {"type": kind, initial: value} if value else {"type": kind}
    chosen = element.get("selected_options") or [{}]
    options = [StaticSelectOption(o["label"], o["value"]) for o in element.get("options") or ()]
    return StaticSelect(options, "", initial_value=value or chosen[0].get("value")).serialize()


def _text_input(element: Mapping[str, Any]) -> Json:
    multiline = element.get("type") == "textarea"
    value = text.to_editable(str(element.get("value") or ""))
    allowed = int(element.get("max_length") or (limits.INPUT_VALUE if multiline else TEXT_LENGTH))
    # What was filled in before may be longer than a dialog allowed, and must not be lost.
    allowed = min(max(allowed, len(value)), limits.INPUT_VALUE)
    if len(value) > allowed:
        raise InvalidValue(
            f"'{element.get('label')}' has more than {limits.INPUT_VALUE} characters, too many "
            "to be edited in Slack. Edit it in the browser instead."
        )
    found: Json = {"type": TEXT_INPUTS.get(str(element.get("subtype")), "plain_text_input")}
    if found["type"] == "plain_text_input":
        found |= {"multiline": multiline, "max_length": allowed}
        found |= {"min_length": int(element["min_length"])} if element.get("min_length") else {}
    if found["type"] == "number_input":
        found["is_decimal_allowed"] = True
    return found | {"initial_value": value} if value else found
