"""What is asked of a site whose disk was full: errors that say so, and a file that is whole."""

from __future__ import annotations

from pathlib import Path

import disk
import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="The full disk is SQLite's"),
]


def test_a_refusal_and_a_line_in_the_log_are_a_clear_error(tmp_path: Path):
    (tmp_path / "web.log").write_text("OperationalError: database or disk is full\n")
    assert disk.complaints(tmp_path, {"http_error 500": 3, "http_timeout": 1}) == []


def test_silence_and_other_answers_are_no_clear_error(tmp_path: Path):
    (tmp_path / "web.log").write_text("all is well\n")
    assert disk.complaints(tmp_path, {"http_error 404": 1}) == [
        "Slack heard http_error 404",
        "no log says that the disk was full",
    ]
