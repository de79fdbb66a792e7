"""From 0.5.1: every row and value is still there."""

import json

import pytest
from django.apps import apps
from django.db import IntegrityError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from response.models import (
    Action,
    CommsChannel,
    Event,
    ExternalUser,
    HeadlinePost,
    Incident,
    Notification,
    PinnedMessage,
    TimelineEvent,
    UserStats,
)
from tests.upgrade.databases import ALIAS, TABLES, load_0_5_1, migrate, rows

# Read off the dumps: what they must contain for these tests to mean something.
HOW_MANY = {
    "response_action": 4,
    "response_commschannel": 5,
    "response_event": 15,
    "response_externaluser": 5,
    "response_headlinepost": 7,
    "response_incident": 7,
    "response_notification": 2,
    "response_pinnedmessage": 3,
    "response_timelineevent": 9,
    "response_userstats": 2,
}


def test_no_row_and_no_value_is_lost(old):
    before = rows(old)
    assert {table: len(found) for table, found in before.items()} == HOW_MANY

    migrate()

    after = rows(old)
    for table in TABLES:
        kept = [
            {column: row[column] for column in was}
            for was, row in zip(before[table], after[table], strict=True)
        ]
        assert kept == before[table]


def test_users_of_the_site_and_their_permissions_are_still_there(old):
    tables = ("auth_user", "auth_permission", "django_content_type")
    before = {table: old.select(f"SELECT * FROM {table} ORDER BY id") for table in tables}  # noqa: S608

    migrate()

    for table, was in before.items():
        now = old.select(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
        assert [row for row in now if row["id"] <= was[-1]["id"]] == was


def test_new_columns_are_empty_in_old_rows(upgraded_to_read):
    after = rows(upgraded_to_read)

    assert {row["superseded"] for row in after["response_externaluser"]} <= {0}
    assert {row["created_date"] for row in after["response_commschannel"]} == {None}
    for row in after["response_headlinepost"]:
        assert (row["channel_id"], row["sent_digest"]) == ("", "")
    for row in after["response_event"]:
        assert (row["verb"], row["changes"]) == ("", None)
    for row in [*after["response_event"], *after["response_timelineevent"]]:
        assert (row["actor_id"], row["actor_name"]) == (None, "")


def test_every_entry_of_the_feed_knows_its_incident(upgraded):
    """An incident that becomes private later takes them out of sight."""
    for row in rows(upgraded)["response_event"]:
        payload = json.loads(row["payload"])
        named = payload["incident_id" if row["event_type"] == "action_event" else "id"]
        assert row["incident_id"] == named


@pytest.mark.parametrize(
    "model",
    [
        Action,
        CommsChannel,
        Event,
        ExternalUser,
        HeadlinePost,
        Incident,
        Notification,
        PinnedMessage,
        TimelineEvent,
        UserStats,
    ],
)
def test_every_row_is_an_object(upgraded_to_read, model):
    found = list(model._default_manager.all())

    assert len(found) == HOW_MANY[model._meta.db_table]
    assert all(str(row) for row in found)


def test_incidents_say_what_they_said(upgraded_to_read):
    incidents = {row.pk: row for row in Incident.objects.with_people().with_actions()}

    assert incidents[1].duration() == "2 hrs 30 mins"
    assert incidents[1].severity_text() == "major"
    assert incidents[1].reporter.display_name == "ana"
    assert incidents[1].comms_channel().channel_id == "C0000000"
    assert [action.done for action in incidents[1].action_items()] == [True, False]
    assert incidents[2].status_text() == "resolved"
    assert incidents[3].status_text() == "reported"
    assert incidents[3].comms_channel() is None
    assert incidents[4].private is True
    assert incidents[5].report == "🔥 Emoji :fire: and 名前"
    assert incidents[7].status_text() == "live"


def test_json_is_read_as_it_was_written(upgraded_to_read):
    deploy = TimelineEvent.objects.get(event_type="deploy")
    assert deploy.metadata == {"sha": "abc", "nested": {"list": [1, None, "é"]}, "n": 1.5}
    assert TimelineEvent.objects.get(event_type="text").metadata is None

    payloads = [json.loads(row.payload) for row in Event.objects.order_by("pk")]
    assert payloads[0]["lead"]["full_name"] == "Björn Åström"


def test_an_upgraded_incident_can_be_worked_on(upgraded):
    incident = Incident.objects.get(pk=7)
    incident.severity = "1"
    incident.save()

    assert incident.close() is True

    texts = [entry.text for entry in incident.timeline_events()]
    assert texts == ["Incident severity set to critical", "Incident closed"]


def test_new_rows_are_numbered_on(upgraded):
    template = Incident.objects.get(pk=1)
    template.pk = None
    template.save()

    assert template.pk == 8


def test_a_title_of_two_hundred_ampersands_fits(upgraded):
    incident = Incident.objects.get(pk=7)
    incident.report = "&amp;" * 200
    incident.save()

    incident.refresh_from_db()
    assert incident.report == "&amp;" * 200


def test_processes_of_0_5_1_can_go_on_writing_until_the_last_is_replaced(old):
    """They fill the columns that they know; the others need a value of the database's own."""
    before = {table: {column.name for column in columns(table)} for table in TABLES}

    migrate()

    without = {
        f"{table}.{column.name}"
        for table in TABLES
        for column in columns(table)
        if column.name not in before[table] and not column.null_ok and column.default is None
    }
    assert without == set()


def columns(table):
    connection = connections[ALIAS]
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, table)


