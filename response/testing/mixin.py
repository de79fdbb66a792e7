"""For Django's own test runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from response.testing.slack import Slack

if TYPE_CHECKING:
    from django.test import SimpleTestCase

    Base = SimpleTestCase
else:
    Base = object


class SlackTestMixin(Base):
    """Gives a ``TestCase`` the attribute ``slack``; write it before the ``TestCase``::

    class DurationTest(SlackTestMixin, TestCase): ...
    """

    slack: Slack

    def setUp(self) -> None:
        """Begin with a workspace in which nothing has happened."""
        super().setUp()
        self.slack = self.enterContext(Slack.in_test())
