"""What Slack is told: valid for Slack whatever people wrote, and right in what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from response.core.actor import Actor
from response.core.models import Incident
from response.sandbox.block_kit import check_blocks
from response.slack import messages, payloads, registry
from response.slack.block_kit import Button
from response.slack.decorators import headline_post_action
from response.slack.errors import (
    SlackAuthError,
    SlackError,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
    TriggerExpired,
)
from response.slack.messages import wording
from response.slack.models import CommsChannel, HeadlinePost, Proposal
from tests.factories import make_comms_channel, make_incident, make_person

pytestmark = pytest.mark.django_db

CROWDS = ("<!channel>", "<!here>", "<!everyone>", "<!subteam^S1|@oncall>")
AWKWARD = [
    "a &lt; b &amp; &lt;script&gt;",
    "&amp;" * 200,
    "*stars* and _lines_",
    "two\nlines",
    "<!channel> <!here|here> <@U0BOB|bob> <https://x.test|label>",
    "🔥" * 200,
]


def post_of(incident: Incident, channel: CommsChannel | None = None) -> HeadlinePost:
    return HeadlinePost(incident=incident, comms_channel=channel)


def texts_of(blocks: list[dict[str, Any]]) -> str:
    """Every text of the blocks, in order."""
    found = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                found.append(value["text"])
            for child in value.values():
                walk(child)
        elif isinstance(value, list):
            for child in value:
                walk(child)

    walk(blocks)
    return "\n".join(found)


# -- the headline -------------------------------------------------------------------------


def test_headline_shows_title_people_status_severity_document_and_channel() -> None:
    reporter, lead = make_person("ana"), make_person("bob")
    incident = make_incident("DB &lt;down&gt;", reporter=reporter, lead=lead, severity="2")
    channel = make_comms_channel(incident)
    blocks, text = messages.headline(post_of(incident, channel))
    check_blocks(blocks)
    shown = texts_of(blocks)
    assert "*DB &lt;down&gt;*" in shown
    assert f"🙋 *Reporter:* <@{reporter.external_id}>" in shown
    assert f"👩‍🚒 *Lead:* <@{lead.external_id}>" in shown
    assert "🔥 *Status:* Live" in shown
    assert "🌧️ *Severity:* Major" in shown
    assert f"<http://testserver/incident/{incident.pk}/|Incident {incident.pk}>" in shown
    assert f"<#{channel.channel_id}>" in shown
    assert text == f"🔥 Live: *DB &lt;down&gt;* reported by <@{reporter.external_id}>"


def test_headline_says_so_where_something_is_not_known() -> None:
    blocks, text = messages.headline(post_of(make_incident(reporter=None)))
    check_blocks(blocks)
    shown = texts_of(blocks)
    assert "*Reporter:* -" in shown
    assert "*Lead:* -" in shown
    assert "☁️ *Severity:* -" in shown
    assert "Comms channel:" not in shown
    assert "reported by -" in text


def test_somebody_who_is_not_in_slack_is_called_by_name() -> None:
    incident = make_incident(reporter=make_person("M&M <x>", app_id="pagerduty", external_id="P1"))
    shown = texts_of(messages.headline(post_of(incident))[0])
    assert "*Reporter:* M&amp;M &lt;x&gt;" in shown
    assert "P1" not in shown


@pytest.mark.parametrize(
    ("report_only", "closed", "status"),
    [
        (False, False, "🔥 *Status:* Live"),
        (False, True, "💧 *Status:* Resolved"),
        (True, False, "📓 *Status:* Reported"),
        (True, True, "💧 *Status:* Resolved"),
    ],
)
def test_headline_status(report_only: bool, closed: bool, status: str) -> None:
    incident = make_incident(report_only=report_only)
    if closed:
        incident.close()
    assert status in texts_of(messages.headline(post_of(incident))[0])


def test_an_open_incident_has_buttons_in_order_and_a_closed_one_none() -> None:
    incident = make_incident()
    with registry.headline_actions.temporarily():
        headline_post_action(order=150)(lambda post: Button("Page", "page", value=post.incident.pk))
        blocks, _ = messages.headline(post_of(incident))
    check_blocks(blocks)
    assert [element["action_id"] for element in blocks[-1]["elements"]] == [
        "create-comms-channel-button",
        "page",
        "edit-incident-button",
        "close-incident-button",
    ]
    assert {element["value"] for element in blocks[-1]["elements"]} == {str(incident.pk)}
    incident.close()
    blocks, _ = messages.headline(post_of(incident))
    assert [element["action_id"] for element in blocks[-1]["elements"]] == [
        "edit-incident-button",
        "reopen-incident-button",
    ]


def test_a_button_that_fails_is_left_out_and_the_others_stay(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(headline_post: HeadlinePost) -> Button:
        raise RuntimeError("no")

    def too_long(headline_post: HeadlinePost) -> Button:
        return Button("x", "too-long", value="x" * 3000)

    with registry.headline_actions.temporarily():
        headline_post_action(order=1)(broken)
        headline_post_action(order=2)(too_long)
        blocks, _ = messages.headline(post_of(make_incident()))
    check_blocks(blocks)
    assert blocks[-1]["elements"][0]["action_id"] == "create-comms-channel-button"
    assert "broken" in caplog.text
    assert "too_long" in caplog.text


def test_two_buttons_with_one_id_do_not_cost_the_post() -> None:
    def one(headline_post: HeadlinePost) -> Button:
        return Button("One", "same")

    def two(headline_post: HeadlinePost) -> Button:
        return Button("Two", "same")

    with registry.headline_actions.temporarily():
        headline_post_action(order=1)(one)
        headline_post_action(order=2)(two)
        blocks, _ = messages.headline(post_of(make_incident()))
    check_blocks(blocks)
    same = [found for found in blocks[-1]["elements"] if found["action_id"] == "same"]
    assert [element["text"]["text"] for element in same] == ["One"]


def test_more_buttons_than_a_row_holds_stand_in_more_rows() -> None:
    elements = [Button("x", f"b{number}").serialize() for number in range(60)]
    blocks = messages.headline_blocks(make_incident(), None, elements)
    check_blocks(blocks)
    assert [len(block["elements"]) for block in blocks if block["type"] == "actions"] == [
        25,
        25,
        10,
    ]


def test_the_close_button_asks_first() -> None:
    blocks, _ = messages.headline(post_of(make_incident("&amp;" * 200)))
    check_blocks(blocks)
    close = blocks[-1]["elements"][-1]
    assert close["confirm"]["title"]["text"] == "Close this incident?"


@pytest.mark.parametrize("awkward", AWKWARD)
def test_any_title_makes_a_valid_headline_that_pings_nobody(awkward: str) -> None:
    blocks, text = messages.headline(post_of(make_incident(awkward)))
    check_blocks(blocks)
    shown = texts_of(blocks) + text
    assert "<!" not in shown
    assert len(text) < 4000
    section = blocks[0]["text"]
    assert section["verbatim"] is True, "else Slack makes mentions of bare words"


def test_without_a_page_the_document_is_named_and_not_linked() -> None:
    incident = make_incident()
    with override_settings(ROOT_URLCONF="django.contrib.auth.urls"):
        assert wording.document(incident) == f"Incident {incident.pk}"


def test_the_link_goes_to_where_the_host_says_people_reach_it() -> None:
    incident = make_incident()
    with override_settings(SITE_URL="https://incidents.example.com"):
        link = f"<https://incidents.example.com/incident/{incident.pk}/|Incident {incident.pk}>"
        assert wording.document(incident) == link


# -- the comms channel ----------------------------------------------------------------------


@pytest.mark.parametrize("title", [*AWKWARD, "x" * 200, "short"])
def test_topic_fits_and_keeps_its_link_whole(title: str) -> None:
    incident = make_incident(title)
    topic = messages.channel_topic(incident)
    assert len(topic) <= 250
    assert topic.endswith(f" - http://testserver/incident/{incident.pk}/")
    assert "\n" not in topic
    assert "<!" not in topic


def test_topic_with_a_link_longer_than_any_topic_is_the_title() -> None:
    with override_settings(SITE_URL=f"https://{'x' * 250}.example.com"):
        assert messages.channel_topic(make_incident("DB down")) == "DB down"


def test_welcome_says_how_to_drive_the_incident() -> None:
    incident = make_incident("DB down")
    with override_settings(INCIDENT_BOT_NAME="oncall"):
        text = messages.welcome(incident)
    assert "*DB down*" in text
    assert f"/incident/{incident.pk}/" in text
    assert "Pin the messages" in text
    assert "`@oncall severity`" in text
    assert len(text) <= 4000


def test_help_that_is_too_long_ends_with_a_whole_line() -> None:
    help_text = messages.help_text("".join(f"`c{n}` - does\n" for n in range(1000)))
    assert len(help_text) <= 4000
    assert help_text.endswith("` - does\n…")


def test_status_says_how_it_stands() -> None:
    text = messages.status(make_incident("DB down", severity="1"))
    assert "🔥 Live: *DB down*" in text
    assert "Severity: Critical" in text
    assert "Lead: -" in text
    assert "has been running for" in text


def test_closing_is_announced_with_who_did_it_and_how_to_undo_it() -> None:
    incident, ana = make_incident(), make_person("ana")
    incident.close()
    announced = messages.closed(incident, Actor(ana))
    assert f"closed by <@{ana.external_id}>!" in announced
    assert "`@incident reopen`" in announced
    assert "closed by web &lt;admin&gt;!" in messages.closed(incident, Actor(None, "web <admin>"))
    assert "has been closed!" in messages.closed(incident, Actor())
    assert f"by <@{ana.external_id}>" in messages.reopened(incident, Actor(ana))


def test_closing_again_is_answered_with_the_time_in_each_readers_zone() -> None:
    incident = make_incident()
    assert messages.closed_already(incident) == messages.OPEN_ALREADY
    incident.close(datetime(2026, 11, 21, 10, 14, tzinfo=UTC))
    text = messages.closed_already(incident)
    assert "<!date^1795256040^{date_short_pretty} at {time}|2026-11-21 10:14 UTC>" in text


def test_the_lead_is_asked_for_the_report_with_a_link() -> None:
    incident = make_incident("DB down")
    text = messages.write_the_report(incident)
    assert "*DB down* is closed" in text
    assert f"/incident/{incident.pk}/" in text


def test_nudges_call_the_bot_by_its_name_and_address_who_can_act() -> None:
    reporter, lead = make_person(), make_person()
    incident = make_incident(reporter=reporter)
    with override_settings(INCIDENT_BOT_NAME="oncall"):
        assert "`@oncall severity major`" in messages.no_severity()
        assert "`@oncall lead`" in messages.no_lead()
        assert f"<@{reporter.external_id}>, this" in messages.still_open(incident)
        incident.lead = lead
        assert f"<@{lead.external_id}>, this" in messages.still_open(incident)
    assert "This incident has been" in messages.still_open(make_incident(reporter=None))


# -- summary and impact -----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["summary", "impact"])
def test_a_text_is_shown_with_a_change_button(field: str) -> None:
    incident = make_incident(**{field: "see https://x.test/a?b=1&amp;c, <!here>"})
    text, blocks = messages.current_text(incident, field, None)
    check_blocks(blocks)
    shown = texts_of(blocks)
    assert f"*This is the current {field}:*" in shown
    assert "see <https://x.test/a?b=1&amp;c>, @here" in shown
    assert blocks[0]["accessory"]["action_id"] == f"update-current-{field}-action"
    assert blocks[0]["accessory"]["value"] == str(incident.pk)
    assert "@here" in text


def test_a_text_that_is_not_there_says_so() -> None:
    text, blocks = messages.current_text(make_incident(), "summary", None)
    check_blocks(blocks)
    assert "doesn't have a summary yet" in text
    assert "doesn't have a summary yet" in texts_of(blocks)


def test_a_proposal_is_shown_with_a_yes_that_carries_its_key() -> None:
    incident = make_incident(summary="old")
    proposal = Proposal.objects.create(incident=incident, field="summary", text="new " * 2000)
    _, blocks = messages.current_text(incident, "summary", proposal)
    check_blocks(blocks)
    yes = blocks[1]["accessory"]
    assert (yes["action_id"], yes["value"]) == (messages.SET_PROPOSED_ACTION, str(proposal.pk))
    assert "Or would you like to update the summary to this?" in texts_of(blocks)


@pytest.mark.parametrize("awkward", [*AWKWARD, "long &amp; " * 1000])
def test_any_text_is_shown_in_valid_blocks(awkward: str) -> None:
    incident = make_incident(summary=awkward)
    proposal = Proposal.objects.create(incident=incident, field="summary", text=awkward)
    text, blocks = messages.current_text(incident, "summary", proposal)
    check_blocks(blocks)
    for said in (texts_of(blocks), text, messages.text_set(incident, "summary")):
        assert "<!" not in said
    assert len(text) <= 4000
    assert len(messages.text_set(incident, "summary")) <= 4000


def test_a_text_that_is_cut_says_where_the_whole_is() -> None:
    incident = make_incident(summary="x" * 5000)
    _, blocks = messages.current_text(incident, "summary", None)
    assert f"/incident/{incident.pk}/" in texts_of(blocks)


def test_a_new_text_is_announced_and_its_removal_too() -> None:
    incident = make_incident(impact="checkout is down")
    announced = messages.text_set(incident, "impact")
    assert announced == "*The impact has been updated to:*\ncheckout is down"
    incident.impact = None
    assert messages.text_set(incident, "impact") == "The impact has been removed."


# -- private answers ------------------------------------------------------------------------


def test_the_reporter_is_told_where_the_incident_goes_on() -> None:
    incident = make_incident("DB down")
    text = messages.declared(incident)
    assert "Thanks for raising the incident" in text
    assert "<#C0INCIDENTS>" in text
    assert f"/incident/{incident.pk}/" in text
    assert "<#C0REPORTS>" in messages.declared(make_incident(report_only=True))


def test_without_an_id_the_channel_is_named() -> None:
    with override_settings(INCIDENT_CHANNEL_ID="", INCIDENT_CHANNEL_NAME="#fire"):
        assert "#fire" in messages.declared(make_incident())
    with override_settings(INCIDENT_CHANNEL_ID="", INCIDENT_CHANNEL_NAME=""):
        assert "the incidents channel" in messages.declared(make_incident())
    with override_settings(INCIDENT_REPORT_CHANNEL_ID="", INCIDENT_REPORT_CHANNEL_NAME=""):
        assert "<#C0INCIDENTS>" in messages.declared(make_incident(report_only=True))


def test_a_form_that_did_not_open_repeats_what_was_typed() -> None:
    text = messages.declare_failed("DB &lt;down&gt; <!channel>\nsince 10", SlackUnavailable("x"))
    assert "> DB &lt;down&gt; @channel\n> since 10" in text
    assert "Slack does not answer" in text
    assert "typed" not in messages.declare_failed("", SlackUnavailable("x"))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TriggerExpired("x", "expired_trigger_id"), "gave up waiting"),
        (SlackRateLimited("x"), "busy"),
        (SlackAuthError("x", "invalid_auth"), "token"),
        (SlackPermanentError("x", "name_taken"), "has that name already"),
        (SlackPermanentError("x", "invalid_name_specials"), "does not allow that name"),
        (SlackPermanentError("x", "of_tomorrow"), "`of_tomorrow`"),
        (SlackError("x"), "does not answer"),
        (ValueError("a < b"), "a &lt; b"),
    ],
)
def test_a_refusal_is_told_in_words(error: Exception, reason: str) -> None:
    assert reason in messages.rename_failed(error)
    assert reason in messages.comms_channel_failed(make_incident(), error)


def test_trying_again_is_the_same_button() -> None:
    click = payloads.parse_interaction(
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "trigger_id": "1.2",
            "actions": [{"type": "button", "action_id": "edit-incident-button", "value": "7"}],
        }
    )
    assert isinstance(click, payloads.BlockAction)
    blocks = messages.try_again(click)
    assert blocks is not None
    check_blocks(blocks)
    button = blocks[-1]["elements"][0]
    assert (button["action_id"], button["value"]) == ("edit-incident-button", "7")


def test_a_shortcut_has_no_button_to_try_again() -> None:
    shortcut = payloads.parse_interaction(
        {"type": "shortcut", "callback_id": "x", "trigger_id": "1.2", "user": {"id": "U1"}}
    )
    assert isinstance(shortcut, payloads.Shortcut)
    assert messages.try_again(shortcut) is None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "Say `@incident help`"),
        ("sevrity", "Did you mean `@incident severity`?"),
        ("xyzzy", "I don't know how to `xyzzy`. Say"),
        ("x" * 500, "…`"),
    ],
)
def test_an_unknown_command_gets_the_nearest_one(command: str, said: str) -> None:
    assert said in messages.unknown_command(command, ["close", "severity", "lead"])


def test_a_wrong_severity_is_told_what_is_allowed() -> None:
    text = messages.severity_wanted("huge <!here>", make_incident(severity="3"))
    assert "“huge @here” does not name one severity" in text
    assert "`critical` (1), `major` (2), `minor` (3), `trivial` (4)" in text
    assert "It is minor now." in text
    assert "“" not in messages.severity_wanted("", make_incident())


def test_the_other_answers_name_the_next_step() -> None:
    channel = make_comms_channel(make_incident())
    assert f"<#{channel.channel_id}>" in messages.channel_exists(channel)
    assert "<#C0INCIDENTS>" in messages.wrong_place()
    assert "/incident" in messages.wrong_place()
    assert "`@incident help`" in messages.mention_first()
    assert "your command" in messages.handler_failed("command")
    assert "Incident 42" in messages.no_such_incident("42")
    assert "Incident could not" in messages.no_such_incident("<!channel>")
    assert "try again" in messages.modal_failed(SlackUnavailable("x"))


def test_a_headline_is_made_without_a_query(django_assert_num_queries: Any) -> None:
    incident = make_incident(lead=make_person())
    post = post_of(incident, make_comms_channel(incident))
    with django_assert_num_queries(0):
        messages.headline(post)
        messages.status(incident)
        messages.welcome(incident)
