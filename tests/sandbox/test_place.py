"""Where the sandbox keeps itself: its database, its credentials, its ids."""

from __future__ import annotations

import stat
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User as SiteUser
from django.core.management import call_command
from django.db import connections

from response.sandbox import credentials, state
from response.sandbox.driver import Person
from response.sandbox.models import Channel, Team, User
from response.sandbox.router import SandboxRouter
from response.sandbox.workspace import Workspace

ROUTER = SandboxRouter()


def test_the_workspace_lives_in_its_own_alias_and_nothing_else_does() -> None:
    assert ROUTER.db_for_read(Team) == ROUTER.db_for_write(Team) == "sandbox"
    assert ROUTER.db_for_read(SiteUser) is ROUTER.db_for_write(SiteUser) is None
    assert ROUTER.allow_migrate("sandbox", "response_sandbox") is True
    assert ROUTER.allow_migrate("default", "response_sandbox") is False
    assert ROUTER.allow_migrate("sandbox", "auth") is False
    assert ROUTER.allow_migrate("default", "auth") is None
    assert ROUTER.allow_relation(User(), Channel()) is True
    assert ROUTER.allow_relation(User(), SiteUser()) is False
    assert ROUTER.allow_relation(SiteUser(), SiteUser()) is None


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_tables_are_where_the_router_says() -> None:
    def ours(alias: str) -> set[str]:
        tables = connections[alias].introspection.table_names()
        return {name for name in tables if name.startswith("response_sandbox_")}

    others = set(connections["sandbox"].introspection.table_names()) - ours("sandbox")
    assert ours("default") == set()
    assert "response_sandbox_message" in ours("sandbox")
    assert others == {"django_migrations"}


def test_credentials_are_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "credentials.json"
    made = credentials.load_or_create(path)
    assert credentials.load_or_create(path) == made
    assert made.signing_secret.startswith("sandbox-")
    assert made.token.startswith("xoxb-sandbox-")
    assert made != credentials.generate()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["credentials.json"]


def test_processes_that_start_together_agree_on_the_credentials(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    barrier = threading.Barrier(8)
    found: list[credentials.Credentials] = []

    def start() -> None:
        barrier.wait()
        found.append(credentials.load_or_create(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_seeding_again_changes_nothing(workspace: Workspace, ana: Person) -> None:
    ana.says("general", "still here")
    ana.leaves("incidents")
    out = StringIO()
    call_command("sandbox_seed", stdout=out)
    assert "acme" in out.getvalue()
    assert [row.text for row in workspace.messages("general")] == ["still here"]
    assert not workspace.channel("incidents").memberships.filter(user=ana.user).exists()


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_a_new_workspace_has_six_people_three_channels_and_the_bot(workspace: Workspace) -> None:
    people = {user.label: user for user in User.objects.filter(is_bot=False)}
    assert people.keys() == {"ana", "bob", "chidi", "dana", "eve", "名前"}
    assert [name for name, user in people.items() if user.is_restricted] == ["eve"]
    assert workspace.bot.id == "U0INCIDENT"
    ids = {channel.id: channel.name for channel in workspace.channels()}
    assert ids == {
        "C0GENERAL": "general",
        "C0INCIDENTS": "incidents",
        "C0REPORTS": "incident-reports",
    }
    assert all(
        channel.memberships.filter(user=workspace.bot).exists() for channel in workspace.channels()
    )


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_a_reset_forgets_everything_but_goes_on_counting(workspace: Workspace, ana: Person) -> None:
    row = ana.says("general", "forget me")
    ana.creates_channel("mine")
    workspace.faults.update(outage=True)
    team = workspace.team
    team.scopes = []
    team.save()
    before = workspace.team.version
    call_command("sandbox_reset", stdout=StringIO())
    assert workspace.messages("general") == []
    assert len(workspace.channels()) == 3
    assert not workspace.faults.current().any_on()
    assert workspace.deliveries() == []
    assert workspace.team.version > before
    assert "chat:write" in workspace.team.scopes
    assert ana.says("general", "hello").ts > row.ts


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_an_empty_workspace_says_how_to_fill_it(placed: None) -> None:
    with pytest.raises(state.NotSeeded, match="sandbox_seed"):
        state.team()
    with pytest.raises(state.NotSeeded), state.change():
        pass


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_ids_and_timestamps_never_come_twice(workspace: Workspace, time_machine: Any) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    with state.change():
        ids = [state.next_id("C") for _ in range(500)]
        ts = [state.next_ts() for _ in range(500)]
    with state.change():
        ts.append(state.next_ts())
    assert len(set(ids)) == 500
    assert ts == sorted(set(ts))
    with pytest.raises(RuntimeError):
        state.next_ts()


@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
def test_writers_at_once_lose_nothing(workspace: Workspace) -> None:
    barrier = threading.Barrier(4)
    failed: list[Exception] = []

    def talk(name: str) -> None:
        try:
            person = Person(workspace, name)
            barrier.wait()
            for number in range(5):
                person.says("general", f"{name} {number}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
            failed.append(error)
        finally:
            connections["sandbox"].close()

    threads = [threading.Thread(target=talk, args=(n,)) for n in ("ana", "bob", "chidi", "dana")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    rows = workspace.messages("general")
    assert len({row.ts for row in rows}) == 20
    assert len({row.event_id for row in workspace.deliveries(kind="event")}) == 20
