"""Phases: ``@incident`` commands until their reaction, and ``/incident`` until its modal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import boxes
import traffic
from load import Result, send
from workbench import Bench

# A burst of commands comes from so many incidents.
CHANNELS = 100
EVERY = 2.0
MODALS_A_SECOND = 1
FEWEST = 10
# One with no Slack call, and those of which each asks for a reaction and half for the headline.
SILENT = ("note that it is alert {}",)
REACTING = ("action Look into alert {}", "summary It is alert {}")
REACTION = ("action Look into alert {}",)


def commands(bench: Bench) -> dict[str, Any]:
    """Commands at a rate that Slack would never take the reactions of.

    A command is two requests, and each of them counts: latencies, failures and CPU.
    """
    channels = bench.scene.incidents("C0ORDER", CHANNELS)
    return {
        "silent": _burst(bench, channels, SILENT),
        "reacting": _burst(bench, channels, REACTING),
    }


def _burst(bench: Bench, channels: list[str], orders: Sequence[str]) -> dict[str, Any]:
    rate, seconds = bench.options["command_rate"], bench.options["seconds"]
    said = bench.mentions(rate * seconds, orders, channels)
    before, began, clock, cpu = boxes.done("command:"), boxes.now(), time.time(), _cpu(bench)
    result, twins = _send(bench, said, rate)
    settled = boxes.settled()
    spent, took = _cpu(bench) - cpu, time.time() - clock
    reactions = bench.scene.arrived("reactions.add", clock)
    updates = bench.scene.arrived("chat.update", clock)
    given_up = boxes.give_up()
    return {
        **result.with_(twins).summary(),
        "rate": rate,
        "cpu": spent,
        **boxes.lag(began, "command:"),
        **settled,
        "effect": boxes.done("command:") - before - result.accepted(),
        "reactions": len(reactions),
        "updates": len(updates),
        "reactions a minute": 60 * len(reactions) / took,
        "given up": given_up,
    }


def reaction(bench: Bench) -> dict[str, Any]:
    """One command every two seconds; when its reaction arrives at Slack."""
    count = max(FEWEST, int(bench.options["seconds"] / EVERY))
    said = bench.mentions(count, REACTION)
    result, twins = _send(bench, said, 1 / EVERY)
    settled = boxes.settled()
    boxes.wait_until_empty()
    calls = bench.scene.arrived("reactions.add", result.began)
    at = {(call["channel"], call["timestamp"]): call["at"] for call in calls}
    places = [(one.channel, one.ts) for one in said]
    waits = [at[one] - result.due(n) for n, one in enumerate(places) if one in at]
    both = result.with_(twins)
    return {
        **_spread("reaction", waits),
        **settled,
        "answered p50": both.percentile(50),
        "answered p99": both.percentile(99),
        "sent": count,
        "missing": count - len(waits),
        "failed": sum(both.failures.values()),
    }


def modal(bench: Bench) -> dict[str, Any]:
    """``/incident``: when Slack is asked for the modal, and how long the answer takes beyond it."""
    count = max(FEWEST, MODALS_A_SECOND * bench.options["seconds"])
    triggers = bench.scene.triggers(count)
    requests = traffic.slash_commands(bench.target, triggers)
    result = send(bench.target, (requests, MODALS_A_SECOND))[0]
    calls = {call["trigger_id"]: call for call in bench.scene.arrived("views.open", result.began)}
    opened = [(n, calls[one]) for n, one in enumerate(triggers) if one in calls]
    own = [call["ms"] / 1000 for _, call in opened]
    asked = [call["at"] - result.due(n) for n, call in opened]
    beyond = [result.latencies[n] - call["ms"] / 1000 for n, call in opened]
    return {
        **_spread("asked", asked),
        **_spread("answered", [result.latencies[n] for n, _ in opened]),
        **_spread("beyond", beyond),
        "slack p50": Result(own).percentile(50),
        "sent": count,
        "missing": count - sum(call["ok"] for _, call in opened),
        "failed": sum(result.failures.values()),
    }


def _send(bench: Bench, said: Sequence[traffic.Mention], rate: float) -> list[Result]:
    """Each command twice at the same time, as Slack does: as a mention, and as a message."""
    as_mentions = [one.as_mention for one in said]
    as_messages = [one.as_message for one in said]
    return send(bench.target, (as_mentions, rate), (as_messages, rate))


def _spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds."""
    if not seconds:
        raise RuntimeError(f"Nothing of what was sent led to what is measured ({name}).")
    found = Result(list(seconds))
    return {
        f"{name} p50": found.percentile(50),
        f"{name} p99": found.percentile(99),
        f"{name} max": found.percentile(100),
    }


def _cpu(bench: Bench) -> float:
    return bench.app.cpu_seconds()
