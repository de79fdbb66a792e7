"""Core on its own: what Slack's part adds to a change is tested with Slack's part."""

import pytest
from django.dispatch import Signal

from response.core import signals

SIGNALS = tuple(name for name, value in vars(signals).items() if type(value) is Signal)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    """Core's signals have no receivers but those that a test connects."""
    for name in SIGNALS:
        monkeypatch.setattr(getattr(signals, name), "receivers", [])


@pytest.fixture
def told(nobody_listens):
    """What core told: a list of (name of the signal, its arguments)."""
    calls = []
    keep = []
    for name in SIGNALS:

        def receive(name=name, **kwargs):
            kwargs.pop("signal")
            calls.append((name, kwargs))

        keep.append(receive)
        getattr(signals, name).connect(receive)
    yield calls
    del keep
