"""What can be made to go wrong between the workspace and the app.

Each kind of fault hits the next ``…_count`` calls whose method is in ``…_methods`` (empty:
any), counting down to nothing; without a count, it hits ``…_percent`` of them.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from response.sandbox import state
from response.sandbox.errors import ApiError
from response.sandbox.models import FaultSettings


@dataclass(kw_only=True)
class Faults:
    """All faults, off. The page draws its form from these names and types."""

    latency_ms: int = 0
    outage: bool = False  # connections are refused: dropped before any work
    rate_limit_percent: int = 0  # 429 with Retry-After
    rate_limit_methods: list[str] = field(default_factory=list)
    rate_limit_count: int = 0
    retry_after: int = 1
    server_error_percent: int = 0
    server_error_methods: list[str] = field(default_factory=list)
    server_error_count: int = 0
    server_error_status: int = 503  # 0: 500 or 503, as it happens
    drop_after_work_percent: int = 0  # the work is done, the answer never arrives
    drop_after_work_methods: list[str] = field(default_factory=list)
    drop_after_work_count: int = 0
    error_code: str = "internal_error"  # ok:false with this code, nothing done
    error_percent: int = 0
    error_methods: list[str] = field(default_factory=list)
    error_count: int = 0
    duplicate_deliveries: int = 0  # further deliveries of each event that was taken
    late_delivery_ms: int = 0
    expire_triggers: bool = False

    def any_on(self) -> bool:
        """Whether anything is disturbed at all."""
        quiet = {"retry_after", "error_code", "server_error_status"}
        values = {name: value for name, value in asdict(self).items() if name not in quiet}
        return any(v for name, v in values.items() if not name.endswith("_methods"))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens to one call. ``fault`` is empty for a call that is served."""

    latency: float = 0.0
    fault: str = ""
    retry_after: int = 1
    error_code: str = ""
    status: int = 503


SERVER_ERRORS = (500, 503)
_KINDS = ("rate_limit", "server_error", "error", "drop_after_work")


def current() -> Faults:
    row = FaultSettings.objects.first()
    return _from_values(row.values) if row else Faults()


def update(**changes: Any) -> Faults:
    """Change some, keep the others; ``ApiError("invalid_arguments")`` for what is no fault."""
    with state.change():
        values = asdict(current())
        for name, value in changes.items():
            values[name] = _checked(name, value)
        _save(values)
    return _from_values(values)


def reset() -> None:
    """Everything works again."""
    with state.change():
        FaultSettings.objects.all().delete()


def plan_call(method: str) -> Plan:
    """Decide about one call, and count it down where it is counted."""
    faults = current()
    if not faults.any_on():
        return Plan()
    latency = faults.latency_ms / 1000
    if faults.outage:
        return Plan(latency=latency, fault="outage")
    for kind in _KINDS:
        if _hits(faults, kind, method):
            return Plan(
                latency=latency,
                fault=kind,
                retry_after=faults.retry_after,
                error_code=faults.error_code,
                status=faults.server_error_status or random.choice(SERVER_ERRORS),  # noqa: S311 # nosec
            )
    return Plan(latency=latency)


def _hits(faults: Faults, kind: str, method: str) -> bool:
    methods = getattr(faults, f"{kind}_methods")
    if methods and method not in methods:
        return False
    if getattr(faults, f"{kind}_count") > 0 and _count_down(kind):
        return True
    percent: int = getattr(faults, f"{kind}_percent")
    return percent > 0 and random.uniform(0, 100) < percent  # noqa: S311 # nosec


def _count_down(kind: str) -> bool:
    """Take one of the counted calls, unless another call took the last."""
    with state.change():
        values = asdict(current())
        if values[f"{kind}_count"] < 1:
            return False
        values[f"{kind}_count"] -= 1
        _save(values)
    return True


def _checked(name: str, value: Any) -> Any:
    default = {one.name: getattr(Faults(), one.name) for one in fields(Faults)}.get(name)
    if default is None:
        known = ", ".join(one.name for one in fields(Faults))
        raise ApiError("invalid_arguments", f"{name!r} is no fault; there are: {known}")
    if isinstance(default, bool):
        return bool(value)
    if isinstance(default, int):
        if not isinstance(value, int) or not 0 <= value <= 600_000:
            raise ApiError("invalid_arguments", f"{name} is a number from 0, not {value!r}")
        return int(value)
    if isinstance(default, list):
        if not isinstance(value, list | tuple):
            raise ApiError("invalid_arguments", f"{name} is a list of methods, not {value!r}")
        return [str(one) for one in value]
    return str(value)


def _from_values(values: dict[str, Any]) -> Faults:
    """A row of an older version may hold names that are gone."""
    known = {one.name for one in fields(Faults)}
    return Faults(**{name: value for name, value in values.items() if name in known})


def _save(values: dict[str, Any]) -> None:
    FaultSettings.objects.update_or_create(pk=1, defaults={"values": values})
