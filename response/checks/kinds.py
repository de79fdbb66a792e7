"""Every setting has the kind that ``response.conf`` says, and every name is one that it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import global_settings
from django.core.checks import CheckMessage, Error, Info, Warning
from django.utils.module_loading import import_string

from response.conf import Conf, conf

BEGINNINGS = ("RESPONSE_", "INCIDENT_")
# The sandbox reads its own, and hosts of 0.5.1 may still say the last.
READ_ELSEWHERE = re.compile(r"RESPONSE_SANDBOX(_|$)|RESPONSE_SANITIZE_USER_INPUT$")
# One secret, or a list of them.
TEXT_OR_LIST = "SLACK_SIGNING_SECRET"
LISTS = (list, tuple, set, frozenset)


@cache
def known() -> Mapping[str, Any]:
    """``{setting: what its property in response.conf returns}``, without Django's own."""
    found = {}
    for attribute in vars(Conf).values():
        if isinstance(attribute, property) and attribute.fget is not None:
            named = (attribute.__doc__ or "").partition(":")[0]
            for name in re.findall(r"``([A-Z][A-Z0-9_]+)``", named):
                if not hasattr(global_settings, name):
                    found[name] = get_type_hints(attribute.fget)["return"]
    return found


def check() -> tuple[list[CheckMessage], set[str]]:
    """What is wrong, and the names of the settings that are of no use to the other checks."""
    found: list[CheckMessage] = []
    given = conf.configured(*known(), *BEGINNINGS)
    for name, value in given.items():
        if name in known() and value is not None:
            found += _mistaken(name, value, known()[name])
    wrong = {str(message.obj) for message in found}
    found += [_unknown(name) for name in given if name.startswith(BEGINNINGS) and _is_new(name)]
    return found, wrong


def _mistaken(name: str, value: Any, hint: Any) -> list[CheckMessage]:
    """The message about a value that is not what the property returns."""
    kinds = {get_origin(kind) or kind for kind in (hint, *get_args(hint))}
    if Callable in kinds or type in kinds:
        return _not_loaded(name, value)
    wanted = _wanted(name, value, hint)
    if not wanted:
        return []
    # Never the value: it may be a secret.
    problem = f"{name} is of type {type(value).__name__}; it must be {wanted}."
    return [Warning(problem, hint=f"Change {name} in the settings.", obj=name, id="response.W010")]


def _wanted(name: str, value: Any, hint: Any) -> str:
    """What the setting must be, empty where it is that."""
    if hint in (int, int | None):
        number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return "" if number else "a whole number, 0 or more, or None"
    origin = get_origin(hint) or hint
    if origin is bool:
        # A text such as "False", from the environment, would count as true.
        return "" if isinstance(value, bool) or value in (0, 1) else "True or False"
    if origin is str:
        return "" if isinstance(value, str) else "text"
    if origin is dict:
        return "" if isinstance(value, (Mapping, *LISTS)) else "a dict, or a list"
    if origin in LISTS and str in get_args(hint):
        is_list = isinstance(value, LISTS) and all(isinstance(item, str) for item in value)
        if name == TEXT_OR_LIST:
            return "" if is_list or isinstance(value, str) else "text, or a list of texts"
        return "" if is_list else "a list of texts"
    return ""


def _not_loaded(name: str, value: Any) -> list[CheckMessage]:
    """The message about what should be a function or a class, or the dotted path of one."""
    if value == "" or (not isinstance(value, str) and callable(value)):
        return []
    try:
        if callable(import_string(value)):
            return []
        problem = f"{name} is {value!r}, which can't be called."
    except (ImportError, AttributeError, TypeError) as error:
        problem = f"{name} is {value!r}, which can't be loaded: {error}"
    advice = (
        "Give the dotted path of what it should be, 'package.module.name', or the thing itself."
    )
    return [Error(problem, hint=advice, obj=name, id="response.E003")]


def _is_new(name: str) -> bool:
    return name not in known() and not READ_ELSEWHERE.match(name)


def _unknown(name: str) -> CheckMessage:
    """A host may have names of its own; one that is nearly ours is a slip."""
    nearest = get_close_matches(name, known(), n=1, cutoff=0.8)
    if nearest:
        return Warning(
            f"There is no setting {name}: it has no effect.",
            hint=f"Did you mean {nearest[0]}?",
            obj=name,
            id="response.W011",
        )
    return Info(
        f"{name} is no setting of this app.",
        hint="If it is one of your project, silence response.I001; else see the settings' page.",
        obj=name,
        id="response.I001",
    )
