"""To staff who may not see private incidents the admin does not show that there are any."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from response.models import (
    Action,
    Call,
    Delivery,
    ExternalUser,
    HandlerRun,
    Incident,
    TimelineEvent,
)
from response.slack.errors import SlackError, describe
from tests.admin.conftest import signed_in, staff_with
from tests.admin.rows import MODELS, OF_NO_INCIDENT, admin_path, plant, plant_in_boxes, rows_about
from tests.factories import make_incident, make_person

MARKER = "plantedsecret"
ABOUT_INCIDENTS = [model for model in MODELS if model not in OF_NO_INCIDENT]


@pytest.fixture
def secret(db: None) -> Incident:
    """It was public first: what was written then is hidden with it."""
    incident = plant(MARKER)
    Incident.objects.filter(pk=incident.pk).update(private=True)
    incident.refresh_from_db()
    return incident


@pytest.mark.parametrize("model", MODELS)
def test_no_list_shows_or_counts_it(
    staff: Client, root: Client, secret: Incident, model: type[Model]
) -> None:
    answer = staff.get(admin_path(model))
    assert MARKER not in answer.content.decode()
    if model in ABOUT_INCIDENTS:
        assert f"0 {model._meta.verbose_name_plural}" in answer.content.decode()
        assert (
            f"0 {model._meta.verbose_name_plural}"
            not in root.get(admin_path(model)).content.decode()
        )


@pytest.mark.parametrize("model", MODELS)
def test_no_search_finds_it(staff: Client, secret: Incident, model: type[Model]) -> None:
    other = "otherthings99"
    found, nothing = (staff.get(admin_path(model), {"q": word}) for word in (MARKER, other))
    assert without_tokens(found, MARKER) == without_tokens(nothing, other)


def without_tokens(answer: Any, words: str) -> str:
    """The page without what differs anyway: what was looked for, and CSRF tokens."""
    text = answer.content.decode().replace(words, "WORDS")
    return re.sub('(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("model", ABOUT_INCIDENTS)
def test_its_pages_are_those_of_a_row_that_does_not_exist(
    staff: Client, root: Client, secret: Incident, model: type[Model], page: str
) -> None:
    row = rows_about(secret, model)[0]
    absent = staff.get(admin_path(model, page, 987654321), follow=True)
    present = staff.get(admin_path(model, page, row.pk), follow=True)
    assert present.status_code == absent.status_code
    assert present.redirect_chain == absent.redirect_chain
    assert told(present, row.pk) == told(absent, 987654321)
    assert MARKER not in present.content.decode()
    if page != "delete":
        assert root.get(admin_path(model, page, row.pk)).status_code == 200


def told(answer: Any, number: int) -> list[str]:
    """The messages, with the number that was asked for taken out."""
    return [
        str(message).replace(str(number), "N")
        for message in (answer.context or {}).get("messages", ())
    ]


@pytest.mark.parametrize("model", ABOUT_INCIDENTS)
def test_it_cannot_be_saved_to(staff: Client, secret: Incident, model: type[Model]) -> None:
    row = rows_about(secret, model)[0]
    before = model._base_manager.values().get(pk=row.pk)
    staff.post(admin_path(model, "change", row.pk), {"report": "x", "details": "x", "text": "x"})
    assert model._base_manager.values().get(pk=row.pk) == before


@pytest.mark.parametrize("source", [Action, TimelineEvent])
def test_no_box_of_incidents_offers_it(
    staff: Client, root: Client, secret: Incident, source: type[Model]
) -> None:
    asked = {"app_label": "response", "model_name": source._meta.model_name}
    asked |= {"field_name": "incident", "term": MARKER}
    assert staff.get("/admin/autocomplete/", asked).json()["results"] == []
    assert len(root.get("/admin/autocomplete/", asked).json()["results"]) == 1


def test_nothing_can_be_added_to_it_by_its_number(staff: Client, secret: Incident) -> None:
    fields = {"text": "x", "timestamp_0": "2026-01-05", "timestamp_1": "09:00"}
    before = TimelineEvent.objects.count()
    path = admin_path(TimelineEvent, "add")
    present = staff.post(path, fields | {"incident": secret.pk})
    absent = staff.post(path, fields | {"incident": 987654321})
    assert TimelineEvent.objects.count() == before
    errors = [answer.context["adminform"].form.errors["incident"] for answer in (present, absent)]
    assert errors[0] == errors[1]
    assert MARKER not in present.content.decode()
    public = make_incident()
    assert staff.post(path, fields | {"incident": public.pk}).status_code == 302


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (ExternalUser, "lead"),
        (ExternalUser, "lead__isnull"),
        (ExternalUser, "reporter__id__exact"),
        (ExternalUser, "members__incident"),
        (ExternalUser, "lead__report__startswith"),
        (Incident, "lead__email__startswith"),
        (Delivery, "payload__contains"),
        (Delivery, "key__startswith"),
        (Call, "arguments__contains"),
        (HandlerRun, "delivery__payload__contains"),
        (HandlerRun, "lane"),
    ],
)
def test_no_filter_of_one_s_own_asks_about_what_is_hidden(
    staff: Client, root: Client, secret: Incident, model: type[Model], lookup: str
) -> None:
    assert staff.get(admin_path(model), {lookup: secret.pk}).status_code == 400


def test_whether_it_is_private_is_no_question_for_them(
    staff: Client, root: Client, secret: Incident
) -> None:
    assert "private" not in staff.get(admin_path(Incident)).content.decode().lower()
    assert staff.get(admin_path(Incident), {"private__exact": "1"}).status_code == 400
    assert MARKER in root.get(admin_path(Incident), {"private__exact": "1"}).content.decode()


def test_actions_pass_it_by(staff: Client, secret: Incident) -> None:
    run = HandlerRun.objects.get(delivery__incident=secret)
    for model, action, row in (
        (Incident, "close", secret),
        (HandlerRun, "give_up", run),
        (HandlerRun, "run_again", run),
    ):
        chosen = {"action": action, "_selected_action": [row.pk]}
        answer = staff.post(admin_path(model), chosen, follow=True)
        assert not [
            message.tags for message in answer.context["messages"] if "succ" in message.tags
        ]
    secret.refresh_from_db()
    run.refresh_from_db()
    assert (secret.end_time, run.state) == (None, "parked")


def test_the_history_keeps_no_title_of_what_becomes_private(db: None) -> None:
    editor = staff_with("view_incident", "change_incident", "close_incident", name="editor")
    client = signed_in(editor)
    incident = make_incident(f"{MARKER} title")
    chosen = {"action": "close", "_selected_action": [incident.pk]}
    client.post(admin_path(Incident), chosen)
    assert LogEntry.objects.get().object_repr == f"Incident {incident.pk}"
    Incident.objects.filter(pk=incident.pk).update(private=True)
    index = client.get("/admin/").content.decode()
    assert f"Incident {incident.pk}" in index
    assert MARKER not in index


def test_titles_that_0_5_1_wrote_into_the_history_go_when_it_becomes_private(db: None) -> None:
    client = signed_in(editor := staff_with("view_incident", "change_incident", name="editor"))
    incident, public = plant(MARKER), make_incident("public title")
    rows = [incident, public, Action.objects.get(), TimelineEvent.objects.latest("pk")]
    for row in rows:
        LogEntry.objects.log_actions(editor.pk, [row], CHANGE, single_object=True)
    assert MARKER in client.get("/admin/").content.decode()
    incident.private = True
    incident.save()
    index = client.get("/admin/").content.decode()
    assert MARKER not in index
    assert f"Incident {incident.pk}" in index
    assert "public title" in index


def test_content_of_no_incident_may_be_about_one(staff: Client, root: Client) -> None:
    plant_in_boxes(MARKER, None, "C0NOBODY")
    for model in (Call, Delivery, HandlerRun):
        path = admin_path(model, "change", model.objects.get().pk)
        assert (
            "said" in root.get(path).content.decode()
            or "delivered" in root.get(path).content.decode()
        )
        page = staff.get(path).content.decode()
        assert f"{MARKER} said" not in page
        assert f"{MARKER} delivered" not in page
        assert "Content that belongs to no incident is shown to those who may see" in page


def test_who_leads_it_finds_it(secret: Incident) -> None:
    user = staff_with("view_incident", "view_action", name="lead")
    assert secret.lead is not None
    ExternalUser.objects.filter(pk=secret.lead.pk).update(owner=user)
    client = signed_in(user)
    assert MARKER in client.get(admin_path(Incident)).content.decode()
    assert client.get(admin_path(Incident, "change", secret.pk)).status_code == 200


def test_nobody_makes_themselves_its_lead_by_an_account(
    staff: Client, root: Client, secret: Incident
) -> None:
    me = User.objects.get(username="staff")
    path = admin_path(ExternalUser, "change", secret.lead_id)
    staff.post(path, {"owner": me.pk})
    assert ExternalUser.objects.get(pk=secret.lead_id).owner is None
    assert root.post(path, {"owner": me.pk}).status_code == 302
    assert ExternalUser.objects.get(pk=secret.lead_id).owner == me


def test_private_is_not_for_them_to_switch(staff: Client, root: Client) -> None:
    incident = make_incident(lead=make_person())
    for client, named in ((staff, False), (root, True)):
        page = client.get(admin_path(Incident, "change", incident.pk))
        assert ("private" in page.context["adminform"].form.fields) is named


@pytest.mark.parametrize("model", [HandlerRun, Call])
def test_an_error_in_work_of_no_incident_is_named_and_no_more(
    staff: Client, root: Client, db: None, model: type[Any]
) -> None:
    plant_in_boxes(MARKER, None, "U0ANA")
    model.objects.update(error=f"ValueError: {MARKER} is no team")
    row = model.objects.get()
    for page in (admin_path(model), admin_path(model, "change", row.pk)):
        hidden, whole = (client.get(page).content.decode() for client in (staff, root))
        assert MARKER not in hidden
        assert "ValueError: Content that belongs to no incident" in hidden
        assert f"ValueError: {MARKER} is no team" in whole
    search = {"q": f"{MARKER} is no"}
    page = admin_path(model, "change", row.pk)
    assert page not in staff.get(admin_path(model), search).content.decode()
    assert page in root.get(admin_path(model), search).content.decode()


def test_slacks_own_words_are_shown_to_all_operators(staff: Client, db: None) -> None:
    plant_in_boxes(MARKER, None, "U0ANA")
    Call.objects.update(error="SlackNotFound: Error calling users.info: user_not_found")
    said = "Error calling users.info: user_not_found"
    assert said in staff.get(admin_path(Call)).content.decode()
    page = admin_path(Call, "change", Call.objects.get().pk)
    assert page in staff.get(admin_path(Call), {"q": "user_not_found"}).content.decode()


def test_what_a_host_calls_an_error_of_slack_may_say_anything_and_is_hidden(
    staff: Client, db: None
) -> None:
    class PagerError(SlackError):
        pass

    plant_in_boxes(MARKER, None, "U0ANA")
    Call.objects.update(error=describe(PagerError(f"{MARKER} is on call")))
    assert MARKER not in staff.get(admin_path(Call)).content.decode()
    search = staff.get(admin_path(Call), {"q": f"{MARKER} is on"}).content.decode()
    assert admin_path(Call, "change", Call.objects.get().pk) not in search
