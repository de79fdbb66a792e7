"""The modals: valid whatever is in them, nothing typed is lost, and only changes are saved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response import text
from response.core.models import Incident
from response.exceptions import ResponseError
from response.sandbox.block_kit import check_view
from response.slack import modals
from response.slack.context import ModalContext
from response.slack.modals import fields
from tests.factories import make_incident, make_person

DECLARED = {"report": "DB down", "summary": None, "impact": None, "lead": None, "severity": None}


def elements(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    check_view(view)
    return {block["block_id"]: block.get("element", {}) for block in view["blocks"]}


def initial(view: Mapping[str, Any]) -> dict[str, Any]:
    """What the form holds as it opens, as Slack would send it back."""
    found: dict[str, Any] = {}
    for name, element in elements(view).items():
        if not element:
            continue
        option = element.get("initial_option") or {}
        found[name] = (
            element.get("initial_value") or element.get("initial_user") or option.get("value")
        )
    return found


def submit(view: Mapping[str, Any], **filled: Any) -> ModalContext:
    values = {**initial(view), **filled}
    return ModalContext(
        user_id="U0ANA",
        callback_id=view["callback_id"],
        view_id="V1",
        values={name: {name: value} for name, value in values.items()},
        submission=values,
        private_metadata=view["private_metadata"],
    )


def declare(**filled: Any) -> modals.Declaration | dict[str, str]:
    metadata = json.dumps({"channel": "C0GENERAL", "response_url": "https://hooks.slack.com/1"})
    view = modals.declare_modal(report_channel=True, private_metadata=metadata)
    return modals.parse_declaration(submit(view, **{**DECLARED, **filled}))


# -- declare ------------------------------------------------------------------------------


def test_declare_form_has_every_field() -> None:
    view = modals.declare_modal(title="DB down", report_channel=True, private_metadata="{}")
    assert list(elements(view)) == [
        "report",
        "incident_type",
        "summary",
        "impact",
        "lead",
        "severity",
    ]
    assert view["callback_id"] == "incident-report-dialog"
    assert elements(view)["report"]["initial_value"] == "DB down"
    assert elements(view)["incident_type"]["initial_option"]["value"] == "live"
    assert [block["optional"] for block in view["blocks"]] == [False, False, True, True, True, True]
    assert all(block["element"]["action_id"] == block["block_id"] for block in view["blocks"])


def test_without_a_report_channel_nobody_is_asked_for_the_type() -> None:
    assert "incident_type" not in elements(modals.declare_modal())


def test_title_is_limited_to_200_characters_as_it_is_typed() -> None:
    assert elements(modals.declare_modal())["report"]["max_length"] == 200


def test_what_a_title_cannot_hold_moves_into_the_summary() -> None:
    words = "word " * 50
    found = elements(modals.declare_modal(title=words + "\nsecond line"))
    assert found["report"]["initial_value"] == ("word " * 40).strip()
    assert found["summary"]["initial_value"] == ("word " * 10).strip() + "\nsecond line"


def test_text_longer_than_title_and_summary_is_not_lost_either() -> None:
    found = elements(modals.declare_modal(title="x" * 4000))
    whole = "".join(found[name]["initial_value"] for name in ("report", "summary", "impact"))
    assert whole == "x" * 4000


def test_a_reference_in_a_long_title_is_not_cut() -> None:
    title = "x" * 195 + " <@U0123456789> tail"
    found = elements(modals.declare_modal(title=title))
    assert found["report"]["initial_value"] == "x" * 195
    assert found["summary"]["initial_value"] == "<@U0123456789> tail"


def test_a_link_in_a_title_counts_as_what_a_person_sees_of_it() -> None:
    title = f"<https://x.test/{'a' * 300}|the graph> is red"
    report = elements(modals.declare_modal(title=title))["report"]
    assert report["initial_value"] == title
    assert report["max_length"] >= len(title)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="ab &<>@#U1C|\n\thtps:/.é🔥", max_size=400))
def test_nothing_typed_is_lost_whatever_it_is(typed: str) -> None:
    view = modals.declare_modal(title=typed)
    found = elements(view)
    kept = "".join(found[name].get("initial_value", "") for name in ("report", "summary", "impact"))
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", typed)
    title = text.from_editable(found["report"].get("initial_value", ""))
    assert text.visible_length(title) <= 200


def test_a_declaration_is_in_wire_form() -> None:
    declaration = declare(
        report="  a < b & <script> \n c ",
        incident_type="report",
        summary="see <@U0BOB> &lt;\r\n<https://x.test|x>",
        impact="   ",
        lead="U0BOB",
        severity="2",
    )
    assert declaration == modals.Declaration(
        report="a &lt; b &amp; &lt;script&gt; c",
        report_only=True,
        summary="see <@U0BOB> &amp;lt;\n<https://x.test|x>",
        impact=None,
        lead_id="U0BOB",
        severity="2",
        private=False,
        channel_id="C0GENERAL",
        response_url="https://hooks.slack.com/1",
    )


def test_a_declaration_with_a_title_alone_is_a_live_incident() -> None:
    declaration = declare()
    assert isinstance(declaration, modals.Declaration)
    assert (declaration.report, declaration.report_only) == ("DB down", False)
    assert (declaration.summary, declaration.lead_id, declaration.severity) == (None, None, None)


@pytest.mark.parametrize("title", ["&" * 200, "<" * 200, "🔥" * 200, "名" * 200])
def test_200_characters_of_any_kind_are_a_valid_title_that_the_column_holds(title: str) -> None:
    declaration = declare(report=title)
    assert isinstance(declaration, modals.Declaration)
    assert len(declaration.report) <= Incident._meta.get_field("report").max_length


@pytest.mark.parametrize(
    ("filled", "block", "said"),
    [
        ({"report": None}, "report", "give it a title"),
        ({"report": "  \n "}, "report", "give it a title"),
        ({"report": "x" * 201}, "report", "201 characters, and 200 are the most"),
        ({"report": f"<https://x.test/{'a' * 1200}|x>"}, "report", "links in the title"),
        ({"severity": "9"}, "severity", "critical, major, minor, trivial"),
        ({"lead": "nobody"}, "lead", "choose a person"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    filled: dict[str, Any], block: str, said: str
) -> None:
    errors = declare(**filled)
    assert isinstance(errors, dict)
    assert list(errors) == [block]
    assert said in errors[block]


def test_a_submission_without_a_title_block_is_an_error_beside_the_title() -> None:
    context = ModalContext(
        user_id="U", callback_id="x", view_id="V", values={}, submission={}, private_metadata="[]"
    )
    assert list(modals.parse_declaration(context)) == ["report"]


# -- edit ---------------------------------------------------------------------------------


@pytest.fixture
def incident(db: None) -> Incident:
    return make_incident(
        "a &lt; b",
        summary="see <@U0BOB>\n&amp; more 🔥",
        impact="checkout",
        lead=make_person(external_id="U0LEAD"),
        severity="2",
    )


def edit(incident: Incident, **filled: Any) -> modals.Edit | dict[str, str]:
    return modals.parse_edit(submit(modals.edit_modal(incident), **filled))


def changed(incident: Incident, **filled: Any) -> modals.Edit:
    found = edit(incident, **filled)
    assert isinstance(found, modals.Edit)
    return found


def test_edit_form_has_everything_filled_in(incident: Incident) -> None:
    view = modals.edit_modal(incident)
    assert view["callback_id"] == "incident-edit-dialog"
    assert view["title"]["text"] == f"Edit Incident {incident.pk}"
    assert initial(view) == {
        "report": "a < b",
        "summary": "see <@U0BOB>\n& more 🔥",
        "impact": "checkout",
        "lead": "U0LEAD",
        "severity": "2",
    }
    assert len(view["private_metadata"]) <= 3000


def test_severity_can_be_left_open_until_it_is_set(incident: Incident) -> None:
    blocks = {block["block_id"]: block for block in modals.edit_modal(incident)["blocks"]}
    assert blocks["severity"]["optional"] is False
    incident.severity = None
    blocks = {block["block_id"]: block for block in modals.edit_modal(incident)["blocks"]}
    assert blocks["severity"]["optional"] is True


@pytest.mark.django_db
def test_an_empty_incident_can_be_edited() -> None:
    view = modals.edit_modal(make_incident("Cards are declined"))
    assert initial(view) == {
        "report": "Cards are declined",
        "summary": None,
        "impact": None,
        "lead": None,
        "severity": None,
    }


def test_saving_without_a_change_changes_nothing(incident: Incident) -> None:
    found = changed(incident)
    assert (found.incident_id, found.changes, found.people) == (incident.pk, {}, {})


def test_what_slack_normalises_is_no_change(incident: Incident) -> None:
    found = changed(incident, summary="see <@U0BOB>  \n& more :fire:\n")
    assert found.changes == {}


def test_only_what_was_changed_is_saved_so_that_two_editors_keep_both(incident: Incident) -> None:
    first = submit(modals.edit_modal(incident), summary="new & better")
    second = submit(modals.edit_modal(incident), impact="", lead="U0NEW")
    one, other = modals.parse_edit(first), modals.parse_edit(second)
    assert isinstance(one, modals.Edit)
    assert isinstance(other, modals.Edit)
    assert (one.changes, one.people) == ({"summary": "new &amp; better"}, {})
    assert (other.changes, other.people) == ({"impact": None}, {"lead": "U0NEW"})


def test_every_field_can_be_changed(incident: Incident) -> None:
    found = changed(incident, report="c > d", severity="1", lead=None)
    assert found.changes == {"report": "c &gt; d", "severity": "1"}
    assert found.people == {"lead": None}


@pytest.mark.parametrize(
    ("filled", "block", "said"),
    [
        ({"severity": None}, "severity", "cannot be unset"),
        ({"severity": "9"}, "severity", "choose one of"),
        ({"report": ""}, "report", "give it a title"),
        ({"report": "x" * 201}, "report", "200 are the most"),
    ],
)
def test_a_wrong_edit_is_told_beside_its_field(
    incident: Incident, filled: dict[str, Any], block: str, said: str
) -> None:
    errors = edit(incident, **filled)
    assert isinstance(errors, dict)
    assert list(errors) == [block]
    assert said in errors[block]


@pytest.mark.django_db
def test_a_title_of_another_hand_longer_than_200_can_stay_as_it_is() -> None:
    incident = make_incident("x" * 300)
    assert elements(modals.edit_modal(incident))["report"]["initial_value"] == "x" * 300
    assert changed(incident, impact="new").changes == {"impact": "new"}


@pytest.mark.django_db
def test_a_text_too_long_for_a_form_is_left_out_and_stays() -> None:
    incident = make_incident(summary="x" * 3001, impact="y" * 3000)
    view = modals.edit_modal(incident)
    assert set(initial(view)) == {"report", "impact", "lead", "severity"}
    assert "3,001 characters" in json.dumps(view["blocks"])
    assert changed(incident, impact="short").changes == {"impact": "short"}


@pytest.mark.django_db
def test_a_lead_who_is_not_in_slack_stays_unless_another_is_chosen() -> None:
    incident = make_incident(lead=make_person(app_id="pagerduty", external_id="P1"))
    assert "initial_user" not in elements(modals.edit_modal(incident))["lead"]
    assert changed(incident).people == {}
    assert changed(incident, lead="U0NEW").people == {"lead": "U0NEW"}


@pytest.mark.parametrize("metadata", ["", "x", "[]", '{"incident": "7"}', '{"incident": null}'])
def test_an_edit_of_no_incident_is_told(incident: Incident, metadata: str) -> None:
    view = modals.edit_modal(incident) | {"private_metadata": metadata}
    with pytest.raises(ResponseError, match="open it again"):
        modals.parse_edit(submit(view))


# -- one text alone -----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["summary", "impact"])
def test_one_text_can_be_changed_alone(incident: Incident, field: str) -> None:
    view = modals.change_text_modal(incident, field)
    assert list(elements(view)) == [field]
    assert view["title"]["text"] == f"Update {field.capitalize()}"
    found, name, new = modals.parse_changed_text(submit(view, **{field: "a & b"}))
    assert (found.pk, name, new) == (incident.pk, field, "a &amp; b")
    assert modals.parse_changed_text(submit(view, **{field: None}))[2] is None


def test_a_text_that_no_form_can_hold_is_told_and_cannot_be_submitted(incident: Incident) -> None:
    incident.summary = "x" * 3001
    view = modals.change_text_modal(incident, "summary")
    check_view(view)
    assert "submit" not in view


def test_a_text_of_an_incident_that_is_gone_is_told(incident: Incident) -> None:
    context = submit(modals.change_text_modal(incident, "summary"), summary="new")
    Incident.objects.filter(pk=incident.pk).delete()
    with pytest.raises(ResponseError, match="gone"):
        modals.parse_changed_text(context)


@pytest.mark.parametrize("metadata", ["", '{"incident": 1, "field": "report"}'])
def test_a_text_form_of_another_hand_is_told(metadata: str) -> None:
    context = ModalContext(
        user_id="U",
        callback_id="x",
        view_id="V",
        values={},
        submission={"report": "x"},
        private_metadata=metadata,
    )
    with pytest.raises(ResponseError, match="out of date"):
        modals.parse_changed_text(context)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="ab &<>@#U1C|\n;ampltg🔥", max_size=100))
def test_any_stored_text_opens_and_saved_unchanged_stays(typed: str) -> None:
    wire = text.from_editable(typed)
    incident = Incident(pk=1, report=wire or "x", summary=wire, impact=wire)
    found = changed(incident)
    assert (found.changes, found.people) == ({}, {})


def test_a_title_is_split_between_words() -> None:
    assert fields.split_title("one two") == ("one two", "")
    assert fields.split_title("x" * 300) == ("x" * 200, "x" * 100)
    assert fields.split_title("  \n ") == ("", "")


def test_a_link_longer_than_any_title_goes_to_the_summary_whole() -> None:
    link = f"<https://x.test/{'a' * 300}>"
    assert fields.split_title(link) == ("", link)
