"""Transactions on the database of the incidents."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connection

from response import database
from response.models import Incident
from tests.core.factories import make_incident


def test_the_router_says_which_database_it_is(settings):
    class Elsewhere:
        def db_for_write(self, model, **hints):
            return "elsewhere" if model is Incident else None

    assert database.alias() == DEFAULT_DB_ALIAS
    settings.DATABASE_ROUTERS = [Elsewhere()]
    assert database.alias() == "elsewhere"


@pytest.mark.django_db
def test_atomic_undoes_all_of_it():
    def declare_and_fail():
        with database.atomic():
            make_incident()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        declare_and_fail()

    assert not Incident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_on_commit_waits_for_the_commit():
    calls = []
    with database.atomic():
        database.on_commit(lambda: calls.append("called"))
        assert database.in_atomic_block()
        assert calls == []

    assert calls == ["called"]
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_an_error_in_one_callback_keeps_no_other_from_running(caplog):
    calls = []

    def fail():
        raise RuntimeError("no")

    with database.atomic():
        database.on_commit(fail)
        database.on_commit(lambda: calls.append("called"))

    assert calls == ["called"]
    assert "no" in caplog.text
