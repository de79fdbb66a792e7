"""URLs of the test project: every part, mounted where the documentation puts it."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("slack/", include("response.slack.urls")),
    path("", include("response.monitoring.urls")),
    path("core/", include("response.core.urls")),
    path("sandbox/", include("response.sandbox.urls")),
    path("", include("response.ui.urls")),
]
