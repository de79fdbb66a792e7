"""Fills in which incident each entry of 0.5.1's change feed is about.

An incident that becomes private takes its entries out of sight; so each must say whose it is.
Rows are read in batches by primary key and written in one statement a batch.
"""

import json
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

BATCH = 1000
FIELDS = {"incident_event": "id", "action_event": "incident_id"}


def _named(event_type: str, payload: str) -> Any:
    try:
        found = json.loads(payload)
    except ValueError:
        return None
    return found.get(FIELDS[event_type]) if isinstance(found, dict) else None


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    events = apps.get_model("response", "Event").objects.using(alias)
    incidents = set(
        apps.get_model("response", "Incident").objects.using(alias).values_list("pk", flat=True)
    )
    unfilled = events.filter(incident=None, event_type__in=FIELDS).order_by("pk")
    last = 0
    while page := list(unfilled.filter(pk__gt=last).only("event_type", "payload")[:BATCH]):
        last = page[-1].pk
        for event in page:
            named = _named(event.event_type, event.payload)
            event.incident_id = named if isinstance(named, int) and named in incidents else None
        events.bulk_update([event for event in page if event.incident_id], ["incident"])


class Migration(migrations.Migration):
    # Each batch commits by itself: the feed may be long, and the site goes on meanwhile.
    atomic = False

    dependencies = [("response", "0008_one_live_row")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
