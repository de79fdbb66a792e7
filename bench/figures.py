"""Figures of several runs, and how a person reads them."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Spread(float):
    """The median of several runs, which knows the least and the most of them."""

    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        made = cls(statistics.median(values))
        made.least, made.most = min(values), max(values)
        return made


def merged(runs: Sequence[Any]) -> Any:
    """The same figures with the median of all runs in the place of each number.

    What was never (None) counts as endless.
    """
    first = runs[0]
    if len(runs) == 1:
        return first
    if isinstance(first, Mapping):
        return {name: _named(name, [run[name] for run in runs if name in run]) for name in first}
    if isinstance(first, list):
        return [merged(values) for values in zip(*runs, strict=False)]
    if isinstance(first, (int, float, type(None))) and not isinstance(first, bool):
        return Spread.of([math.inf if value is None else float(value) for value in runs])
    return first


def _named(name: str, values: Sequence[Any]) -> Any:
    if name == "failures":
        return dict(sum((Counter(value) for value in values), Counter()))
    return merged(values)


def told(value: float | None, form: Callable[[float], str]) -> str:
    """The number in its form, with the least and the most where there were several runs."""
    if value is None or math.isinf(value):
        most = getattr(value, "least", math.inf)
        return "no" if math.isinf(most) else f"no ({form(most)} at best)"
    text = form(value)
    if not isinstance(value, Spread) or value.least == value.most:
        return text
    least, most = form(value.least), "no" if math.isinf(value.most) else form(value.most)
    unit = text.partition(" ")[2]
    if unit and least.endswith(f" {unit}") and most.endswith(f" {unit}"):
        least, most = least.removesuffix(f" {unit}"), most.removesuffix(f" {unit}")
    return f"{text} ({least} to {most})"


def ms(value: float | None) -> str:
    return told(value, lambda one: f"{one:.0f} ms" if one < 1000 else f"{one / 1000:.2f} s")


def seconds(value: float | None) -> str:
    return told(value, lambda one: f"{one:.1f} s")


def count(value: float | None) -> str:
    return told(value, lambda one: f"{one:,.0f}")


def some(value: float | None) -> str:
    """Any number, with as many digits as say something."""
    return told(value, lambda one: f"{one:,.0f}" if abs(one) >= 1000 else f"{one:.4g}")


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; nothing without lines."""
    if not lines:
        return ""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
