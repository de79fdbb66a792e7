"""What is typed is what is read: every way in, and out as HTML, Slack, JSON and plain text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.test import Client
from hypothesis import strategies as st

from response import text
from response.core.models import Incident
from response.core.names import names_mentioned_in
from tests.fuzz import real
from tests.fuzz.budget import fuzzed
from tests.fuzz.mutations import CHARACTERS, IDS, NAMES, mutated
from tests.fuzz.town import CHANNEL, JSON, Town
from tests.text.strategies import typed
from tests.ui.html import read

FORMULAS = ["=1+1", "first;@second", "first;-second(1)"]
WITHIN_LINES = st.one_of(
    typed, st.sampled_from([*NAMES, *CHARACTERS, *IDS, *FORMULAS]), st.text(max_size=40)
)

# The apostrophe with which our files keep a spreadsheet from running what begins a cell.
GUARD = re.compile(r"(?:\A|(?<=[;\t\r\n]))'")

# What a person types as Slack writes a link or a mention is one, entities within and all.
REFERENCE = re.compile(r"<(?:@|#|https?:|mailto:|tel:)[^<>\n]*>")


def _typed(string: str) -> str:
    """As somebody would type it who writes no entities within a reference."""
    return REFERENCE.sub(lambda match: match[0].replace("&amp;", "&"), string)


def _storable(string: str) -> str:
    return "".join(char for char in string if char != "\0" and not "\ud800" <= char <= "\udfff")


class Ways:
    """How somebody changes an incident's summary; each answers what we said, "" for nothing."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._pk = town.incident.pk
        self.browser = Client()
        self.browser.force_login(User.objects.create_superuser("root"))

    def modal(self, string: str) -> str:
        about = {"incident": self._pk, "field": "summary"}
        payload = real.submission("incident-text-dialog", about, summary=string)
        return self._town.interaction(payload).text

    def command(self, string: str) -> str:
        # Slack's own clients write the three characters as entities.
        message = f"<@U0INCIDENT> summary {text.from_plain(string)}"
        event = {"type": "app_mention", "channel": CHANNEL, "user": "U0ANA", "ts": real.TS}
        reply = self._town.event({**event, "text": message})
        self._town.work()
        return reply.text

    def rest(self, string: str) -> str:
        body = json.dumps({"summary": string})
        path = f"/core/incidents/{self._pk}/"
        answer = self.browser.patch(path, body, content_type=JSON)
        assert answer.status_code in {200, 400}, answer.content
        return "" if answer.status_code == 200 else answer.content.decode()

    def form(self, string: str) -> str:
        path = f"/admin/response/incident/{self._pk}/change/"
        page = self.browser.get(path)
        form = page.context["adminform"].form
        fields = {
            name: value if value is not None else ""
            for name, value in ((bound.html_name, bound.value()) for bound in form)
        }
        typed_form = {**_split_times(fields), "summary": string.encode("utf-8", "ignore").decode()}
        for formset in page.context["inline_admin_formsets"]:
            for bound in formset.formset.management_form:
                typed_form[bound.html_name] = bound.value()
        answer = self.browser.post(path, typed_form)
        assert answer.status_code in {200, 302}, answer.status_code
        return "" if answer.status_code == 302 else str(answer.context["errors"])


def _split_times(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if not name.endswith("_time")}
    for name in fields.keys() - found.keys():
        if fields[name]:
            found[f"{name}_0"] = f"{fields[name]:%Y-%m-%d}"
            found[f"{name}_1"] = f"{fields[name]:%H:%M:%S}"
    return found


def test_what_is_typed_is_what_is_read(town: Town) -> None:
    ways = Ways(town)
    ways_in: list[Callable[[str], str]] = [ways.modal, ways.command, ways.rest, ways.form]

    @fuzzed(st.tuples(st.sampled_from(ways_in), WITHIN_LINES), percent=0.5, name="round trips")
    def law(case: tuple[Callable[[str], str], str]) -> None:
        way, string = case
        with town.for_a_while():
            refusal = way(string)
            town.judge_the_work(case)
            incident = Incident.objects.get(pk=town.incident.pk)
            if refusal:
                assert incident.summary is None, "refused, and changed nevertheless"
                assert way == ways.form, refusal
                assert "Null characters are not allowed" in refusal
                return
            normal = string.replace("\r\n", "\n") if way in (ways.modal, ways.form) else string
            expected = _storable(normal).strip()
            stored = incident.summary or ""
            if way == ways.command:
                # A full stop alone, or a colon in front, is no text but how people end a command.
                assert text.to_editable(stored) in expected
                assert len(expected) - len(text.to_editable(stored).strip()) <= 2 or not stored
            else:
                assert _typed(text.to_editable(stored).strip()) == _typed(expected)
            _is_read(ways.browser, incident, stored)


