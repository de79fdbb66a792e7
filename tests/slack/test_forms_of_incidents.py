"""Which incident a form is about, and where it was opened: it remembers both itself."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import Any

import pytest
from django.db import transaction
from django.db.models.signals import post_save

from response.models import Incident
from response.slack import intake, modals, registry
from response.slack.client import (
    SlackClient,
    SlackError,
    SlackUnavailable,
    forbid_calls,
    get_client,
)
from response.slack.decorators import dialog_handler, modal_handler
from response.slack.models import Call, CommsChannel, Delivery, HandlerRun
from response.slack.permissions import PermissionRequest
from tests.factories import make_comms_channel, make_incident
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "zebrafish"


def submitted(view: dict[str, Any], value: str, *, name: str = "report") -> dict[str, Any]:
    """What Slack sends when U0ANA submits ``view`` with ``value`` in one input."""
    element = {"type": "plain_text_input", "action_id": name}
    return {
        "type": "view_submission",
        "user": {"id": "U0ANA", "team_id": "T1"},
        "team": {"id": "T1"},
        "view": {
            "id": "V1",
            "hash": "h",
            "callback_id": view["callback_id"],
            "private_metadata": view["private_metadata"],
            "blocks": [{"type": "input", "block_id": name, "element": element}],
            "state": {"values": {name: {name: {"type": element["type"], "value": value}}}},
        },
    }


def hosts_form(channel_id: str, **also: Any) -> dict[str, Any]:
    """A host's dialog, as it is opened from a button in a channel."""
    remembers = {"state": "", "channel": channel_id, "response_url": "", **also}
    return {"callback_id": "acme-form", "private_metadata": json.dumps(remembers)}


@pytest.fixture
def secret() -> CommsChannel:
    """The channel of a private incident; nobody told us who is in it."""
    return make_comms_channel(make_incident(private=True), is_private=True)


@pytest.fixture
def asked(settings: Any) -> list[PermissionRequest]:
    """What the host's permission was asked."""
    requests: list[PermissionRequest] = []
    settings.RESPONSE_SLACK_PERMISSION = lambda request: requests.append(request) or True
    return requests


@pytest.mark.parametrize("form", ["edit", "text"])
def test_the_hosts_permission_is_told_which_incident_our_forms_are_about(
    asked: list[PermissionRequest], form: str
) -> None:
    incident = make_incident("one")
    edit = modals.edit_modal(incident)
    view = edit if form == "edit" else modals.change_text_modal(incident, "summary")
    name = "report" if form == "edit" else "summary"
    assert intake.receive_interaction(submitted(view, "two", name=name)) is None
    assert [(one.action, one.incident) for one in asked] == [
        (f"modal:{view['callback_id']}", incident)
    ]


def test_who_may_not_change_an_incident_does_not_by_a_form_that_was_open(settings: Any) -> None:
    settings.RESPONSE_SLACK_PERMISSION = lambda request: request.incident is None
    incident = make_incident("one")
    reply = intake.receive_interaction(submitted(modals.edit_modal(incident), "two"))
    assert reply is not None
    assert reply["response_action"] == "errors"
    assert Incident.objects.get().report == "one"


def test_a_hosts_form_that_remembers_an_incident_of_its_own_kind_is_about_none_of_ours(
    asked: list[PermissionRequest],
) -> None:
    theirs = json.dumps({"incident": make_incident().pk})
    with registry.modals.temporarily():

        @modal_handler("acme-form")
        def form(context: Any) -> None:
            """Nothing."""

        view = {"callback_id": "acme-form", "private_metadata": theirs}
        intake.receive_interaction(submitted(view, "x"))
    assert [one.incident for one in asked] == [None]


def test_who_is_in_a_private_channel_may_submit_the_form_that_they_opened_there(
    secret: CommsChannel,
) -> None:
    incident = secret.incident
    nowhere = modals.edit_modal(incident)
    here = modals.edit_modal(incident, channel_id=secret.channel_id)
    refused = intake.receive_interaction(submitted(nowhere, "two"))
    assert refused is not None
    assert "could not be found" in str(refused)
    assert intake.receive_interaction(submitted(here, "two")) is None
    assert Incident.objects.get(pk=incident.pk).report == "two"


