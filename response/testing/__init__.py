"""The test kit: a host tests its own handlers, in this process, against a Slack workspace.

    def test_duration(slack):
        channel = slack.open_incident("The database is down")
        slack.forward(minutes=12)
        slack.mention("@incident duration", channel=channel)
        assert "12 minutes" in slack.posts(channel)[-1].text

``slack`` is a fixture for pytest (with pytest-django); ``SlackTestMixin`` gives Django's
``TestCase`` the same as ``self.slack``. Nothing is to be configured: the workspace has a
SQLite database in memory, settings and handlers are put back after each test, no thread is
started and no socket opened.
"""

from response.testing.failures import HandlerFailed
from response.testing.mixin import SlackTestMixin
from response.testing.seen import ApiCall, Modal, Post
from response.testing.slack import Slack

__all__ = ("ApiCall", "HandlerFailed", "Modal", "Post", "Slack", "SlackTestMixin")
