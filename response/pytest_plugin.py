"""The fixture ``slack``, for every project that has this package and pytest-django.

pytest loads this module before Django is set up; ``response.testing`` is imported with the
first test that wants it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from response.testing import Slack


@pytest.fixture
def slack(db: None) -> Iterator[Slack]:
    """A Slack workspace that talks to this project's app: see ``response.testing``.

    ``db`` is pytest-django's, which looks before the first test for those that want it.
    """
    with import_module("response.testing").Slack.in_test() as slack:
        yield slack
