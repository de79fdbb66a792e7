"""What 0.5.1's decorators took: the modules of a host that has it are still loaded, and work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial, update_wrapper, wraps
from typing import Any

import pytest

from response.slack import registry
from response.slack.decorators import (
    action_handler,
    dialog_handler,
    headline_post_action,
    incident_command,
    keyword_handler,
    modal_handler,
    recurring_notification,
    shortcut_handler,
    single_notification,
    slack_event,
)

HERE = __name__


def said(channel: Any, user: Any, keyword: Any, text: Any, ts: Any) -> None: ...


def said_of_old(channel: Any, user: Any, text: Any, ts: Any) -> None: ...


def happened(incident: Any, payload: Any) -> None: ...


def clicked(context: Any) -> None: ...


def clicked_of_old(incident: Any, user_id: Any, message: Any) -> None: ...


def anything(*arguments: Any, **options: Any) -> tuple[bool, None]:
    """Takes whatever it is given."""
    return True, None


class Anything:
    """An object that is called."""

    def __call__(self, *arguments: Any) -> tuple[bool, None]:
        return True, None

    def method(self, *arguments: Any) -> None: ...


class Counted:
    """A decorator that is a class."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)


def bare(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@pytest.mark.parametrize(
    "words",
    [
        {"db": 1, "disk": 2},
        {"db": 1, "disk": 2}.keys(),
        (word for word in ("db", "disk")),
        ("db", "disk"),
        {"db", "disk"},
    ],
)
def test_keywords_may_come_in_whatever_can_be_gone_through(words: Any):
    keyword_handler(words)(said)
    found = [handler.name for handler in registry.keywords if handler.function is said]
    assert sorted(found) == ["db", "disk"]


@pytest.mark.parametrize("words", [[], {}, iter(())])
def test_no_keywords_register_nothing(words: Any):
    before = registry.keywords.items()
    assert keyword_handler(words)(said) is said
    assert registry.keywords.items() == before


def test_a_command_that_nobody_can_say_is_left_out(caplog: pytest.LogCaptureFixture):
    incident_command(["status page", "statuspage"], helptext="Where it is")(anything)
    assert registry.commands.get("statuspage").options["names"] == ("statuspage",)
    assert registry.commands.get("status page") is None
    assert "nobody can say the command 'status page'" in caplog.text


@pytest.mark.parametrize("interval", [0, 0.5, Decimal("2.5"), 5.0, float("inf")])
@pytest.mark.parametrize("most", [0, 1, 2.5, float("inf")])
def test_nudges_may_come_in_any_numbers(interval: Any, most: float):
    recurring_notification(interval_mins=interval, max_notifications=most)(anything)
    single_notification(initial_delay_mins=interval)(anything)
    found = [each for each in registry.notifications if each.function is anything]
    assert {each.options["interval_mins"] for each in found} == {float(interval)}


def test_a_whole_number_is_shown_as_one():
    recurring_notification(5.0)(anything)
    assert repr([*registry.notifications][-1].options["interval_mins"]) == "5"


def test_an_element_may_stand_between_two():
    headline_post_action(order=150.5)(anything)
    assert 150.5 in [each.order for each in registry.headline_actions]


EVERY_DECORATOR: list[tuple[str, Callable[[Any], Any]]] = [
    ("command", incident_command(["x"])),
    ("action", action_handler("x")),
    ("dialog", dialog_handler("x")),
    ("modal", modal_handler("x")),
    ("shortcut", shortcut_handler("x")),
    ("event", slack_event("pin_added")),
    ("keyword", keyword_handler(["x"])),
    ("notification", recurring_notification(5)),
    ("headline_post_action", headline_post_action(order=150)),
]


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda: partial(anything, room="C1"), f"{HERE}.anything"),
        (lambda: partial(partial(anything, room="C1"), user="U1"), f"{HERE}.anything"),
        (Anything, f"{HERE}.Anything"),
        (lambda: partial(Anything(), room="C1"), f"{HERE}.Anything"),
        (lambda: Anything().method, f"{HERE}.Anything.method"),
        (lambda: Counted(anything), f"{HERE}.anything"),
        (lambda: partial(bare(anything), room="C1"), f"{HERE}.anything"),
    ],
)
@pytest.mark.parametrize(("kind", "decorate"), EVERY_DECORATOR)
def test_what_is_called_need_not_be_a_function(
    kind: str, decorate: Any, made: Callable[[], Any], path: str
):
    function = made()
    assert decorate(function) is function
    (of_kind,) = [each for each in registry.ALL if each.kind == kind]
    (handler,) = [each for each in of_kind if each.function is function]
    assert handler.path == path
    assert handler.location[0] == __file__
    assert handler.location[1] > 0


