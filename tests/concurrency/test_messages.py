"""A thousand messages into one incident while they are being worked off: the counts are exact."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from response.models import CommsChannel, ExternalUser
from response.slack.models import Delivery, HandlerRun, UserStats
from tests.concurrency.conftest import CROWD, Web
from tests.scenarios.others import at_once

MESSAGES = 1000
WORKERS = 2


def test_a_thousand_messages_from_twenty_people_at_once_are_each_counted_once(
    web: Web,
    crowd: list[ExternalUser],
    begin: Callable[[], CommsChannel],
    all_is_done: Callable[[], None],
) -> None:
    channel = begin()
    each = MESSAGES // CROWD
    talking = {person.external_id for person in crowd}

    def talk(person: ExternalUser) -> None:
        try:
            for number in range(each):
                web.event(person, channel, type="message", text=f"message {number}")
        finally:
            talking.discard(person.external_id)

    def work() -> None:
        """Until everybody has said what they have to say."""
        while talking:
            web.drains()

    at_once([*(partial(talk, person) for person in crowd), *[work] * WORKERS])
    web.drains()
    counts = dict(UserStats.objects.values_list("user__external_id", "message_count"))
    assert counts == {person.external_id: each for person in crowd}
    assert Delivery.objects.filter(kind="event").count() == MESSAGES
    assert HandlerRun.objects.filter(state="done", handler__contains="message").count() == MESSAGES
    all_is_done()
