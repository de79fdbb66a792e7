"""One thread a process works the boxes off, stays while work is near, and ends with its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from response import background
from response.background import Job
from response.slack import drain, outbox, people, registry
from response.slack.decorators import incident_command
from response.slack.models import Call, Heartbeat
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident
from tests.slack.arrivals import mention
from tests.slack.boxes import FakeSlack


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """What would be started after the response."""
    functions: list[Callable[[], object]] = []
    monkeypatch.setattr(background, "run_after_response", functions.append)
    return functions


def test_a_job_is_started_once_however_much_work_is_asked_for(started):
    job = Job()
    for _ in range(5):
        job.start()
    assert len(started) == 1


def test_a_job_that_was_woken_at_the_last_moment_does_not_end(started):
    job = Job()
    job.start()
    job.wake.clear()
    job.start()
    assert not job.finish()
    job.wake.clear()
    assert job.finish()
    job.start()
    assert len(started) == 2


def test_a_job_that_dies_can_be_started_again(started, monkeypatch):
    def fail(job: Job) -> None:
        raise RuntimeError

    job = Job()
    job.start()
    monkeypatch.setattr(drain, "drain", fail)
    with pytest.raises(RuntimeError):
        started[0]()
    job.start()
    assert len(started) == 2


@pytest.mark.django_db(transaction=True)
def test_the_drain_ends_when_nothing_falls_due_soon(started):
    Heartbeat.objects.create(name=Heartbeat.TICK, at=timezone.now())
    outbox.post("C1", "in an hour")
    Call.objects.update(next_try=timezone.now() + timedelta(hours=1))
    job = Job()
    job.start()
    drain.drain(job)
    assert job.finish()
    assert Call.objects.get().attempts == 0


@pytest.mark.django_db(transaction=True)
def test_the_drain_ends_with_its_process_although_work_is_near(started, monkeypatch):
    Heartbeat.objects.create(name=Heartbeat.TICK, at=timezone.now())
    outbox.post("C1", "in ten seconds")
    Call.objects.update(next_try=timezone.now() + timedelta(seconds=10))
    lives = iter([True, False, False])
    monkeypatch.setattr(drain, "_process_lives", lambda: next(lives))
    drain.drain(Job())
    assert Call.objects.get().state == Call.State.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_drain_that_sees_no_tick_ticks_itself(clock):
    channel = make_comms_channel(make_incident(), created_date=clock())
    Call.objects.all().delete()
    clock.forward(minutes=3)
    stand_in = drain.StandIn(clock)
    stand_in.tick_if_needed()
    assert Heartbeat.objects.get(name=Heartbeat.TICK).at == clock()
    drain.inbox.work(clock)
    assert "lead" in Call.objects.get(lane=channel.channel_id).args["text"]


@pytest.mark.django_db(transaction=True)
def test_a_drain_leaves_the_ticking_to_a_scheduler_that_does_it(clock, django_assert_num_queries):
    make_comms_channel(make_incident(), created_date=clock())
    clock.forward(minutes=3)
    Heartbeat.objects.create(name=Heartbeat.TICK, at=clock() - timedelta(seconds=50))
    with django_assert_num_queries(2):
        drain.StandIn(clock).tick_if_needed()


def test_a_resting_thread_wakes_when_it_is_woken():
    wake = threading.Event()
    wake.set()
    drain._rest(wake, 3600)


@pytest.mark.django_db(transaction=True)
def test_lanes_are_sent_by_threads_at_most_eight_at_a_time(boxes):
    """A barrier of eight lets go only if eight lanes are being sent at once."""
    barrier = threading.Barrier(drain.LANES_AT_ONCE)
    together: list[str] = []
    lock = threading.Lock()

    class Sender:
        def send_lane(self, lane: str) -> int:
            barrier.wait(timeout=60)
            with lock:
                together.append(lane)
            return 1

    lanes = drain.Lanes(Sender(), threading.Event())
    names = [f"lane {number}" for number in range(9)]
    lanes.send(names)
    lanes.send(names)
    lanes.close()
    assert sorted(together) == names[:8]
    assert not lanes.taken


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> FakeSlack:
    """Slack, as the drain's threads reach it."""
    slack = FakeSlack()
    monkeypatch.setattr(
        drain,
        "Sender",
        lambda clock: Sender(clock=clock, pace=Unpaced(), client=lambda: slack),
    )
    return slack


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_registrations")
def test_a_hosts_slow_handler_keeps_no_other_conversation_from_slack(channel, slack, monkeypatch):
    monkeypatch.setattr(drain, "PATIENCE", 0.01)
    monkeypatch.setattr(drain, "LOOK_AGAIN", 0.01)
    Heartbeat.objects.create(name=Heartbeat.TICK, at=timezone.now())
    sent = threading.Event()
    slack.during = lambda method: sent.set()
    in_time: list[bool] = []

    @incident_command(["slow"])
    def slow(incident, user_id, message):
        outbox_of_another_request = threading.Thread(target=post)
        outbox_of_another_request.start()
        in_time.append(sent.wait(20))
        outbox_of_another_request.join()

    def post() -> None:
        try:
            outbox.post("C9", "of another incident")
        finally:
            connections.close_all()

    people.meet("U0ANA")
    mention(1, "slow")
    monkeypatch.setattr(drain, "_process_lives", lambda: not in_time)
    drain.drain(Job())
    assert in_time == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_registrations")
