"""Measures one database, in a process with the app's settings; prints the figures as JSON.

It prepares the database, starts the app and Slack, sends the load, and looks at what became
of it. Run by ``run.py``, which sets the environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import traffic
from load import Result, Target, send
from servers import HERE, free_port, serving

CHANNELS = 20
SETTLE = 10.0
WARM_UP = 3
LATENCY_OF_SLACK = 200
ELSEWHERE = [f"C0OTHER{number:02}" for number in range(CHANNELS)]
# Milliseconds, of a rate that counts as borne.
P99_WANTED, LAG_WANTED = 100, 2000
FIRST_RATE, STEP, HIGHEST_RATE = 150, 1.15, 2000


class Bench:
    """One app, one Slack, and what is measured of them."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.app_port, self.slack_port = free_port(), free_port()
        self.environment = self._environment()
        self.slack_environment = {
            **self.environment,
            "DJANGO_SETTINGS_MODULE": "slack_settings",
            "DATABASE_URL": "",
            "PORT": str(self.slack_port),
        }

    def run(self) -> dict[str, Any]:
        os.environ.update(self.environment)
        django.setup()
        self.prepare()
        slack = serving(
            self.slack_port,
            self.slack_environment,
            workers=1,
            threads=32,
            path="/sandbox/api/api.test",
        )
        app = serving(self.app_port, self.environment, workers=2, threads=4, path="/ready")
        with slack, app as self.app:
            self.target = Target(self.app.url, self.environment["SLACK_SIGNING_SECRET"])
            self.channels = make_incidents()
            return self.measured()

    def measured(self) -> dict[str, Any]:
        figures: dict[str, Any] = {"load": os.getloadavg()[0]}
        self.warm_up()
        for name in self.options["phases"]:
            figures[name] = getattr(self, f"measure_{name}")()
        figures["load after"] = os.getloadavg()[0]
        return figures

    # -- phases ---------------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Every worker's threads have connected and imported what they need."""
        count = 50 * WARM_UP
        send(self.target, (traffic.control(self.target, self.channels, count), 50))
        send(self.target, (traffic.messages(self.target, self.channels, count), 50))
        self.empty_boxes()

    def measure_control(self) -> dict[str, Any]:
        rate, count = self.options["rate"], self.options["rate"] * self.options["seconds"]
        cpu = self.app.cpu_seconds()
        result = send(self.target, (traffic.control(self.target, self.channels, count), rate))[0]
        return result.summary() | {"rate": rate, "cpu": self.app.cpu_seconds() - cpu}

    def measure_messages(self) -> dict[str, Any]:
        rate, count = self.options["rate"], self.options["rate"] * self.options["seconds"]
        requests = traffic.messages(self.target, self.channels, count)
        before, began, cpu = counted(), now(), self.app.cpu_seconds()
        result = send(self.target, (requests, rate))[0]
        settled = self.settled()
        return {
            **result.summary(),
            "rate": rate,
            "cpu": self.app.cpu_seconds() - cpu,
            **lag(began),
            **settled,
            "effect": counted() - before - (count - sum(result.failures.values())),
        }

    def measure_elsewhere(self) -> dict[str, Any]:
        """What people say in channels that are no comms channels."""
        rate, count = self.options["rate"], self.options["rate"] * self.options["seconds"]
        requests = traffic.messages(self.target, ELSEWHERE, count)
        before, cpu = stored(), self.app.cpu_seconds()
        result = send(self.target, (requests, rate))[0]
        spent = self.app.cpu_seconds() - cpu
        return result.summary() | {"rate": rate, "cpu": spent, "effect": stored() - before}

    def measure_sustained(self) -> dict[str, Any]:
        """The highest rates that are borne, of the bare view and of both kinds of talk."""
        return {
            "control": highest(lambda rate: self._answers_in_time("control", rate)),
            "messages": highest(lambda rate: self._answers_in_time("messages", rate)),
            "elsewhere": highest(lambda rate: self._answers_in_time("elsewhere", rate)),
        }

    def _answers_in_time(self, phase: str, rate: int) -> bool:
        asked, self.options["rate"] = self.options["rate"], rate
        try:
            found = getattr(self, f"measure_{phase}")()
        finally:
            self.options["rate"] = asked
        answered = found["p99"] < P99_WANTED and not found["failed"] and not found["late"]
        return answered and found.get("lag p95", 0) < LAG_WANTED and not found.get("left")

    def measure_slash(self) -> dict[str, Any]:
        rate, count = (
            self.options["slash_rate"],
            self.options["slash_rate"] * self.options["seconds"],
        )
        requests = traffic.slash_commands(self.target, self.triggers(count))
        result = send(self.target, (requests, rate))[0]
        return result.summary() | {"rate": rate}

    def measure_mixed(self) -> dict[str, Any]:
        """Talk, slash commands and ``@incident`` commands at the same time."""
        seconds, rate = self.options["seconds"], self.options["rate"]
        slash_rate, command_rate = 5, 0.5
        count, command_count = rate * seconds, int(command_rate * seconds)
        talk = traffic.messages(self.target, self.channels, count)
        slash = traffic.slash_commands(self.target, self.triggers(slash_rate * seconds))
        orders = traffic.commands(self.target, self.channels, command_count)
        before, began = counted(), now()
        results = send(self.target, (talk, rate), (slash, slash_rate), (orders, command_rate))
        settled = self.settled()
        return {
            "messages": results[0].summary()
            | {"rate": rate, **lag(began), **settled}
            | {"effect": counted() - before - (count - sum(results[0].failures.values()))},
            "slash": results[1].summary() | {"rate": slash_rate},
            "commands": results[2].summary() | {"rate": command_rate},
        }

    def measure_lifecycle(self) -> dict[str, Any]:
        """Of people whom the app knows: one whom it does not costs a call of users.info more."""
        found = {}
        for close_with in ("button", "command"):
            self.workspace("lifecycle", close_with)
            self.empty_boxes()
            found[close_with] = json.loads(self.workspace("calls"))
        return found

    # -- the app's boxes ------------------------------------------------------------------------

    def settled(self) -> dict[str, Any]:
        """What is left in the boxes 10 s after the load, and when they were empty."""
        began = time.monotonic()
        empty_after = None
        while time.monotonic() - began < SETTLE:
            if empty_after is None and not left():
                empty_after = time.monotonic() - began
            time.sleep(0.1)
        found = {"left": left(), "empty after": empty_after}
        self.empty_boxes()
        return found

    def empty_boxes(self) -> None:
        deadline = time.monotonic() + 300
        while left():
            if time.monotonic() > deadline:
                raise SystemExit(f"{left()} rows are left in the boxes.")
            time.sleep(0.1)

    # -- below ----------------------------------------------------------------------------------

    def prepare(self) -> None:
        from django.core.management import call_command

        call_command("migrate", run_syncdb=True, verbosity=0)
        manage = [sys.executable, "-m", "django"]
        for command in (["migrate", "--database=sandbox", "--verbosity=0"], ["sandbox_seed"]):
            subprocess.run([*manage, *command], env=self.slack_environment, check=True)
        self.workspace("latency", str(LATENCY_OF_SLACK))

    def workspace(self, *arguments: str) -> str:
        """Have ``workspace.py`` do something; what it printed."""
        command = [sys.executable, str(HERE / "workspace.py"), *arguments]
        done = subprocess.run(
            command, env=self.slack_environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def triggers(self, count: int) -> list[str]:
        return list(json.loads(self.workspace("triggers", str(count))))

    def _environment(self) -> dict[str, str]:
        from response.sandbox.credentials import load_or_create

        ours = load_or_create(Path(os.environ["DEMO_VAR"]) / "workspace.json")
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "app_settings",
            "PORT": str(self.app_port),
            "APP_URL": f"http://127.0.0.1:{self.app_port}",
            "SITE_URL": f"http://127.0.0.1:{self.app_port}",
            "SLACK_API_URL": f"http://127.0.0.1:{self.slack_port}/sandbox/api/",
            "SLACK_TOKEN": ours.token,
            "SLACK_SIGNING_SECRET": ours.signing_secret,
        }


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def make_incidents() -> list[str]:
    """Live incidents with a comms channel each, and people who are known; the channels' ids."""
    from django.utils import timezone

    from response.models import CommsChannel, ExternalUser, Incident
    from response.slack.models import Call, SlackUser, UserStats

    people = []
    for user_id in traffic.PEOPLE:
        person, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
        SlackUser.objects.get_or_create(user=person, defaults={"fetched_at": timezone.now()})
        people.append(person)
    channels = []
    for number in range(CHANNELS):
        incident = Incident.objects.create_incident(
            f"Incident {number}", people[0], timezone.now(), False, lead=people[1], severity="2"
        )
        row = CommsChannel.objects.create(
            incident=incident, channel_id=f"C0BENCH{number:02}", channel_name=f"inc-{number}"
        )
        for person in people:
            UserStats.objects.join(incident, person)
        channels.append(row.channel_id)
    # Their headlines are no part of what is measured.
    Call.objects.all().delete()
    return channels


