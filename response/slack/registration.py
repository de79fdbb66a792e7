"""What a decorator is given, checked when it is used; an error's text says how to mend it."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Collection, Sequence
from typing import Any


class RegistrationError(TypeError):
    """A decorator was used wrongly; the text says how to use it."""


def names_list(decorator: str, names: object) -> list[str]:
    """Check the list of names given to a decorator; a lone string is the usual mistake."""
    if isinstance(names, str):
        raise RegistrationError(
            f"@{decorator}({names!r}) needs a list of names: write @{decorator}([{names!r}])."
        )
    _refuse_function(decorator, names, "['{name}']")
    found = list(names) if isinstance(names, (list, tuple, set, frozenset)) else None
    if not found or not all(isinstance(name, str) and name.strip() for name in found):
        raise RegistrationError(
            f"@{decorator}({names!r}) needs a list of non-empty strings, such as "
            f'@{decorator}(["runbook"]).'
        )
    return [name.strip() for name in found]


def one_name(decorator: str, name: object) -> str:
    """Check the single name given to a decorator."""
    _refuse_function(decorator, name, "'{name}'")
    if isinstance(name, (list, tuple, set, frozenset)):
        uses = " and ".join(f"@{decorator}({each!r})" for each in name)
        raise RegistrationError(
            f"@{decorator}({name!r}) takes one name: write {uses or 'one'} above the function, "
            "each in a line."
        )
    if not isinstance(name, str) or not name.strip():
        raise RegistrationError(
            f"@{decorator}({name!r}) needs the name it is for, a non-empty string."
        )
    return name


def _refuse_function(decorator: str, given: object, example: str) -> None:
    """``@decorator`` without parentheses is given the function as its first argument."""
    if callable(given):
        name = getattr(given, "__name__", "name")
        raise RegistrationError(
            f"@{decorator} needs to be told what for: write "
            f"@{decorator}({example.format(name=name)}) above {name}()."
        )


def whole_number(decorator: str, option: str, value: object, least: int | None = None) -> int:
    """Check a number among the options."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise RegistrationError(
            f"@{decorator}({option}={value!r}): {option} is a whole number, such as {option}=30."
        )
    if least is not None and number < least:
        raise RegistrationError(f"@{decorator}({option}={value!r}): {option} is {least} or more.")
    return number


def one_of(decorator: str, option: str, value: object, allowed: Collection[str]) -> None:
    """Check an option of few values."""
    if value not in allowed:
        raise RegistrationError(
            f"@{decorator}({option}={value!r}): {option} is one of "
            f"{', '.join(repr(each) for each in allowed)}."
        )


def either(decorator: str, name: str, *, atomic: bool, opens_modal: bool) -> None:
    """Refuse a handler that is to call Slack within a transaction."""
    if atomic and opens_modal:
        raise RegistrationError(
            f"@{decorator}({name!r}): opens_modal=True calls Slack, which atomic=True forbids; "
            "leave one of them out."
        )


def takes(what: str, function: Any, signatures: Sequence[Sequence[str]]) -> int:
    """How many of the arguments ``function`` takes: those of the longest signature that fits.

    ``what`` it is registered for goes into the error, if there is one.
    """
    _check_function(what, function)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return len(signatures[-1])
    for names in reversed(signatures):
        if _binds(signature, names):
            return len(names)
    allowed = " or ".join(f"({', '.join(names)})" for names in signatures)
    hint = ""
    if next(iter(signature.parameters), "") in ("self", "cls"):
        hint = " It looks like a method: register a function of a module instead."
    raise RegistrationError(
        f"{function.__module__}.{function.__qualname__}{signature} cannot handle {what}: "
        f"it is called with {allowed}.{hint}"
    )


def warn_of_old_form(decorator: str, function: Callable[..., Any], old: str, new: str) -> None:
    """Tell the host, at its own line, that ``function`` takes what earlier releases gave."""
    warnings.warn(
        f"{function.__module__}.{function.__qualname__}: @{decorator} still calls a function "
        f"that takes {old}, the form of Response 0.3; let it take {new}.",
        DeprecationWarning,
        stacklevel=3,
    )


def _binds(signature: inspect.Signature, names: Sequence[str]) -> bool:
    try:
        signature.bind(*names)
    except TypeError:
        return False
    return True


def _check_function(what: str, function: Any) -> None:
    """A function of a module, with the name by which its runs are stored."""
    if not callable(function):
        raise RegistrationError(
            f"{function!r} cannot handle {what}: it is no function. Options are named, such as "
            "helptext=…; the decorated function comes below."
        )
    name = getattr(function, "__qualname__", "")
    if not name or not hasattr(function, "__name__"):
        raise RegistrationError(
            f"{function!r} cannot handle {what}: it has no name by which its runs could be "
            "stored. Write a function ('def …') that calls it."
        )
    if isinstance(function, type):
        raise RegistrationError(f"{name} cannot handle {what}: it is a class. Use a function.")
    run = inspect.unwrap(function)
    if inspect.iscoroutinefunction(run) or inspect.isasyncgenfunction(run):
        raise RegistrationError(
            f"{name} cannot handle {what}: handlers are called without a loop. Write 'def' "
            "instead of 'async def'."
        )
    if inspect.isgeneratorfunction(run):
        raise RegistrationError(
            f"{name} cannot handle {what}: it has a 'yield', so that calling it does nothing. "
            "Return the value instead."
        )


def location(function: Callable[..., Any]) -> tuple[str, int]:
    """The file that defines ``function``, and the line; ``("", 0)`` where neither is known."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else ("", 0)
