"""The oracle finds what it is there for: each test does wrong what the app does right."""

from __future__ import annotations

import json
from typing import Any

import ledger
import oracle
import pytest
from stories import Done

from response.core.models import Action, Incident
from response.sandbox.models import ApiCall, Channel, Message, User
from response.slack import messages, outbox
from response.slack.models import Call, HeadlinePost, UserStats
from tests.factories import make_incident

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture(autouse=True)
def opened(db: None) -> None:
    ledger.open_ledger()


def arrived(text: str, *, dropped: bool = False) -> None:
    """Slack got a message for C1."""
    params = {"channel": "C1", "text": text, "unfurl_links": False}
    ApiCall.objects.create(
        method="chat.postMessage",
        params=params,
        answer={"ok": True},
        status=200,
        dropped=dropped,
        at=0,
    )


def judged() -> oracle.Verdict:
    """What is said of the outbox alone, all of which was sent."""
    Call.objects.update(state="sent", arguments="")
    return oracle.judge([])


def found(verdict: oracle.Verdict) -> tuple[int, int, int, int]:
    return (
        len(verdict.lost),
        len(verdict.doubled),
        len(verdict.out_of_order),
        verdict.repeated,
    )


def test_a_call_that_arrived_once_is_as_it_should_be():
    outbox.post("C1", "hello")
    arrived("hello")
    assert found(judged()) == (0, 0, 0, 0)


def test_a_call_that_never_arrived_is_lost_although_its_row_says_sent():
    outbox.post("C1", "hello")
    assert found(judged()) == (1, 0, 0, 0)


def test_a_call_that_arrived_twice_is_doubled_unless_an_answer_was_lost():
    outbox.post("C1", "hello")
    arrived("hello")
    arrived("hello")
    assert found(judged()) == (0, 1, 0, 0)
    ApiCall.objects.filter(pk=ApiCall.objects.earliest("pk").pk).update(dropped=True)
    assert found(judged()) == (0, 0, 0, 1)
    arrived("hello")
    assert found(judged()) == (0, 1, 0, 0)


def came_back(error: str) -> None:
    """What was being sent waits again."""
    Call.objects.update(state="sending")
    Call.objects.update(state="pending", error=error)


def test_a_call_whose_answer_nobody_waited_for_may_arrive_once_more():
    outbox.post("C1", "hello")
    arrived("hello")
    arrived("hello")
    came_back("SlackUnavailable: Slack could not be reached for 'chat.postMessage': timed out")
    assert found(judged()) == (0, 0, 0, 1)


@pytest.mark.parametrize(("interrupted", "wrong"), [(True, (0, 0, 0, 1)), (False, (0, 1, 0, 0))])
def test_a_sender_that_died_is_an_excuse_only_where_something_was_ended(
    interrupted: bool, wrong: tuple[int, ...]
):
    outbox.post("C1", "hello")
    arrived("hello")
    arrived("hello")
    came_back("RuntimeError: the process that sent it died")
    assert oracle.interrupted_calls() == 1
    Call.objects.update(state="sent", arguments="")
    assert found(oracle.judge([], interrupted)) == wrong


def test_a_reaction_that_slack_had_already_arrived_twice():
    outbox.react("white_check_mark", "C1", "1.0")
    call = Call.objects.get()
    again = {"ok": False, "error": "already_reacted"}
    for answer in ({"ok": True}, again):
        ApiCall.objects.create(
            method=call.method, params=call.args, answer=answer, status=200, at=0
        )
    assert found(judged()) == (0, 1, 0, 0)


def test_what_slack_refused_without_doing_it_excuses_nothing():
    outbox.post("C1", "hello")
    arrived("hello")
    arrived("hello")
    came_back("SlackUnavailable: HTTP 503 and no result")
    assert found(judged()) == (0, 1, 0, 0)


def test_calls_of_a_conversation_that_arrived_in_another_order_are_found():
    outbox.post("C1", "first")
    outbox.post("C1", "second")
    arrived("second")
    arrived("first")
    assert found(judged()) == (0, 0, 1, 0)


def test_a_row_that_was_given_up_is_lost():
    outbox.post("C1", "hello")
    arrived("hello")
    Call.objects.update(state="parked", error="channel_not_found")
    assert len(oracle.judge([]).lost) == 1


@pytest.fixture
def done() -> Done:
    """An incident of which the database has all, and Slack nothing."""
    incident = make_incident("Outage", impact="All customers")
    Call.objects.all().delete()
    Action.objects.create(incident=incident, details="Task", user=incident.reporter)
    UserStats.objects.create(incident=incident, user=incident.reporter, message_count=2)
    user_id = str(incident.reporter.external_id)
    return Done(title="Outage", user_id=user_id, said=2, actions=["Task"])


def log_again() -> None:
    incident = Incident.objects.get()
    Action.objects.create(incident=incident, details="Task", user=incident.reporter)


def of_the_database(done: Done) -> list[str]:
    verdict = oracle.Verdict()
    oracle._database(done, verdict)
    about = [*verdict.lost, *verdict.doubled]
    return [line for line in about if "channel row" not in line]


