"""Marks all but one row of each group that may have one live row from now on.

The first row of a person, a headline post and a pin stays live. Of incidents that shared a
channel (0.5.1 could adopt an old one) the last does, since it is the one talked about there.
No row is deleted, and only rows that are there twice are written.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Count, Max, Min

BATCH = 500

GROUPS = (
    ("ExternalUser", ("app_id", "external_id"), Min),
    ("CommsChannel", ("channel_id",), Max),
    ("HeadlinePost", ("incident_id",), Min),
    ("PinnedMessage", ("incident_id", "message_ts"), Min),
)


def mark(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    for name, columns, keep in GROUPS:
        rows = apps.get_model("response", name).objects.using(alias)
        groups = (
            rows.order_by()
            .values(*columns)
            .annotate(rows_in_group=Count("pk"), live=keep("pk"))
            .filter(rows_in_group__gt=1)
        )
        for group in list(groups):
            twins = rows.filter(**{column: group[column] for column in columns})
            extra = list(twins.exclude(pk=group["live"]).values_list("pk", flat=True))
            for start in range(0, len(extra), BATCH):
                rows.filter(pk__in=extra[start : start + BATCH]).update(superseded=True)


class Migration(migrations.Migration):
    dependencies = [("response", "0006_superseded_rows")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
