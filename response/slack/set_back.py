"""The clock was set back: what was stored before must not wait until that time comes again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from response import logs
from response.slack.attempts import RETRY_AFTER
from response.slack.models import Call, Delivery, HandlerRun

logger = logs.get_logger("response.slack.set_back")

# So far apart the clocks of several machines may be.
APART = timedelta(minutes=1)
LONGEST_WAIT = timedelta(seconds=RETRY_AFTER[-1])


def make_due(now: datetime) -> None:
    """Make what waits for a time of before due now; for a tick that finds a beat of the future.

    A handler's run never waits for longer than ``LONGEST_WAIT``. A call may: Slack names its
    time. So of a call it counts whether anything of its lane happened in the future.
    """
    ahead = Q(state="pending", next_try__gt=now + APART)
    received = Delivery.objects.filter(pk=OuterRef("delivery"), received_at__gt=now + APART)
    too_far = Q(next_try__gt=now + LONGEST_WAIT + APART)
    runs = HandlerRun.objects.filter(ahead, too_far | Exists(received)).update(next_try=now)
    of_the_future = Q(created_at__gt=now + APART) | Q(last_attempt_at__gt=now + APART)
    lanes = Call.objects.filter(ahead & of_the_future, lane=OuterRef("lane"))
    calls = Call.objects.filter(ahead, Exists(lanes)).update(next_try=now)
    if runs or calls:
        logger.warning("The clock was set back: %s run(s), %s call(s) made due", runs, calls)
