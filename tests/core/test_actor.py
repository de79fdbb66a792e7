"""Who is acting."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from response.core.actor import NOBODY, Actor, acting_as, current_actor
from response.models import ExternalUser

BOB = ExternalUser(external_id="U0BOB", display_name="bob")
EVE = ExternalUser(external_id="U0EVE", display_name="eve")


def test_nobody_acts_by_default():
    assert current_actor() == NOBODY == Actor(None, "")


def test_inner_actors_act_until_they_are_done():
    with acting_as(BOB):
        with acting_as(EVE, "somebody"):
            assert current_actor() == Actor(EVE, "somebody")
        assert current_actor() == Actor(BOB, "bob")
    assert current_actor() == NOBODY


def test_an_error_ends_the_acting():
    with pytest.raises(RuntimeError), acting_as(BOB):
        raise RuntimeError("no")

    assert current_actor() == NOBODY


def test_other_threads_act_on_their_own():
    with acting_as(BOB), ThreadPoolExecutor(1) as pool:
        assert pool.submit(current_actor).result() == NOBODY


def test_tasks_act_on_their_own():
    async def act(user):
        with acting_as(user):
            await asyncio.sleep(0)
            return current_actor().user

    async def both():
        return await asyncio.gather(act(BOB), act(EVE))

    assert asyncio.run(both()) == [BOB, EVE]
