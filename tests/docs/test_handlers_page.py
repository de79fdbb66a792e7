"""What docs/handlers.md says its handlers do, they do: each is tried in a workspace."""

import re
from importlib import import_module
from typing import Any

import pytest
from django.dispatch import Signal

from response.slack import block_kit, outbox
from response.slack.decorators import incident_command
from response.testing import Slack
from tests.docs.pages import DOCS, blocks, text_of


@pytest.fixture
def page(slack: Slack) -> dict[str, Any]:
    """The names of the page, whose handlers are registered for the length of the test."""
    names: dict[str, Any] = {"__name__": "docs.handlers"}
    for block in blocks("python"):
        if block.page == "handlers.md":
            exec(compile(block.code, block.where, "exec"), names)  # noqa: S102 - our own page
    return names


@pytest.fixture
def buttons(page: dict[str, Any]) -> None:
    """A command that shows the page's buttons, whose ids the page leaves to the reader."""

    @incident_command(["buttons"], atomic=True)
    def show(incident: Any, user_id: str, message: str) -> tuple[bool, None]:
        names = ("postpone", "hand-over")
        elements = [block_kit.Button(name, name, value="free text").serialize() for name in names]
        row = {"type": "actions", "elements": elements}
        channel = incident.comms_channel().channel_id
        outbox.post(channel, "buttons", blocks=[row], incident=incident)
        return True, None


@pytest.mark.usefixtures("page")
def test_command_changes_the_incident_and_is_ticked(slack: Slack):
    channel = slack.open_incident()
    said = slack.mention("@incident Customers Acme & Initech", channel=channel)
    channel.incident.refresh_from_db()
    assert channel.incident.impact == "Acme &amp; Initech"
    assert "white_check_mark" in reactions(slack, said.ts)


@pytest.mark.usefixtures("page")
def test_command_that_raises_a_response_error_says_why(slack: Slack):
    channel = slack.open_incident()
    said = slack.mention("@incident escalate", channel=channel)
    assert slack.posts(channel)[-1].text == "Only critical and major incidents are escalated."
    assert "question" in reactions(slack, said.ts)


def reactions(slack: Slack, ts: str) -> list[str]:
    calls = [call.arguments for call in slack.calls("reactions.add")]
    return [call["name"] for call in calls if call["timestamp"] == ts]


@pytest.mark.usefixtures("page")
def test_keyword_is_answered(slack: Slack):
    channel = slack.open_incident()
    slack.say("where is the Run Book?", channel=channel)
    assert "runbooks.example.com" in slack.posts(channel)[-1].text


@pytest.mark.usefixtures("page")
def test_headline_button_is_shown_and_its_action_runs(slack: Slack):
    channel = slack.open_incident()
    slack.click("page-on-call", on=slack.headline(channel.incident))
    assert slack.posts(channel)[-1].text == "📟 <@U0ANA> paged on-call."


@pytest.mark.usefixtures("buttons")
def test_form_opens_shows_its_error_and_closes(slack: Slack):
    channel = slack.open_incident()
    slack.mention("@incident buttons", channel=channel)
    slack.click("postpone", on=slack.posts(channel)[-1])
    assert slack.submit({"days": "soon"}) == {"days": "Please give a number of days."}
    assert slack.submit({"days": "3"}) == {}
    assert slack.modal() is None


