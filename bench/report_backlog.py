"""The figures of the backlogs as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from figures import count, seconds, some, table, told


def backlog(found: Sequence[tuple[str, Any]]) -> str:
    parts = [_inbox(found), _outbox(found), _waiting(found)]
    return "\n\n".join(part for part in parts if part)


def _inbox(found: Sequence[tuple[str, Any]]) -> str:
    head = (
        *("Database", "Worked off by", "Rows", "Took", "Rows a second, each tenth of them"),
        *("Last tenth against first", "Memory after first, half, all", "Left"),
    )
    lines = []
    for database, each in found:
        for who, one in each["inbox"].items():
            rates, memory = one["rates"], one["memory"]
            lines.append(
                [
                    *(database, who, count(one["count"]), seconds(one["seconds"])),
                    ", ".join(f"{rate:.0f}" for rate in rates),
                    f"{rates[-1] / rates[0]:.2f}",
                    " / ".join(_mb(memory[at]) for at in (0, len(memory) // 2, -1)),
                    count(one["left"]),
                ]
            )
    return table(head, lines)


def _outbox(found: Sequence[tuple[str, Any]]) -> str:
    head = (
        *("Database", "Calls", "Channels", "Took", "Calls a second"),
        *("Smallest gap in a channel", "Gaps under 1 s", "Out of order", "Left or extra", "Twice"),
        "Memory before, after",
    )
    lines = []
    for database, each in found:
        one = each["outbox"]
        lines.append(
            [
                *(database, count(one["calls"]), count(one["channels"])),
                *(seconds(one["seconds"]), some(one["rate"])),
                told(one["smallest gap"], lambda gap: f"{gap:.3f} s"),
                f"{count(one['gaps under 1 s'])} of {count(one['gaps'])}",
                *(count(one[name]) for name in ("out of order", "left or extra", "twice")),
                f"{_mb(one['memory before'])} / {_mb(one['memory'])}",
            ]
        )
    return table(head, lines)


def _waiting(found: Sequence[tuple[str, Any]]) -> str:
    head = ("Database", "Calls that wait", "Calls a second", "CPU of both web processes", "Memory")
    lines = [
        [
            *(database, waiting, some(one["rate"])),
            told(one["cpu share"], lambda share: f"{share:.0%} of a core"),
            _mb(one["memory"]),
        ]
        for database, each in found
        for waiting, one in each["waiting"].items()
    ]
    return table(head, lines)


def _mb(value: float) -> str:
    return told(value, lambda one: f"{one:.0f} MB")
