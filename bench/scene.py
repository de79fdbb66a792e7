"""The app and Slack, each with its database, and incidents that both know."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import traffic
from servers import HERE, Server, free_port, serving

LATENCY_OF_SLACK = 200
HEADLINES = "C0INCIDENTS"
# Seconds. As servers in front of an API do; gunicorn's own two would end, again and again, in the
# moment in which a command of every two seconds is answered.
KEEP_ALIVE = 75
FAULT = re.compile(r" (WARNING|ERROR|CRITICAL) |Error")
SHOWN = 20


class Scene:
    """What is measured; this process has the app's settings, and its database."""

    def __init__(self) -> None:
        self.app_port, self.slack_port = free_port(), free_port()
        self.environment = self._environment()
        self.slack_environment = {
            **self.environment,
            "DJANGO_SETTINGS_MODULE": "slack_settings",
            "DATABASE_URL": "",
            "PORT": str(self.slack_port),
        }
        self.secret = self.environment["SLACK_SIGNING_SECRET"]

    def prepare(self) -> None:
        """Both databases are made, and this process works with the app's."""
        import django
        from django.core.management import call_command

        os.environ.update(self.environment)
        django.setup()
        call_command("migrate", run_syncdb=True, verbosity=0)
        manage = [sys.executable, "-m", "django"]
        for command in (["migrate", "--database=sandbox", "--verbosity=0"], ["sandbox_seed"]):
            subprocess.run([*manage, *command], env=self.slack_environment, check=True)
        self.workspace("latency", str(LATENCY_OF_SLACK))

    def slack(self) -> AbstractContextManager[Server]:
        """Slack's side, running."""
        return serving(
            self.slack_port,
            self.slack_environment,
            workers=1,
            threads=32,
            path="/sandbox/api/api.test",
            keep_alive=KEEP_ALIVE,
        )

    @contextmanager
    def app(self) -> Iterator[Server]:
        """The app, running as in production, with its log in a file; of faults it is told here."""
        log = Path(os.environ["DEMO_VAR"]) / "app.log"
        running = serving(
            self.app_port, self.environment, workers=2, threads=4, path="/ready", log=log
        )
        try:
            with running as server:
                yield server
        finally:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            faults = [line for line in lines if FAULT.search(line)]
            for line in faults[:SHOWN]:
                print(f"    app: {line}", file=sys.stderr)
            if len(faults) > SHOWN:
                print(f"    app: and {len(faults) - SHOWN} such lines more", file=sys.stderr)

    # -- Slack's side -----------------------------------------------------------------------------

    def workspace(self, *arguments: str, given: object = None) -> str:
        """Have ``workspace.py`` do something, ``given`` this; what it printed."""
        command = [sys.executable, str(HERE / "workspace.py"), *arguments]
        done = subprocess.run(
            command,
            env=self.slack_environment,
            check=True,
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def triggers(self, count: int) -> list[str]:
        return list(json.loads(self.workspace("triggers", str(count))))

    def arrived(self, method: str, since: float) -> list[dict[str, Any]]:
        """Calls that Slack got since then (seconds since the epoch), in their order."""
        return list(json.loads(self.workspace("arrived", method, str(since))))

    # -- the app's --------------------------------------------------------------------------------

    def incidents(self, prefix: str, count: int) -> list[str]:
        """Live incidents with a comms channel each that Slack has, too; the channels' ids.

        Their people are known, and their headlines posted: that is no part of what is measured.
        """
        from django.utils import timezone

        from response.models import CommsChannel, Incident
        from response.slack.models import Call, HeadlinePost, UserStats

        people = _people()
        channels = [f"{prefix}{number:04}" for number in range(count)]
        headlines = json.loads(self.workspace("channels", given=channels))
        for number, (channel, ts) in enumerate(zip(channels, headlines, strict=True)):
            incident = Incident.objects.create_incident(
                f"Incident {number}", people[0], timezone.now(), False, lead=people[1], severity="2"
            )
            CommsChannel.objects.create(
                incident=incident, channel_id=channel, channel_name=channel.lower()
            )
            for person in people:
                UserStats.objects.join(incident, person)
            posts = HeadlinePost.objects.filter(incident=incident)
            posts.update(message_ts=ts, channel_id=HEADLINES)
        Call.objects.all().delete()
        return channels

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


def _people() -> list[Any]:
    from django.utils import timezone

    from response.models import ExternalUser
    from response.slack.models import SlackUser

    people = []
    for user_id in traffic.PEOPLE:
        person, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
        SlackUser.objects.get_or_create(user=person, defaults={"fetched_at": timezone.now()})
        people.append(person)
    return people
