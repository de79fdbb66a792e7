"""A host's own table about incidents, made when it ran Response 0.5.1."""

from django.db import models

from response.models import Incident


class Postmortem(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="postmortems")
    url = models.URLField()

    def __str__(self) -> str:
        return self.url
