"""``auth.test`` and ``api.test``."""

from __future__ import annotations

from typing import Any

from response.sandbox.conf import conf
from response.sandbox.methods.registry import Call, method


@method("auth.test", writes=False)
def auth_test(call: Call) -> dict[str, Any]:
    return {
        "url": conf.url,
        "team": call.team.name,
        "user": call.bot.name,
        "team_id": call.team.id,
        "user_id": call.bot.id,
        "bot_id": call.team.bot_id,
        "is_enterprise_install": False,
    }


@method("api.test", args="error foo", writes=False)
def api_test(call: Call) -> dict[str, Any]:
    return {"args": {name: value for name, value in call.args.values.items() if name != "token"}}
