"""One experiment, in a process that has the workspace's database and the app's.

It prepares both, starts Slack, the site, its workers and ticks, lets people live through their
incidents while the disturbance is at work, waits until both boxes are worked off, and has the
oracle compare. The last line that it prints is what it found, as JSON. Run by ``run.py``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import catalogue
import django
import surroundings
from lateness import Lateness
from servers import serving

# Experiments go on for as long as their disturbance; people then say something now and then.
AT_LEAST, AT_MOST = 2, 400
# Seconds from one who speaks to the next, so that somebody always does.
GAP = 0.5
ROUNDS_OF_A_LONG_ONE = 12
# One in so many declares while the disturbance is at work.
LATE = 5


class Site:
    """A running site and its Slack, and what is done to them."""

    def __init__(self, options: Mapping[str, Any], cluster: Any) -> None:
        self.options = dict(options)
        self.cluster = cluster
        self.experiment = catalogue.BY_NAME[options["experiment"]]
        self.backend: str = options["backend"]
        self.random = random.Random(options["seed"])  # noqa: S311 (nothing secret)
        self.folder = Path(os.environ["DEMO_VAR"])
        self.disk = self.folder / "disk"
        self.clock_file = self.folder / "clock"
        self.redis_url = options["redis"]
        self.injected = 0
        self.failure = ""
        self.over = threading.Event()
        self.workers: list[Any] = []
        self.ticks: list[Any] = []
        self.web: Any = None

    def run(self) -> dict[str, Any]:
        from courier import Courier, GaveUp

        self.began = time.monotonic()
        self.courier = Courier(
            self.experiment.copies, self.options["patience"], self.options["seed"]
        )
        unfinished = ""
        with Lateness() as lateness, ExitStack() as stack:
            self.prepare()
            self.note("prepared")
            self.start(stack)
            self.note("started")
            try:
                self.live()
                self.note("lived through")
                unfinished = self.undisturbed()
                if not self.settle():
                    unfinished = f"{self.left()} rows were left, and nothing more happened"
            except GaveUp as failure:
                self.over.set()
                unfinished = str(failure)
            self.note("settled")
            stack.enter_context(_quietly())
        self.note("stopped")
        return self.report() | {
            "unfinished": unfinished,
            "late": round(lateness.worst, 1),
            "seconds": round(time.monotonic() - self.began),
        }

    def note(self, what: str) -> None:
        if self.options["keep"]:
            print(f"{time.monotonic() - self.began:6.1f} s {what}", file=sys.stderr, flush=True)

    # -- before -----------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Both databases, the ledger, and people of whom each has an incident."""
        import ledger

        from response.sandbox import faults
        from response.sandbox.models import User
        from response.sandbox.workspace import Workspace

        ledger.open_ledger()
        self.workspace = Workspace().reset()
        for number in range(self.options["incidents"]):
            self.workspace.add_user(f"person{number:03}")
        assert User.objects.filter(name__startswith="person").count() == self.options["incidents"]
        for row in User.objects.filter(name__startswith="person"):
            self.workspace.channel("incidents").memberships.get_or_create(user=row)
        if self.experiment.from_the_start and self.experiment.faults:
            faults.update(**self.experiment.faults)

    def start(self, stack: ExitStack) -> None:
        """Slack, two web processes, and what the experiment wants beside them."""
        import processes

        ports = self.options["slack_port"], self.options["app_port"]
        slack = {**os.environ, "DJANGO_SETTINGS_MODULE": "chaos_slack", "PORT": str(ports[0])}
        # This process itself has the sandbox's settings, which have set DEBUG for it alone.
        production = {"DJANGO_SETTINGS_MODULE": "chaos_app", "DEBUG": "0", "PORT": str(ports[1])}
        app = {**os.environ, **production}
        # Whoever is told to end by this process's end must not be asked twice.
        slack["DATABASE_URL"] = ""
        stack.enter_context(
            serving(
                ports[0],
                slack,
                workers=1,
                threads=32,
                path="/sandbox/api/api.test",
                log=self.folder / "slack.log",
            )
        )
        self.web = stack.enter_context(
            serving(
                ports[1],
                app,
                workers=2 if self.backend in catalogue.QUEUES else self.experiment.web,
                threads=4,
                path="/slack/event",
                log=self.folder / "web.log",
            )
        )
        for number in range(self.experiment.workers if self.backend in catalogue.QUEUES else 0):
            log = self.folder / f"worker-{number}.log"
            self.workers.append(processes.worker(self.backend, app, log))
        for number in range(self.experiment.ticks):
            log = self.folder / f"tick-{number}.log"
            self.ticks.append(processes.tick(app, log, self.experiment.tick_every))
        for process in (*self.workers, *self.ticks):
            stack.callback(process.stop)
        # First of all, however the experiment ends, its disturbance does.
        stack.callback(self.over.set)

    # -- during -----------------------------------------------------------------------------------

    def live(self) -> None:
        """People declare, talk for as long as the disturbance lasts, and close.

        Every other one closes in the middle of it.
        """
        from stories import Story

        stories = [
            Story(number, self.workspace, self.courier)
            for number in range(self.options["incidents"])
        ]
        self.stories = stories
        late = stories[::LATE] if self.experiment.declared_meanwhile else []
        disturbance = self.disturb() if self.experiment.from_the_start else None
        self.each([story for story in stories if story not in late], Story.begin)
        disturbance = disturbance or self.disturb()
        for number in range(AT_MOST):
            self.each(stories, Story.go_on, self.gap() if disturbance.is_alive() else 0.0)
            if number + 1 >= AT_LEAST and not disturbance.is_alive():
                break
            if number + 1 == AT_LEAST:
                self.each(stories[1::2], Story.end)
                stories = stories[::2]
        disturbance.join(self.options["patience"])
        self.over.set()
        self.each(stories, Story.end)

    def gap(self) -> float:
        """Between two people: while the disk is full nobody holds their tongue."""
        if self.experiment.disturbance == "fill_disk":
            return 0.0
        if self.experiment.disturbance in catalogue.OUTAGES:
            a_round = float(self.options["outage"]) / ROUNDS_OF_A_LONG_ONE
            return max(GAP, a_round / len(self.stories))
        return GAP

    def undisturbed(self) -> str:
        """Why this was not the experiment that it should have been; nothing if it was."""
        import disturbances

        wanted = disturbances.wanted(self.experiment.disturbance, self.options)
        if self.failure:
            return f"the disturbance failed: {self.failure}"
        if self.injected < wanted:
            return f"{self.injected} faults were injected instead of {wanted}"
        return ""

    def disturb(self) -> threading.Thread:
        import disturbances

        name = self.experiment.disturbance
        act: Callable[[Site], None] = getattr(disturbances, name) if name else lambda site: None
        thread = threading.Thread(target=self._disturb, args=(act,), name="disturbance")
        thread.start()
        return thread

    def _disturb(self, act: Callable[[Site], None]) -> None:
        from django.db import connections

        try:
            act(self)
        except Exception as failure:  # noqa: BLE001 (told by undisturbed)
            self.failure = repr(failure)
        finally:
            connections.close_all()

    def each(self, stories: list[Any], act: Callable[[Any], None], gap: float = 0.0) -> None:
        """In several threads, so that much happens at once, each begun ``gap`` seconds later.

        The first failure is raised.
        """

        from django.db import connections

        from response.sandbox import sending

        def one(story: Any) -> None:
            try:
                with sending.transported_by(self.courier.transport):
                    act(story)
            finally:
                connections.close_all()

        pool, wait = ThreadPoolExecutor(self.options["at_once"]), True
        try:
            begun = []
            for story in stories:
                begun.append(pool.submit(one, story))
                time.sleep(gap)
            for done in begun:
                done.result()
        except KeyboardInterrupt:
            # The experiment ends at once, whoever's turn is yet to come.
            wait = False
            raise
        finally:
            pool.shutdown(wait=wait, cancel_futures=not wait)

    # -- after ------------------------------------------------------------------------------------

    def settle(self) -> bool:
        """Carry what is left of Slack's events, until there is nothing more to do anywhere.

        It waits as long as there is progress, on a slow machine too; without any for
        ``patience``, what is left is stuck.
        """
        from response.sandbox.models import ApiCall

        seen, since = (-1, -1), time.monotonic()
        while time.monotonic() - since < self.options["patience"]:
            left = self.courier.deliver() + self.left()
            if not left:
                return True
            if (now := (left, ApiCall.objects.count())) != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.3)
        return False

    def left(self) -> int:
        from django.db import connections

        from response.slack.models import Call, HandlerRun

        # What a server that was restarted has closed is of no use any more.
        connections["default"].close()
        try:
            runs = HandlerRun.objects.filter(state="pending").count()
            return runs + Call.objects.filter(state__in=["pending", "sending"]).count()
        finally:
            connections["default"].close()

    def report(self) -> dict[str, Any]:
        import oracle

        done = [story.done for story in self.stories]
        verdict = oracle.judge(done, self.experiment.interrupts)
        return {
            "experiment": self.experiment.name,
            "title": self.experiment.title,
            "incidents": len(self.stories),
            "requests": self.courier.requests,
            "acknowledged": self.courier.acknowledged,
            "refusals": self.courier.refusals(),
            "injected": self.injected + self.injected_at_slack(),
            "interrupted": oracle.interrupted_calls(),
            "unclear": self.unclear(),
            **asdict(verdict),
        }

    def unclear(self) -> list[str]:
        """What a full disk did beyond a clear error."""
        import disk

        if self.experiment.disturbance != "fill_disk":
            return []
        return disk.complaints(self.folder, self.courier.refusals())

    def injected_at_slack(self) -> int:
        """Calls that got no answer, or one that says to come again."""
        from django.db.models import Q

        from response.sandbox.models import ApiCall

        hit = Q(dropped=True) | Q(status__gte=429)
        if self.experiment.disturbance == "slack_slow":
            hit |= Q(ms__gte=5000)
        return ApiCall.objects.filter(hit).count()


@contextmanager
def _quietly() -> Iterator[None]:
    """The first to be undone when all is over: Slack's faults must not keep anybody up."""
    from response.sandbox import faults

    faults.reset()
    yield


def main(options: dict[str, Any]) -> int:
    experiment = catalogue.BY_NAME[options["experiment"]]
    folder, stock = Path(os.environ["DEMO_VAR"]), Path(options["stock"])
    with ExitStack() as stack:
        cluster = None
        if options["database"] == "postgres":
            import postgres

            cluster = postgres.found_again(options["cluster"])
        elif experiment.disturbance == "fill_disk":
            stack.enter_context(surroundings.small_disk(folder / "disk", 24))
        surroundings.set_environment(options, experiment, folder)
        os.environ["DATABASE_URL"] = surroundings.database(
            options, experiment, folder, stock, cluster
        )
        django.setup()
        print(json.dumps(Site(options, cluster).run()), flush=True)
    return 0


def interrupted(*_: object) -> NoReturn:
    """Who ends this ends all that was started for it; and once: a second time would leave some."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    try:
        code = main(json.loads(sys.argv[1]))
    except KeyboardInterrupt:
        # By now all that has been; threads that wait for somebody's turn are of no use.
        os._exit(1)
    sys.exit(code)