def test_partials_and_objects_have_references_of_their_own():
    first, second = partial(happened), partial(happened, None)
    objects = [Anything(), Anything()]
    for function in (first, partial(happened), Anything().method, Anything().method, *objects):
        slack_event("pin_added")(function)
    wide = partial(anything, room="C1")
    slack_event("pin_added")(wide)
    slack_event("pin_added")(partial(anything, room="C2"))
    assert second is not first
    references = [
        reference.removeprefix("event:pin_added:")
        for reference, handler in registry.events.items()
        if handler.path.startswith(HERE)
    ]
    assert references == [
        f"{HERE}.happened",
        f"{HERE}.Anything.method",
        f"{HERE}.Anything.method#2",
        f"{HERE}.Anything",
        f"{HERE}.Anything#2",
        f"{HERE}.anything",
        f"{HERE}.anything#2",
    ]


def test_the_function_that_is_called_is_asked_and_not_the_one_it_wraps():
    @wraps(clicked)
    def command(incident: Any, user_id: Any, message: Any) -> Any:
        return clicked(incident)

    @wraps(happened)
    def action(context: Any) -> None: ...

    @wraps(said)
    def too_few(context: Any) -> None: ...

    incident_command(["x"])(command)
    action_handler("x")(action)
    assert registry.actions.get("x").arity == 1
    with pytest.raises(registry.RegistrationError, match=r"called with \(comms_channel"):
        keyword_handler(["x"])(too_few)


def test_a_plain_function_may_wrap_one_with_a_loop():
    async def told(context: Any) -> None: ...

    @wraps(told)
    def in_a_loop(context: Any) -> None:
        asyncio.run(told(context))

    action_handler("x")(in_a_loop)
    assert registry.actions.get("x").function is in_a_loop


def keyword_arity(function: Any) -> int:
    keyword_handler(["x"])(function)
    return [*registry.keywords][-1].arity


def action_arity(function: Any) -> int:
    action_handler("x")(function)
    return registry.actions.get("x").arity


def event_arity(function: Any, **options: Any) -> int:
    slack_event("pin_added", **options)(function)
    (handler,) = [each for each in registry.events if each.function is function]
    return handler.arity


def unwrapped(*args: Any, **kwargs: Any) -> None: ...


def called_with_more(channel: Any, *rest: Any) -> None: ...


@pytest.mark.filterwarnings("ignore:.*the form of Response 0.3:DeprecationWarning")
@pytest.mark.parametrize(
    ("arity", "function", "expected"),
    [
        (keyword_arity, bare(said), 5),
        (keyword_arity, bare(said_of_old), 4),
        (keyword_arity, bare(bare(said_of_old)), 4),
        (keyword_arity, partial(bare(said_of_old)), 4),
        (keyword_arity, Counted(said_of_old), 4),
        (keyword_arity, lru_cache(said_of_old), 4),
        (keyword_arity, unwrapped, 5),
        (keyword_arity, bare(clicked), 5),
        (keyword_arity, wraps(said_of_old)(lambda channel, *rest: None), 5),
        (action_arity, bare(clicked), 1),
        (action_arity, bare(clicked_of_old), 3),
        (action_arity, unwrapped, 1),
        (action_arity, bare(happened), 1),
        (action_arity, called_with_more, 1),
        (event_arity, bare(happened), 2),
        (event_arity, bare(clicked), 2),
        (event_arity, unwrapped, 2),
        (event_arity, bare(clicked_of_old), 2),
        (partial(event_arity, in_incident=False), bare(clicked), 1),
        (partial(event_arity, in_incident=False), bare(happened), 2),
        (partial(event_arity, in_incident=False), unwrapped, 2),
    ],
)
def test_a_wrapper_of_anything_is_called_as_what_it_wraps(
    arity: Callable[[Any], int], function: Any, expected: int
):
    assert arity(function) == expected
