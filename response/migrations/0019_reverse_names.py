"""Reverse names that no foreign key of a host has, too: nothing in the database changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("response", "0018_written_by_0_5_1")]

    operations = [
        migrations.AlterField(
            "incidentmember",
            "incident",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="response_members",
                to="response.incident",
            ),
        ),
        migrations.AlterField(
            "slackuser",
            "user",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="response_slack",
                to="response.externaluser",
            ),
        ),
    ]
