from django.contrib import admin
from django.db import models

from response.core.models import Incident


class StatusPage(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT)
    statuspage_incident_id = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001

    class Meta:
        app_label = "lighthouse"

    def __str__(self):
        return str(self.statuspage_incident_id)


@admin.register(StatusPage)
class StatusPageAdmin(admin.ModelAdmin):
    list_display = ("incident_summary", "statuspage_incident_id")

    def incident_summary(self, obj):
        return obj.incident.report


class Specialist(models.Model):
    name = models.CharField(max_length=100, unique=True)
    summary = models.TextField(max_length=1000)

    def __str__(self):
        return self.name
