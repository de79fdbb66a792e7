"""Runs what waits for a commit, which in a ``TestCase`` never comes."""

from __future__ import annotations

from django.db import connections

from response.sandbox.router import ALIAS


def run_callbacks() -> None:
    """Run what ``transaction.on_commit`` was given, in order, as if the test had committed.

    ``TestCase`` keeps each test in a transaction. What was registered within a savepoint that
    was rolled back is gone already; without a transaction Django has run everything itself.
    """
    for connection in connections.all(initialized_only=True):
        if connection.alias == ALIAS or not connection.in_atomic_block:
            continue
        while connection.run_on_commit:
            callbacks, connection.run_on_commit = connection.run_on_commit, []
            for _, function, *_ in callbacks:
                function()
