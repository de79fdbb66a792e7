"""What the host's settings say, and what comes of it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core import checks
from django.test import Client
from lighthouse import feed

from response import text
from response.models import Action, Event, ExternalUser, Incident
from response.slack.client import SlackClient, get_client
from tests.factories import make_action, make_incident, make_person

LATER_APPS = {"django_filters", "drf_spectacular"}


def test_settings_looked_ids_up_by_name_with_a_client_that_they_made():
    assert (settings.INCIDENT_BOT_ID, settings.INCIDENT_CHANNEL_ID) == ("U0INCIDENT", "C0INCIDENTS")
    assert settings.INCIDENT_REPORT_CHANNEL_ID == "C0REPORTS"
    assert isinstance(settings.SLACK_CLIENT, SlackClient)


def test_the_client_of_the_settings_is_the_one_that_is_used():
    assert get_client() is settings.SLACK_CLIENT


def test_without_one_a_client_is_made_of_the_token(settings):
    del settings.SLACK_CLIENT
    settings.SLACK_TOKEN = "xoxb-another"
    assert get_client().api_token == "xoxb-another"


def test_settings_are_those_of_then():
    """Nothing that came later is set: neither the host's DRF defaults nor further apps."""
    assert not hasattr(settings, "REST_FRAMEWORK")
    assert not LATER_APPS & set(settings.INSTALLED_APPS)
    assert "bootstrap4" in settings.INSTALLED_APPS


# From Django 6.1 a check of JSON fields asks the databases.
@pytest.mark.django_db(databases="__all__")
def test_system_checks_find_no_error_in_them():
    found = checks.run_checks()
    errors = [message for message in found if message.level >= checks.ERROR]
    of_the_sandbox = {message.id for message in errors if "sandbox" in str(message.id)}
    assert {message.id for message in errors} == of_the_sandbox


@pytest.mark.django_db
def test_change_feed_goes_through_the_hosts_classes():
    feed.heard.clear()
    incident = make_incident()
    action = make_action(incident)
    assert feed.heard == [("incident", incident.pk), ("action", action.pk)]
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_sanitizing_is_accepted_and_not_needed(settings):
    """What was typed is stored and shown as it was typed, whatever the setting says."""
    for sanitize in (True, False):
        settings.RESPONSE_SANITIZE_USER_INPUT = sanitize
        incident = make_incident(text.from_plain("<script>alert(1)</script> & more"))
        incident.refresh_from_db()
        assert str(incident) == "<script>alert(1)</script> & more"


@pytest.mark.django_db
def test_pages_ask_for_a_signed_in_user_unless_the_setting_says_otherwise(client: Client, settings):
    assert client.get("/").status_code == 302
    settings.RESPONSE_LOGIN_REQUIRED = False
    assert client.get("/").status_code == 200


def test_markdown_lists_of_the_host_hold():
    from response.templatetags.markdown_filter import markdown_filter

    html = markdown_filter("# Title\n\n**bold** <b>b</b>\n\n- one")
    assert "<h1>Title</h1>" in html
    assert "<strong>bold</strong>" in html
    assert "<li>one</li>" in html
    assert "<b>" not in html


@pytest.mark.django_db
def test_times_are_as_the_project_keeps_them():
    incident = make_incident()
    incident.close()
    incident.refresh_from_db()
    assert (incident.end_time.tzinfo is not None) is settings.USE_TZ
    assert incident.duration()


@pytest.mark.django_db
def test_people_and_actions_are_stored_as_ever():
    ana = make_person("ana")
    action = make_action(make_incident(reporter=ana), "Ask ana", user=ana)
    assert ExternalUser.objects.get(pk=ana.pk).full_name == "ana in full"
    assert Action.objects.get(pk=action.pk).incident == Incident.objects.get()
