"""Everything at once, for a host that wants our paths as they are: ``include("response.urls")``."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("slack/", include("response.slack.urls")),
    path("", include("response.monitoring.urls")),
    path("core/", include("response.core.urls")),
    path("", include("response.ui.urls")),
]
