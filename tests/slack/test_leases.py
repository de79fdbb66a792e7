"""A conversation is worked off by one process at a time, and a dead holder stalls it briefly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from response.slack import leases
from response.slack.leases import LEASE, LeaseLost
from response.slack.models import Conversation

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LATER = NOW + LEASE + timedelta(seconds=1)


def test_a_conversation_is_leased_to_one_holder():
    first = leases.acquire("in:C1", NOW)
    assert first is not None
    assert not first.inherited
    assert leases.acquire("in:C1", NOW) is None
    assert leases.acquire("out:C1", NOW) is not None


def test_a_released_conversation_can_be_leased_again():
    leases.release(leases.acquire("in:C1", NOW))
    again = leases.acquire("in:C1", NOW)
    assert again is not None
    assert not again.inherited


def test_an_expired_lease_is_taken_over_and_said_to_be_inherited():
    dead = leases.acquire("in:C1", NOW)
    heir = leases.acquire("in:C1", LATER)
    assert heir.inherited
    assert heir.token != dead.token


def test_the_guard_lets_only_the_present_holder_write():
    dead = leases.acquire("in:C1", NOW)
    heir = leases.acquire("in:C1", LATER)
    rows = Conversation.objects.filter(key="in:C1")
    assert dead.guard(rows).update(leased_until=LATER) == 0
    assert heir.guard(rows).update(leased_until=LATER) == 1


def test_a_late_holder_cannot_release_what_was_taken_over():
    dead = leases.acquire("in:C1", NOW)
    heir = leases.acquire("in:C1", LATER)
    leases.release(dead)
    assert leases.acquire("in:C1", LATER) is None
    leases.release(heir)
    assert leases.acquire("in:C1", LATER) is not None


def test_renewing_writes_only_when_a_third_of_it_is_used(django_assert_num_queries):
    lease = leases.acquire("in:C1", NOW)
    with django_assert_num_queries(0):
        assert leases.renew(lease, NOW + LEASE / 3) is lease
    renewed = leases.renew(lease, NOW + LEASE * 0.6)
    assert renewed.until == NOW + LEASE * 1.6
    assert leases.acquire("in:C1", NOW + LEASE * 1.5) is None


def test_renewing_what_was_taken_over_raises():
    dead = leases.acquire("in:C1", NOW)
    leases.acquire("in:C1", LATER)
    with pytest.raises(LeaseLost):
        leases.renew(dead, LATER)


def test_a_lease_from_beyond_any_we_give_counts_as_abandoned():
    """The clock was set back by an hour since it was given."""
    leases.acquire("in:C1", NOW)
    assert leases.acquire("in:C1", NOW - timedelta(hours=1)) is not None


def test_a_shared_lease_has_those_lanes_that_are_free_and_tells_which_are_taken():
    for lane in ("free", "freed", "taken", "left"):
        lease = leases.acquire(f"in:{lane}", NOW)
        if lane == "freed":
            leases.release(lease)
    Conversation.objects.filter(key="in:free").update(lease_token=None, leased_until=None)
    Conversation.objects.filter(key="in:left").update(leased_until=NOW)
    shared = leases.acquire_free(["free", "freed", "taken", "left", "never"], NOW)
    assert shared.lanes == {"free", "freed", "never"}
    assert shared.taken == {"taken"}


def test_a_shared_lease_guards_each_of_its_lanes_and_gives_back_those_it_still_has():
    shared = leases.acquire_free(["one", "two"], NOW)
    heir = leases.acquire("in:two", LATER)
    assert heir.inherited
    leases.release_shared(shared)
    assert leases.acquire("in:one", LATER) is not None
    assert leases.acquire("in:two", LATER) is None
