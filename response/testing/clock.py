"""The time of a test, which can be moved forward without anything being slept away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.utils import timezone
from slack_sdk.signature import Clock as SignatureClock

from response.sandbox import clock as sandbox_clock


class Clock:
    """Added to the present time, wherever it is read; that may be frozen by other means."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Django's ``timezone.now()``, as the code under test reads it."""
        return timezone.now()

    def forward(self, by: timedelta) -> None:
        """Let time pass; whatever is due then is the engine's business."""
        self.ahead += by

    @contextmanager
    def running(self) -> Iterator[None]:
        """Django, the workspace and the check of signatures go by this clock within."""
        real = vars(timezone)["datetime"]
        sandbox_now, sdk_now = sandbox_clock.now, SignatureClock.now

        def sandbox_time() -> float:
            return sandbox_now() + self.ahead.total_seconds()

        def sdk_time(clock: SignatureClock) -> float:
            return sdk_now(clock) + self.ahead.total_seconds()

        with (
            # Not ``timezone.now`` itself, of which other modules and model fields hold on to.
            mock.patch.object(timezone, "datetime", self._ahead_of(real)),
            mock.patch.object(sandbox_clock, "now", sandbox_time),
            mock.patch.object(SignatureClock, "now", sdk_time),
        ):
            yield

    def _ahead_of(self, real: Any) -> type[datetime]:
        """``datetime`` for ``django.utils.timezone``: its ``now`` is this clock's."""
        clock = self

        class Meta(type(real)):  # type: ignore[misc]
            def __instancecheck__(cls, instance: object) -> bool:
                return isinstance(instance, real)

        class Ahead(real, metaclass=Meta):  # type: ignore[misc]
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return real.now(tz=tz) + clock.ahead

        return Ahead
