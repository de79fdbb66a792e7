"""Every model has its pages, whoever looks, and what they cost does not grow with the rows."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from response.models import (
    Action,
    Conversation,
    Event,
    Heartbeat,
    Incident,
    PinnedMessage,
    Proposal,
    Tally,
    TimelineEvent,
)
from tests.admin.conftest import signed_in, staff_with
from tests.admin.rows import MODELS, admin_path, plant, rows_about
from tests.factories import make_person


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_in_the_admin(model: type[Model]) -> None:
    assert admin.site.is_registered(model)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_a_list_and_a_page(root: Client, model: type[Model]) -> None:
    plant("planted")
    row = model._base_manager.latest("pk")
    assert root.get(admin_path(model)).status_code == 200
    assert root.get(admin_path(model), {"q": "7"}).status_code == 200
    assert root.get(admin_path(model, "change", row.pk)).status_code == 200
    assert root.get(admin_path(model, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_deleted_here(root: Client, model: type[Model]) -> None:
    plant("planted")
    row = model._base_manager.latest("pk")
    assert root.post(admin_path(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    root.post(admin_path(model), chosen)
    assert model._base_manager.filter(pk=row.pk).exists()


def queries_of_lists(client: Client) -> dict[str, int]:
    """How many queries the list of each model makes."""
    counted = {}
    for model in MODELS:
        with CaptureQueriesContext(connection) as captured:
            status = client.get(admin_path(model)).status_code
        # Lanes are for those who may see private incidents.
        assert status == 200 or (model is Conversation and status == 403)
        counted[model.__name__] = len(captured)
    return counted


def test_a_list_of_fifty_costs_what_a_list_of_one_does(root: Client, staff: Client) -> None:
    plant("<@U0ANA>")
    one = [queries_of_lists(client) for client in (root, staff, root, staff)]
    for _ in range(49):
        plant("<@U0ANA>")
    fifty = [queries_of_lists(client) for client in (root, staff)]
    assert fifty == one[2:]
    assert max(count for counts in fifty for count in counts.values()) <= 9
    few = [model for model in MODELS if model._base_manager.count() < 50]
    assert few == [Heartbeat, Tally]


WITH_TEXT = (Action, Incident, PinnedMessage, Proposal, TimelineEvent)


@pytest.mark.parametrize("model", WITH_TEXT)
def test_people_are_mentioned_by_name(root: Client, model: type[Model]) -> None:
    make_person("ana", external_id="U0ANA")
    incident = plant("<@U0ANA> &amp; others")
    assert "@ana &amp; others" in root.get(admin_path(model)).content.decode()
    row = rows_about(incident, model)[-1]
    viewer = signed_in(staff_with(f"view_{model._meta.model_name}"))
    assert "@ana &amp; others" in viewer.get(admin_path(model, "change", row.pk)).content.decode()


def test_the_names_of_the_models_read_well(root: Client) -> None:
    index = root.get("/admin/").content.decode()
    for name in ("Participants", "Inbox: deliveries", "Outbox: Slack calls"):
        assert f">{name}</a>" in index
    assert "statss" not in index


def test_the_change_feed_is_no_one_s_to_edit(root: Client) -> None:
    plant("planted")
    event = Event.objects.latest("pk")
    assert root.get(admin_path(Event, "add")).status_code == 403
    before = Event.objects.values().get(pk=event.pk)
    assert root.post(admin_path(Event, "change", event.pk), {"verb": "made up"}).status_code == 403
    assert Event.objects.values().get(pk=event.pk) == before
