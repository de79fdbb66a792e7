"""Room for what people type and for the names that Slack allows."""

from django.db import migrations, models

from response.core.schema import RequireResponse051


class Migration(migrations.Migration):
    dependencies = [("response", "0001_response_0_5_1")]

    operations = [
        RequireResponse051(),
        migrations.AlterField(
            model_name="incident", name="report", field=models.CharField(max_length=1200)
        ),
        migrations.AlterField(
            model_name="externaluser", name="display_name", field=models.CharField(max_length=255)
        ),
        migrations.AlterField(
            model_name="externaluser",
            name="full_name",
            field=models.CharField(blank=True, max_length=255, null=True),
        ),
        migrations.AlterField(
            model_name="externaluser",
            name="email",
            field=models.CharField(blank=True, max_length=254, null=True),
        ),
        migrations.AlterField(
            model_name="notification", name="key", field=models.CharField(max_length=255)
        ),
    ]
