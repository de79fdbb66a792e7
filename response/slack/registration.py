"""What a decorator is given, checked when it is used; an error's text says how to mend it."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MethodType
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
    found = list(names) if isinstance(names, Iterable) else [names]
    stripped = [name.strip() if isinstance(name, str) else "" for name in found]
    if not all(stripped):
        raise RegistrationError(
            f"@{decorator}({names!r}) needs a list of non-empty strings, such as "
            f'@{decorator}(["runbook"]).'
        )
    return stripped


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


def number(decorator: str, option: str, value: object, least: int | None = None) -> float:
    """Check a number among the options; fractions and infinity are some, too."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, Fraction)):
        raise RegistrationError(
            f"@{decorator}({option}={value!r}): {option} is a number, such as {option}=30."
        )
    # What is no number at all, NaN, is not least or more either.
    found = value if isinstance(value, int) else float(value)
    if least is not None and not found >= least:
        raise RegistrationError(f"@{decorator}({option}={value!r}): {option} is {least} or more.")
    return int(found) if isinstance(found, float) and found.is_integer() else found


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
    """How many of the arguments ``function`` takes: those of the last signature that fits.

    It is ``function`` itself that is asked, not what it wraps; unless it is ``(*args)`` and takes
    whatever it is given. ``what`` it is registered for goes into the error, if there is one.
    """
    _check_function(what, function)
    signature = _signature(function)
    if signature is None:
        return len(signatures[-1])
    fitting = _fitting(signature, signatures)
    if fitting:
        return len(_fitting_wrapped(function, fitting) or fitting[-1])
    allowed = " or ".join(f"({', '.join(names)})" for names in signatures)
    hint = ""
    if next(iter(signature.parameters), "") in ("self", "cls"):
        hint = " It looks like a method: register a function of a module instead."
    raise RegistrationError(
        f"{path_of(function)}{signature} cannot handle {what}: it is called with {allowed}.{hint}"
    )


def can_take(function: Any, names: Sequence[str]) -> bool:
    """Whether ``function`` itself, not what it wraps, can be called with so many arguments."""
    signature = _signature(function)
    return signature is not None and _binds(signature, names)


def _signature(function: Any) -> inspect.Signature | None:
    """Of what is called, or where Python does not know that, of what it wraps; else None."""
    for follow in (False, True):
        try:
            return inspect.signature(function, follow_wrapped=follow)
        except (TypeError, ValueError):
            pass
    return None


def _fitting(
    signature: inspect.Signature, signatures: Sequence[Sequence[str]]
) -> list[Sequence[str]]:
    return [names for names in signatures if _binds(signature, names)]


def _fitting_wrapped(function: Any, fitting: list[Sequence[str]]) -> Sequence[str] | None:
    """Of what fits ``(*args)``: the last that fits the function which it wraps, too."""
    while len(fitting) > 1:
        signature = _signature(function)
        if signature is None or not _is_bare(signature):
            break
        function = _wrapped(function)
        within = _signature(function) if function is not None else None
        fitting = _fitting(within, fitting) if within is not None else []
    return fitting[-1] if fitting else None


def _is_bare(signature: inspect.Signature) -> bool:
    """``(*args)``, with or without options."""
    kinds = {each.kind for each in signature.parameters.values()}
    named = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return inspect.Parameter.VAR_POSITIONAL in kinds and not kinds & named


def _wrapped(function: Any) -> Any:
    """What ``functools.wraps`` says that it wraps, given what a partial or a method gives it."""
    if isinstance(function, partial) and "__wrapped__" not in vars(function):
        inner = getattr(function.func, "__wrapped__", None)
        return inner and partial(inner, *function.args, **function.keywords)
    inner = getattr(function, "__wrapped__", None)
    if inner is not None and isinstance(function, MethodType):
        return MethodType(inner, function.__self__)
    return inner


def warn_of_old_form(decorator: str, function: Callable[..., Any], old: str, new: str) -> None:
    """Tell the host, at its own line, that ``function`` takes what earlier releases gave."""
    warnings.warn(
        f"{path_of(function)}: @{decorator} still calls a function "
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
    """Something that does its work when it is called."""
    if not callable(function):
        raise RegistrationError(
            f"{function!r} cannot handle {what}: it is no function. Options are named, such as "
            "helptext=…; the decorated function comes below."
        )
    name = path_of(function)
    if isinstance(function, type):
        raise RegistrationError(f"{name} cannot handle {what}: it is a class. Use a function.")
    # Not what it wraps: that may be what a loop or a wrapper makes a plain function of.
    run = _code_holder(function)
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


def path_of(function: Any) -> str:
    """Where it is defined, ``module.qualname``: a partial's function, an object's class."""
    named = _named(function)
    return f"{named.__module__}.{named.__qualname__}"


def name_of(function: Any) -> str:
    """The bare name, by which 0.5.1 counted notifications."""
    return str(getattr(function, "__name__", "") or _named(function).__name__)


def documentation(function: Any) -> str:
    """The docstring, a partial's function's or an object's class's included."""
    return (_named(function).__doc__ or "").strip()


def location(function: Callable[..., Any]) -> tuple[str, int]:
    """The file that defines ``function``, and the line; ``("", 0)`` where neither is known."""
    code = getattr(inspect.unwrap(_code_holder(inspect.unwrap(function))), "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else ("", 0)


def _named(function: Any) -> Any:
    """The function or class whose name this goes by."""
    if hasattr(function, "__qualname__") and hasattr(function, "__name__"):
        return function
    return _named(function.func) if isinstance(function, partial) else type(function)


def _code_holder(function: Any) -> Any:
    """The function whose code runs: a partial's, or that of an object's class."""
    if isinstance(function, partial):
        return _code_holder(function.func)
    if inspect.isroutine(function) or isinstance(function, type):
        return function
    return type(function).__call__
