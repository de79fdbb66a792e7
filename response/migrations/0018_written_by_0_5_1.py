"""Processes of 0.5.1 can go on writing until the last of them has been replaced.

They do not know the columns that came since, so the database fills those in.
"""

from typing import Any

from django.db import migrations, models


def _name(max_length: int) -> "models.CharField[Any, Any]":
    return models.CharField(blank=True, db_default="", default="", max_length=max_length)


class Migration(migrations.Migration):
    dependencies = [("response", "0017_calls_by_lane_only")]

    operations = [
        migrations.AlterField("event", "actor_name", _name(255)),
        migrations.AlterField("event", "verb", _name(30)),
        migrations.AlterField("headlinepost", "channel_id", _name(20)),
        migrations.AlterField("headlinepost", "sent_digest", _name(64)),
        migrations.AlterField("timelineevent", "actor_name", _name(255)),
    ]
