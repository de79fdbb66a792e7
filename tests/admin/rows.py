"""One row of every model, all about one incident, with texts that can be looked for."""

import json
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from response.core.actor import acting_as
from response.models import (
    Call,
    Conversation,
    Delivery,
    ExternalUser,
    HandlerRun,
    HeadlinePost,
    Heartbeat,
    Incident,
    IncidentMember,
    Notification,
    PinnedMessage,
    Proposal,
    SlackUser,
    Tally,
)
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_participant,
    make_person,
    make_timeline_event,
)

MODELS = sorted(apps.get_app_config("response").get_models(), key=lambda model: model.__name__)
# Rows of people, the program's own pulse and counts, and lanes, which belong to no one incident.
OF_NO_INCIDENT = (ExternalUser, SlackUser, Heartbeat, Tally, Conversation)


def plant(marker: str, **values: Any) -> Incident:
    """An incident whose every text has the marker in it, and a row of each model about it."""
    lead, reporter = make_person(), make_person()
    incident = make_incident(f"{marker} title", lead=lead, reporter=reporter, **values)
    with acting_as(None, f"{marker} actor"):
        incident.summary = f"{marker} summary"
        incident.save()
    make_action(incident, f"{marker} action", user=lead)
    make_timeline_event(incident, f"{marker} entry", metadata={"note": f"{marker} note"})
    number = incident.pk
    channel = make_comms_channel(
        incident, channel_id=f"C0{marker}{number}"[-20:], channel_name=f"{marker}-{number}"[-80:]
    )
    # Declaring it has made one.
    HeadlinePost.objects.update_or_create(
        incident=incident, defaults={"message_ts": "1.1", "channel_id": channel.channel_id}
    )
    make_participant(incident, user=lead)
    IncidentMember.objects.create(incident=incident, user=reporter)
    PinnedMessage.objects.create(
        incident=incident,
        author=lead,
        message_ts="1.2",
        text=f"{marker} pin",
        timestamp=timezone.now(),
    )
    Notification.objects.create(incident=incident, key=f"{marker}.nudge", time=timezone.now())
    Proposal.objects.create(incident=incident, field="summary", text=f"{marker} proposal")
    plant_in_boxes(marker, incident, channel.channel_id)
    SlackUser.objects.create(user=lead, fetched_at=timezone.now())
    Conversation.objects.create(key=f"in:{channel.channel_id}")
    Heartbeat.objects.get_or_create(name="tick", defaults={"at": timezone.now()})
    Tally.objects.add({("deliveries", "event", "done"): (1, 0.5)})
    return incident


def plant_in_boxes(marker: str, incident: Incident | None, lane: str) -> None:
    """A delivery with parked work, and a parked call."""
    number = Delivery.objects.count()
    delivery = Delivery.objects.create(
        key=f"event:{marker}{number}",
        kind="event",
        payload=json.dumps({"event": {"text": f"{marker} delivered"}}),
        incident=incident,
    )
    HandlerRun.objects.create(
        delivery=delivery,
        lane=lane,
        handler="event:pin_added",
        state="parked",
        error=f"ValueError: {marker} failed",
    )
    Call.objects.create(
        lane=lane,
        method="chat.postMessage",
        arguments=json.dumps({"channel": lane, "text": f"{marker} said"}),
        incident=incident,
        state="parked",
        error=f"SlackError: {marker} refused",
    )


def admin_path(model: type[Model], page: str = "changelist", *args: Any) -> str:
    """The path of a page of the admin."""
    from django.urls import reverse

    return reverse(f"admin:response_{model._meta.model_name}_{page}", args=args)


def rows_about(incident: Incident, model: type[Model]) -> list[Model]:
    """The rows of a model that belong to the incident."""
    rows = model._base_manager.all()
    if model is Incident:
        return list(rows.filter(pk=incident.pk))
    if model is HandlerRun:
        return list(rows.filter(delivery__incident=incident))
    if model in OF_NO_INCIDENT:
        return []
    return list(rows.filter(incident=incident))
