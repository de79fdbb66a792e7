"""The schema of Response 0.5.1, in place of the seventeen migrations that led to it.

A database of 0.5.1 has the seventeen recorded as applied, so this one counts as applied there;
a new database gets the tables from here. Migrations of hosts may depend on any of the names.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import migrations, models
from django.db.models import deletion
from django.utils import timezone

from response.core.models.fields import JSONTextField
from response.core.schema import MIGRATIONS_OF_0_5_1

USER = get_user_model()._meta.label


def _id() -> "models.AutoField[Any, Any]":
    return models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _to(model: str, **options: Any) -> "models.ForeignKey[Any, Any]":
    options.setdefault("on_delete", deletion.CASCADE)
    return models.ForeignKey(to=model, **options)


class Migration(migrations.Migration):
    initial = True

    replaces = [("response", name) for name in MIGRATIONS_OF_0_5_1]

    dependencies = [migrations.swappable_dependency(USER)]

    operations = [
        migrations.CreateModel(
            name="ExternalUser",
            fields=[
                ("id", _id()),
                ("app_id", models.CharField(max_length=50)),
                ("external_id", models.CharField(max_length=50)),
                ("display_name", models.CharField(max_length=50)),
                ("full_name", models.CharField(blank=True, max_length=50, null=True)),
                ("email", models.CharField(blank=True, max_length=100, null=True)),
                ("deleted", models.BooleanField(default=False)),
                ("owner", _to(USER, blank=True, null=True, on_delete=deletion.PROTECT)),
            ],
            options={"unique_together": {("owner", "app_id", "external_id")}},
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", _id()),
                ("report", models.CharField(max_length=200)),
                ("report_time", models.DateTimeField()),
                ("report_only", models.BooleanField(default=False)),
                ("private", models.BooleanField(default=False)),
                ("start_time", models.DateTimeField()),
                ("end_time", models.DateTimeField(blank=True, null=True)),
                (
                    "summary",
                    models.TextField(
                        blank=True, help_text="What's the high level summary?", null=True
                    ),
                ),
                (
                    "impact",
                    models.TextField(
                        blank=True, help_text="What impact is this having?", null=True
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "critical"),
                            ("2", "major"),
                            ("3", "minor"),
                            ("4", "trivial"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                (
                    "lead",
                    _to(
                        "response.externaluser",
                        blank=True,
                        help_text="Who is leading?",
                        null=True,
                        on_delete=deletion.PROTECT,
                        related_name="lead",
                    ),
                ),
                (
                    "reporter",
                    _to(
                        "response.externaluser",
                        null=True,
                        on_delete=deletion.PROTECT,
                        related_name="reporter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", _id()),
                ("created_date", models.DateTimeField(auto_now_add=True, null=True)),
                ("details", models.TextField(blank=True, default="")),
                ("done", models.BooleanField(default=False)),
                ("done_date", models.DateTimeField(null=True)),
                ("due_date", models.DateTimeField(null=True)),
                (
                    "priority",
                    models.CharField(
                        blank=True,
                        choices=[("1", "high"), ("2", "medium"), ("3", "low")],
                        max_length=10,
                        null=True,
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        blank=True,
                        choices=[("1", "detective"), ("2", "preventative"), ("3", "corrective")],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("incident", _to("response.incident")),
                ("user", _to("response.externaluser")),
            ],
        ),
        migrations.CreateModel(
            name="TimelineEvent",
            fields=[
                ("id", _id()),
                (
                    "timestamp",
                    models.DateTimeField(
                        default=timezone.now, help_text="Time of when this event occurred."
                    ),
                ),
                ("text", models.TextField(help_text="Freeform text describing this event")),
                ("event_type", models.CharField(help_text="Type of event.", max_length=30)),
                (
                    "metadata",
                    JSONTextField(
                        help_text="Additional fields that can be added by other event types",
                        null=True,
                    ),
                ),
                ("incident", _to("response.incident")),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", _id()),
                ("timestamp", models.DateTimeField()),
                ("event_type", models.CharField(max_length=50)),
                ("payload", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="CommsChannel",
            fields=[
                ("id", _id()),
                ("channel_id", models.CharField(max_length=20)),
                ("channel_name", models.CharField(max_length=80)),
                (
                    "incident",
                    models.OneToOneField(on_delete=deletion.CASCADE, to="response.incident"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HeadlinePost",
            fields=[
                ("id", _id()),
                ("message_ts", models.CharField(max_length=20, null=True)),
                (
                    "comms_channel",
                    models.OneToOneField(
                        null=True, on_delete=deletion.DO_NOTHING, to="response.commschannel"
                    ),
                ),
                ("incident", _to("response.incident")),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", _id()),
                ("key", models.CharField(max_length=30)),
                ("time", models.DateTimeField()),
                ("repeat_count", models.IntegerField(default=0)),
                ("completed", models.BooleanField(default=False)),
                ("incident", _to("response.incident")),
            ],
            options={"unique_together": {("incident", "key")}},
        ),
        migrations.CreateModel(
            name="PinnedMessage",
            fields=[
                ("id", _id()),
                ("message_ts", models.CharField(max_length=50)),
                ("text", models.TextField()),
                ("timestamp", models.DateTimeField()),
                ("author", _to("response.externaluser", on_delete=deletion.PROTECT)),
                ("incident", _to("response.incident")),
                ("timeline_event", _to("response.timelineevent", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="UserStats",
            fields=[
                ("id", _id()),
                ("join_time", models.DateTimeField(null=True)),
                ("message_count", models.IntegerField(default=0)),
                ("incident", _to("response.incident")),
                ("user", _to("response.externaluser")),
            ],
            options={"unique_together": {("incident", "user")}},
        ),
    ]
