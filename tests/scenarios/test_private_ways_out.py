"""A private incident is told to the end, and then looked for at every way out.

Two words are planted: WAS_PUBLIC in all that was written while the incident was public, and
SECRET in all that was written since. Who has no part in it meets neither of them anywhere, except
for WAS_PUBLIC where Slack itself keeps it: in the archived channel.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command, get_commands
from django.test import Client

from response.core.models import ExternalUser, Incident
from response.slack import block_kit, registry
from response.slack.decorators import incident_command
from response.slack.models import Call, CommsChannel, HandlerRun
from tests.private import ways_out
from tests.scenarios.story import Story

WAS_PUBLIC, SECRET = "zebrafish", "quagga"
CLOSE = "close-incident-button"
LOGGERS = ("response", "slack_sdk", "django.request", "django.security")


@pytest.fixture(autouse=True)
def allowed(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    settings.INCIDENT_PRIVATE_CHANNEL_ID = ""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.fixture
def failing_command() -> Iterator[None]:
    """A host's, which says what it was told when it fails."""
    with registry.commands.temporarily():

        @incident_command(["page"])
        def page(incident: Incident, user_id: str, message: str) -> None:
            raise RuntimeError(f"Nobody is on call for {message}")

        yield


@pytest.fixture(params=["from the start", "later"])
def incident(request: pytest.FixtureRequest, story: Story, failing_command: None) -> Incident:
    """Ana's and Bob's, with something of everything that an incident can have."""
    if request.param == "from the start":
        story.declares(
            story.ana,
            f"The {SECRET} leaked",
            summary=f"{SECRET} 1",
            lead="bob",
            private=["private"],
        )
    else:
        channel = story.begins(f"The {WAS_PUBLIC} leaked", summary=WAS_PUBLIC, lead="bob")
        story.joins(story.bob, channel)
        tell(story, channel, WAS_PUBLIC)
        story.says(story.bob, channel, "@incident private")
        story.forward(30)
        story.settle()
    channel = CommsChannel.objects.get()
    assert channel.is_private
    tell(story, channel, SECRET)
    fails(story, channel)
    return Incident.objects.get()


def tell(story: Story, channel: CommsChannel, word: str) -> None:
    """Everything that people can do in a channel, with ``word`` in it."""
    said = story.says(story.bob, channel, f"I saw the {word}")
    story.bob.pins(said)
    for command in (
        f"impact the {word} is gone",
        f"summary a {word} after all",
        f"action catch the {word}",
        f"severity {word}",
        f"{word} please",
        f"lead {word}",
        f"rename {word}",
        "severity major",
        "status",
        "close",
        "close",
        "reopen",
    ):
        story.says(story.bob, channel, f"@incident {command}")
    story.pass_minutes(6, every=3)


def fails(story: Story, channel: CommsChannel) -> None:
    """What fails, in us, in a host and in Slack, until it is given up."""
    story.workspace.post_message(channel.channel_id, "x")
    story.says(story.ana, channel, f"@incident page the {SECRET} team")
    story.fault(error_code="invalid_blocks", error_methods=["chat.postMessage"], error_count=1)
    story.says(story.ana, channel, f"@incident impact another {SECRET}")
    story.fault(server_error_methods=["chat.postMessage"], server_error_count=1)
    story.says(story.ana, channel, "@incident summary")
    story.heal()
    for _ in range(5):
        story.forward(hours=1)
        story.settle()


# -- the site ------------------------------------------------------------------------------------


def words_at(client: Client, paths: list[str]) -> dict[str, set[str]]:
    """Where one of the words is, and which."""
    found: dict[str, set[str]] = {}
    for path in paths:
        for accept in ("text/html", "application/json") if "/core/" in path else ("*/*",):
            text = ways_out.seen_at(client, path, accept)
            here = {word for word in (WAS_PUBLIC, SECRET) if word in text}
            if here:
                found.setdefault(path, set()).update(here)
    return found


def with_queries(paths: list[str]) -> list[str]:
    """And with searches for the beginnings of the words, which no answer repeats whole."""
    searched = {"/": "q", "/core/incidents/": "search", "/core/incidents/export.csv": "search"}
    searched |= {path: "q" for path in paths if re.fullmatch(r"/admin/response/[a-z]+/", path)}
    return paths + [
        f"{path}?{searched[path]}={word[:4]}" for path in searched for word in (SECRET, WAS_PUBLIC)
    ]


def test_no_page_shows_it_to_who_has_no_part_in_it(story: Story, incident: Incident) -> None:
    boss = Client(raise_request_exception=False)
    boss.force_login(User.objects.create_superuser("boss"))
    boss.patch(f"/core/incidents/{incident.pk}/", {"summary": f"{SECRET}!"}, "application/json")
    paths = with_queries(ways_out.paths(incident))
    # The boxes hold it, or there would be nothing to hide.
    assert Call.objects.filter(state="parked", arguments__contains=SECRET).exists()
    assert HandlerRun.objects.filter(state="parked", error__contains=SECRET).exists()

    shown = ["/", f"/incident/{incident.pk}/", "/core/incidents/", "/core/actions/"]
    shown += ["/core/incidents/export.csv", "/admin/response/action/"]
    to_all = words_at(boss, [*shown, f"/?q={SECRET[:4]}", f"/core/incidents/?search={SECRET[:4]}"])
    assert len(to_all) == len(shown) + 2
    assert SECRET in to_all[f"/incident/{incident.pk}/"]

    for client in (
        Client(raise_request_exception=False),
        ways_out.signed_in("somebody"),
        ways_out.staff_without_the_permission("colleague"),
    ):
        assert words_at(client, paths) == {}


