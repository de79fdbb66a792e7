"""Links from Slack to our pages."""

from __future__ import annotations

from urllib.parse import urljoin

from django.urls import NoReverseMatch, reverse

from response.conf import conf
from response.core.models import Incident


def document_url(incident: Incident) -> str:
    """The incident's page: the host's own ``incident_doc``, or ours; empty if there is none."""
    try:
        path = reverse("incident_doc", kwargs={"incident_id": incident.pk})
    except NoReverseMatch:
        return ""
    return urljoin(conf.site_url, path)
