"""The host's own pages and admin, with our template filters."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template import Context, Template, loader
from django.test import Client
from lighthouse.models import StatusPage

from response import text
from response.models import PinnedMessage
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_participant,
    make_person,
)

pytestmark = pytest.mark.django_db

# An app with a `markdown_filter` of its own, in one of the two settings.
KEEPER = "keeper" in settings.INSTALLED_APPS


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("keeper"))
    return browser


@pytest.fixture
def incident():
    ana = make_person("ana", external_id="U0ANA", full_name="Ana Lima")
    incident = make_incident(
        text.from_plain("Lamp <script>out</script> & dark") + " :fire:",
        reporter=ana,
        lead=ana,
        summary="**Dark** says <@U0ANA>",
        impact="<https://ships.example|ships>",
        severity="1",
    )
    make_comms_channel(incident, channel_name="inc-lamp")
    make_action(incident, "Ask <@U0ANA> for oil &amp; wicks", user=ana)
    PinnedMessage.objects.add_pin(incident, "1795200000.000100", "U0ANA", "Seen by <@U0ANA>")
    make_participant(incident, 3, user=ana)
    return incident


def test_the_list_of_the_host(browser, incident):
    page = browser.get("/").text
    assert "Lamp &lt;script&gt;out&lt;/script&gt; &amp; dark 🔥" in page
    assert "LIVE - critical" in page
    assert "badge-danger" in page


def test_the_page_of_an_incident(browser, incident):
    page = browser.get(f"/incident/{incident.pk}/").text
    assert "<title>Lamp &lt;script&gt;out&lt;/script&gt; &amp; dark 🔥 — Lighthouse</title>" in page
    dark = "kept: **Dark**" if KEEPER else "<strong>Dark</strong>"
    assert f"{dark} says @ana" in part(page, "summary")
    assert "ships" in part(page, "impact")
    assert 'href="slack://user?id=U0ANA">Ana Lima' in part(page, "reporter")
    assert part(page, "lead") == "Ana Lima"
    assert "#inc-lamp" in part(page, "channel")
    assert "Ask @ana for oil &amp; wicks</label>" in page
    assert "by ana: Seen by @ana</div>" in page
    assert "Ana Lima (3)" in page
    assert "<script>" not in page


def part(page: str, id_: str) -> str:
    found = re.search(rf'id="{id_}">(.*?)</dd>', page, re.S)
    assert found, page
    return found.group(1)


def test_strangers_are_sent_to_the_hosts_login(client, incident):
    for path in ("/", f"/incident/{incident.pk}/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")


@pytest.mark.parametrize(
    ("library", "template", "shown"),
    [
        ("unslackify", "{{ text|unslackify }}", "@ana &amp; :-) 🔥"),
        ("unslackify", "{{ text|unslackify|safe }}", "@ana &amp; :-) 🔥"),
        ("unslackify", "{{ id|slack_id_to_fullname }}", "Ana Lima"),
    ],
)
def test_filters(incident, library, template, shown):
    values = {"text": "<@U0ANA> &amp; :-) :fire:", "id": "U0ANA"}
    made = Template(f"{{% load {library} %}}{template}").render(Context(values))
    assert made == shown


@pytest.mark.skipif(not KEEPER, reason="the host has no library of that name here")
def test_a_library_of_the_hosts_takes_the_place_of_ours():
    shown = loader.render_to_string("keeper.html", {"text": "**lit** :fire:"})
    assert shown.strip() == "kept: **lit** :fire: **lit** 🔥"


def test_the_admin_has_the_hosts_models_and_ours(browser, incident):
    StatusPage.objects.create(incident=incident, statuspage_incident_id="sp1")
    page = browser.get("/admin/lighthouse/statuspage/").text
    assert "sp1" in page
    for name in ("incident", "action", "timelineevent", "externaluser", "commschannel"):
        assert browser.get(f"/admin/response/{name}/").status_code == 200, name
    assert browser.get(f"/admin/response/incident/{incident.pk}/change/").status_code == 200
