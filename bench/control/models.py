"""One table."""

from django.db import models


class Row(models.Model):
    """What one request brought."""

    body = models.TextField()

    class Meta:
        app_label = "control"

    def __str__(self) -> str:
        return f"Row {self.pk}"
