"""What happens to rows whose person or channel is deleted, and which values forms may omit.

Nothing here changes a table.
"""

import django.db.models.deletion
from django.db import migrations, models

import response.core.models.fields


class Migration(migrations.Migration):
    dependencies = [("response", "0002_wider_text_columns")]

    operations = [
        migrations.AlterField(
            model_name="action",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="response.externaluser"
            ),
        ),
        migrations.AlterField(
            model_name="headlinepost",
            name="comms_channel",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="response.commschannel",
            ),
        ),
        migrations.AlterField(
            model_name="headlinepost",
            name="message_ts",
            field=models.CharField(blank=True, max_length=20, null=True),
        ),
        migrations.AlterField(
            model_name="action",
            name="done_date",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="action",
            name="due_date",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="userstats",
            name="join_time",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="timelineevent",
            name="metadata",
            field=response.core.models.fields.JSONTextField(
                blank=True,
                help_text="Additional fields that can be added by other event types",
                null=True,
            ),
        ),
    ]