def test_an_incident_with_all_that_was_done_to_it_is_as_it_should_be(done: Done):
    assert of_the_database(done) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Incident.objects.all().delete(), "incident Outage: 0 of 1"),
        (lambda: make_incident("Outage"), "incident Outage: 2 instead of 1"),
        (lambda: Action.objects.all().delete(), "action Task: 0 of 1"),
        (log_again, "action Task: 2 instead of 1"),
        (lambda: UserStats.objects.update(message_count=1), "counted in Outage: 1 of 2"),
        (lambda: UserStats.objects.update(message_count=3), "counted in Outage: 3 instead of 2"),
        (lambda: Incident.objects.get().close(), "closing of Outage: 1 instead of 0"),
    ],
)
def test_what_is_missing_or_there_twice_is_found(done: Done, wrong: Any, says: str):
    wrong()
    assert any(says in line for line in of_the_database(done)), of_the_database(done)


def test_the_ledger_keeps_arguments_that_the_app_drops():
    outbox.post("C1", "hello")
    Call.objects.update(state="sent", arguments="")
    ((_, lane, _, method, arguments, _),) = ledger.rows("chaos_wanted", ledger.COLUMNS)
    assert (lane, method) == ("C1", "chat.postMessage")
    assert json.loads(str(arguments))["text"] == "hello"


def whispered(text: str) -> None:
    """Somebody sees a message that is for them only."""
    ana, _ = User.objects.get_or_create(id="U1", defaults={"name": "ana"})
    place = Channel.objects.create(id=f"C{text}", name=text, creator=ana, created=0)
    Message.objects.create(channel=place, ts="1.0", user=ana, text=text, only_for=ana)


def test_whispers_that_are_seen_in_another_order_are_found():
    outbox.whisper("U1", "first")
    outbox.whisper("U1", "second")
    whispered("second")
    assert found(judged()) == (1, 0, 0, 0)
    whispered("first")
    assert found(judged()) == (0, 0, 1, 0)


def test_a_call_that_no_row_asks_for_is_one_too_many():
    arrived("hello")
    assert found(judged()) == (0, 1, 0, 0)


def test_an_incident_that_nobody_declared_is_one_too_many(done: Done):
    Call.objects.all().delete()
    assert any("nobody declared" in line for line in oracle.judge([]).doubled)


def test_an_action_that_nobody_logged_is_one_too_many(done: Done):
    done.actions = []
    assert of_the_database(done) == ["action Task, which nobody logged"]


@pytest.fixture
def conversation(done: Done) -> Done:
    """What Slack must have of an incident that was talked of and closed."""
    person = User.objects.create(id=done.user_id, name="who closed it")
    bot = User.objects.create(id="U0BOT", name="bot")
    done.channel_id, done.rounds, done.closed = "C7", 1, True
    comms = {"id": "C7", "name": "inc", "topic": "Outage - <https://…>", "creator": bot}
    place = Channel.objects.create(**comms, created=0)
    direct = Channel.objects.create(id="D7", name="@ana", is_im=True, creator=bot, created=0)
    for user in (person, bot):
        direct.memberships.create(user=user)
    for number, text in enumerate(SAID):
        Message.objects.create(channel=place, ts=f"{number}.0", user=bot, text=text)
    asked = "Outage is closed, thank you! Please complete its report"
    Message.objects.create(channel=direct, ts="9.0", user=bot, text=asked)
    return done


SAID = ("This is the place to work on Outage", "Severity: major", "It has been closed")


def of_the_conversation(done: Done) -> list[str]:
    verdict = oracle.Verdict()
    oracle._conversation(done, verdict)
    assert not verdict.doubled
    return verdict.lost


def test_a_conversation_that_has_all_is_as_it_should_be(conversation: Done):
    assert of_the_conversation(conversation) == []


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (SAID[0], "welcome of Outage"),
        (SAID[1], "status of Outage"),
        (SAID[2], "announcement that it is closed of Outage"),
        ("Outage is closed, thank you!", "request for the report of Outage"),
    ],
)
def test_what_the_outbox_never_had_a_row_for_is_missed(conversation: Done, said: str, what: str):
    Message.objects.filter(text__startswith=said).delete()
    assert of_the_conversation(conversation) == [f"{what}: 0 of 1"]


def test_a_topic_that_was_never_set_is_missed(conversation: Done):
    Channel.objects.update(topic="")
    assert of_the_conversation(conversation) == ["topic of Outage: 0 of 1"]


@pytest.mark.parametrize("why", [messages.TRIGGER_EXPIRED, messages.MODAL_BROKEN])
def test_a_click_that_opened_nothing_must_have_been_explained(conversation: Done, why: str):
    conversation.without_modal = 1
    (missing,) = of_the_conversation(conversation)
    assert "reasons why there is none" in missing
    whispered("why")
    Message.objects.filter(text="why").update(only_for=conversation.user_id, text=why)
    assert of_the_conversation(conversation) == []


@pytest.mark.parametrize(("ts", "posts"), [("", 1), ("5.0", 0)])
def test_an_update_whose_answer_was_lost_excuses_no_second_headline(
    done: Done, ts: str, posts: int
):
    incident = Incident.objects.get()
    HeadlinePost.objects.filter(incident=incident).update(message_ts=ts)
    outbox.perform("headline", lane="headline:7", key="headline:7", incident=incident)
    came_back("SlackUnavailable: Slack could not be reached for 'chat.update': timed out")
    assert sum(oracle.Calls().unposted.values()) == posts
