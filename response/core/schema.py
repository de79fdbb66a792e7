"""Refuses a database that is older than Response 0.5.1, before its tables are touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.management.base import CommandError
from django.db import connections, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

APP_LABEL = "response"

MIGRATIONS_OF_0_5_1 = (
    "0001_initial",
    "0002_timelineevent",
    "0003_auto_20190904_1349",
    "0004_auto_20190904_1704",
    "0005_auto_20190906_1413",
    "0006_externaluser_full_name",
    "0007_delete_incidentextension",
    "0008_externaluser_email",
    "0009_commschannel_channel_name",
    "0010_incident_report_only",
    "0011_auto_20190927_1339",
    "0012_commschannel_onetoone",
    "0013_incident_private",
    "0014_event",
    "0015_improve_actions",
    "0016_actions_auto_created_date",
    "0017_externaluser_deleted",
)

TOO_OLD = "The tables of Response in this database are older than those of version 0.5.1."
WHAT_TO_DO = (
    "They were left as they are. Upgrade to 0.5.1 first: install "
    "django-incident-response==0.5.1 and run its `migrate`; then install this version again "
    "and run `migrate`."
)


@register(Tags.database)
def check_schema_is_not_older(
    app_configs: Sequence[AppConfig] | None,
    databases: Iterable[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """``response.E051``: `migrate` runs this before it looks at any migration."""
    return [
        Error(f"{TOO_OLD} (database {alias!r})", hint=WHAT_TO_DO, id="response.E051")
        for alias in databases or ()
        if router.allow_migrate(alias, APP_LABEL, model_name="incident") and _is_older(alias)
    ]


def _is_older(alias: str) -> bool:
    """Whether some of 0.5.1's migrations were applied, but not all of them."""
    recorded = MigrationRecorder(connections[alias]).applied_migrations()
    applied = [(APP_LABEL, name) in recorded for name in MIGRATIONS_OF_0_5_1]
    return any(applied) and not all(applied)


class RequireResponse051(Operation):
    """Stops `migrate` where the system check did not run (``call_command``, ``--skip-checks``).

    Django drops a replacing migration when only some of what it replaces was applied; what
    comes after it then meets a state without our models.
    """

    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Raise unless the schema of 0.5.1 comes before."""
        if (app_label, "incident") not in state.models:
            raise CommandError(f"{TOO_OLD} {WHAT_TO_DO}")

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing to do in the database."""

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing to undo in the database."""

    def describe(self) -> str:
        """One line for ``migrate --plan``."""
        return "Require the schema of Response 0.5.1"
