"""What a test registers is forgotten after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from response.slack import registry


@pytest.fixture(autouse=True)
def _own_registrations() -> Iterator[None]:
    with ExitStack() as stack:
        for each in registry.ALL:
            stack.enter_context(each.temporarily())
        yield
