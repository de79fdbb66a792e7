"""What the host's blocks and dialogs say to Slack: the JSON of 0.5.1, within Slack's limits."""

from __future__ import annotations

import pytest

from response.slack import block_kit, dialog_builder
from response.slack.block_kit import (
    Actions,
    Button,
    Confirm,
    Divider,
    Message,
    Section,
    StaticSelect,
    StaticSelectOption,
    Text,
)


def test_a_section_with_a_button_beside_it():
    section = Section(
        block_id="title",
        text=Text("*divers*\nThey go down"),
        accessory=Button("📟 Page divers", "escalate", value="divers"),
    )
    made = section.serialize()
    assert made["block_id"] == "title"
    assert made["text"] == {"type": "mrkdwn", "text": "*divers*\nThey go down"}
    assert made["accessory"]["action_id"] == "escalate"
    assert made["accessory"]["value"] == "divers"
    assert made["accessory"]["text"]["text"] == "📟 Page divers"


def test_fields_one_by_one():
    section = Section()
    section.add_field(Text("5", title="Number"))
    section.add_field(Text("below", title="With room", add_new_line=True))
    first, second = section.serialize()["fields"]
    assert first["text"] == "*Number*\n5"
    assert second["text"] == "*With room*\nbelow\n\u00a0"


def test_actions_one_by_one_with_a_question_before():
    actions = Actions(block_id="actions")
    sure = Confirm("Sure?", "It will be *dark*.", "Yes", "No")
    actions.add_element(Button("Put it out", "out", value=7, confirm=sure))
    options = [StaticSelectOption("Red", "red"), StaticSelectOption("White", "white")]
    actions.add_element(StaticSelect(options, "colour", placeholder_text="Which?"))
    button, select = actions.serialize()["elements"]
    assert button["value"] == "7"
    assert button["confirm"]["title"]["text"] == "Sure?"
    assert button["confirm"]["deny"]["text"] == "No"
    assert [option["value"] for option in select["options"]] == ["red", "white"]
    assert select["placeholder"]["text"] == "Which?"


def test_a_message_of_blocks():
    message = Message()
    message.set_fallback_text("lit")
    message.add_block(Section(text=Text("*lit*")))
    message.add_block(Divider())
    assert [block["type"] for block in message.serialize()] == ["section", "divider"]
    assert message.fallback_text == "lit"


def test_a_section_of_nothing_is_a_value_error():
    with pytest.raises(ValueError, match="text or fields"):
        Section().serialize()


def test_a_block_of_the_hosts_own():
    class Image(block_kit.Block):
        def serialize(self):
            return {"type": "image", "image_url": "https://x.example", "alt_text": "x"}

    message = Message()
    message.add_block(Image(block_id="i"))
    assert message.serialize()[0]["type"] == "image"


def test_a_dialog_says_what_dialog_open_took():
    dialog = dialog_builder.Dialog(title="Page", submit_label="Send", state="divers")
    dialog.add_element(dialog_builder.Text(label="Why", name="why", placeholder="Because"))
    dialog.add_element(dialog_builder.TextArea(label="More", name="more", optional=True))
    dialog.add_element(
        dialog_builder.SelectWithOptions([("Red", "red")], label="Colour", name="colour")
    )
    dialog.add_element(dialog_builder.SelectFromUsers(label="Who", name="who"))
    made = dialog.build_dialog("page-dialog")
    assert (made["title"], made["submit_label"], made["callback_id"], made["state"]) == (
        "Page",
        "Send",
        "page-dialog",
        "divers",
    )
    assert made["elements"] == [
        {"type": "text", "label": "Why", "name": "why", "placeholder": "Because"},
        {"type": "textarea", "label": "More", "name": "more", "optional": True},
        {
            "type": "select",
            "label": "Colour",
            "name": "colour",
            "options": [{"label": "Red", "value": "red"}],
        },
        {"type": "select", "label": "Who", "name": "who", "data_source": "users"},
    ]
    dialog.set_state(7)
    assert dialog.build_dialog("page-dialog")["state"] == 7


def test_a_state_that_is_too_long_is_named_before_slack_is_asked():
    dialog = dialog_builder.Dialog(
        "Page", "Send", [dialog_builder.Text(label="Why", name="why")], state="x" * 3001
    )
    with pytest.raises(ValueError, match=r"3001 characters.*3000"):
        dialog.send_open_dialog("page-dialog", "trigger")
