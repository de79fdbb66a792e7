"""The way from one database to another that docs/operations.md describes loses no row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
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
        model.__name__: json.loads(serializers.serialize("json", model.objects.order_by("pk")))
        for model in models
    }


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
