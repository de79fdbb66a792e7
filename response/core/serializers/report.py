"""The form of a report, for the description of the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from response.core.serializers.people import ExternalUserSerializer
from response.core.severity import SEVERITIES


class DurationsSerializer(serializers.Serializer[Any]):
    """Seconds that something took; null where it happened to no incident."""

    count = serializers.IntegerField(help_text="In how many incidents it happened.")
    median = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class TallySerializer(serializers.Serializer[Any]):
    """A group of incidents."""

    count = serializers.IntegerField()
    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    time_to_lead = DurationsSerializer()
    time_to_severity = DurationsSerializer()
    time_to_resolve = DurationsSerializer()


class MonthSerializer(TallySerializer):
    """The incidents that were reported in one month."""

    month = serializers.RegexField(r"^[0-9]{4}-[0-9]{2}$")


class SeveritySerializer(TallySerializer):
    """The incidents of one severity, or of none."""

    severity = serializers.ChoiceField(choices=SEVERITIES, allow_null=True)
    name = serializers.CharField(allow_null=True)


class LeadSerializer(TallySerializer):
    """The incidents that one person leads, or nobody."""

    lead = ExternalUserSerializer(allow_null=True)


class ReportSerializer(TallySerializer):
    """All incidents together, and in groups."""

    by_month = MonthSerializer(many=True)
    by_severity = SeveritySerializer(many=True)
    by_lead = LeadSerializer(many=True)
