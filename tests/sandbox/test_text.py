"""What people type becomes Slack's wire form."""

from __future__ import annotations

import pytest

from response.sandbox import emoji, text
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("@incident sev major", "<@U0INCIDENT> sev major"),
        ("ask @ana, or @Bob.", "ask <@U0ANA>, or <@U0BOB>."),
        ("@名前 please", "<@U0NAMAE> please"),
        ("@Ana Lima leads", "<@U0ANA> leads"),
        ("@anastasia is nobody here", "@anastasia is nobody here"),
        ("ana@acme.example", "ana@acme.example"),
        ("see #incidents", "see <#C0INCIDENTS|incidents>"),
        ("#incident-reports and #nowhere", "<#C0REPORTS|incident-reports> and #nowhere"),
        ("@channel wake up", "<!channel> wake up"),
        ("@sre look", "<!subteam^S0SRE> look"),
        ("a < b & <script>", "a &lt; b &amp; &lt;script&gt;"),
        ("<@U0ANA> typed by hand", "&lt;@U0ANA&gt; typed by hand"),
        ("see https://x.example/a?b=1&c=2.", "see <https://x.example/a?b=1&amp;c=2>."),
        ("(https://x.example/a)", "(<https://x.example/a>)"),
        ("code `@ana & https://x.example`", "code `@ana &amp; https://x.example`"),
        ("on fire 🔥 and ⚠️, not 1 or #", "on fire :fire: and :warning:, not 1 or #"),
        ("hi 👋🏽", "hi 👋🏽"),
    ],
)
def test_typed_text_becomes_wire_form(workspace: Workspace, typed: str, wire: str) -> None:
    assert text.from_typed(typed) == wire


def test_private_channels_keep_their_name_to_themselves(workspace: Workspace) -> None:
    from response.sandbox.driver import Person

    row = Person(workspace, "ana").creates_channel("secret", is_private=True)
    assert text.from_typed("see #secret") == f"see <#{row.id}|>"


def test_rich_text_holds_the_same_as_the_text() -> None:
    block = text.rich_text("<@U0ANA> a &lt; b <https://x.example|x> <!here>", "b1")
    elements = block["elements"][0]["elements"]
    assert [one["type"] for one in elements] == [
        "user",
        "text",
        "link",
        "text",
        "broadcast",
    ]
    assert elements[1]["text"] == " a < b "


@pytest.mark.parametrize(
    ("character", "name"), [("🤦", "face_palm"), ("📝", "memo"), ("✅", "white_check_mark")]
)
def test_a_character_gets_slacks_name(character: str, name: str) -> None:
    assert emoji.to_short_names(character) == f":{name}:"
    assert emoji.is_known(name)
    assert emoji.is_known(f"{name}::skin-tone-3")
    assert not emoji.is_known(f"{name}::skin-tone-7")
