"""Keeps the workspace in the database alias ``sandbox``, and everything else out of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

ALIAS = "sandbox"
APP_LABEL = "response_sandbox"


class SandboxRouter:
    """For ``DATABASE_ROUTERS``. In one SQLite file with the app's own tables, a handler that
    holds the write lock while it calls the sandbox would wait for itself.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP_LABEL else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool | None:
        ours = [obj._meta.app_label == APP_LABEL for obj in (obj1, obj2)]
        return all(ours) if any(ours) else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if app_label == APP_LABEL:
            return db == ALIAS
        return False if db == ALIAS else None