def _is_read(browser: Client, incident: Incident, stored: str) -> None:
    """As JSON, in the file, on the page, in Slack."""
    found = browser.get(f"/core/incidents/{incident.pk}/").json()
    assert (found["summary"] or "") == text.to_editable(stored)
    body = b"".join(browser.get("/core/incidents/export.csv").streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(body, newline=""))
    plain = text.to_plain(stored, names_mentioned_in([stored]))
    assert GUARD.sub("", row["summary"]) == GUARD.sub("", plain)
    assert html.unescape(text.to_html_inline(stored)) == text.emojize(text.to_plain(stored))
    read(browser, f"/incident/{incident.pk}/")
    assert text.from_slack(text.to_slack(stored)) == stored


def test_a_title_reads_the_same_on_every_page(town: Town) -> None:
    browser = Ways(town).browser

    @fuzzed(WITHIN_LINES, percent=0.5, name="titles")
    def law(string: str) -> None:
        line = " ".join(_storable(string).split())
        payload = real.submission("incident-report-dialog", {"channel": CHANNEL}, report=string)
        with town.for_a_while():
            reply = town.interaction(payload)
            town.work()
            town.judge(reply, string)
            if reply.text:
                assert reply.json["errors"]["report"]
                assert (
                    not line
                    or text.visible_length(text.from_editable(line)) > 200
                    or len(line) > 200
                )
                return
            incident = Incident.objects.latest("pk")
            assert _typed(text.to_editable(incident.report)) == _typed(line)
            shown = " ".join(
                text.emojize(
                    text.to_plain(incident.report, names_mentioned_in([incident.report]))
                ).split()
            )
            assert shown in read(browser, f"/incident/{incident.pk}/").text
            told = browser.get(f"/core/incidents/{incident.pk}/").json()
            assert told["report"] == text.to_editable(incident.report)


def test_what_follows_a_command_stands_in_the_form_or_in_the_answer(town: Town) -> None:
    answers = [None, b'{"ok": false, "error": "expired_trigger_id"}', b"<html>"]

    @fuzzed(st.tuples(typed, st.sampled_from(answers)), percent=2, name="texts of commands")
    def law(case: tuple[str, bytes | None]) -> None:
        string, answer = case
        wire = text.from_plain(string)
        form = {**real.COMMAND, "text": wire.encode("utf-8", "ignore")}
        with town.for_a_while():
            town.slack.answers = lambda method: answer
            reply = town.post("slash_command", urlencode(form).encode())
            town.slack.answers = lambda method: None
            town.judge(reply, case)
            expected = text.to_editable(text.from_slack(wire))
            if answer is None:
                (_, sent), *_ = town.slack.calls
                blocks = {block["block_id"]: block["element"] for block in sent["view"]["blocks"]}
                told = "".join(
                    blocks[name].get("initial_value", "") for name in ("report", "summary")
                )
            else:
                told = _quote(reply.json["text"])
            assert _squeezed(told) == _squeezed(expected)


def _quote(said: str) -> str:
    """The words that an answer quotes; URLs are links there, which read as they were typed."""
    _, _, lines = said.partition(" Here is what you typed:\n")
    return text.to_plain("\n".join(line.removeprefix("> ") for line in lines.split("\n")))


def _squeezed(string: str) -> str:
    return "".join(string.split())


def test_the_rest_api_takes_or_refuses_with_a_reason(town: Town) -> None:
    ways = Ways(town)
    path = f"/core/incidents/{town.incident.pk}/"
    body = {"report": "x", "summary": "x", "impact": None, "severity": "1", "lead": "U0BOB"}
    entry = {
        "text": "x",
        "event_type": "text",
        "metadata": {"a": [1]},
        "timestamp": "2026-01-05T08:00Z",
    }
    action = {"details": "x", "user": "U0ANA", "done": False, "priority": "1", "type": "1"}
    requests = [
        ("patch", path, body),
        ("post", "/core/incidents/", body),
        ("post", f"{path}timeline/events/", entry),
        ("post", f"{path}actions/", action),
    ]
    cases = st.sampled_from(requests).flatmap(
        lambda request: st.tuples(*map(st.just, request[:2]), mutated(request[2]))
    )

    @fuzzed(cases, percent=3, name="bodies of the REST API")
    def law(case: tuple[str, str, Any]) -> None:
        method, where, data = case
        with town.for_a_while():
            answer = getattr(ways.browser, method)(where, json.dumps(data), content_type=JSON)
            town.judge_the_work(case)
            assert answer.status_code in {200, 201, 400}, (case, answer.content)
            said = answer.json()
            if answer.status_code == 400:
                assert said, case
                return
            sent = {k: v for k, v in data.items() if k in ("report", "summary", "impact", "text")}
            for name, value in sent.items():
                expected = None if value is None else _storable(value.strip()).strip()
                assert (said[name] or "").strip() == (expected or ""), case
