"""A dialog of 0.5.1 opens as the modal that says the same, and comes back as a dialog did."""

from __future__ import annotations

from typing import Any

import pytest

from response.exceptions import InvalidValue
from response.sandbox.block_kit import check_view
from response.slack import payloads
from response.slack.client import SlackClient
from response.slack.dialog_builder import (
    Dialog,
    SelectFromUsers,
    SelectWithOptions,
    Text,
    TextArea,
    opened_from,
    read_submission,
    to_view,
)
from tests.slack.web_api_server import serving


def dialog(*elements: Any, **kwargs: Any) -> Dialog:
    return Dialog("Edit Incident 7", "Save", list(elements), **kwargs)


def view_of(*elements: Any, **kwargs: Any) -> dict[str, Any]:
    view = to_view(dialog(*elements, **kwargs).build_dialog("my-dialog"))
    check_view(view)
    return view


def element_of(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = view_of(element)["blocks"][0]["element"]
    return found


def submitted(view: dict[str, Any], values: dict[str, dict[str, Any]]) -> payloads.ViewSubmission:
    state = {"values": {name: {name: value} for name, value in values.items()}}
    found = payloads.parse_interaction(
        {
            "type": "view_submission",
            "user": {"id": "U0ANA"},
            "trigger_id": "1.2",
            "view": {**view, "id": "V1", "state": state},
        }
    )
    assert isinstance(found, payloads.ViewSubmission)
    return found


def test_build_dialog_is_what_slacks_dialog_open_took() -> None:
    built = dialog(Text(label="Title", name="report", value="DB"), state=7).build_dialog("x")
    assert built == {
        "title": "Edit Incident 7",
        "submit_label": "Save",
        "callback_id": "x",
        "state": 7,
        "elements": [{"label": "Title", "name": "report", "value": "DB", "type": "text"}],
    }


def test_elements_can_be_added_later() -> None:
    form = Dialog(title="T", submit_label="S")
    form.add_element(Text(label="One", name="one"))
    form.set_state("later")
    built = form.build_dialog("x")
    assert (built["state"], len(built["elements"])) == ("later", 1)


def test_the_modal_has_title_buttons_and_callback_id() -> None:
    view = view_of(Text(label="Title", name="report"))
    assert view["title"]["text"] == "Edit Incident 7"
    assert (view["submit"]["text"], view["close"]["text"]) == ("Save", "Cancel")
    assert view["callback_id"] == "my-dialog"


def test_a_text_keeps_label_hint_placeholder_and_whether_it_is_needed() -> None:
    element = Text(
        label="Title", name="report", optional=True, hint="Short", placeholder="What?", value="DB"
    )
    [block] = view_of(element)["blocks"]
    assert block["label"]["text"] == "Title"
    assert block["hint"]["text"] == "Short"
    assert block["optional"] is True
    assert block["element"] == {
        "type": "plain_text_input",
        "multiline": False,
        "max_length": 150,
        "initial_value": "DB",
        "action_id": "report",
        "placeholder": {"type": "plain_text", "text": "What?", "emoji": True},
    }


def test_a_textarea_has_several_lines() -> None:
    element = element_of(TextArea(label="Summary", name="summary", value="a\nb"))
    assert (element["multiline"], element["max_length"]) == (True, 3000)


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        ("email", "email_text_input"),
        ("url", "url_text_input"),
        ("number", "number_input"),
        ("tel", "plain_text_input"),
        (None, "plain_text_input"),
    ],
)
def test_subtypes_become_their_inputs(subtype: str | None, kind: str) -> None:
    assert element_of(Text(label="X", name="x", subtype=subtype, value="1"))["type"] == kind


def test_a_select_has_its_options_and_what_was_chosen() -> None:
    options = [("Critical", "1"), ("Major", "2")]
    element = element_of(SelectWithOptions(options, label="Severity", name="severity", value="2"))
    assert element["type"] == "static_select"
    assert [option["value"] for option in element["options"]] == ["1", "2"]
    assert element["initial_option"]["value"] == "2"


