"""Every part of the app, where the documentation mounts it."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("slack/", include("response.slack.urls")),
    path("", include("response.monitoring.urls")),
    path("core/", include("response.core.urls")),
    path("", include("response.ui.urls")),
]

if apps.is_installed("response.sandbox"):
    urlpatterns += [path("sandbox/", include("response.sandbox.urls"))]
