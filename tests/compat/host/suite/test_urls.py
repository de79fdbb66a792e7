"""URL names without a namespace, and where the host mounted what."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.urls import reverse

from response.slack.authentication import generate_signature
from response.slack.links import document_url
from tests.factories import make_incident

NAMES = {
    "slash_command": ({}, "/slack/slash_command"),
    "action": ({}, "/slack/action"),
    "event": ({}, "/slack/event"),
    "cron_minute": ({}, "/slack/cron_minute"),
    "cron_daily": ({}, "/slack/cron_daily"),
    "home": ({}, "/"),
    "incident_doc": ({"incident_id": 7}, "/incident/7/"),
    "incident-list": ({}, "/core/incidents/"),
    "incident-detail": ({"pk": 7}, "/core/incidents/7/"),
    "incident-action-list": ({"incident_pk": 7}, "/core/incidents/7/actions/"),
    "incident-action-detail": ({"incident_pk": 7, "pk": 1}, "/core/incidents/7/actions/1/"),
    "incident-timeline-event-list": ({"incident_pk": 7}, "/core/incidents/7/timeline/events/"),
    "incidents-bymonth-list": (
        {"year": "2026", "month": "11"},
        "/core/incidents/bymonth/2026/11/",
    ),
    "action-list": ({}, "/core/actions/"),
    "externaluser-list": ({}, "/core/users/"),
    "event-list": ({}, "/core/events/"),
}


@pytest.mark.parametrize("name", NAMES)
def test_name_leads_where_it_did(name):
    kwargs, path = NAMES[name]
    assert reverse(name, kwargs=kwargs) == path


@pytest.mark.django_db
def test_links_in_slack_lead_to_the_hosts_own_page(settings):
    settings.SITE_URL = "https://lighthouse.example"
    incident = make_incident()
    assert document_url(incident) == f"https://lighthouse.example/incident/{incident.pk}/"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in NAMES if NAMES[name][1].startswith("/core/")])
def test_the_wrapper_of_the_host_sends_strangers_to_its_login(client, name):
    kwargs, path = NAMES[name]
    answer = client.get(reverse(name, kwargs=kwargs))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")


def test_a_host_signs_as_slack_does(client):
    """In the words of a host's own tests."""
    timestamp, body = int(time.time()), b"ssl_check=1"
    signature = generate_signature(timestamp, settings.SLACK_SIGNING_SECRET, body)
    answer = client.post(
        reverse("slash_command"),
        data=body,
        content_type="application/x-www-form-urlencoded",
        HTTP_X_SLACK_REQUEST_TIMESTAMP=timestamp,
        HTTP_X_SLACK_SIGNATURE=signature,
    )
    assert answer.status_code == 200
    assert client.post(reverse("slash_command"), data={"ssl_check": 1}).status_code == 403


@pytest.mark.parametrize("name", ["cron_minute", "cron_daily"])
def test_the_one_break_says_what_to_do(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 403
    assert "RESPONSE_CRON_TOKEN" in answer.text
    assert "response_tick" in answer.text


@pytest.mark.django_db
def test_the_hosts_cron_goes_on_with_its_token(client):
    token = f"Bearer {settings.RESPONSE_CRON_TOKEN}"
    assert client.get(reverse("cron_minute"), HTTP_AUTHORIZATION=token).status_code == 200
