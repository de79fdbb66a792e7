"""The test kit under Django's own test classes."""

from __future__ import annotations

from django.db import transaction
from django.test import TestCase, TransactionTestCase

from response.models import Incident
from response.slack.decorators import incident_command
from response.testing import SlackTestMixin


def register_later(done: list[str]) -> None:
    @incident_command(["later"])
    def later(incident: Incident, user_id: str, message: str) -> tuple[bool, str]:
        transaction.on_commit(lambda: done.append(message))
        return True, f"Later {message}."


class InATransaction(SlackTestMixin, TestCase):
    """Neither class names the workspace's database in ``databases``."""

    def setUp(self) -> None:
        super().setUp()
        self.done: list[str] = []
        register_later(self.done)
        self.channel = self.slack.open_incident()

    def test_what_waits_for_the_commit_is_done(self) -> None:
        # Whichever of the two tests comes second.
        self._is_the_only_one()
        self.slack.mention("@incident later this", channel=self.channel)
        assert self.done == ["this"]
        assert self.slack.posts(self.channel)[-1].text == "Later this."

    def test_nothing_is_left_of_the_other_test(self) -> None:
        self._is_the_only_one()

    def _is_the_only_one(self) -> None:
        assert Incident.objects.count() == 1
        assert len(self.slack.posts("incidents")) == 1


class InRealTransactions(SlackTestMixin, TransactionTestCase):
    """As `InATransaction`, where the database commits."""

    def test_what_waits_for_the_commit_is_done(self) -> None:
        done: list[str] = []
        register_later(done)
        channel = self.slack.open_incident()
        self.slack.mention("@incident later this", channel=channel)
        assert done == ["this"]
