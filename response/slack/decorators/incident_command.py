"""``@incident_command``: what people tell the bot in a comms channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, overload

from response import logs
from response.slack import registration, registry

logger = logs.get_logger("response.slack.decorators")

F = TypeVar("F", bound=Callable[..., object])


@overload
def incident_command(
    commands: Iterable[str], func: None = None, helptext: str = "", *, atomic: bool = False
) -> Callable[[F], F]: ...


@overload
def incident_command(
    commands: Iterable[str], func: F, helptext: str = "", *, atomic: bool = False
) -> F: ...


def incident_command(
    commands: Iterable[str],
    func: F | None = None,
    helptext: str = "",
    *,
    atomic: bool = False,
) -> Callable[[F], F] | F:
    """Register a function for ``@incident <command> <message>``.

    It is called with ``(incident, user_id, message)``: the ``Incident`` of the channel, the
    Slack id of who said it, and all that follows the command, line breaks included, in
    Slack's wire form. It answers ``(handled, reply)``: ``True`` reacts with ✅, ``False``
    with ❓, ``None`` not at all; ``reply`` is mrkdwn to post in the channel, or None.

    ``commands`` are names without spaces, found in any case; others are left out. With
    ``atomic=True`` the run is one transaction with its done mark: its effects in the database
    happen exactly once, and inside it the Slack client refuses to call.
    """
    names = _of_one_word(registration.names_list("incident_command", commands), commands)

    def register(function: F) -> F:
        options = {"helptext": helptext, "names": tuple(names)}
        for name in names:
            registry.commands.register(name, function, atomic=atomic, options=options)
        return function

    return register(func) if func is not None else register


def _of_one_word(names: list[str], given: object) -> list[str]:
    """Those that can be said: what follows the first space is the function's message."""
    found = [name for name in names if len(name.split()) == 1]
    if not names:
        raise registration.RegistrationError(
            f"@incident_command({given!r}) needs a list of non-empty strings, such as "
            '@incident_command(["runbook"]).'
        )
    if not found:
        raise registration.RegistrationError(
            f"@incident_command({names!r}): a command is one word without spaces; what "
            "follows it is given to the function as its message."
        )
    for name in names:
        if name not in found:
            logger.warning(
                "@incident_command(%r): nobody can say the command %r, since a command is one "
                "word without spaces; it is left out.",
                names,
                name,
            )
    return found


def get_help(bot_name: str = "") -> str:
    """The help text: a line for each command that has a help text, sorted by name."""
    prefix = f"@{bot_name} " if bot_name else ""
    lines = {}
    for handler in registry.commands:
        helptext = handler.options.get("helptext", "")
        if helptext:
            present = registry.commands
            names = [name for name in handler.options["names"] if present.get(name) is not None]
            lines[", ".join(f"`{prefix}{name}`" for name in names)] = helptext
    return "".join(f"{names} - {lines[names]}\n" for names in sorted(lines))


def get_commands() -> list[str]:
    """Names of all commands, the host's included, sorted."""
    return sorted(handler.name for handler in registry.commands)