def test_those_who_have_a_part_in_it_see_it(story: Story, incident: Incident) -> None:
    story.ana.invites(CommsChannel.objects.get().channel_id, "dana")
    story.settle()
    paths = ["/", f"/incident/{incident.pk}/", "/core/incidents/", "/core/actions/"]
    for name in ("ana", "bob", "dana"):
        client = ways_out.signed_in(name)
        person = ExternalUser.objects.get(external_id=getattr(story, name).id)
        person.owner = User.objects.get(username=name)
        person.save()
        assert set(words_at(client, paths)) == set(paths), name


METHODS = ("get", "post", "put", "patch", "delete", "options")
BODY = json.dumps({"report": "x", "details": "x", "text": "x", "event_type": "text"})


def test_a_refusal_says_the_same_as_of_an_incident_that_never_was(
    story: Story, incident: Incident
) -> None:
    client = ways_out.staff_without_the_permission("colleague")
    mine, absent = f"/{incident.pk}/", "/987654/"
    tried = [
        (method, path)
        for path in ways_out.paths(incident)
        if mine in path and path.startswith(("/core/incidents/", "/incident/"))
        for method in METHODS
        if not path.endswith(".api")
    ]
    assert len(tried) > 50
    for method, path in tried:
        told = []
        for number in (mine, absent):
            place = path.replace(mine, number, 1)
            answer = client.generic(method.upper(), place, BODY, "application/json")
            told.append(f"{answer.status_code} {answer.content.decode()}")
        # Django's own page in HTML has the path in it when DEBUG is on.
        if path.startswith("/core/"):
            assert told[0] == told[1].replace(absent, mine), f"{method} {path}"
        assert told[0][:3] == told[1][:3], f"{method} {path}"
        assert SECRET not in told[0]


def test_lists_and_counts_are_as_if_it_were_not_there(story: Story, failing_command: None) -> None:
    story.declares(story.ana, "The database is down", lead="bob")
    story.says(story.dana, story.opens_channel(story.ana, Incident.objects.get()), "hello")
    somebody = ways_out.signed_in("somebody")
    User.objects.get(username="somebody").user_permissions.set([])
    places = ["/core/incidents/", "/core/actions/", "/core/events/", "/core/reports/"]
    places += ["/core/incidents/bymonth/2026/11/", "/core/incidents/export.json"]
    before = [somebody.get(place).content for place in places]
    story.declares(story.ana, f"The {SECRET} leaked", lead="bob", private=["private"])
    channel = CommsChannel.objects.get(is_private=True)
    for command in (f"action catch the {SECRET}", "severity major", "close"):
        story.says(story.bob, channel, f"@incident {command}")
    assert [somebody.get(place).content for place in places] == before


# -- Slack, logs, commands -----------------------------------------------------------------------


def test_slack_shows_it_to_its_members_only(story: Story, incident: Incident) -> None:
    archived = CommsChannel.objects.get().public_channel_id
    for number in (incident.pk, 987_654):
        button = block_kit.Button("Close", CLOSE, value=number)
        blocks = [block_kit.Actions(block_id="actions", elements=[button]).serialize()]
        story.chidi.clicks(story.workspace.post_message("general", "x", blocks=blocks), CLOSE)
    for text in ("status", "summary", "private", "quag"):
        story.chidi.says("general", f"@incident {text}")
    story.chidi.command("/incident", "another", "general")
    story.settle()
    for person in (story.chidi, story.dana, story.eve):
        seen = ways_out.seen_in_slack(person)
        assert SECRET not in seen
        if archived:
            gone = story.workspace.channel(archived)
            assert gone.is_archived
            gone.messages.all().delete()
            type(gone).objects.filter(id=archived).update(name="x", topic="", purpose="")
            seen = ways_out.seen_in_slack(person)
        assert WAS_PUBLIC not in seen
    assert SECRET in ways_out.seen_in_slack(story.ana)
    told = [text for text in story.told(story.chidi) if "could not be found" in text]
    assert len(told) == 2


def output_of_commands() -> str:
    """What every command of ours prints that ends by itself."""
    ours = {name for name, app in get_commands().items() if app == "response"}
    written = io.StringIO()
    for name in sorted(ours - {"slack_socket_mode"}):
        # The doctor finds something wrong, if only that there are parked rows.
        with contextlib.suppress(SystemExit):
            call_command(name, stdout=written, stderr=written)
    for arguments in (["slack_doctor", "--json"], ["check", "--database", "default"]):
        with contextlib.suppress(SystemExit):
            call_command(*arguments, stdout=written, stderr=written)
    return written.getvalue()


def answers_of_cron(story: Story, settings: Any) -> str:
    """What a scheduler reads, which holds the token and is nobody for whom it exists."""
    story.forward(hours=2)
    headers = {"Authorization": f"Bearer {settings.RESPONSE_CRON_TOKEN}"}
    answers = [
        Client().get(f"/slack/{name}", headers=headers) for name in ("cron_minute", "cron_daily")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    return "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)


def test_no_log_no_command_and_no_cron_tells_of_it(
    story: Story, incident: Incident, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    written = answers_of_cron(story, settings) + output_of_commands()
    lines = [*caplog.get_records("setup"), *caplog.get_records("call")]
    lines = [record for record in lines if record.name.startswith(LOGGERS)]
    logged = "\n".join(logging.Formatter().format(record) for record in lines)
    assert "RuntimeError at " in logged
    assert SECRET not in logged
    assert SECRET not in written
    assert len(written) > 1000
