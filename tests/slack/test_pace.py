"""Slack's rate limits are kept before Slack has to ask."""

from __future__ import annotations

import pytest

from response.slack.pace import Pace, Paced


def wait_for(pace: Pace, method: str, now: float, **arguments: str) -> float:
    """Seconds until the call may be made; 0 means that it was taken."""
    try:
        pace.take(method, arguments, now)
    except Paced as paced:
        return paced.seconds
    return 0.0


def test_one_message_a_second_and_channel():
    pace = Pace()
    assert wait_for(pace, "chat.postMessage", 100.0, channel="C1") == 0
    assert wait_for(pace, "chat.postMessage", 100.4, channel="C1") == pytest.approx(0.6)
    assert wait_for(pace, "chat.postMessage", 101.0, channel="C1") == 0
    assert wait_for(pace, "chat.postMessage", 100.4, channel="C2") == 0


def test_a_method_has_a_small_burst_and_then_its_tier():
    pace = Pace()
    taken = [wait_for(pace, "conversations.setTopic", 0.0, channel=str(n)) for n in range(6)]
    assert taken[:5] == [0, 0, 0, 0, 0]
    assert taken[5] == pytest.approx(3.0)  # 20 a minute
    assert wait_for(pace, "reactions.add", 0.0) == 0


def test_in_the_long_run_the_tier_is_kept():
    pace, now, made = Pace(), 0.0, 0
    while now < 60:
        seconds = wait_for(pace, "reactions.add", now)
        made += seconds == 0
        now += seconds or 0.001
    assert made <= 50 + 5


def test_a_429_blocks_the_method_for_as_long_as_slack_says():
    pace = Pace()
    pace.block("reactions.add", {}, 100.0, 30)
    assert wait_for(pace, "reactions.add", 100.0) == pytest.approx(30)
    assert wait_for(pace, "reactions.add", 130.0) == 0
    assert wait_for(pace, "chat.update", 100.0) == 0


def test_a_429_for_messages_blocks_that_channel_only():
    pace = Pace()
    pace.block("chat.postMessage", {"channel": "C1"}, 100.0, 30)
    assert wait_for(pace, "chat.postMessage", 101.0, channel="C1") == pytest.approx(29)
    assert wait_for(pace, "chat.postMessage", 101.0, channel="C2") == 0


@pytest.mark.parametrize("back", [61.0, 600.0, 3600.0, 86_400.0])
def test_whoever_must_wait_when_the_clock_is_set_back_waits_no_longer(back: float):
    pace = Pace()
    pace.take("chat.postMessage", {"channel": "C1"}, 1_000_000.0)
    pace.block("chat.update", {}, 1_000_000.0, 30)
    then = 1_000_000.5 - back
    assert pace.ask("chat.postMessage", {"channel": "C1"}, then) <= 1.0
    assert pace.ask("chat.update", {}, then) == pytest.approx(30, abs=1)
    pace.take("chat.postMessage", {"channel": "C1"}, then + 1)


def test_each_that_is_refused_has_a_turn_of_its_own():
    pace, now, sent = Pace(), 0.0, {}
    waiting = dict.fromkeys(range(100), 0.0)
    asked = 0
    while waiting:
        now = min(waiting.values())
        for caller in [one for one, at in waiting.items() if at <= now + 1e-9]:
            asked += 1
            if seconds := wait_for(pace, "reactions.add", now):
                waiting[caller] = now + seconds
            else:
                sent[caller] = now
                del waiting[caller]
    # Once at the beginning, and once when it is its turn.
    assert asked == 5 + 2 * 95
    assert max(sent.values()) == pytest.approx(95 * 60 / 50)


def test_a_rejected_call_uses_nothing_up():
    pace = Pace()
    pace.take("chat.postMessage", {"channel": "C1"}, 0.0)
    for number in range(5):
        waits = wait_for(pace, "chat.postMessage", 0.5, channel="C1")
        assert waits == pytest.approx(0.5 + number)
    assert wait_for(pace, "chat.postMessage", 1.0, channel="C1") == 0


def test_turns_end_with_the_block_that_they_were_given_in():
    pace = Pace()
    pace.block("reactions.add", {}, 0.0, 30)
    assert wait_for(pace, "reactions.add", 0.0) == pytest.approx(30)
    assert wait_for(pace, "reactions.add", 0.0) == pytest.approx(31.2)
    pace.block("reactions.add", {}, 0.0, 10)
    assert wait_for(pace, "reactions.add", 0.0) == pytest.approx(10)
