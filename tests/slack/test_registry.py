"""What the decorators accept, what replaces what, and what they say when used wrongly."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from response.slack import registry
from response.slack.decorators import (
    action_handler,
    dialog_handler,
    event_handler,
    headline_post_action,
    incident_command,
    keyword_handler,
    recurring_notification,
    single_notification,
    slack_event,
)
from response.slack.decorators.incident_command import get_commands, get_help
from response.slack.registry import RegistrationError


@pytest.fixture(autouse=True)
def _own_registrations() -> Iterator[None]:
    with ExitStack() as stack:
        for each in registry.ALL:
            stack.enter_context(each.temporarily())
        yield


def command(incident, user_id, message):
    return True, None


def other_command(incident, user_id, message):
    return True, None


def test_a_decorator_returns_the_function_itself():
    assert incident_command(["hello"])(command) is command
    assert keyword_handler(["hello"], lambda channel, user, word, text, ts: None) is not None
    assert action_handler("hello", print) is print


def test_a_command_is_found_in_any_case():
    incident_command(["Hello"])(command)
    assert registry.commands.get("hELLO").function is command


def test_a_string_instead_of_a_list_is_refused_with_the_mend():
    with pytest.raises(
        RegistrationError, match=r'@incident_command\(\["lead"\]\)'.replace('"', "'")
    ):
        incident_command("lead")
    with pytest.raises(RegistrationError, match=r"@keyword_handler\(\['runbook'\]\)"):
        keyword_handler("runbook")


def test_a_command_of_two_words_is_refused():
    with pytest.raises(RegistrationError, match="one word"):
        incident_command(["page them"])


def test_a_function_that_cannot_take_its_arguments_is_refused_when_registered():
    def too_few(incident):
        return True, None

    with pytest.raises(RegistrationError, match=r"called with \(incident, user_id, message\)"):
        incident_command(["few"])(too_few)


def test_a_hosts_command_replaces_the_built_in_one_without_a_warning(caplog):
    incident_command(["close"])(command)
    assert registry.commands.get("close").function is command
    assert not caplog.records


def test_a_built_in_handler_that_is_loaded_later_does_not_replace_a_hosts():
    incident_command(["close"])(command)
    from response.slack.handlers.commands import close

    incident_command(["close"])(close)
    assert registry.commands.get("close").function is command


def test_of_two_hosts_commands_the_last_wins_and_both_are_named(caplog):
    incident_command(["page"])(command)
    with caplog.at_level(logging.WARNING):
        incident_command(["page"])(other_command)
    assert registry.commands.get("page").function is other_command
    assert "test_registry.command" in caplog.text
    assert "test_registry.other_command" in caplog.text


def test_registering_a_function_twice_counts_once():
    def handler(incident, payload): ...

    before = len(registry.events)
    slack_event("pin_added")(handler)
    event_handler("pin_added")(handler)
    assert len(registry.events) == before + 1


def test_functions_made_in_a_loop_are_different_handlers():
    before = len(registry.events)
    for name in ("a", "b"):

        def handler(incident, payload, name=name): ...

        handler.__defaults__ = (name,)
        marks = [name]

        def closure(incident, payload):
            return marks  # noqa: B023 (that it is bound late is the point)

        slack_event("pin_added")(closure)
    assert len(registry.events) == before + 2


def test_keyword_handlers_of_both_arities_are_known_by_their_signature():
    def four(comms_channel, user, text, ts): ...

    def five(comms_channel, user, keyword, text, ts): ...

    with pytest.deprecated_call(match=r"takes \(comms_channel, user, text, ts\).* keyword, text"):
        keyword_handler(["four", "quattro"])(four)
    keyword_handler(["five"])(five)
    arities = {handler.name: handler.arity for handler in registry.keywords}
    assert (arities["four"], arities["five"]) == (4, 5)


def test_action_handlers_of_both_forms_are_known_by_their_signature():
    def old(incident, user_id, message): ...

    def new(action_context): ...

    with pytest.deprecated_call(match=r"takes \(incident, user_id, message\).*action_context"):
        action_handler("old")(old)
    action_handler("new")(new)
    assert registry.actions.get("old").arity == 3
    assert registry.actions.get("new").arity == 1


def test_a_bare_single_notification_registers_the_function():
    @single_notification
    def nudge(incident): ...

    registered = [handler.function for handler in registry.notifications]
    assert nudge in registered


def test_a_notification_without_its_interval_is_refused_with_the_mend():
    with pytest.raises(RegistrationError, match="interval_mins=30"):

        @recurring_notification
        def nudge(incident): ...


def test_headline_actions_stand_in_their_order():
    def late(headline_post): ...

    def early(headline_post): ...

    headline_post_action(order=950)(late)
    headline_post_action(order=-5)(early)
    functions = [handler.function for handler in registry.headline_actions]
    assert functions[0] is early
    assert functions[-1] is late


def test_an_event_handler_of_the_payload_alone_must_want_events_from_anywhere():
    def handler(payload): ...

    with pytest.raises(RegistrationError, match="in_incident=False"):
        slack_event("team_join")(handler)
    assert not [each for each in registry.events if each.function is handler]
    slack_event("team_join", in_incident=False)(handler)
    assert [each for each in registry.events if each.function is handler]


@pytest.mark.parametrize(
    ("event", "channel_type"), [("message", "dm"), ("pin_added", "im"), ("message", "message.im")]
)
def test_only_messages_have_channel_types_and_only_those_of_slack(event: str, channel_type: str):
    with pytest.raises(RegistrationError, match="channel, group, im, mpim"):
        slack_event(event, channel_type=channel_type)


def test_an_action_cannot_be_atomic_and_open_a_modal():
    with pytest.raises(RegistrationError, match="opens_modal"):
        action_handler("both", atomic=True, opens_modal=True)


def test_help_lists_every_command_the_hosts_included():
    incident_command(["page", "wake"], helptext="Wake somebody up")(command)
    assert "`@incident page`, `@incident wake` - Wake somebody up\n" in get_help("incident")
    assert {"page", "wake", "severity", "sev"} <= set(get_commands())


def test_a_reference_finds_the_handler_again_and_an_unknown_one_finds_none():
    incident_command(["page"])(command)
    reference = registry.commands.reference("Page")
    assert registry.find(reference).function is command
    assert registry.find("command:gone") is None
    assert registry.find("nonsense") is None
    for reference, handler in registry.events.items():
        assert registry.find(reference) is handler


def test_a_dialog_handler_keeps_its_name():
    @dialog_handler("my-dialog")
    def handler(user_id, channel_id, submission, response_url, state): ...

    assert handler.__name__ == "handler"


def test_only_mentions_of_the_bot_can_be_narrowed_to_what_is_no_command():
    with pytest.raises(RegistrationError, match="for 'app_mention' only"):
        slack_event("message", known_commands=False)
