"""The people that tests tell stories with say what is wrong with a story."""

from __future__ import annotations

import pytest

from response.sandbox.driver import Person
from response.sandbox.workspace import Workspace
from tests.sandbox.test_interactions import FORM

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_people_go_by_id_name_and_display_name(workspace: Workspace) -> None:
    assert {Person(workspace, name).id for name in ("U0NAMAE", "namae", "名前")} == {"U0NAMAE"}
    with pytest.raises(LookupError, match="zoe"):
        Person(workspace, "zoe")


def test_a_missing_channel_names_those_that_are(workspace: Workspace) -> None:
    with pytest.raises(LookupError, match="#incidents"):
        workspace.channel("#incident")


def test_a_missing_button_names_those_that_are(workspace: Workspace, ana: Person) -> None:
    text = {"type": "plain_text", "text": "Close"}
    blocks = [
        {"type": "actions", "elements": [{"type": "button", "action_id": "close", "text": text}]}
    ]
    row = workspace.post_message("general", "x", blocks=blocks)
    with pytest.raises(LookupError, match="close"):
        ana.clicks(row, "shut")


def test_a_modal_that_is_not_open_is_an_assertion(workspace: Workspace, ana: Person) -> None:
    with pytest.raises(AssertionError, match="No modal"):
        ana.submits()
    workspace.open_modal("ana", FORM)
    with pytest.raises(AssertionError, match="declare"):
        ana.opens(callback_id="edit")
    with pytest.raises(LookupError, match="severity"):
        ana.submits({"sev": "1"})


def test_a_message_goes_by_its_ts_too(workspace: Workspace, ana: Person, bob: Person) -> None:
    row = ana.says("general", "x")
    bob.reacts(("general", row.ts), "eyes")
    bob.unreacts(row, "eyes")
    bob.pins(("general", row.ts))
    bob.unpins(row)
    assert ana.mention == "<@U0ANA>"
