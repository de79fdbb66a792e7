"""Twenty people do the same thing at the same moment: it is done once, and everybody is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from response.models import Action, CommsChannel, Event, ExternalUser, Incident, TimelineEvent
from response.slack.models import Call, HeadlinePost
from tests.concurrency.conftest import CROWD, Web
from tests.factories import make_incident
from tests.scenarios.others import at_once

WORKERS = 4
Check = Callable[[], None]


def press_at_once(web: Web, crowd: list[ExternalUser], button: str, incident: Incident) -> None:
    at_once([partial(web.presses, person, button, incident) for person in crowd])


def drain_at_once(web: Web) -> None:
    """Several workers at the same time, then one for what the others left to each other."""
    at_once([web.drains] * WORKERS)
    web.drains()


def whispers() -> list[str]:
    rows = Call.objects.filter(operation="whisper").values_list("lane", flat=True)
    return sorted(rows)


def test_of_twenty_who_press_close_at_once_one_closes_and_nineteen_are_told(
    web: Web, crowd: list[ExternalUser], all_is_done: Check
) -> None:
    incident = make_incident(reporter=crowd[0])
    press_at_once(web, crowd, HeadlinePost.CLOSE_INCIDENT_BUTTON, incident)
    assert Incident.objects.get().is_closed()
    assert TimelineEvent.objects.filter(text="Incident closed").count() == 1
    assert Event.objects.filter(verb="closed").count() == 1
    told = whispers()
    assert len(set(told)) == CROWD - 1
    assert set(told) < {f"whisper:{person.external_id}" for person in crowd}
    drain_at_once(web)
    all_is_done()


def test_twenty_who_press_create_channel_at_once_get_one_channel(
    web: Web, crowd: list[ExternalUser], all_is_done: Check
) -> None:
    incident = make_incident(reporter=crowd[0])
    press_at_once(web, crowd, HeadlinePost.CREATE_COMMS_CHANNEL_BUTTON, incident)
    drain_at_once(web)
    assert web.slack.methods().count("conversations.create") == 1
    channel = CommsChannel.objects.get()
    assert channel.incident == incident
    assert len(web.slack.texts(channel.channel_id)) == 1, "one welcome"
    assert len(web.slack.texts("C0INCIDENTS")) == 1, "one headline"
    all_is_done()


def test_while_four_workers_create_the_channel_others_still_press(
    web: Web, crowd: list[ExternalUser], all_is_done: Check
) -> None:
    incident = make_incident(reporter=crowd[0])
    button = HeadlinePost.CREATE_COMMS_CHANNEL_BUTTON
    presses = [partial(web.presses, person, button, incident) for person in crowd]
    at_once([*presses, *[web.drains] * WORKERS])
    web.drains()
    assert web.slack.methods().count("conversations.create") == 1
    assert CommsChannel.objects.count() == 1
    all_is_done()


def test_twenty_who_close_and_reopen_at_once_leave_a_timeline_that_takes_turns(
    web: Web, crowd: list[ExternalUser], all_is_done: Check
) -> None:
    incident = make_incident(reporter=crowd[0])
    buttons = [HeadlinePost.CLOSE_INCIDENT_BUTTON, HeadlinePost.REOPEN_INCIDENT_BUTTON]
    at_once(
        [
            partial(web.presses, person, buttons[number % 2], incident)
            for number, person in enumerate(crowd)
        ]
    )
    verbs = list(
        Event.objects.filter(verb__in=["closed", "reopened"])
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == (["closed", "reopened"] * CROWD)[: len(verbs)]
    assert Incident.objects.get().is_closed() == bool(len(verbs) % 2)
    assert len(verbs) + len(whispers()) == CROWD, "each did it or was told"
    drain_at_once(web)
    all_is_done()


def test_twenty_actions_that_are_added_at_once_are_all_there_once(
    web: Web, crowd: list[ExternalUser], begin: Callable[[], CommsChannel], all_is_done: Check
) -> None:
    channel = begin()
    says = [
        partial(
            web.event,
            person,
            channel,
            type="app_mention",
            text=f"<@U0INCIDENT> action Look into alert {number}",
        )
        for number, person in enumerate(crowd)
    ]
    at_once([*says, *[web.drains] * WORKERS])
    web.drains()
    assert sorted(Action.objects.values_list("details", flat=True)) == sorted(
        f"Look into alert {number}" for number in range(CROWD)
    )
    assert web.slack.methods().count("reactions.add") == CROWD
    all_is_done()
