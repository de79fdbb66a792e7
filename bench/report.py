"""The figures as Markdown: a text for each section of the documentation's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import alone
import report_backlog
from figures import count, ms, seconds, some, table

# By database, then by phase.
Found = Mapping[str, Mapping[str, Any]]
WANTED_CALLS = 20
LOADS = {
    "control": "bare view, one row",
    "messages": "message events",
    "elsewhere": "message events elsewhere",
    "slash": "`/incident`",
}
HEAD = (
    *("Database", "Load", "p50", "p90", "p99", "Max", "Over 3 s", "Not 2xx"),
    *("Handled after p50 / p95 / max", "Boxes empty after", "Lost or extra", "CPU a request"),
)


def messages(found: Found) -> str:
    rows = _rows(found, ("control", "messages", "elsewhere"))
    return _joined(table(HEAD, [_line(*row) for row in rows]), _against_control(found))


def slash(found: Found) -> str:
    rows = _rows(found, ("slash",))
    for database, phases in found.items():
        for name, each in phases.get("mixed", {}).items():
            rows.append((database, f"at once: {name}", each))
    return table(HEAD, [_line(*row) for row in rows])


def commands(found: Found) -> str:
    titles = {"silent": "commands without a Slack call", "reacting": "commands with a reaction"}
    rows, left = [], []
    for database, phases in found.items():
        for name, each in phases.get("commands", {}).items():
            rows.append((database, titles[name], each))
            empty = seconds(each["inbox empty after"])
            left.append(
                f"- {database}, {titles[name]}: inbox empty after {empty}; "
                f"{count(each['outbox left'])} calls left in the outbox after 10 s; Slack had got "
                f"{count(each['reactions'])} reactions ({count(each['reactions a minute'])} a "
                f"minute) and {count(each['updates'])} refreshed headlines."
            )
    return _joined(table(HEAD, [_line(*row) for row in rows]), "\n".join(left))


def reaction(found: Found) -> str:
    head = (
        *("Database", "Commands", "Reaction at Slack after p50", "p99", "Max", "Missing"),
        *("200 after p50", "p99", "Boxes empty after"),
    )
    lines = [
        [
            *(database, count(each["sent"])),
            *(ms(each[f"reaction {name}"]) for name in ("p50", "p99", "max")),
            count(each["missing"]),
            *(ms(each["answered p50"]), ms(each["answered p99"]), _empty(each)),
        ]
        for database, each in _of(found, "reaction")
    ]
    return table(head, lines)


def modal(found: Found) -> str:
    head = (
        *("Database", "Commands", "views.open at Slack after p50", "p99", "Max"),
        *("200 after p50", "p99", "Max", "200 beyond Slack's own time p50", "p99", "Max"),
        "Not opened",
    )
    spread = [f"{what} {part}" for what in _MODAL for part in ("p50", "p99", "max")]
    lines = [
        [
            *(database, count(each["sent"])),
            *(ms(each[name]) for name in spread),
            count(each["missing"]),
        ]
        for database, each in _of(found, "modal")
    ]
    return table(head, lines)


_MODAL = ("asked", "answered", "beyond")


def sustained(found: Found) -> str:
    """The highest rates, and what part of the bare view's they are."""
    head = ("Database", "Load", "Highest rate", "Of the bare view's")
    lines = []
    for database, rates in _of(found, "sustained"):
        for name, rate in rates.items():
            if name in LOADS:
                bare = rates["control"]
                part = f"{rate / bare:.0%}" if bare and name != "control" else ""
                lines.append([database, LOADS[name], f"{count(rate)} /s", part])
    return table(head, lines)


def lifecycle(found: Found) -> str:
    """Slack calls by method of a whole incident."""
    calls = next((each for _, each in _of(found, "lifecycle")), None)
    if calls is None:
        return ""
    ways = ("button", "command")
    methods = sorted({method for way in ways for method in calls[way]})
    lines = [[f"`{one}`", *(count(calls[way].get(one, 0)) for way in ways)] for one in methods]
    sums = [count(sum(calls[way].values())) for way in ways]
    lines.append([f"**all** (wanted: {WANTED_CALLS} or fewer)", *sums])
    return table(("Web API method", "Closed with the button", "Closed by command"), lines)


def _alone(phase: str) -> Callable[[Found], str]:
    def section(found: Found) -> str:
        return _joined(*(alone.table_of(phase, kind, each) for kind, each in _of(found, phase)))

    return section


# By the mark on the page: the phases, and the text.
SECTIONS: dict[str, tuple[tuple[str, ...], Callable[[Found], str]]] = {
    "messages": (("control", "messages", "elsewhere"), messages),
    "sustained": (("sustained",), sustained),
    "commands": (("commands",), commands),
    "reaction": (("reaction",), reaction),
    "modal": (("modal",), modal),
    "slash": (("slash", "mixed"), slash),
    "lifecycle": (("lifecycle",), lifecycle),
    "backlog": (("backlog",), lambda found: report_backlog.backlog(_of(found, "backlog"))),
    **{phase: ((phase,), _alone(phase)) for phase in alone.PHASES},
}


def _of(found: Found, phase: str) -> list[tuple[str, Any]]:
    return [(kind, phases[phase]) for kind, phases in found.items() if phase in phases]


def _rows(found: Found, names: Iterable[str]) -> list[tuple[str, str, Any]]:
    return [
        (database, LOADS[name], phases[name])
        for database, phases in found.items()
        for name in names
        if name in phases
    ]


def _line(database: str, title: str, found: Mapping[str, Any]) -> list[str]:
    effect = found.get("effect")
    cpu, sent = found.get("cpu"), found["sent"]
    return [
        *(database, f"{title}, {found['rate']:g}/s"),
        *(ms(found[name]) for name in ("p50", "p90", "p99", "max")),
        *(count(found["late"]), _failures(found), _lag(found), _empty(found)),
        "" if effect is None else count(effect),
        f"{1000 * cpu / sent:.1f} ms" if cpu else "",
    ]


def _failures(found: Mapping[str, Any]) -> str:
    kinds = ", ".join(f"{number} x {kind}" for kind, number in found["failures"].items())
    return count(found["failed"]) + (f" ({kinds})" if kinds else "")


def _lag(found: Mapping[str, Any]) -> str:
    if "lag p50" not in found:
        return ""
    return " / ".join(ms(found[name]) for name in ("lag p50", "lag p95", "lag max"))


def _empty(found: Mapping[str, Any]) -> str:
    if "left" not in found:
        return ""
    empty = seconds(found["empty after"])
    return f"{empty}: {some(found['left'])} rows left after 10 s" if "no" in empty else empty


def _against_control(found: Found) -> str:
    lines = []
    for database, phases in found.items():
        if "control" in phases and "messages" in phases:
            ours, bare = phases["messages"], phases["control"]
            times = [f"{name} x {ours[name] / bare[name]:.1f}" for name in ("p50", "p99")]
            if bare["cpu"]:
                cost = [each["cpu"] / each["sent"] for each in (ours, bare)]
                times.append(f"CPU x {cost[0] / cost[1]:.1f}")
            lines.append(f"- {database}, a message event against the bare view: {', '.join(times)}")
    return "\n".join(lines)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
