"""``manage.py slack_doctor``: what is wrong is named, with what to do, whatever else is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from response.models import Call, Delivery, HandlerRun, Heartbeat
from tests.setup.doctor import Examine, run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


def test_all_is_well(examine: Examine) -> None:
    report = examine()
    assert (report.bad(), report.status, report.exit_code) == ([], "ok", 0)
    assert [each["check"] for each in report.checks] == [
        "settings",
        "database",
        "scheduler",
        "inbox",
        "outbox",
        "token",
        "scopes",
        "clock",
        "bot",
        "incidents channel",
        "reports channel",
        "URL of event",
        "URL of action",
        "URL of slash_command",
    ]
    assert all(each["looked_at"] and each["found"] for each in report.checks)


def test_it_changes_nothing(examine: Examine) -> None:
    examine()
    assert not HandlerRun.objects.exists()
    assert not Delivery.objects.exists()
    assert not Call.objects.exists()


def test_a_person_reads_what_to_do(examine: Examine, settings: Any) -> None:
    settings.INCIDENT_BOT_NAME = "acme"
    code, text = run()
    assert code == 0
    assert "WARNING  bot (INCIDENT_BOT_ID, INCIDENT_BOT_NAME and U0INCIDENT)" in text
    assert "-> Set INCIDENT_BOT_NAME to " in text
    assert text.endswith("13 ok, 1 warning\n")


def test_a_script_may_fail_on_warnings(examine: Examine, settings: Any) -> None:
    settings.INCIDENT_BOT_NAME = "acme"
    assert examine("--timeout=60", "--fail-level=warning").exit_code == 1
    assert examine("--timeout=60", "--fail-level=failure").exit_code == 0


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "1e9"])
def test_a_time_out_must_be_one(value: str) -> None:
    with pytest.raises(CommandError, match="not between 0 and 300"):
        run(f"--timeout={value}")


def test_mistakes_in_the_settings_are_told_and_keep_nothing_from_being_looked_at(
    examine: Examine, settings: Any
) -> None:
    settings.RESPONSE_OFFICE_HOURS = (18, 9)
    report = examine()
    assert report["settings"]["status"] == "failure"
    assert report["settings"]["looked_at"] == "system check response.E006"
    assert report["token"]["status"] == "ok"


def test_a_silenced_check_is_silent(examine: Examine, settings: Any) -> None:
    settings.RESPONSE_CRON_TOKEN = ""
    assert examine()["settings"]["status"] == "warning"
    settings.SILENCED_SYSTEM_CHECKS = ["response.W001"]
    assert examine()["settings"]["status"] == "ok"


def test_it_works_without_time_zones(examine: Examine, settings: Any) -> None:
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=1))
    report = examine()
    assert report.bad() == []
    assert "60 s ago" in report["scheduler"]["found"] or "1 min" in report["scheduler"]["found"]