def test_a_select_from_users_has_who_was_chosen() -> None:
    element = element_of(SelectFromUsers(label="Lead", name="lead", value="U0ANA"))
    assert element == {"type": "users_select", "initial_user": "U0ANA", "action_id": "lead"}
    assert "initial_user" not in element_of(SelectFromUsers(label="Lead", name="lead"))


def test_raw_dialogs_may_choose_channels_and_set_lengths() -> None:
    raw = {
        "title": "x" * 40,
        "callback_id": "c",
        "notify_on_cancel": True,
        "elements": [
            {"type": "select", "label": "C", "name": "c", "data_source": "channels"},
            {"type": "text", "label": "T", "name": "t", "max_length": 20, "min_length": 2},
            {
                "type": "select",
                "label": "S",
                "name": "s",
                "options": [{"label": "a", "value": "1"}],
                "selected_options": [{"label": "a", "value": "1"}],
            },
        ],
    }
    view = to_view(raw)
    check_view(view)
    channels, text, select = [block["element"] for block in view["blocks"]]
    assert channels["type"] == "channels_select"
    assert (text["max_length"], text["min_length"]) == (20, 2)
    assert select["initial_option"]["value"] == "1"
    assert view["notify_on_close"] is True


def test_a_text_longer_than_dialogs_allowed_is_not_lost() -> None:
    element = element_of(Text(label="Title", name="report", value="x" * 200))
    assert (len(element["initial_value"]), element["max_length"]) == (200, 200)


def test_a_text_that_no_modal_can_hold_is_told() -> None:
    with pytest.raises(InvalidValue, match="'Summary' has more than 3000 characters"):
        view_of(TextArea(label="Summary", name="summary", value="x" * 3001))


def test_stored_text_is_edited_as_a_person_wrote_it_and_stored_again_the_same() -> None:
    stored = "a &lt; b &amp; <@U0BOB>"
    view = view_of(TextArea(label="Summary", name="summary", value=stored))
    edited = view["blocks"][0]["element"]["initial_value"]
    assert edited == "a < b & <@U0BOB>"
    submission = submitted(view, {"summary": {"type": "plain_text_input", "value": edited}})
    assert read_submission(submission).submission == {"summary": stored}


def test_state_channel_and_response_url_come_back() -> None:
    with opened_from("C0INC", "https://hooks.slack.com/x"):
        view = view_of(Text(label="T", name="t"), SelectFromUsers(label="L", name="l"), state=7)
    values = {
        "t": {"type": "plain_text_input", "value": None},
        "l": {"type": "users_select", "selected_user": "U0BOB"},
        "s": {"type": "static_select", "selected_option": {"value": "a&b"}},
    }
    found = read_submission(submitted(view, values))
    assert found.submission == {"t": None, "l": "U0BOB", "s": "a&b"}
    assert (found.state, found.channel_id) == ("7", "C0INC")
    assert found.response_url == "https://hooks.slack.com/x"


def test_without_a_state_it_is_an_empty_string() -> None:
    found = read_submission(submitted(view_of(Text(label="T", name="t")), {}))
    assert (found.state, found.channel_id, found.response_url) == ("", "", "")


@pytest.mark.parametrize("metadata", ["", "not json", "[1]", "null"])
def test_metadata_of_another_hand_is_no_error(metadata: str) -> None:
    view = view_of(Text(label="T", name="t")) | {"private_metadata": metadata}
    assert read_submission(submitted(view, {})).state == ""


def test_a_state_that_is_too_long_is_told_and_not_cut() -> None:
    with pytest.raises(InvalidValue, match="state has 3000 characters"):
        view_of(Text(label="T", name="t"), state="é" * 3000)


def test_a_dialog_without_elements_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="at least one element"):
        view_of()


def test_dialog_open_opens_the_modal() -> None:
    with serving() as slack:
        client = SlackClient("xoxb-test", base_url=slack.url)
        built = dialog(Text(label="T", name="t")).build_dialog("my-dialog")
        client.dialog_open(dialog=built, trigger_id="1.2")
        [call] = slack.calls("views.open")
    assert call == {"trigger_id": "1.2", "view": to_view(built)}
