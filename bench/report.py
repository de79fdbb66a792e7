"""The figures as Markdown."""

from __future__ import annotations

import os
from typing import Any

PHASES = {
    "control": "control: bare view, one row",
    "messages": "message events",
    "elsewhere": "message events elsewhere",
    "slash": "slash commands",
}
WANTED_CALLS = 20


def table(figures: dict[str, dict[str, Any]]) -> str:
    """One line a database and phase."""
    lines = [
        "| database | load | p50 | p90 | p99 | max | > 3 s | non-2xx | handled after p50 / p95 / "
        "max | boxes empty after | lost or extra | CPU a request |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for database, found in figures.items():
        for name, title in PHASES.items():
            if name in found:
                lines.append(_line(database, title, found[name]))
        for name, each in found.get("mixed", {}).items():
            lines.append(_line(database, f"mixed: {name}", each))
    return "\n".join(lines)


def _line(database: str, title: str, found: dict[str, Any]) -> str:
    cells = [
        *(database, f"{title}, {found['rate']:g}/s"),
        *(_ms(found[name]) for name in ("p50", "p90", "p99", "max")),
        *(str(found["late"]), _failures(found), _lag(found), _empty(found)),
        f"{found['effect']:+d}" if found.get("effect") else "0" if "effect" in found else "",
        f"{1000 * found['cpu'] / found['sent']:.1f} ms" if found.get("cpu") else "",
    ]
    return f"| {' | '.join(cells)} |"


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def _failures(found: dict[str, Any]) -> str:
    kinds = ", ".join(f"{count} x {kind}" for kind, count in found["failures"].items())
    return f"{found['failed']} of {found['sent']}" + (f" ({kinds})" if kinds else "")


def _lag(found: dict[str, Any]) -> str:
    if "lag p50" not in found:
        return ""
    return " / ".join(_ms(found[name]) for name in ("lag p50", "lag p95", "lag max"))


def _empty(found: dict[str, Any]) -> str:
    if "left" not in found:
        return ""
    if found["empty after"] is None:
        return f"no: {found['left']} rows left after 10 s"
    return f"{found['empty after']:.1f} s"


def ratios(figures: dict[str, dict[str, Any]]) -> str:
    """What the app costs more than the bare view."""
    lines = []
    for database, found in figures.items():
        if "control" not in found or "messages" not in found:
            continue
        ours, bare = found["messages"], found["control"]
        lines.append(
            f"- {database}: a message event against the bare view: p50 x "
            f"{ours['p50'] / bare['p50']:.1f}, p99 x {ours['p99'] / bare['p99']:.1f}"
            + (f", CPU x {ours['cpu'] / bare['cpu']:.1f}" if bare["cpu"] else "")
        )
    return "\n".join(lines)


def sustained(figures: dict[str, dict[str, Any]]) -> str:
    """The highest rates, and what part of the bare view's they are."""
    lines = []
    for database, found in figures.items():
        rates = found.get("sustained")
        if rates:
            bare = rates["control"]
            each = ", ".join(
                f"{PHASES[name]} {rate}/s"
                + (f" ({rate / bare:.0%})" if bare and name != "control" else "")
                for name, rate in rates.items()
            )
            lines.append(f"- {database}, highest rate with p99 under 100 ms: {each}")
    return "\n".join(lines)


def lifecycles(figures: dict[str, dict[str, Any]]) -> str:
    """Slack calls by method of a whole incident."""
    found = next((each["lifecycle"] for each in figures.values() if "lifecycle" in each), None)
    if found is None:
        return ""
    methods = sorted({method for calls in found.values() for method in calls})
    lines = [
        "| Web API method | closed with the button | closed by command |",
        "|---|---|---|",
    ]
    for method in methods:
        counts = [str(found[how].get(method, 0)) for how in ("button", "command")]
        lines.append(f"| `{method}` | {' | '.join(counts)} |")
    sums = [str(sum(found[how].values())) for how in ("button", "command")]
    return "\n".join(
        [*lines, f"| **all** (wanted: {WANTED_CALLS} or fewer) | {' | '.join(sums)} |"]
    )


def machine(figures: dict[str, dict[str, Any]]) -> str:
    loads = ", ".join(
        f"{database} {found['load']:.1f} to {found['load after']:.1f}"
        for database, found in figures.items()
    )
    return f"{os.cpu_count()} cores; load average before and after: {loads}"
