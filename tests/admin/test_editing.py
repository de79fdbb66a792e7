"""What people change here: texts as people read them, and who did it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.forms import BaseForm
from django.test import Client

from response.models import Action, Event, ExternalUser, Incident, TimelineEvent
from tests.admin.conftest import signed_in, staff_with
from tests.admin.rows import admin_path
from tests.factories import make_action, make_incident, make_person, make_timeline_event, moment
from tests.scenarios.story import as_posted

PLAIN = "a < b & <script>alert(1)</script> @channel"
WIRE = "a &lt; b &amp; &lt;script&gt;alert(1)&lt;/script&gt; @channel"


def form_of(client: Client, path: str) -> BaseForm:
    form: BaseForm = client.get(path).context["adminform"].form
    return form


def sent_along(form: BaseForm) -> dict[str, Any]:
    """The hidden fields that a browser sends back: what the fields held when they were shown."""
    data: dict[str, Any] = {}
    for bound in form:
        widget = bound.field.hidden_widget()
        name = bound.html_initial_name
        shown = widget.get_context(name, bound.value(), {})["widget"]
        for part in shown.get("subwidgets", [shown]):
            data[part["name"]] = "" if part["value"] is None else part["value"]
    return data


def save(client: Client, path: str, form: BaseForm | None = None, **changes: Any) -> Any:
    """Press Save as a browser does, after these changes to the form."""
    form = form or form_of(client, path)
    data = {**sent_along(form), **as_posted(form), **changes}
    answer = client.post(path, {name: value for name, value in data.items() if value is not None})
    if answer.status_code != 302:
        raise AssertionError(answer.context["adminform"].form.errors)
    return answer


@pytest.fixture
def incident(db: None) -> Incident:
    return make_incident("Cards", severity="2", summary="calm", impact="none")


def path_of(row: Any) -> str:
    return admin_path(type(row), "change", row.pk)


def test_texts_are_shown_and_stored_as_people_read_them(root: Client, incident: Incident) -> None:
    path = path_of(incident)
    save(root, path, report=PLAIN, summary=f"{PLAIN}\r\nsecond line", impact=PLAIN)
    incident.refresh_from_db()
    assert (incident.report, incident.impact) == (WIRE, WIRE)
    assert incident.summary == f"{WIRE}\nsecond line"
    shown = form_of(root, path)
    assert shown["report"].value() == PLAIN
    assert shown["summary"].value() == f"{PLAIN}\nsecond line"
    page = root.get(path).content.decode()
    assert "<script>alert" not in page
    assert "&amp;amp;" not in page


def test_of_an_action_and_an_entry_as_well(root: Client, incident: Incident) -> None:
    action, entry = make_action(incident), make_timeline_event(incident)
    save(root, path_of(action), details=PLAIN)
    save(root, path_of(entry), text=PLAIN)
    action.refresh_from_db()
    entry.refresh_from_db()
    assert (action.details, entry.text) == (WIRE, WIRE)


def test_a_form_with_an_error_shows_again_what_was_typed(root: Client, incident: Incident) -> None:
    typed = {"report": "&amp; is typed so", "start_time_0": "no date"}
    answer = root.post(path_of(incident), typed)
    assert answer.status_code == 200
    assert answer.context["adminform"].form["report"].value() == "&amp; is typed so"


def test_a_mention_survives_a_form_and_can_be_typed(root: Client, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(summary="ask <@U0ANA> &amp; <!here>")
    save(root, path_of(incident), impact="<@U0BOB> & co")
    incident.refresh_from_db()
    assert incident.summary == "ask <@U0ANA> &amp; <!here>"
    assert incident.impact == "<@U0BOB> &amp; co"


def test_saving_without_a_change_changes_nothing(root: Client, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(
        report="literally &lt;@U0ANA&gt;", report_time=moment(1 / 7)
    )
    before = Incident.objects.values().get(pk=incident.pk)
    events = Event.objects.count()
    save(root, path_of(incident))
    assert Incident.objects.values().get(pk=incident.pk) == before
    assert Event.objects.count() == events
    assert not TimelineEvent.objects.exists()


def test_two_people_who_change_different_fields_both_keep_their_change(
    root: Client, incident: Incident
) -> None:
    form = form_of(root, path_of(incident))
    theirs = Incident.objects.get(pk=incident.pk)
    theirs.lead, theirs.severity, theirs.summary = make_person(), "1", "theirs"
    theirs.save()
    save(root, path_of(incident), form, impact="ours")
    incident.refresh_from_db()
    assert (incident.lead, incident.severity) == (theirs.lead, "1")
    assert (incident.summary, incident.impact) == ("theirs", "ours")


def test_a_closing_meanwhile_is_not_undone(root: Client, incident: Incident) -> None:
    form = form_of(root, path_of(incident))
    Incident.objects.get(pk=incident.pk).close(moment(600))
    save(root, path_of(incident), form, impact="ours")
    incident.refresh_from_db()
    assert incident.end_time == moment(600)


def test_timeline_and_feed_name_who_did_it(incident: Incident) -> None:
    client = signed_in(staff_with("view_incident", "change_incident", name="grace"))
    save(client, path_of(incident), severity="1")
    entry, event = TimelineEvent.objects.get(), Event.objects.latest("pk")
    assert (entry.actor, entry.actor_name) == (None, "grace")
    assert (event.actor, event.actor_name, event.verb) == (None, "grace", "changed")


def test_who_is_somebody_in_slack_is_named_so(incident: Incident) -> None:
    user = staff_with("view_incident", "change_incident", name="grace")
    person = make_person("hopper", owner=user)
    save(signed_in(user), path_of(incident), severity="1")
    assert TimelineEvent.objects.get().actor == person
    assert Event.objects.latest("pk").actor == person


def test_an_incident_is_declared_here_as_anywhere(root: Client) -> None:
    path = admin_path(Incident, "add")
    save(root, path, report="a < b", reporter=make_person().pk)
    incident = Incident.objects.get()
    assert incident.report == "a &lt; b"
    assert Event.objects.get().verb == "declared"


def test_a_new_entry_is_freeform_text_of_who_wrote_it(root: Client, incident: Incident) -> None:
    path = admin_path(TimelineEvent, "add")
    save(root, path, incident=incident.pk, text="a & b")
    entry = TimelineEvent.objects.get()
    assert (entry.event_type, entry.text, entry.actor_name) == ("text", "a &amp; b", "root")


@pytest.mark.parametrize("event_type", ["incident_update", "slack_pin"])
def test_the_record_of_changes_cannot_be_edited(
    root: Client, incident: Incident, event_type: str
) -> None:
    entry = make_timeline_event(incident, "as it was", event_type=event_type)
    assert root.get(path_of(entry)).status_code == 200
    assert root.post(path_of(entry), {"text": "forged"}).status_code == 403
    entry.refresh_from_db()
    assert entry.text == "as it was"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"severity": ""}, "severity", "cannot be unset"),
        ({"report": "x" * 201}, "report", "201 characters, and 200 are the most"),
        ({"report": ""}, "report", "required"),
        ({"end_time_0": "2020-01-01", "end_time_1": "00:00"}, "end_time", "before it began"),
        ({"lead": "987654321"}, "lead", "valid choice"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    root: Client, incident: Incident, changes: dict[str, str], field: str, words: str
) -> None:
    form = form_of(root, path_of(incident))
    answer = root.post(path_of(incident), {**sent_along(form), **as_posted(form), **changes})
    assert words in str(answer.context["adminform"].form.errors[field])


def test_two_hundred_ampersands_are_a_title(root: Client, incident: Incident) -> None:
    save(root, path_of(incident), report="&" * 200)
    incident.refresh_from_db()
    assert incident.report == "&amp;" * 200


def test_a_refusal_of_the_model_is_told_and_nothing_is_saved(
    root: Client, incident: Incident, monkeypatch: Any
) -> None:
    monkeypatch.setattr("response.core.admin.forms.require_kept", lambda old, new: None)
    form = form_of(root, path_of(incident))
    data = {**sent_along(form), **as_posted(form), "severity": "", "impact": "ours"}
    answer = root.post(path_of(incident), data, follow=True)
    assert "Nothing was saved: The severity (major) cannot be unset" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.impact == "none"


def test_search_finds_what_was_typed(root: Client, incident: Incident) -> None:
    save(root, path_of(incident), report="R&D <down>")
    found = root.get(admin_path(Incident), {"q": "R&D <down>"}).content.decode()
    assert "R&amp;D &lt;down&gt;</a>" in found
    assert "0 incidents" in root.get(admin_path(Incident), {"q": "R&R"}).content.decode()


def test_people_are_slacks_but_for_their_account_here(root: Client) -> None:
    person = make_person("ana")
    user = User.objects.get(username="root")
    save(root, path_of(person), owner=user.pk, display_name="forged")
    person.refresh_from_db()
    assert (person.owner, person.display_name) == (user, "ana")
    assert root.get(admin_path(ExternalUser, "add")).status_code == 403


def test_an_action_stays_with_its_incident(root: Client, incident: Incident) -> None:
    action, other = make_action(incident), make_incident()
    save(root, path_of(action), incident=other.pk, done="on")
    action.refresh_from_db()
    assert (action.incident, action.done) == (incident, True)
    assert Event.objects.latest("pk").event_type == "action_event"
    assert isinstance(action, Action)
