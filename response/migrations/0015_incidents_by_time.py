"""Lists show the latest reports: the database need not sort all incidents for one page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("response", "0014_tallies")]

    operations = [
        migrations.AddIndex(
            "incident",
            models.Index(fields=["-report_time", "-id"], name="response_incident_latest"),
        ),
    ]
