"""What is to be done."""

import pytest

from response.models import Action
from tests.core.factories import make_action, make_incident

pytestmark = pytest.mark.django_db


def test_two_people_who_change_different_fields_both_keep_their_change():
    pk = make_action().pk
    ana, bob = Action.objects.get(pk=pk), Action.objects.get(pk=pk)
    ana.done = True
    bob.priority = "1"

    ana.save()
    bob.save()

    stored = Action.objects.get(pk=pk)
    assert (stored.done, stored.priority) == (True, "1")


def test_it_knows_when_it_was_made():
    assert make_action().created_date is not None


def test_its_time_of_creation_stays():
    action = make_action()
    made = Action.objects.get().created_date
    action.details = "New"
    action.save()

    assert Action.objects.get().created_date == made


@pytest.mark.parametrize("field", ["priority", "type"])
def test_a_value_that_is_none_is_refused_with_those_that_are_allowed(field):
    action = make_action()
    setattr(action, field, "high")

    with pytest.raises(ValueError, match=rf"'high' is no {field}. Choose one of: 1 \("):
        action.save()


def test_a_new_action_with_an_unknown_priority_is_refused():
    with pytest.raises(ValueError, match="is no priority"):
        make_action(priority="9")


def test_an_unknown_priority_of_0_5_1_can_be_saved_around():
    action = make_action()
    Action.objects.filter(pk=action.pk).update(priority="high")
    action.refresh_from_db()
    action.done = True

    action.save()

    assert Action.objects.get().done is True


def test_it_is_called_by_what_is_to_be_done():
    assert str(make_action(details="a &lt; b")) == "a < b"
    assert make_action().icon() == "🔜️"


def test_it_goes_with_its_incident():
    incident = make_incident()
    make_action(incident)

    incident.delete()

    assert not Action.objects.exists()