def test_running_migrate_again_does_nothing(upgraded):
    before = rows(upgraded)
    applied = set(MigrationRecorder(connections[ALIAS]).applied_migrations())

    migrate()

    assert rows(upgraded) == before
    assert set(MigrationRecorder(connections[ALIAS]).applied_migrations()) == applied


def test_what_0_5_1_stored_twice_is_kept_and_marked(old):
    old.run(
        """
        INSERT INTO response_externaluser
            (id, app_id, external_id, display_name, deleted)
            VALUES (101, 'slack', 'U0000001', 'ana again', FALSE),
                   (102, 'slack', 'U0000001', 'ana once more', FALSE),
                   (103, 'pager', 'U0000001', 'ana elsewhere', FALSE);
        INSERT INTO response_headlinepost (id, message_ts, incident_id)
            VALUES (101, '1690000000.000099', 1);
        INSERT INTO response_pinnedmessage
            (id, message_ts, text, timestamp, author_id, incident_id)
            VALUES (101, '1564650000.000100', 'twice', '2019-08-01 09:00:00', 1, 1),
                   (102, '1564650000.000100', 'elsewhere', '2019-08-01 09:00:00', 1, 2);
        INSERT INTO response_commschannel (id, channel_id, channel_name, incident_id)
            VALUES (101, 'C0000000', 'adopted', 3);
        """
    )
    before = rows(old)

    migrate()

    after = rows(old)
    superseded = {
        table: [row["id"] for row in found if row.get("superseded")]
        for table, found in after.items()
    }
    assert {table: ids for table, ids in superseded.items() if ids} == {
        "response_externaluser": [101, 102],
        "response_headlinepost": [101],
        "response_pinnedmessage": [101],
        # The incident that took the channel over is the one that is talked about in it.
        "response_commschannel": [1],
    }
    assert {table: len(found) for table, found in after.items()} == {
        table: len(found) for table, found in before.items()
    }


def test_marking_writes_the_doubled_rows_only_and_few_at_a_time(old):
    values = ", ".join(
        f"({number}, 'slack', 'U0000001', 'twin', FALSE)" for number in range(1000, 2200)
    )
    old.run(
        "INSERT INTO response_externaluser (id, app_id, external_id, display_name, deleted) "  # noqa: S608
        f"VALUES {values};"
    )
    migrate("response", "0006")
    asked, updated = [], []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "response_externaluser" in sql:
            asked.append(sql.split()[0])
        if sql.startswith("UPDATE"):
            updated.append(context["cursor"].rowcount)
        return result

    with connections[ALIAS].execute_wrapper(watch):
        migrate("response", "0007")

    assert updated == [500, 500, 200]
    # Which groups, and which rows of the only one; people who are there once are not asked for.
    assert asked == ["SELECT", "SELECT", "UPDATE", "UPDATE", "UPDATE"]


@pytest.mark.parametrize(
    "twin",
    [
        ExternalUser(app_id="slack", external_id="U0000001", display_name="ana"),
        HeadlinePost(incident_id=1),
        CommsChannel(incident_id=3, channel_id="C0000000", channel_name="twin"),
        PinnedMessage(
            incident_id=1,
            message_ts="1564650000.000100",
            author_id=1,
            text="twin",
            timestamp="2019-08-01T09:00:00Z",
        ),
    ],
    ids=lambda twin: twin._meta.model_name,
)
def test_a_second_live_row_is_refused(upgraded, twin):
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        twin.save(force_insert=True)


def tables_and_constraints():
    """Columns and constraints of the product's tables, without what only their order says."""
    connection = connections[ALIAS]
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("response").get_models():
            table = model._meta.db_table
            constraints = connection.introspection.get_constraints(cursor, table)
            found[table] = (
                {(each.name, str(each.type_code), each.null_ok) for each in columns(table)},
                # Not by name: 0.5.1's last constraint of a channel's incident has another one.
                {
                    (tuple(each["columns"]), each["unique"], each["foreign_key"], each["index"])
                    for each in constraints.values()
                },
            )
    return found


def test_an_upgraded_database_has_the_schema_of_a_new_one(empty):
    migrate()
    new = tables_and_constraints()
    connections[ALIAS].close()
    empty.create()
    load_0_5_1(empty)

    migrate()

    assert tables_and_constraints() == new


def test_a_new_database_works(empty):
    migrate()

    incident = Incident(report="First", report_time="2026-01-05T09:00:00Z")
    incident.start_time = incident.report_time
    incident.save()
    assert incident.pk == 1
