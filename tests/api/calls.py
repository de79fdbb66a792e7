"""What tests of the API say often."""

from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from response.models import Incident


def detail(incident: Incident) -> str:
    """The path of an incident."""
    return reverse("incident-detail", args=[incident.pk])


def patch(api: APIClient, path: str, data: Any, **extra: Any) -> Any:
    """The answer to a change, in JSON unless ``format`` says otherwise."""
    return api.patch(path, data, format=extra.pop("format", "json"), **extra)


def complaint(response: Any, field: str) -> str:
    """What a 400 says of a field."""
    assert response.status_code == 400, response.content
    (words,) = response.json()[field]
    return str(words)
