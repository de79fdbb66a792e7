"""What failed while the app worked: a test must not stay green because it would be retried."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class HandlerFailed(AssertionError):
    """A handler raised, or Slack refused what it asked for; ``__cause__`` is the exception.

    In production it would be retried and then parked. Wrap the act in
    ``with slack.expects_failure():`` where a failure is what the test is about.
    """


class Failures(logging.Handler):
    """Collects the errors that the app logs where it goes on in spite of them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[HandlerFailed] = []
        self._expected = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with the exception that was the reason."""
        failed = HandlerFailed(record.getMessage())
        failed.__cause__ = record.exc_info[1] if record.exc_info else None
        self.found.append(failed)

    def raise_first(self) -> None:
        """Fail the test with the first failure, unless it is expected."""
        if self.found and not self._expected:
            first, *_ = self.found
            self.found.clear()
            raise first

    @contextmanager
    def expected(self) -> Iterator[list[HandlerFailed]]:
        """Failures within are collected; it is one if there is none."""
        self.found, self._expected = [], True
        try:
            yield self.found
            if not self.found:
                raise AssertionError("Something was expected to fail, and nothing did.")
        finally:
            self.found, self._expected = [], False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Listen to what the app logs, whatever the project's logging says of it."""
        loggers = [logging.getLogger("response"), *_below("response.")]
        manager = logging.root.manager
        before = manager.disable, [(one, one.disabled, one.level) for one in loggers]
        # Test-suites like to say logging.disable(), or to configure without the existing loggers.
        manager.disable = min(manager.disable, logging.WARNING)
        for logger in loggers:
            logger.disabled = False
            if logger is loggers[0] or not logger.propagate:
                logger.addHandler(self)
                logger.setLevel(min(logger.level, logging.ERROR))
        try:
            yield
        finally:
            manager.disable = before[0]
            for logger, disabled, level in before[1]:
                logger.removeHandler(self)
                logger.setLevel(level)
                logger.disabled = disabled


def _below(prefix: str) -> list[logging.Logger]:
    found = logging.root.manager.loggerDict.items()
    return [
        logger
        for name, logger in found
        if name.startswith(prefix) and isinstance(logger, logging.Logger)
    ]
