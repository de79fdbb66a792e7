"""Modals: opening, pushing, updating and closing; a stack of three at most for each person."""

from __future__ import annotations

import secrets
from typing import Any

from response.sandbox import block_kit, clock, state, triggers
from response.sandbox.errors import ApiError
from response.sandbox.models import User, View

STACK = 3
Object = dict[str, Any]


def top(user: User) -> View | None:
    """The modal in front of this person."""
    return user.views.filter(is_open=True).order_by("-depth").first()


def find_open(view_id: str, user: User) -> View:
    row = user.views.filter(id=view_id, is_open=True).first()
    if row is None:
        raise ApiError("view_not_found")
    return row


def open_view(trigger_id: str, definition: Any) -> View:
    """A new stack; what was open is closed, as nobody has two."""
    with state.change():
        trigger = triggers.redeem(trigger_id)
        block_kit.check_view(definition)
        trigger.user.views.filter(is_open=True).update(is_open=False)
        return _create(trigger.user, definition, None)


def push_view(trigger_id: str, definition: Any) -> View:
    """Onto the modal that the trigger came from."""
    with state.change():
        trigger = triggers.redeem(trigger_id)
        below = trigger.user.views.filter(id=trigger.view_id, is_open=True).first()
        if below is None:
            raise ApiError("invalid_trigger_id")
        return push_onto(below, definition)


def push_onto(below: View, definition: Any) -> View:
    with state.change():
        block_kit.check_view(definition)
        if below.depth >= STACK:
            raise ApiError("push_limit_reached")
        return _create(below.user, definition, below)


def update_view(row: View, definition: Any, expected_hash: str = "") -> View:
    """Another definition in the same place. Values of the same ids stay."""
    with state.change():
        if expected_hash and expected_hash != row.hash:
            raise ApiError("hash_conflict")
        block_kit.check_view(definition)
        row.external_id = _free_external_id(definition, row.id)
        row.definition = _stored(definition)
        row.values = _values_that_stay(row)
        row.hash = _new_hash()
        row.save()
    return row


def to_update(view_id: str, external_id: str) -> View:
    """The open view that ``views.update`` means."""
    wanted = {"id": view_id} if view_id else {"external_id": external_id}
    row = View.objects.filter(is_open=True, **wanted).select_related("user").first()
    if row is None:
        raise ApiError("not_found")
    return row


def close(row: View) -> None:
    """Close this one; what is below it is in front again."""
    with state.change():
        row.is_open = False
        row.save(update_fields=["is_open"])


def clear(user: User) -> None:
    """Close all of them."""
    with state.change():
        user.views.filter(is_open=True).update(is_open=False)


def keep_values(row: View, values: Object) -> None:
    """Remember what the person has entered."""
    with state.change():
        row.values = values
        row.save(update_fields=["values"])


def _create(user: User, definition: Object, below: View | None) -> View:
    view_id = state.next_id("V")
    return View.objects.create(
        id=view_id,
        user=user,
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else "",
        depth=below.depth + 1 if below else 1,
        external_id=_free_external_id(definition, view_id),
        definition=_stored(definition),
        hash=_new_hash(),
    )


def _stored(definition: Object) -> Object:
    return {**definition, "blocks": block_kit.stored_blocks(definition["blocks"])}


def _free_external_id(definition: Object, view_id: str) -> str:
    external_id: str = definition.get("external_id", "")
    taken = View.objects.filter(external_id=external_id, is_open=True).exclude(id=view_id)
    if external_id and taken.exists():
        raise ApiError("duplicate_external_id")
    return external_id


def _values_that_stay(row: View) -> Object:
    offered = {
        (block.get("block_id"), element["action_id"])
        for block in row.definition["blocks"]
        for element in block_kit.elements_of(block)
    }
    return {
        block_id: kept
        for block_id, actions in row.values.items()
        if (kept := {a: value for a, value in actions.items() if (block_id, a) in offered})
    }


def _new_hash() -> str:
    return f"{int(clock.now())}.{secrets.token_urlsafe(6)}"
