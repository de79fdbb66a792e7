"""Lists by status show, and count, the latest without a look at all incidents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("response", "0015_incidents_by_time")]

    operations = [
        migrations.AddIndex(
            "incident",
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_live",
                condition=models.Q(end_time=None, report_only=False),
            ),
        ),
        migrations.AddIndex(
            "incident",
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_closed",
                condition=models.Q(end_time__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "incident",
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_reports",
                condition=models.Q(report_only=True),
            ),
        ),
    ]
