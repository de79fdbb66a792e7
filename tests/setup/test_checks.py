"""System checks: every setting is looked at, and every message says what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import ERROR, CheckMessage, run_checks
from django.utils import timezone
from rest_framework.permissions import AllowAny

from response.checks import check_settings, kinds
from response.models import Heartbeat
from response.slack import drain
from tests.factories import make_incident

SECRET = "sesame-7c1d9e"


@pytest.fixture(autouse=True)
def a_sound_project(settings: Any) -> None:
    settings.SITE_URL = "https://incidents.example.com"
    settings.SLACK_TOKEN = "xoxb-1-2-3"


def found() -> list[CheckMessage]:
    return check_settings(None)


def ids() -> list[str]:
    return [str(message.id) for message in found()]


def only() -> CheckMessage:
    (message,) = found()
    return message


def test_a_sound_project_hears_nothing() -> None:
    assert found() == []


def open_to_all(request: Any) -> bool:
    return True


CASES = {
    "W001": {"RESPONSE_CRON_TOKEN": ""},
    "W002": {"SLACK_SIGNING_SECRET": ""},
    "W003": {"SLACK_TOKEN": ""},
    "W004": {"INCIDENT_CHANNEL_ID": ""},
    "W005": {
        "RESPONSE_TASK_BACKEND": "default",
        "TASKS": {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}},
    },
    "W006": {"RESPONSE_API_PERMISSION": AllowAny},
    "W007": {"RESPONSE_LOGIN_REQUIRED": False},
    "W009": {"SITE_URL": "http://localhost:8000"},
    "W010": {"RESPONSE_LOGIN_REQUIRED": "False"},
    "W011": {"RESPONSE_CRON_TOKENS": "x"},
    "W012": {"SLACK_TOKEN": f"xoxp-{SECRET}"},
    "W013": {"RESPONSE_CRON_TOKEN": "sesame"},
    "W014": {"SLACK_SIGNING_SECRET": f"{SECRET}\n"},
    "W015": {"INCIDENT_CHANNEL_ID": "#incidents"},
    "W017": {"RESPONSE_METRICS_TOKEN": "sesame"},
    "E001": {"SITE_URL": "incidents.example.com"},
    "E002": {"INSTALLED_APPS": ["response"]},
    "E003": {"RESPONSE_SLACK_PERMISSION": "acme.permissions.nobody"},
    "E004": {"RESPONSE_TASK_BACKEND": "databse", "TASKS": {"database": {"BACKEND": "x.y"}}},
    "E005": {"RESPONSE_COMMS_CHANNEL_NAME": "inc-{title}"},
    "E006": {"RESPONSE_OFFICE_HOURS": (18, 9)},
    "E007": {"SLACK_API_URL": "slack.com/api"},
    "E008": {"SLACK_CLIENT": "xoxb-1"},
    "E009": {"INCIDENT_PRIVATE_CHANNEL_ID": "C0INCIDENTS"},
    "E010": {"RESPONSE_CSP": "default-src 'self'"},
    "I001": {"INCIDENT_TEMPERATURE": 3},
}


@pytest.mark.parametrize("number", CASES)
def test_each_mistake_is_told_of_alone_and_with_what_to_do(number: str, settings: Any) -> None:
    for name, value in CASES[number].items():
        setattr(settings, name, value)
    message = only()
    assert message.id == f"response.{number}"
    assert message.hint
    assert message.id is not None
    assert (message.level >= ERROR) == message.id.startswith("response.E")


@pytest.mark.parametrize("name", sorted(kinds.known()))
def test_no_setting_of_another_kind_goes_unnoticed(name: str, settings: Any) -> None:
    setattr(settings, name, object())
    assert name in [message.obj for message in found()]


@pytest.mark.parametrize("name", sorted(kinds.known()))
def test_no_setting_left_empty_breaks_a_check(name: str, settings: Any) -> None:
    setattr(settings, name, None)
    assert all(message.level < ERROR for message in found())


@pytest.mark.parametrize(
    "name",
    [
        "SLACK_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "RESPONSE_CRON_TOKEN",
        "RESPONSE_METRICS_TOKEN",
    ],
)
@pytest.mark.parametrize("wrap", [lambda secret: f" {secret}", lambda secret: [secret], str.encode])
def test_no_message_shows_a_secret(name: str, wrap: Any, settings: Any) -> None:
    setattr(settings, name, wrap(SECRET))
    assert SECRET not in "".join(map(str, found()))


def test_every_setting_that_conf_documents_is_known() -> None:
    assert {"SITE_URL", "SLACK_SIGNING_SECRET", "RESPONSE_SLACK_SCOPES"} <= set(kinds.known())
    assert "DEBUG" not in kinds.known()


def test_metrics_need_a_package_that_is_not_always_there(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("response.checks.credentials.find_spec", lambda name: None)
    assert only().id == "response.W018"
    settings.RESPONSE_METRICS_TOKEN = ""
    assert found() == []


@pytest.mark.parametrize("days", [-1, 1.5, "30", True])
def test_days_are_a_whole_number(days: Any, settings: Any) -> None:
    settings.RESPONSE_RETENTION_DAYS = days
    assert only().id == "response.W010"


def test_the_nearest_name_is_suggested(settings: Any) -> None:
    settings.RESPONSE_LOGIN_REQURED = True
    assert only().hint == "Did you mean RESPONSE_LOGIN_REQUIRED?"


def test_the_sandbox_and_0_5_1_may_have_settings_of_their_own(settings: Any) -> None:
    settings.RESPONSE_SANDBOX = settings.RESPONSE_SANITIZE_USER_INPUT = True
    assert found() == []


def test_a_list_of_texts_is_no_text(settings: Any) -> None:
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = "p"
    assert "a list of texts" in only().msg


def test_two_secrets_may_be_a_list(settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = ["old", "new"]
    assert found() == []
    settings.SLACK_SIGNING_SECRET = ["", " "]
    assert ids() == ["response.W002"]


def test_a_localhost_is_good_while_developing(settings: Any) -> None:
    settings.DEBUG = True
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.RESPONSE_LOGIN_REQUIRED = False
    assert found() == []


def test_all_channels_of_a_day_would_have_one_name(settings: Any) -> None:
    settings.RESPONSE_COMMS_CHANNEL_NAME = "inc-{date}"
    assert "{slug} or {pk}" in only().msg


@pytest.mark.parametrize("value", ["inc-{", "{}", "{pk.real}-{slug!x}", "{pk:%d}"])
def test_a_channel_name_that_cannot_be_filled_in(value: str, settings: Any) -> None:
    settings.RESPONSE_COMMS_CHANNEL_NAME = value
    assert ids() == ["response.E005"]


def test_an_unknown_backend_is_told_with_those_there_are(settings: Any) -> None:
    settings.RESPONSE_TASK_BACKEND = "databse"
    settings.TASKS = {"database": {"BACKEND": "x"}, "default": {"BACKEND": "y"}}
    assert "'database', 'default'" in only().msg


def test_a_rule_of_a_host_that_fails_opens_nothing(settings: Any) -> None:
    class Broken(AllowAny):
        def has_permission(self, request: Any, view: Any) -> bool:
            raise ValueError

    settings.RESPONSE_API_PERMISSION = Broken
    assert found() == []


# -- what the database tells --------------------------------------------------------------


@pytest.fixture
def database(transactional_db: None) -> None:
    """The checks that `migrate` runs."""


def database_ids() -> list[str]:
    messages = run_checks(databases=["default"])
    return [str(m.id) for m in messages if m.id in ("response.W008", "response.W016")]


def test_a_new_installation_hears_of_no_scheduler(database: None) -> None:
    assert database_ids() == []


def test_nobody_ticks(database: None) -> None:
    make_incident()
    assert database_ids() == ["response.W008"]


def test_a_scheduler_that_ticks_is_seen_for_ten_minutes(database: None) -> None:
    make_incident()
    now = timezone.now()
    drain.tick.tick(now - timedelta(minutes=9))
    assert database_ids() == []
    drain.tick.tick(now - timedelta(minutes=11))
    assert database_ids() == ["response.W008"]


def test_a_drain_that_stands_in_is_no_scheduler(database: None) -> None:
    make_incident()
    drain.tick.stand_in(timezone.now())
    assert not Heartbeat.objects.filter(name=Heartbeat.SCHEDULER).exists()
    assert database_ids() == ["response.W008"]


def test_a_database_that_nobody_migrated_hears_of_no_scheduler(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_incident()
    monkeypatch.setattr(Heartbeat._meta, "db_table", "not_there_yet")
    assert database_ids() == []


def test_sqlite_without_its_write_ahead_log(database: None, settings: Any) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("of SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=DELETE")
    try:
        messages = [m for m in run_checks(databases=["default"]) if m.id == "response.W016"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
    (message,) = messages
    assert "journal_mode=WAL" in str(message.hint)
    assert "IMMEDIATE" not in str(message.hint)
    assert "timeout" not in str(message.hint)


def test_sqlite_whose_writers_give_up_at_once(database: None) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("of SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=1000")
        try:
            messages = [m for m in run_checks(databases=["default"]) if m.id == "response.W016"]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
    (message,) = messages
    assert message.hint == 'Set "timeout": 20 in its OPTIONS, or use PostgreSQL.'
