"""What is due in the outbox is found by its lanes; so nobody looks calls up by their times."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("response", "0016_incidents_by_status")]

    operations = [migrations.RemoveIndex("call", "response_call_due")]