def left() -> int:
    """Rows in both boxes that are still to be worked off."""
    from django.db import transaction

    from response.slack.models import Call, HandlerRun

    with transaction.atomic():
        runs = HandlerRun.objects.filter(state="pending").count()
        return runs + Call.objects.filter(state__in=["pending", "sending"]).count()


def counted() -> int:
    """Messages that the app has counted."""
    from django.db.models import Sum

    from response.slack.models import UserStats

    return UserStats.objects.aggregate(sum=Sum("message_count"))["sum"] or 0


def stored() -> int:
    """Deliveries in the inbox."""
    from response.slack.models import Delivery

    return Delivery.objects.count()


def highest(is_borne: Callable[[int], bool]) -> int:
    """The highest rate a second that is borne; a miss counts if the next higher is one, too."""
    rate, best, misses = FIRST_RATE, 0, 0
    while misses < 2 and rate < HIGHEST_RATE:
        if is_borne(rate):
            best, misses = rate, 0
        else:
            misses += 1
        rate = int(rate * STEP)
    return best


def lag(since: datetime) -> dict[str, Any]:
    """Milliseconds from a message's arrival to the end of its handler."""
    from response.slack.models import HandlerRun

    runs = HandlerRun.objects.filter(
        delivery__received_at__gte=since, state="done", handler__contains="message"
    )
    times = runs.values_list("delivery__received_at", "finished_at")
    waits = Result([(finished - received).total_seconds() for received, finished in times])
    if not waits.latencies:
        return {}
    return {
        "handled": len(waits.latencies),
        "lag p50": waits.percentile(50),
        "lag p95": waits.percentile(95),
        "lag max": waits.percentile(100),
    }


if __name__ == "__main__":
    print(json.dumps(Bench(json.loads(sys.argv[1])).run()))
