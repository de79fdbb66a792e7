"""Slack's endpoints under bad input: never a 500, nothing lost, a clear error."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st

from response.slack.models import Delivery, HandlerRun
from tests.fuzz import real
from tests.fuzz.budget import fuzzed
from tests.fuzz.mutations import as_json, mutated, mutated_bytes, values
from tests.fuzz.town import CRONS, SLACKS, Town, no_queries

CONTENT_TYPES = [
    *("", "application/json", "application/x-www-form-urlencoded", "text/plain", "x", "*/*"),
    *("multipart/form-data; boundary=x", "multipart/form-data", "application/json; charset=latin1"),
    *("application/x-www-form-urlencoded; charset=utf-16", "application/json;charset=no-such"),
    *("application/octet-stream", "text/html; charset=\udcff".encode("utf-8", "ignore").decode()),
]


def test_all_that_slack_really_sends_is_taken_and_worked_off(town: Town) -> None:
    for endpoint, name, body in real.bodies(town.incident.pk):
        with town.for_a_while():
            reply = town.post(endpoint, body)
            town.work()
            town.judge(reply, name)
            assert reply.status == 200, name
            assert endpoint != "event" or Delivery.objects.exists(), name
            assert not HandlerRun.objects.exclude(state="done").exists(), name


def test_events(town: Town) -> None:
    events = [real.envelope(event) for event in real.INNER_EVENTS.values()]

    @fuzzed(st.sampled_from(events).flatmap(mutated), percent=10, name="mutated events")
    def law(payload: Any) -> None:
        with town.for_a_while():
            reply = town.post("event", as_json(payload).encode())
            town.work()
            town.judge(reply, payload)


def test_interactions(town: Town) -> None:
    clicks = list(real.interactions(town.incident.pk).values())

    @fuzzed(st.sampled_from(clicks).flatmap(mutated), percent=8, name="mutated interactions")
    def law(payload: Any) -> None:
        with town.for_a_while():
            body = urlencode({"payload": as_json(payload)}).encode()
            reply = town.post("action", body)
            town.work()
            town.judge(reply, payload)


def test_slash_commands(town: Town) -> None:
    @fuzzed(mutated(real.COMMAND), percent=4, name="mutated commands")
    def law(form: Any) -> None:
        pairs = [(_form_text(name), _form_text(value)) for name, value in form.items()]
        with town.for_a_while():
            reply = town.post("slash_command", urlencode(pairs).encode())
            town.work()
            town.judge(reply, form)


def _form_text(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


def test_bytes_that_nobody_sends(town: Town) -> None:
    bodies = real.bodies(town.incident.pk)
    endpoints = st.sampled_from([(*body, SLACKS[n % 3]) for n, body in enumerate(bodies * 2)])
    cases = endpoints.flatmap(
        lambda sent: st.tuples(
            st.sampled_from([sent[0], sent[0], sent[0], sent[3]]),
            mutated_bytes(sent[2]),
            st.sampled_from(["", "", *CONTENT_TYPES]),
        )
    )

    @fuzzed(cases, percent=6, name="signed bytes and content types")
    def law(case: tuple[str, bytes, str]) -> None:
        endpoint, body, content_type = case
        with town.for_a_while():
            reply = town.post(endpoint, body, content_type)
            town.work()
            town.judge(reply, case)


SECRETIVE = st.one_of(
    st.just({}),
    st.builds(
        lambda ts, signature: {
            "X-Slack-Request-Timestamp": ts,
            "X-Slack-Signature": signature,
        },
        st.one_of(st.sampled_from(["1795200000", "0", "-1", "", "²", "9" * 400, "nan"]), st.text()),
        st.one_of(st.sampled_from(["", "v0=", "v0=" + "0" * 64, "v1=é"]), st.text(max_size=80)),
    ),
    st.builds(lambda token: {"Authorization": token}, st.text(max_size=40)),
    st.sampled_from([{"Authorization": "Bearer"}, {"Authorization": "Bearer \x00é"}]),
)


def test_what_is_not_signed_is_refused_without_a_query(town: Town) -> None:
    bodies = [body for _, _, body in real.bodies(town.incident.pk)]
    cases = st.tuples(
        st.sampled_from(SLACKS + CRONS),
        st.one_of(st.sampled_from(bodies).flatmap(mutated_bytes), st.binary(max_size=50)),
        st.sampled_from(CONTENT_TYPES),
        SECRETIVE,
    )

    @fuzzed(cases, percent=10, name="unsigned requests")
    def law(case: tuple[str, bytes, str, dict[str, str]]) -> None:
        endpoint, body, content_type, headers = case
        with no_queries():
            reply = town.post(endpoint, body, content_type, signed=False, **headers)
        assert reply.status in {401, 403, 413}, case
        town.judge(reply, case)


@pytest.mark.parametrize("endpoint", CRONS)
def test_cron_takes_any_body(town: Town, endpoint: str) -> None:
    cases = st.tuples(st.binary(max_size=60), st.sampled_from(CONTENT_TYPES))

    @fuzzed(cases, percent=0.5, name="requests of cron")
    def law(case: tuple[bytes, str]) -> None:
        with town.for_a_while():
            reply = town.post(endpoint, case[0], case[1])
            town.judge(reply, case)
            assert reply.status == 200


def test_what_slack_may_add_or_leave_out_loses_nothing(town: Town) -> None:
    """Unknown members anywhere, and no member that only decorates, keep no event from its work."""
    decoration = ["client_msg_id", "event_time", "authorizations", "api_app_id", "token", "blocks"]
    cases = st.tuples(
        st.sampled_from(list(real.INNER_EVENTS.items())),
        st.dictionaries(st.sampled_from(["x", "blocks", "files", "", "\x00"]), values, max_size=3),
        st.lists(st.sampled_from(decoration), max_size=3),
    )

    @fuzzed(cases, percent=3, name="events with more, or less, than today")
    def law(case: Any) -> None:
        (name, event), more, less = case
        envelope = {**more, **real.envelope({**event, **more})}
        kept = {key: value for key, value in envelope.items() if key not in less}
        with town.for_a_while():
            reply = town.post("event", as_json(kept).encode())
            if "nests deeper" in reply.text or "no JSON" in reply.text:
                assert reply.status == 400
                return
            town.work()
            town.judge(reply, case)
            assert reply.status == 200
            assert Delivery.objects.filter(key="event:Ev0REAL").exists(), name
            assert set(town.runs().values()) == {"done"}, town.runs()
