"""Rows for the tests of core, with people by their Slack id and times on one morning."""

from datetime import UTC, datetime
from typing import Any

from response.models import Action, ExternalUser, Incident, TimelineEvent

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def make_person(external_id: str = "U0ANA", **values: Any) -> ExternalUser:
    """A person in Slack; the same row for the same id."""
    values.setdefault("display_name", external_id.removeprefix("U0").lower())
    person, _ = ExternalUser.objects.get_or_create_slack(external_id=external_id, **values)
    return person


def make_incident(**values: Any) -> Incident:
    """An open incident, declared by Ana at nine; texts are in wire form."""
    values.setdefault("report", "Cards are declined")
    values.setdefault("report_time", NINE)
    values.setdefault("report_only", False)
    if "reporter" not in values:
        values["reporter"] = make_person()
    later = {key: values.pop(key) for key in ("start_time", "end_time") if key in values}
    incident = Incident.objects.create_incident(**values)
    if later:
        Incident.objects.filter(pk=incident.pk).update(**later)
        incident.refresh_from_db()
    return incident


def make_action(incident: Incident | None = None, **values: Any) -> Action:
    """Something to do, by Ana."""
    values.setdefault("details", "Rotate the certificate")
    if "user" not in values:
        values["user"] = make_person()
    return Action.objects.create(incident=incident or make_incident(), **values)


def make_entry(
    incident: Incident, text: str = "Something happened", **values: Any
) -> TimelineEvent:
    """A freeform entry of the timeline."""
    values.setdefault("event_type", "text")
    return TimelineEvent.objects.create(incident=incident, text=text, **values)