def test_a_hosts_dialog_belongs_to_the_incident_in_whose_channel_it_was_opened(
    boxes: Boxes,
    secret: CommsChannel,
    asked: list[PermissionRequest],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="response")
    with registry.dialogs.temporarily():

        @dialog_handler("acme-form")
        def form(user: str, channel: str, submission: Any, url: str, state: str) -> None:
            raise RuntimeError(f"No such team: {submission['team']}")

        view = hosts_form(secret.channel_id)
        intake.receive_interaction(submitted(view, MARKER, name="team"))
        boxes.handle()
    assert Delivery.objects.get().incident == secret.incident
    assert [one.incident for one in asked] == [secret.incident]
    # It failed, and the log does not say of what: people who are not in the channel read it.
    assert MARKER in HandlerRun.objects.get().error
    assert MARKER not in caplog.text


def test_who_may_not_use_a_hosts_dialog_is_told_where_it_was_opened(
    boxes: Boxes, settings: Any
) -> None:
    settings.RESPONSE_SLACK_PERMISSION = lambda request: False
    channel = make_comms_channel(make_incident())
    with registry.dialogs.temporarily():

        @dialog_handler("acme-form")
        def form(user: str, channel: str, submission: Any, url: str, state: str) -> None:
            raise AssertionError("It is not run.")

        intake.receive_interaction(submitted(hosts_form(channel.channel_id), "x"))
        boxes.handle()
    told = Call.objects.get(operation="whisper").args
    assert (told["channel"], told["user"]) == (channel.channel_id, "U0ANA")


def test_a_hosts_dialog_in_the_place_of_our_form_belongs_to_that_forms_incident() -> None:
    incident = make_incident("one")
    with registry.dialogs.temporarily():

        @dialog_handler(modals.EDIT_MODAL)
        def form(user: str, channel: str, submission: Any, url: str, state: str) -> None:
            """Nothing."""

        intake.receive_interaction(submitted(modals.edit_modal(incident), "two"))
    assert Delivery.objects.get().incident == incident


@pytest.mark.parametrize("memory", ["[" * 1000, "[1]", '{"channel": 5}', "{", '{"channel": null}'])
def test_a_dialog_whose_memory_cannot_be_read_is_stored_all_the_same(memory: str) -> None:
    with registry.dialogs.temporarily():

        @dialog_handler("acme-form")
        def form(user: str, channel: str, submission: Any, url: str, state: str) -> None:
            """Nothing."""

        view = {"callback_id": "acme-form", "private_metadata": memory}
        assert intake.receive_interaction(submitted(view, "x")) is None
    assert Delivery.objects.get().incident is None


def test_a_form_that_took_effect_is_not_said_to_have_saved_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    incident = make_incident()
    with registry.modals.temporarily():

        @modal_handler("acme-form")
        def form(context: Any) -> dict[str, Any]:
            Incident.objects.filter(pk=incident.pk).update(summary="kept")
            transaction.on_commit(lambda: 1 / 0)
            return {"response_action": "clear"}

        view = {"callback_id": "acme-form", "private_metadata": ""}
        reply = intake.receive_interaction(submitted(view, "x"))
    assert Incident.objects.get().summary == "kept"
    assert reply == {"response_action": "clear"}
    assert "after its commit failed" in caplog.text


def test_a_hosts_receiver_may_call_slack_as_it_could_in_0_5_1() -> None:
    incident = make_incident("one")
    told = []

    def tell(sender: Any, instance: Incident, **kwargs: Any) -> None:
        # There is no Slack here; to be refused is another matter.
        with contextlib.suppress(SlackUnavailable):
            get_client().send_message("C0STATUS", f"{instance.report} was saved")
        told.append(instance.report)

    post_save.connect(tell, sender=Incident)
    try:
        reply = intake.receive_interaction(submitted(modals.edit_modal(incident), "two"))
    finally:
        post_save.disconnect(tell, sender=Incident)
    assert reply is None
    assert told == ["two"]


def test_a_host_is_told_that_its_receiver_keeps_others_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = SlackClient("xoxb-0", base_url="http://127.0.0.1:9/")
    with forbid_calls(hosts_may=True), pytest.raises(SlackError):
        client.send_message("C0STATUS", "x")
    assert "'chat.postMessage' was called inside a transaction" in caplog.text
