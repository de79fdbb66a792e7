"""``users.*``."""

from __future__ import annotations

from typing import Any

from response.sandbox import paging, payloads
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import User


@method("users.list", args="cursor include_locale limit", scopes="users:read", writes=False)
def list_users(call: Call) -> dict[str, Any]:
    chosen, metadata = paging.page(list(User.objects.all()), call.args, default=1000, most=1000)
    return {"members": [_shown(call, row) for row in chosen], "cache_ts": 0, **metadata}


@method("users.info", args="user include_locale", scopes="users:read", writes=False)
def info(call: Call) -> dict[str, Any]:
    row = User.objects.filter(id=call.args.required("user")).first()
    if row is None:
        raise ApiError("user_not_found")
    return {"user": _shown(call, row)}


@method("users.lookupByEmail", args="email", scopes="users:read.email", writes=False)
def lookup_by_email(call: Call) -> dict[str, Any]:
    email = call.args.required("email")
    row = User.objects.filter(email__iexact=email, deleted=False).first()
    if row is None:
        raise ApiError("users_not_found")
    return {"user": _shown(call, row)}


def _shown(call: Call, row: User) -> dict[str, Any]:
    return payloads.user(call.team, row, with_email=call.may("users:read.email"))
