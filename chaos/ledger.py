"""Which Slack calls were wanted, noted by the database itself: the app has no say in it.

Triggers write down each row of the outbox in the transaction that makes it, with its arguments,
which the app drops once the call is sent; and each row that goes back from being sent.
"""

from __future__ import annotations

from django.db import connection

TABLES = (
    "CREATE TABLE chaos_wanted (id bigint PRIMARY KEY, lane text, operation text, method text, "
    "arguments text, incident_id bigint)",
    "CREATE TABLE chaos_again (call_id bigint, error text, posted bigint)",
)
COLUMNS = "id, lane, operation, method, arguments, incident_id"
NEW = ", ".join(f"NEW.{name}" for name in COLUMNS.split(", "))
WANTED = f"INSERT INTO chaos_wanted ({COLUMNS}) VALUES ({NEW})"  # noqa: S608
# Whether the incident had its headline by then.
POSTED = (
    "SELECT count(*) FROM response_headlinepost "
    "WHERE incident_id = NEW.incident_id AND message_ts <> ''"
)
AGAIN = (
    "INSERT INTO chaos_again (call_id, error, posted) "  # noqa: S608
    f"VALUES (NEW.id, NEW.error, ({POSTED}))"
)
BACK = "OLD.state = 'sending' AND NEW.state <> 'sent' AND NEW.error <> ''"
SQLITE = (
    f"CREATE TRIGGER chaos_wanted AFTER INSERT ON response_call BEGIN {WANTED}; END",
    "CREATE TRIGGER chaos_again AFTER UPDATE OF state ON response_call "
    f"WHEN {BACK} BEGIN {AGAIN}; END",
)
POSTGRES = (
    "CREATE FUNCTION chaos_wanted() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN {WANTED}; RETURN NULL; END $$",
    "CREATE FUNCTION chaos_again() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN {AGAIN}; RETURN NULL; END $$",
    "CREATE TRIGGER chaos_wanted AFTER INSERT ON response_call FOR EACH ROW "
    "EXECUTE FUNCTION chaos_wanted()",
    "CREATE TRIGGER chaos_again AFTER UPDATE OF state ON response_call FOR EACH ROW "
    f"WHEN ({BACK}) EXECUTE FUNCTION chaos_again()",
)


def open_ledger() -> None:
    """To be called once the tables of the app are there."""
    with connection.cursor() as cursor:
        for statement in (*TABLES, *(SQLITE if connection.vendor == "sqlite" else POSTGRES)):
            cursor.execute(statement)


def rows(table: str, columns: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")  # noqa: S608
        return list(cursor.fetchall())
