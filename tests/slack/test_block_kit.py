"""0.5.1's block classes give blocks that Slack takes today, whatever texts they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response.sandbox.block_kit import check_blocks
from response.slack import block_kit, limits
from response.slack.block_kit import (
    Actions,
    Button,
    Confirm,
    Context,
    Divider,
    Message,
    Section,
    StaticSelect,
    StaticSelectOption,
    Text,
)

SURE = Confirm("Close?", "Sure?", "Yes", "No")


def test_section_keeps_text_fields_and_accessory_together() -> None:
    section = Section(block_id="s", text=Text("*hi*"), accessory=Button("Go", "go", value=42))
    section.add_field(Text("one", title="Title", add_new_line=True))
    section.add_field(Text("two", text_type="plain_text"))
    block = section.serialize()
    assert block == {
        "type": "section",
        "block_id": "s",
        "text": {"type": "mrkdwn", "text": "*hi*"},
        "fields": [
            {"type": "mrkdwn", "text": "*Title*\none\n\u00a0"},
            {"type": "plain_text", "text": "two", "emoji": True},
        ],
        "accessory": {
            "type": "button",
            "text": {"type": "plain_text", "text": "Go", "emoji": True},
            "action_id": "go",
            "value": "42",
        },
    }
    check_blocks([block])


def test_every_block_is_valid() -> None:
    options = [StaticSelectOption("Sev 1", 1), StaticSelectOption("Sev 2", 2)]
    blocks = [
        Section(text=Text("only text")),
        Section(fields=[Text("only fields")]),
        Divider(),
        Context([Text("small")], block_id="c"),
        Actions(
            block_id="a",
            elements=[
                Button("Close", "close", value=7, confirm=SURE, style="danger", label="Close it"),
                StaticSelect(options, "sev", placeholder_text="Severity", initial_value=2),
            ],
        ),
    ]
    serialized = [block.serialize() for block in blocks]
    check_blocks(serialized)
    select = serialized[-1]["elements"][1]
    assert select["initial_option"]["value"] == "2"


def test_a_value_that_is_zero_is_sent_and_an_empty_one_is_not() -> None:
    assert Button("x", "x", value=0).serialize()["value"] == "0"
    assert "value" not in Button("x", "x", value="").serialize()


def test_an_initial_value_that_is_no_option_is_left_out() -> None:
    select = StaticSelect([StaticSelectOption("a", "a")], "s", initial_value="gone")
    assert "initial_option" not in select.serialize()


@pytest.mark.parametrize("empty", [Section(), Actions(), StaticSelect([], "s")])
def test_what_would_be_empty_is_a_value_error(empty: Any) -> None:
    with pytest.raises(ValueError, match="need"):
        empty.serialize()


@pytest.mark.parametrize(
    "too_long",
    [
        Button("x", "x", value="v" * 2001),
        Button("x", "x" * 256),
        StaticSelectOption("x", "v" * 151),
        Divider(block_id="x" * 256),
    ],
)
def test_what_a_cut_would_falsify_is_a_value_error(too_long: Any) -> None:
    with pytest.raises(ValueError, match="characters"):
        too_long.serialize()


@settings(deadline=None, max_examples=30)
@given(st.text(alphabet="aé🔥&<>*|!@UC1 \n", min_size=1, max_size=40), st.integers(1, 400))
def test_texts_of_any_length_are_cut_to_what_slack_takes(text: str, times: int) -> None:
    written = "x" + text * times
    blocks = [
        Section(text=Text(written), fields=[Text(written, title="T")]),
        Section(fields=[Text("short")] * 12),
        Context([Text("short")] * 12),
        Actions(
            elements=[
                Button("x" + written, "b", confirm=Confirm(*["x" + written] * 4), label=written),
                StaticSelect([StaticSelectOption(written, "1")], "s", placeholder_text=written),
            ]
        ),
    ]
    check_blocks([block.serialize() for block in blocks])


def test_a_cut_never_goes_through_an_entity_or_a_reference() -> None:
    entities = limits.cut_mrkdwn("&amp;" * 1000, 3000)
    assert entities == "&amp;" * 599 + "…"
    mentions = limits.cut_mrkdwn("<@U0123456789>" * 1000, 3000)
    assert mentions.rstrip("…").endswith("<@U0123456789>")
    assert len(mentions) <= 3000


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert limits.cut_mrkdwn("&amp;" * 600, 3000) == "&amp;" * 600
    assert limits.cut_plain("x" * 75, 75) == "x" * 75
    assert limits.cut_plain("x" * 76, 75) == "x" * 74 + "…"


def test_a_message_has_fifty_blocks_at_most() -> None:
    message = Message()
    for _ in range(60):
        message.add_block(Divider())
    check_blocks(message.serialize())


def test_send_posts_and_with_a_ts_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[Any, ...]] = []

    class Client:
        def send_or_update_message_block(
            self, channel: str, blocks: Any, fallback_text: Any, ts: Any
        ) -> dict[str, Any]:
            sent.append((channel, blocks, fallback_text, ts))
            return {"ok": True, "ts": "1.2"}

    monkeypatch.setattr(block_kit, "get_client", Client)
    message = Message()
    message.set_fallback_text("fallback")
    message.add_block(Divider())
    assert message.send("C1") == {"ok": True, "ts": "1.2"}
    message.send("C1", "1.2")
    assert sent == [
        ("C1", [{"type": "divider"}], "fallback", None),
        ("C1", [{"type": "divider"}], "fallback", "1.2"),
    ]
