"""Who takes part in an incident: people, not the bot that opened the channel."""

from __future__ import annotations

import pytest

from response.slack import operations
from response.slack.handlers.events import follow_join
from response.slack.models import Call, UserStats
from tests.factories import make_incident

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_bot_that_created_the_channel_is_no_participant(boxes):
    incident = make_incident()
    boxes.slack.will_answer(
        "conversations.create",
        {"channel": {"id": "C9", "name": "inc-9", "creator": "U0INCIDENT"}},
    )
    operations.open_comms_channel(incident, "U1")
    boxes.send()
    follow_join(incident, {"type": "member_joined_channel", "user": "U0INCIDENT", "channel": "C9"})
    follow_join(incident, {"type": "member_joined_channel", "user": "U0ANA", "channel": "C9"})
    assert [stats.user.external_id for stats in UserStats.objects.all()] == ["U0ANA"]
    assert Call.objects.filter(key="user:U0ANA").exists()
