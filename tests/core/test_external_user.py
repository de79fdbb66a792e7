"""People of Slack, one live row each."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from response.models import ExternalUser
from tests.core.factories import make_action, make_incident, make_person


@pytest.mark.django_db
def test_a_person_is_made_once_whatever_they_are_called():
    ana, created = ExternalUser.objects.get_or_create_slack(external_id="U0ANA", display_name="ana")
    again, recreated = ExternalUser.objects.get_or_create_slack(
        external_id="U0ANA", display_name="anna", full_name="Anna"
    )

    assert (created, recreated) == (True, False)
    assert again == ana
    assert again.display_name == "ana"


@pytest.mark.django_db
def test_an_unknown_name_is_the_id_for_now():
    user, _ = ExternalUser.objects.get_or_create_slack(external_id="W0CHIDI")

    assert user.display_name == "W0CHIDI"


@pytest.mark.django_db
def test_updating_a_person_changes_what_was_given_only():
    make_person("U0ANA", full_name="Ana Lima")

    ana, created = ExternalUser.objects.update_or_create_slack(
        external_id="U0ANA", defaults={"email": "ana@example.test"}
    )

    assert created is False
    assert (ana.display_name, ana.full_name, ana.email) == ("ana", "Ana Lima", "ana@example.test")


@pytest.mark.django_db
def test_updating_an_unknown_person_makes_them():
    _, created = ExternalUser.objects.update_or_create_slack(external_id="U0BOB", deleted=True)

    assert created is True
    assert ExternalUser.objects.get().deleted is True


@pytest.mark.django_db
def test_names_as_long_as_slack_allows_fit():
    make_person("U0ANA", display_name="名" * 80, full_name="n" * 255, email=f"{'e' * 240}@a.test")

    assert ExternalUser.objects.get().display_name == "名" * 80


@pytest.mark.django_db
def test_the_database_refuses_a_second_live_row():
    make_person("U0ANA")

    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalUser.objects.create(app_id="slack", external_id="U0ANA", display_name="ana")


@pytest.mark.django_db
def test_the_same_id_in_another_system_is_another_person():
    make_person("U0ANA")

    ExternalUser.objects.create(app_id="pager", external_id="U0ANA", display_name="ana")

    assert make_person("U0ANA").app_id == "slack"


@pytest.mark.django_db
def test_rows_that_0_5_1_doubled_are_never_found():
    live = make_person("U0ANA")
    for _ in range(2):
        ExternalUser.objects.create(
            app_id="slack", external_id="U0ANA", display_name="old", superseded=True
        )

    assert ExternalUser.objects.get_or_create_slack(external_id="U0ANA") == (live, False)
    updated, _ = ExternalUser.objects.update_or_create_slack(
        external_id="U0ANA", display_name="anna"
    )
    assert updated == live
    assert ExternalUser.objects.filter(display_name="old").count() == 2


@pytest.mark.django_db
def test_a_person_with_work_to_do_cannot_be_deleted():
    action = make_action(make_incident(reporter=None))

    with pytest.raises(ProtectedError):
        action.user.delete()


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_meet_a_person_at_once_one_makes_the_row():
    start = Barrier(10)

    def meet(_):
        try:
            start.wait(30)
            return ExternalUser.objects.get_or_create_slack(external_id="U0ANA")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(meet, range(10)))

    assert len({user.pk for user, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
