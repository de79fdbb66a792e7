"""Measures one database, in a process with the app's settings; prints figures as JSON.

It prepares the database, starts the app and Slack, sends the load, and looks at what became of
it. Run by ``run.py``, which sets the environment. Each phase's figures are a line of their own,
so that one which fails, or a process that is ended, does not lose the others'.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import backlog
import boxes
import commands
import sustained
import talk
from budget import seconds_for
from workbench import Bench

PHASES: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "control": talk.control,
    "messages": talk.messages,
    "elsewhere": talk.elsewhere,
    "commands": commands.commands,
    "reaction": commands.reaction,
    "modal": commands.modal,
    "slash": talk.slash,
    "mixed": talk.mixed,
    "lifecycle": talk.lifecycle,
    "sustained": sustained.sustained,
    "backlog": backlog.backlog,
}


def run(options: Mapping[str, Any]) -> None:
    bench = Bench(options)
    bench.scene.prepare()
    with bench.scene.slack(), bench.started():
        bench.channels = bench.scene.incidents("C0BENCH", 20)
        bench.warm_up()
        for phase in options["phases"]:
            before = os.getloadavg()[0]
            figures = measured(bench, phase)
            told = {"phase": phase, "figures": figures, "load": [before, os.getloadavg()[0]]}
            print(json.dumps(told), flush=True)


def measured(bench: Bench, phase: str) -> dict[str, Any]:
    """What a phase found, or the error with which it failed."""
    print(f"{bench.options['label']}: {phase}", file=sys.stderr, flush=True)
    signal.alarm(seconds_for(phase, bench.options))
    try:
        return PHASES[phase](bench)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (told, and the next phase comes)
        traceback.print_exc()
        signal.alarm(0)
        boxes.give_up()
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        signal.alarm(0)


def _too_long(*_: object) -> None:
    raise TimeoutError("the phase took too long")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _too_long)
    # No phase takes this for its own failure; the servers are ended on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run(json.loads(sys.argv[1]))
