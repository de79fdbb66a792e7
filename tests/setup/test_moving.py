"""The way from one database to another that docs/operations.md describes loses no row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.core.management import call_command

from response.core.models import Action
from response.slack import inbox, outbox
from tests.factories import make_incident

OPTIONS = [
    *("--natural-foreign", "--natural-primary"),
    *("--exclude", "contenttypes", "--exclude", "auth.permission"),
]


def everything() -> dict[str, list[object]]:
    """All rows; times to the millisecond, which is what such a file keeps."""
    models = apps.get_app_config("response").get_models()
    return {
        model.__name__: [
            {name: to_the_millisecond(value) for name, value in row["fields"].items()}
            | {"pk": row["pk"]}
            for row in serializers.serialize("python", model.objects.order_by("pk"))
        ]
        for model in models
    }


def to_the_millisecond(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


# A moment of which the file's JSON says less than the database does, in another form, too.
@time_machine.travel("2026-11-23T10:00:00.000500+00:00", tick=False)
@pytest.mark.django_db(transaction=True)
def test_what_is_still_to_do_comes_along_and_nothing_is_sent_for_it(tmp_path: Path) -> None:
    incident = make_incident()
    Action.objects.create(incident=incident, details="Rotate the keys", user=incident.reporter)
    incident.impact = "All customers"
    incident.save()
    inbox.store(key="event:1", kind="event", payload={"a": 1}, handlers=["event:x"], lane="C1")
    outbox.post("C1", "still to be sent", incident=incident)
    before = everything()
    assert all(before[name] for name in ("Incident", "Event", "Call", "Delivery", "HandlerRun"))
    file = tmp_path / "all.json"
    call_command("dumpdata", *OPTIONS, output=str(file), verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    assert not everything()["Incident"]
    call_command("loaddata", str(file), verbosity=0)
    assert everything() == before
    outbox.post("C1", "what comes after gets a number of its own")
