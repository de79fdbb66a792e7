"""The experiments: what runs, and what happens to it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BOTH = ("sqlite", "postgres")
# As they are called here, and in the demo's RESPONSE_TASK_BACKEND.
BACKENDS = {"after-response": "", "django-tasks-db": "database", "django-tasks-rq": "redis"}
EVERY_BACKEND = tuple(BACKENDS)
QUEUES = ("django-tasks-db", "django-tasks-rq")
# Why a pair of database and backend is of no use.
RQ_ON_SQLITE = "who has a worker on Redis has PostgreSQL"

OUTAGES = {"slack_down", "slack_slow"}
INTERRUPTING = {"kill_web", "kill_worker", "kill_tick", "restart_database", "fill_disk"}
# As long as Slack really takes, so that what is killed is often at a call.
AT_A_CALL = {"latency_ms": 200}


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One fault, and the processes that it meets.

    ``backends`` are those with which it makes sense, the first one its own; each but
    after-response has ``workers`` processes, and that one has ``web`` of gunicorn's.
    ``disturbance`` names a function of ``disturbances``; ``faults`` are the sandbox's.
    ``from_the_start`` is false for what makes it impossible to declare incidents: they are
    declared before. ``declared_meanwhile``: some of them are declared afterwards nevertheless,
    by people who try until it works.
    """

    name: str
    title: str
    databases: tuple[str, ...] = BOTH
    backends: tuple[str, ...] = EVERY_BACKEND
    workers: int = 1
    web: int = 2
    ticks: int = 1
    # Seconds. A tick is a Python that starts: every ten seconds they would take a third of a core.
    tick_every: float = 30.0
    copies: int = 1
    disturbance: str = ""
    faults: Mapping[str, Any] = field(default_factory=dict)
    from_the_start: bool = True
    declared_meanwhile: bool = False

    @property
    def length(self) -> int:
        """Which take longer: those in which Slack is away, then those with any disturbance."""
        return bool(self.disturbance) + (self.disturbance in OUTAGES)

    @property
    def interrupts(self) -> bool:
        """Whether who sends a call may be ended, or lose the database, before it knows of it."""
        return self.disturbance in INTERRUPTING

    def pointless(self, database: str, backend: str) -> str:
        """Why it makes no sense with these two; nothing if it does."""
        if database not in self.databases:
            return f"{' and '.join(self.databases)} only"
        if backend not in self.backends:
            return f"{' and '.join(self.backends)} only"
        if (database, backend) == ("sqlite", "django-tasks-rq"):
            return RQ_ON_SQLITE
        return ""


EXPERIMENTS = (
    Experiment(name="calm", title="nothing at all"),
    Experiment(
        name="kill-web",
        title="`kill -9` of a web process",
        disturbance="kill_web",
        faults=AT_A_CALL,
    ),
    Experiment(
        name="kill-worker",
        title="`kill -9` of the worker",
        backends=QUEUES,
        disturbance="kill_worker",
        faults=AT_A_CALL,
    ),
    Experiment(
        name="kill-tick",
        title="`kill -9` of the tick",
        tick_every=0.2,
        disturbance="kill_tick",
        faults=AT_A_CALL,
    ),
    Experiment(
        name="database-restart",
        title="the database is restarted",
        databases=("postgres",),
        disturbance="restart_database",
        faults=AT_A_CALL,
    ),
    Experiment(
        name="redis-flushed",
        title="Redis is flushed",
        databases=("postgres",),
        backends=("django-tasks-rq",),
        disturbance="flush_redis",
    ),
    Experiment(
        name="slack-429",
        title="Slack answers 429 to 30 %",
        faults={"rate_limit_percent": 30, "retry_after": 1},
    ),
    Experiment(
        name="slack-500",
        title="Slack answers 500 or 503 to 30 %",
        faults={"server_error_percent": 30, "server_error_status": 0},
    ),
    Experiment(
        name="slack-drops",
        title="Slack drops 10 % of connections after the work",
        faults={"drop_after_work_percent": 10},
    ),
    Experiment(
        name="slack-down",
        title="Slack is down",
        disturbance="slack_down",
        from_the_start=False,
    ),
    Experiment(
        name="slack-slow",
        title="Slack takes 5 s",
        disturbance="slack_slow",
        from_the_start=False,
    ),
    Experiment(name="thrice", title="each delivery three times, shuffled", copies=3),
    Experiment(
        name="crowd",
        title="two ticks and four workers at once",
        backends=(*QUEUES, "after-response"),
        workers=4,
        web=4,
        ticks=2,
        tick_every=0.2,
    ),
    Experiment(
        name="disk-full",
        title="the disk is full",
        databases=("sqlite",),
        disturbance="fill_disk",
        from_the_start=False,
        declared_meanwhile=True,
    ),
    Experiment(
        name="clock-back",
        title="the clock steps back an hour",
        disturbance="step_back",
        from_the_start=False,
        declared_meanwhile=True,
    ),
)
BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}


def variants(
    names: list[str], databases: list[str], backend: str | None
) -> list[tuple[Experiment, str, str]]:
    """Each experiment with each database and backend; with no ``backend`` its own."""
    return [
        (experiment, database, one)
        for experiment in EXPERIMENTS
        if experiment.name in names
        for database in databases
        for one in _backends(experiment, backend)
    ]


def _backends(experiment: Experiment, backend: str | None) -> tuple[str, ...]:
    if backend == "all":
        return EVERY_BACKEND
    return (backend or experiment.backends[0],)
