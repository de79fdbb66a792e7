"""The REST API in the host's project: wrapped in ``login_required``, DRF as it comes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from response.models import Event
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_person,
    make_timeline_event,
)

pytestmark = pytest.mark.django_db

INCIDENT = """action_items comms_channel end_time impact is_closed lead id report report_time
    report_only reporter severity start_time summary"""
ACTION = "id details done user details_ui created_date done_date due_date priority type"
TIMELINE = "id timestamp text event_type metadata text_ui"
PERSON = "app_id external_id display_name full_name email deleted"
EVENT = "id timestamp event_type payload"


@pytest.fixture
def keeper() -> User:
    """Somebody who may sign in, and has no permission of any model."""
    return User.objects.create_user("keeper", password="light")


@pytest.fixture
def browser(keeper: User) -> Client:
    """Their browser, in which Django checks the CSRF token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(keeper)
    return browser


@pytest.fixture
def incident():
    incident = make_incident(lead=make_person("bob"), severity="2", report_time=timezone.now())
    make_comms_channel(incident)
    return incident


def fields(answer, names: str) -> None:
    """Every field of 0.5.1; there may be more."""
    assert set(names.split()) <= set(answer)


def test_incidents_in_their_envelope(browser, incident):
    make_action(incident)
    listed = browser.get("/core/incidents/?limit=1&offset=0").json()
    assert {"count", "next", "previous", "results"} == set(listed)
    (found,) = listed["results"]
    fields(found, INCIDENT)
    fields(found["lead"], PERSON)
    fields(found["action_items"][0], ACTION)
    assert set(found["comms_channel"]) >= {"channel_id", "channel_name"}
    assert browser.get(f"/core/incidents/{incident.pk}/").json() == found


def test_limit_and_offset(browser):
    numbers = [make_incident().pk for _ in range(3)]
    first = browser.get("/core/incidents/?limit=2").json()
    assert (first["count"], len(first["results"])) == (3, 2)
    rest = browser.get(first["next"]).json()["results"]
    assert {row["id"] for row in first["results"] + rest} == set(numbers)


def test_incidents_of_a_month(browser, incident):
    now = timezone.now()
    found = browser.get(f"/core/incidents/bymonth/{now:%Y}/{now:%m}/").json()
    assert [row["id"] for row in found["results"]] == [incident.pk]
    assert browser.get("/core/incidents/bymonth/1999/01/").json()["results"] == []


def test_actions_timeline_people_and_events(browser, incident):
    action, entry = make_action(incident), make_timeline_event(incident)
    lists = {
        f"/core/incidents/{incident.pk}/actions/": (ACTION, action.pk),
        f"/core/incidents/{incident.pk}/timeline/events/": (TIMELINE, entry.pk),
        "/core/actions/": (ACTION, action.pk),
    }
    for path, (names, pk) in lists.items():
        rows = rows_of(browser.get(path).json())
        fields(rows[0], names)
        assert pk in [row["id"] for row in rows]
    fields(rows_of(browser.get("/core/users/").json())[0], PERSON)
    fields(rows_of(browser.get("/core/events/").json())[0], EVENT)


def rows_of(answer) -> list:
    return answer["results"] if isinstance(answer, dict) else answer


def test_events_between_two_times(browser, incident):
    now = timezone.now()
    Event.objects.update(timestamp=now - timedelta(days=3))
    window = [f"{now - timedelta(days=days):%Y-%m-%d}" for days in (4, 2)]
    found = browser.get("/core/events/?from={}&to={}".format(*window)).json()
    assert found["count"] == Event.objects.count()
    found = browser.get(f"/core/events/?from={window[1]}&to={now:%Y-%m-%d}").json()
    assert found["count"] == 0


def test_a_browser_ticks_an_action_off(browser, incident):
    """A form with ``done`` and ``done_date``, by session and CSRF token, as the host's script."""
    action = make_action(incident, "Buy oil")
    path = f"/core/incidents/{incident.pk}/actions/{action.pk}/"
    token = csrf_token(browser)
    done = patch(browser, path, {"done": "true", "done_date": "2026-11-21T10:20:30.123Z"}, token)
    assert done.status_code == 200, done.content
    action.refresh_from_db()
    assert action.done
    assert f"{action.done_date:%Y-%m-%d %H:%M:%S}" == "2026-11-21 10:20:30"
    undone = patch(browser, path, {"done": "false", "done_date": ""}, token)
    assert undone.status_code == 200, undone.content
    action.refresh_from_db()
    assert (action.done, action.done_date) == (False, None)


def test_a_browser_writes_an_action_anew(browser, incident):
    action = make_action(incident, "Buy oil")
    path = f"/core/incidents/{incident.pk}/actions/{action.pk}/"
    answer = patch(browser, path, {"details": "Buy <good> oil & wicks"}, csrf_token(browser))
    assert answer.json()["details"] == "Buy <good> oil & wicks"
    action.refresh_from_db()
    assert action.details == "Buy &lt;good&gt; oil &amp; wicks"


def test_without_the_csrf_token_nothing_is_changed(browser, incident):
    action = make_action(incident, "Buy oil")
    path = f"/core/incidents/{incident.pk}/actions/{action.pk}/"
    assert patch(browser, path, {"done": "true"}, "").status_code == 403
    action.refresh_from_db()
    assert not action.done


def test_a_script_patches_an_incident(browser, incident):
    token = csrf_token(browser)
    answer = browser.patch(
        f"/core/incidents/{incident.pk}/",
        {"summary": "Dark & cold", "severity": "1"},
        content_type="application/json",
        HTTP_X_CSRFTOKEN=token,
    )
    assert answer.status_code == 200, answer.content
    incident.refresh_from_db()
    assert (incident.summary, incident.severity) == ("Dark &amp; cold", "1")


def test_nothing_is_deleted(browser, incident):
    token = csrf_token(browser)
    event = Event.objects.first()
    for path in (f"/core/incidents/{incident.pk}/", f"/core/events/{event.pk}/"):
        assert browser.delete(path, HTTP_X_CSRFTOKEN=token).status_code == 405


def test_a_person_reads_it_in_the_browser(browser, incident):
    """DRF's own pages, although the host installed neither our filters' app nor the schema's."""
    for path in ("/core/", "/core/incidents/", f"/core/incidents/{incident.pk}/", "/core/events/"):
        answer = browser.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, path
        assert "text/html" in answer.headers["Content-Type"]


def csrf_token(browser: Client) -> str:
    """As the page gives it to its script."""
    page = browser.get("/admin/login/?next=/", follow=False)
    browser.get("/core/incidents/", headers={"accept": "text/html"})
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    return found.group(1) if found else browser.cookies["csrftoken"].value


def patch(browser: Client, path: str, form: dict[str, str], token: str):
    """What ``fetch`` sends of a ``FormData``."""
    boundary = "----WebKitFormBoundarylighthouse"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    return browser.generic(
        "PATCH",
        path,
        "".join(parts) + f"--{boundary}--\r\n",
        content_type=f"multipart/form-data; boundary={boundary}",
        HTTP_X_CSRFTOKEN=token,
    )
