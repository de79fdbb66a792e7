"""Transactions on the database that holds the incidents, whichever the host's router says."""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.db import router, transaction


def alias() -> str:
    """The connection that incidents, and all that must commit with them, are written through."""
    name: str = router.db_for_write(apps.get_model("response", "Incident"))
    return name


def atomic(*, savepoint: bool = True, durable: bool = False) -> transaction.Atomic:
    """A context manager: all rows that are written inside are there together, or none is."""
    return transaction.Atomic(alias(), savepoint, durable)


def on_commit(func: Callable[[], object], *, robust: bool = True) -> None:
    """Call ``func`` once the running transaction is committed; at once without one.

    ``robust``: an error in ``func`` is logged and keeps no other callback from running.
    """
    transaction.on_commit(func, using=alias(), robust=robust)


def in_atomic_block() -> bool:
    """Whether a transaction is running."""
    return bool(transaction.get_connection(alias()).in_atomic_block)
