"""Every way by which something may get out: paths of the site, and what a person sees in Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db.models import Q
from django.test import Client
from django.urls import URLResolver, get_resolver

from response.core.models import Incident
from response.sandbox import channels
from response.sandbox.driver import Person
from response.sandbox.models import Message

# The workspace itself, which shows people what Slack shows them.
NOT_OURS = ("sandbox/",)
# Parameters that name no row.
FIXED: dict[str, Sequence[str]] = {
    "format": ("json", "api"),
    "app_label": ("response",),
    "url": ("nowhere/",),
    # Of pages that are not of this package.
    "id": ("1",),
    "content_type_id": ("1",),
}
# How a row names its incident, and the models of which the REST API has pages.
PATHS = ("incident", "delivery__incident")
PARTS = ("incident", "action", "timelineevent", "event")


def paths(incident: Incident) -> list[str]:
    """All paths of the project, with the numbers of the incident and of what is of it.

    Every named and unnamed pattern of the URLconf is there; a parameter that is not known here
    is a ``KeyError``: say above, or in ``_values``, what to try for it.
    """
    rows = _rows_of(incident)
    found = set()
    for template, names in _templates(get_resolver()):
        if not template.startswith(NOT_OURS):
            values = _values(incident, template, rows)
            for chosen in product(*(values[name] for name in names)):
                found.add("/" + template % dict(zip(names, chosen, strict=True)))
    return sorted(found)


def _templates(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    reverse_dict: Any = resolver.reverse_dict
    for key in list(reverse_dict):
        for possibilities, *_ in reverse_dict.getlist(key):
            yield from ((prefix + template, list(names)) for template, names in possibilities)
    for inner_prefix, inner in resolver.namespace_dict.values():
        yield from _templates(inner, prefix + inner_prefix)


def _values(
    incident: Incident, template: str, rows: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    when = incident.report_time
    # Of the admin's pages, `admin/response/<model>/…`, each has the rows of its model.
    model = template.removeprefix("admin/response/").partition("/")[0]
    everything = sorted({pk for name in PARTS for pk in rows[name]})
    return FIXED | {
        "incident_pk": [str(incident.pk)],
        "incident_id": [str(incident.pk)],
        "pk": everything,
        "object_id": rows.get(model, ["1"]),
        "year": [f"{when:%Y}"],
        "month": [f"{when:%m}"],
    }


def _rows_of(incident: Incident) -> dict[str, list[str]]:
    """By model the primary keys of the incident's last rows, two of each."""
    found = {}
    for model in apps.get_app_config("response").get_models():
        fields = {field.name for field in model._meta.get_fields()}
        path = next((p for p in PATHS if p.partition("__")[0] in fields), "pk")
        rows = model._default_manager.order_by("-pk")
        if path != "pk":
            rows = rows.filter(**{path: incident})
        found[model._meta.model_name or ""] = [
            str(pk) for pk in rows.values_list("pk", flat=True)[:2]
        ]
    return found


def signed_in(name: str, **values: Any) -> Client:
    """A browser of somebody new, who holds no permission."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user(name, **values))
    return client


def staff_without_the_permission(name: str) -> Client:
    """A browser of one who may do everything except see private incidents."""
    client = signed_in(name, is_staff=True)
    allowed = Permission.objects.exclude(codename="view_private_incident")
    User.objects.get(username=name).user_permissions.set(allowed)
    return client


def seen_at(client: Client, path: str, accept: str = "*/*") -> str:
    """All that an answer holds: headers and body, streamed or not."""
    response = client.get(path, headers={"Accept": accept})
    streamed = getattr(response, "streaming", False)
    body = b"".join(response) if streamed else response.content
    # Health is 503 where work is late, and says no more than that.
    assert response.status_code < 500 or path.startswith("/healthz"), path
    return f"{response.headers}\n{body.decode(errors='replace')}"


def seen_in_slack(person: Person) -> str:
    """Everything that Slack shows to a person: channels, messages, forms."""
    shown: list[Any] = []
    for channel in channels.visible_to(person.user):
        shown.append([channel.name, channel.topic, channel.purpose])
        for message in Message.objects.filter(
            Q(only_for=None) | Q(only_for=person.user), channel=channel
        ):
            shown.append([message.text, message.blocks, message.attachments])
    if person.modal is not None:
        shown.append(person.modal.definition)
    return json.dumps(shown, ensure_ascii=False)
