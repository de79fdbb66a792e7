"""What slack_sdk would log holds message bodies, some of them of private incidents."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator

import pytest

from response.slack import transport

NAMES = ("response", "response.slack", transport._sdk_logger.name)


@pytest.fixture
def logging_of_a_host() -> Iterator[None]:
    """As a host's LOGGING is applied: once more when its WSGI module is loaded by the tick."""
    before = {name: logging.getLogger(name).level for name in NAMES}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "loggers": {"response": {"level": "DEBUG"}},
        }
    )
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_the_sdk_stays_silent_whatever_a_host_logs(
    logging_of_a_host: None, caplog: pytest.LogCaptureFixture
) -> None:
    transport._sdk_logger.debug("MARKER")
    transport._sdk_logger.error("MARKER")
    assert "MARKER" not in caplog.text
    logging.getLogger("response.slack").debug("heard")
    assert "heard" in caplog.text