@pytest.mark.usefixtures("buttons")
def test_dialog_opens_and_its_handler_gets_what_was_filled_in(
    slack: Slack, page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    given: list[Any] = []
    from response.slack.decorators import dialog_handler

    @dialog_handler("hand-over-dialog")
    def hand_over(user_id, channel_id, submission, response_url, state):
        given.append((user_id, channel_id, submission, state))
        page["hand_over"](user_id, channel_id, submission, response_url, state)

    channel = slack.open_incident()
    slack.mention("@incident buttons", channel=channel)
    slack.click("hand-over", on=slack.posts(channel)[-1])
    assert slack.submit({"to": "U0BOB"}) == {}
    wanted = {"to": "U0BOB", "note": None}
    assert given == [("U0ANA", channel.channel_id, wanted, str(channel.incident.pk))]


@pytest.mark.usefixtures("page")
def test_shortcut_is_answered_privately(slack: Slack):
    slack.shortcut("who-is-on-call", user="bob")
    assert slack.told("bob")[-1].text == "Ana is on call this week."


@pytest.mark.usefixtures("page")
def test_events_of_incidents_and_of_any_channel_are_handled(
    slack: Slack, capsys: pytest.CaptureFixture[str]
):
    channel = slack.open_incident()
    slack.pin(slack.say("it is the database", channel=channel))
    assert "📌 Thank you, <@U0ANA>." in [post.text for post in slack.posts(channel)]
    slack.event("channel_archive", channel="general", user="U0ANA")
    assert "C0GENERAL" in capsys.readouterr().out


@pytest.mark.usefixtures("page")
def test_reminders_come_when_they_are_due_and_while_there_is_a_reason(slack: Slack):
    channel = slack.open_incident()
    texts = lambda: [post.text for post in slack.posts(channel)]  # noqa: E731 - it is short
    customers = "Is it time to update the status page?"
    assert customers not in texts()
    slack.forward(minutes=31)
    assert texts().count(customers) == 1
    asked = [said for said in texts() if said.startswith("Nobody has said what is going on")]
    assert len(asked) == 1
    slack.mention("@incident summary It is the database", channel=channel)
    slack.forward(minutes=60)
    assert len([said for said in texts() if said in asked]) == 1
    assert texts().count(customers) == 1


def test_outbox_calls_reach_slack(slack: Slack, page: dict[str, Any]):
    channel = slack.open_incident()
    page["announce"](channel.incident, "U0BOB")
    slack.settle()
    assert slack.posts(channel)[-1].text == "All is well."
    assert slack.told("bob")[-1].text == "Only you see this."
    assert slack.calls("bookmarks.add")[-1].answer["ok"]


@pytest.mark.usefixtures("page")
def test_signal_is_received(slack: Slack, capsys: pytest.CaptureFixture[str]):
    channel = slack.open_incident()
    slack.mention("@incident close", channel=channel, user="bob")
    assert f"{channel.incident.pk} bob" in capsys.readouterr().out


def test_permission_is_asked_before_a_command(slack: Slack, page: dict[str, Any], settings: Any):
    settings.RESPONSE_SLACK_PERMISSION = page["only_engineers_close"]
    channel = slack.open_incident()
    slack.mention("@incident close", channel=channel)
    channel.incident.refresh_from_db()
    assert not channel.incident.is_closed()
    slack.mention("@incident lead", channel=channel)
    channel.incident.refresh_from_db()
    assert channel.incident.lead is not None


SIGNALS = {
    "response.core.signals": {"incident", "changes", "actor", "action", "timeline_event"},
    "response.slack.signals": {"comms_channel", "incident", "user", "actor"},
}


@pytest.mark.parametrize("module", SIGNALS)
def test_every_signal_is_on_the_page(module: str):
    text = text_of(DOCS / "handlers.md")
    (table,) = re.findall(rf"^\| In `{module}` \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    found = vars(import_module(module)).items()
    signals = {name for name, value in found if type(value) is Signal}
    documented = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert documented == {name for name in signals if not name.startswith("_")}
    given = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[2])
    }
    assert given <= SIGNALS[module]


@pytest.mark.usefixtures("page")
def test_example_of_a_test_passes(slack: Slack):
    names: dict[str, Any] = {"__name__": "docs.handlers"}
    (block,) = [b for b in blocks("python") if "tests/test_handlers.py" in b.info]
    exec(compile(block.code, block.where, "exec"), names)  # noqa: S102 - our own page
    names["test_customers"](slack)


def test_everything_that_the_page_says_of_the_test_kit_is_there():
    text = text_of(DOCS / "handlers.md").partition("## Test them")[2]
    names = {
        name for row in re.findall(r"^\|.*", text, re.M) for name in re.findall(r"`(\w+)", row)
    }
    assert len(names) > 15
    assert [name for name in names if not hasattr(Slack, name)] == []