def test_a_worker_that_waits_for_slack_keeps_no_command_waiting(channel, boxes):
    order: list[str] = []

    @incident_command(["now"], atomic=True)
    def now(incident, user_id, message):
        order.append("handled")

    for number in range(3):
        outbox.post(f"C9{number}", "hello")

    def during(method: str) -> None:
        if "sent" not in order:
            mention(1, "now")
        order.append("sent")

    boxes.slack.during = during
    drain.drain_once(boxes.clock, boxes.sender)
    assert order[:2] == ["sent", "handled"]


def test_the_thread_that_sends_meanwhile_survives_a_database_that_is_away(monkeypatch):
    monkeypatch.setattr(drain, "PATIENCE", 0)
    monkeypatch.setattr(drain, "LOOK_AGAIN", 0)
    tries: list[int] = []
    again = threading.Event()

    def send() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the database is away")
        again.set()

    meanwhile = drain.Meanwhile(send)
    with meanwhile.sending():
        assert again.wait(20)
    meanwhile.close()


@pytest.fixture
def give_threads_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The machine has no thread left, until this is called."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    return lambda: monkeypatch.setattr(threading.Thread, "start", start)


def test_a_lane_for_which_there_is_no_thread_is_sent_when_there_is_one(give_threads_back):
    sent: list[str] = []

    class Sender:
        def send_lane(self, lane: str) -> int:
            sent.append(lane)
            return 1

    lanes = drain.Lanes(Sender(), threading.Event())
    with pytest.raises(RuntimeError, match="new thread"):
        lanes.send(["C1"])
    assert not lanes.taken
    give_threads_back()
    lanes.send(["C1"])
    lanes.close()
    assert sent == ["C1"]


def test_a_drain_that_got_no_thread_for_meanwhile_works_on_and_gets_one_later(
    give_threads_back, monkeypatch
):
    monkeypatch.setattr(drain, "PATIENCE", 0)
    sent = threading.Event()
    ends, goes_on = drain.Meanwhile(sent.set), drain.Meanwhile(sent.set)
    for one in (ends, goes_on):
        with one.sending():
            pass
    ends.close()
    assert not sent.is_set()
    give_threads_back()
    with goes_on.sending():
        assert sent.wait(20)
    goes_on.close()


@pytest.mark.django_db(transaction=True)
def test_commands_are_heard_though_the_machine_has_no_thread_left(
    channel, give_threads_back, monkeypatch
):
    Heartbeat.objects.create(name=Heartbeat.TICK, at=timezone.now())
    heard: list[str] = []

    rounds = iter([True, False])
    monkeypatch.setattr(drain, "_process_lives", lambda: next(rounds))
    monkeypatch.setattr(drain, "_rest", lambda wake, seconds: None)
    with registry.commands.temporarily():

        @incident_command(["now"], atomic=True)
        def now(incident: Any, user_id: str, message: str) -> None:
            heard.append(message)

        mention(1, "now and then")
        drain.drain(Job())
    assert heard == ["and then"]
