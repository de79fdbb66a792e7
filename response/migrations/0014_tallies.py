"""What all processes have counted, and who may read the metrics made of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0013_operations_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=60)),
                ("outcome", models.CharField(max_length=60)),
                ("number", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
            ],
            options={
                "verbose_name_plural": "tallies",
                "permissions": (("view_metrics", "Can read the metrics"),),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "label", "outcome"), name="response_tally_one_each"
                    )
                ],
            },
        ),
    ]
