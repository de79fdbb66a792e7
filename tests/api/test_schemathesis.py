"""schemathesis tries the whole API out, against its own description, and finds nothing.

In this process, over WSGI; the same examples each time, so that a failure can be repeated.
More of them: ``API_EXAMPLES=60 pytest tests/api/test_schemathesis.py``.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Permission, User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance

from response.core import urls
from response.core.openapi import make_schema
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_person,
    make_timeline_event,
)

EXAMPLES = int(os.environ.get("API_EXAMPLES", "8"))
CONFIG = {
    "auth": {"basic": {"username": "somebody", "password": "secret"}},
    "checks": {
        # No schema can say that a person must exist, or that an end is not before its beginning.
        "positive_data_acceptance": {"enabled": False},
        # What was changed by others is not looked at any further.
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
}
#: A path that is none, such as one with letters for a number: that page is the host's.
NOT_OURS = [content_type_conformance]


@pytest.fixture(autouse=True)
def open_connection() -> Iterator[None]:
    """As Django's test client does: the end of a request does not end the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def tried(db: None) -> Any:
    """The API as it is described, with something behind every path."""
    somebody = User.objects.create_user("somebody", password="secret")
    somebody.user_permissions.set(Permission.objects.filter(content_type__app_label="response"))
    make_person("me", external_id="U0ME", owner=somebody)
    for _ in range(3):
        incident = make_incident(lead=make_person(), severity="1")
        make_comms_channel(incident)
        make_action(incident)
        make_timeline_event(incident)
    description = make_schema(urls.described, "http://testserver/core")
    schema = schemathesis.openapi.from_dict(
        description, config=SchemathesisConfig.from_dict(CONFIG)
    )
    schema.app = get_wsgi_application()
    return schema


LABELS = sorted(
    f"{method.upper()} {path}"
    for path, item in make_schema(urls.described, "http://testserver/core")["paths"].items()
    for method in item
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", LABELS)
def test_it_finds_nothing(tried: Any, label: str, mode: GenerationMode) -> None:
    method, _, path = label.partition(" ")

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=tried[path][method].as_strategy(generation_mode=mode))
    def try_out(case: Any) -> None:
        # A URL has no objects: what is sent of one is another string, or nothing at all.
        assume(not any(isinstance(value, dict) for value in dict(case.query or {}).values()))
        response = case.call()
        is_djangos_own = response.status_code == 404 and b"<!doctype html>" in response.content
        case.validate_response(response, excluded_checks=NOT_OURS if is_djangos_own else ())

    try_out()
