"""Which handler runs where several want the same thing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from lighthouse import of_ready
from lighthouse.actions import incident_commands

from response.core.models import Incident
from response.slack import registry
from response.slack.decorators import (
    action_handler,
    dialog_handler,
    headline_post_action,
    incident_command,
    keyword_handler,
    recurring_notification,
    slack_event,
)
from response.slack.models import HeadlinePost
from tests.scenarios.story import Story, buttons


@pytest.fixture(autouse=True)
def registrations() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    with ExitStack() as stack:
        for each in registry.ALL:
            stack.enter_context(each.temporarily())
        yield


def test_what_wsgi_and_ready_imported_is_registered():
    for name, function in {
        "lamp": of_ready.light_the_lamp,
        "escalate": incident_commands.handle_escalation,
    }.items():
        handler = registry.commands.get(name)
        assert handler is not None
        assert handler.function is function


def test_decorators_return_the_function():
    assert incident_commands.page_specialist_dialog.__name__ == "page_specialist_dialog"
    assert incident_commands.handle_escalation.__name__ == "handle_escalation"


def test_of_two_of_the_hosts_the_last_is_used_and_both_are_named(
    caplog: pytest.LogCaptureFixture,
):
    with caplog.at_level(logging.WARNING, logger="response.slack.registry"):

        @incident_command(["lamp"])
        def another_lamp(incident: Incident, user_id: str, message: str):
            return True, None

    handler = registry.commands.get("lamp")
    assert handler is not None
    assert handler.function is another_lamp
    assert "lighthouse.of_ready.light_the_lamp" in caplog.text
    assert "another_lamp" in caplog.text


def test_a_host_replaces_a_built_in_one_without_a_word(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, logger="response.slack.registry"):

        @action_handler(HeadlinePost.CLOSE_INCIDENT_BUTTON)
        def close(context: Any):
            pass

    handler = registry.actions.get("close-incident-button")
    assert handler is not None
    assert handler.function is close
    assert caplog.text == ""


def test_one_function_twice_counts_once():
    def lay_a_table(incident: Incident) -> None:
        pass

    before = len(registry.notifications)
    for _ in range(2):
        recurring_notification(interval_mins=1)(lay_a_table)
    assert len(registry.notifications) == before + 1


def test_events_keywords_and_buttons_add_to_what_is_there():
    counted = (registry.events, registry.keywords, registry.headline_actions)
    before = [len(each) for each in counted]
    slack_event("pin_added", lambda incident, payload: None)
    keyword_handler(["runbook"], lambda comms_channel, user, keyword, text, ts: None)
    headline_post_action(150, lambda headline_post: None)
    assert [len(each) for each in counted] == [number + 1 for number in before]


def test_a_dialog_handler_of_the_host_takes_the_place_of_our_report_form(story: Story):
    """``/incident`` still opens the form; what is entered is the host's alone."""
    got: list[tuple[Any, ...]] = []

    @dialog_handler("incident-report-dialog")
    def report(user_id: str, channel_id: str, submission: Any, response_url: str, state: Any):
        got.append((user_id, channel_id, dict(submission), bool(response_url)))

    story.ana.command("/incident", "Fog", "general")
    assert not story.ana.submits({"summary": "Thick & wet", "lead": "bob", "severity": "2"}).errors
    story.settle()
    ((user_id, channel_id, submission, has_url),) = got
    assert (user_id, channel_id, has_url) == (story.ana.id, "C0GENERAL", True)
    expected = {
        "report": "Fog",
        "summary": "Thick &amp; wet",
        "impact": None,
        "lead": story.bob.id,
        "severity": "2",
        "incident_type": "live",
    }
    assert expected.items() <= submission.items()
    assert not Incident.objects.exists()


def test_a_dialog_handler_of_the_host_takes_the_place_of_our_edit_form(story: Story):
    got: list[tuple[str, str]] = []

    @dialog_handler("incident-edit-dialog")
    def edit(user_id: str, channel_id: str, submission: Any, response_url: str, state: Any):
        got.append((submission["report"], state))

    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), HeadlinePost.EDIT_INCIDENT_BUTTON)
    assert not story.bob.submits({"report": "Fog"}).errors
    story.settle()
    assert got == [("Fog", str(incident.pk))]
    incident.refresh_from_db()
    assert incident.report != "Fog"


def test_the_hosts_close_button_closes_as_it_wants(story: Story):
    @action_handler(HeadlinePost.CLOSE_INCIDENT_BUTTON)
    def close(ac: Any):
        ac.incident.summary = f"{ac.user_id} shut it"
        ac.incident.save()

    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), HeadlinePost.CLOSE_INCIDENT_BUTTON)
    story.settle()
    incident.refresh_from_db()
    assert (incident.is_closed(), incident.summary) == (False, f"{story.bob.id} shut it")
    assert HeadlinePost.CLOSE_INCIDENT_BUTTON in buttons(story.headline(incident))
