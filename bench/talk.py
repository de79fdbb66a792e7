"""Phases: what people say, ``/incident``, and all that one incident asks of Slack."""

from __future__ import annotations

import json
from typing import Any

import boxes
import traffic
from load import send
from workbench import Bench

ELSEWHERE = [f"C0OTHER{number:02}" for number in range(20)]
SLASH_RATE, COMMAND_RATE = 5, 0.5


def control(bench: Bench) -> dict[str, Any]:
    """The bare view that all others are compared with."""
    return control_at(bench, bench.options["rate"], bench.options["seconds"])


def control_at(bench: Bench, rate: int, seconds: int) -> dict[str, Any]:
    requests = traffic.control(bench.target, bench.channels, rate * seconds)
    cpu = bench.app.cpu_seconds()
    result = send(bench.target, (requests, rate))[0]
    return result.summary() | {"rate": rate, "cpu": bench.app.cpu_seconds() - cpu}


def messages(bench: Bench) -> dict[str, Any]:
    """What people say in comms channels, while the drain counts it."""
    return messages_at(bench, bench.options["rate"], bench.options["seconds"])


def messages_at(bench: Bench, rate: int, seconds: int) -> dict[str, Any]:
    requests = traffic.messages(bench.target, bench.channels, rate * seconds)
    before, began, cpu = boxes.counted(), boxes.now(), bench.app.cpu_seconds()
    result = send(bench.target, (requests, rate))[0]
    settled = boxes.settled()
    boxes.wait_until_empty()
    return {
        **result.summary(),
        "rate": rate,
        "cpu": bench.app.cpu_seconds() - cpu,
        **boxes.lag(began, "message"),
        **settled,
        "effect": boxes.counted() - before - result.accepted(),
    }


def elsewhere(bench: Bench) -> dict[str, Any]:
    """What people say in channels that are no comms channels."""
    return elsewhere_at(bench, bench.options["rate"], bench.options["seconds"])


def elsewhere_at(bench: Bench, rate: int, seconds: int) -> dict[str, Any]:
    requests = traffic.messages(bench.target, ELSEWHERE, rate * seconds)
    before, cpu = boxes.stored(), bench.app.cpu_seconds()
    result = send(bench.target, (requests, rate))[0]
    spent = bench.app.cpu_seconds() - cpu
    return result.summary() | {"rate": rate, "cpu": spent, "effect": boxes.stored() - before}


def slash(bench: Bench) -> dict[str, Any]:
    """``/incident`` many times a second."""
    rate = bench.options["slash_rate"]
    triggers = bench.scene.triggers(rate * bench.options["seconds"])
    result = send(bench.target, (traffic.slash_commands(bench.target, triggers), rate))[0]
    return result.summary() | {"rate": rate}


def mixed(bench: Bench) -> dict[str, Any]:
    """Talk, slash commands and ``@incident`` commands at the same time."""
    seconds, rate = bench.options["seconds"], bench.options["rate"]
    talk = traffic.messages(bench.target, bench.channels, rate * seconds)
    triggers = bench.scene.triggers(SLASH_RATE * seconds)
    slashes = traffic.slash_commands(bench.target, triggers)
    orders = bench.mentions(int(COMMAND_RATE * seconds), ["action Look into alert {}"])
    before, began = boxes.counted(), boxes.now()
    results = send(
        bench.target,
        (talk, rate),
        (slashes, SLASH_RATE),
        ([one.as_mention for one in orders], COMMAND_RATE),
        ([one.as_message for one in orders], COMMAND_RATE),
    )
    settled = boxes.settled()
    boxes.wait_until_empty()
    said = results[0].accepted() + results[3].accepted()
    return {
        "messages": results[0].summary()
        | {"rate": rate, **boxes.lag(began, "message"), **settled}
        | {"effect": boxes.counted() - before - said},
        "slash": results[1].summary() | {"rate": SLASH_RATE},
        "commands": results[2].with_(results[3]).summary()
        | {"rate": COMMAND_RATE, **boxes.lag(began, "command:")},
    }


def lifecycle(bench: Bench) -> dict[str, Any]:
    """Of people whom the app knows: one whom it does not costs a call of users.info more."""
    found = {}
    for close_with in ("button", "command"):
        bench.scene.workspace("lifecycle", close_with)
        boxes.wait_until_empty()
        found[close_with] = json.loads(bench.scene.workspace("calls"))
    return found
