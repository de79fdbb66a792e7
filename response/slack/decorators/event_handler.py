"""``@slack_event``, which the documentation always called ``@event_handler``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registration, registry, requirements

F = TypeVar("F", bound=Callable[..., object])

IN_INCIDENT = ("incident", "payload")


@overload
def slack_event(
    event: str,
    func: None = None,
    *,
    atomic: bool = False,
    in_incident: bool = True,
    channel_type: str = "",
    known_commands: bool = True,
) -> Callable[[F], F]: ...


@overload
def slack_event(
    event: str,
    func: F,
    *,
    atomic: bool = False,
    in_incident: bool = True,
    channel_type: str = "",
    known_commands: bool = True,
) -> F: ...


def slack_event(
    event: str,
    func: F | None = None,
    *,
    atomic: bool = False,
    in_incident: bool = True,
    channel_type: str = "",
    known_commands: bool = True,
) -> Callable[[F], F] | F:
    """Register a function for Slack's event of type ``event``, such as ``pin_added``.

    It is called with ``(incident, payload)`` for events in comms channels; ``payload`` is the
    inner event as Slack sent it. With ``in_incident=False`` it gets the event from anywhere,
    and ``incident`` is None outside comms channels; it may then take ``(payload)`` alone.
    ``channel_type`` narrows ``message`` to one kind of conversation, such as ``im``;
    ``known_commands=False`` narrows ``app_mention`` to what is no command in a comms channel.
    All handlers of an event run, each on its own.
    https://docs.slack.dev/reference/events
    """
    name = registration.one_name("slack_event", event)
    if name.startswith("message."):
        raise registration.RegistrationError(
            f"@slack_event({name!r}): that is the name of a subscription. The event's type is "
            "'message', its payload says which kind of channel: write @slack_event('message')."
        )
    _require_known(name, channel_type)
    if not known_commands and name != "app_mention":
        raise registration.RegistrationError(
            f"@slack_event({name!r}, known_commands=False): commands are mentions of the bot, "
            "so this is for 'app_mention' only."
        )

    def register(function: F) -> F:
        in_channel = in_incident and registration.can_take(function, IN_INCIDENT)
        handler = registry.events.register(
            name,
            function,
            signatures=[IN_INCIDENT] if in_channel else (),
            atomic=atomic,
            in_incident=in_incident,
            options=_options(channel_type=channel_type, known_commands=known_commands),
        )
        if handler.arity == 1 and in_incident:
            registry.events.discard(handler)
            raise registration.RegistrationError(
                f"{handler.path} handles the event {name!r} in comms channels and is called "
                "with (incident, payload); to get the payload alone, from any channel, "
                "register it with in_incident=False."
            )
        return function

    return register(func) if func is not None else register


def _options(*, channel_type: str, known_commands: bool) -> dict[str, object]:
    """Only what narrows."""
    options: dict[str, object] = {"channel_type": channel_type} if channel_type else {}
    return options if known_commands else {**options, "known_commands": False}


def _require_known(event: str, channel_type: str) -> None:
    if channel_type and (event != "message" or channel_type not in requirements.SUBSCRIPTIONS):
        allowed = ", ".join(requirements.SUBSCRIPTIONS)
        raise registration.RegistrationError(
            f"@slack_event({event!r}, channel_type={channel_type!r}): only 'message' has "
            f"channel types, and they are {allowed}."
        )


event_handler = slack_event
