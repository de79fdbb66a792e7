"""``usergroups.*``."""

from __future__ import annotations

from typing import Any

from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import UserGroup


@method(
    "usergroups.list",
    args="include_count include_disabled include_users",
    scopes="usergroups:read",
    writes=False,
)
def list_groups(call: Call) -> dict[str, Any]:
    with_users = call.args.boolean("include_users")
    rows = UserGroup.objects.prefetch_related("users").order_by("id")
    return {"usergroups": [_shown(call, row, with_users) for row in rows]}


@method(
    "usergroups.users.list",
    args="usergroup include_disabled",
    scopes="usergroups:read",
    writes=False,
)
def list_users(call: Call) -> dict[str, Any]:
    row = UserGroup.objects.filter(id=call.args.required("usergroup")).first()
    if row is None:
        raise ApiError("no_such_subteam")
    return {"users": list(row.users.order_by("id").values_list("id", flat=True))}


def _shown(call: Call, row: UserGroup, with_users: bool) -> dict[str, Any]:
    users = [user.id for user in row.users.all()]
    shown = {
        "id": row.id,
        "team_id": call.team.id,
        "is_usergroup": True,
        "handle": row.handle,
        "name": row.name,
        "user_count": len(users),
    }
    return {**shown, "users": users} if with_users else shown
