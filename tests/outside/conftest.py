"""The two boxes, worked off with a client that answers as it is told."""

from tests.slack.conftest import boxes, clock, fake_slack

__all__ = ("boxes", "clock", "fake_slack")
