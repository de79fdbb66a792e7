"""``path("", include("response.monitoring.urls"))``; or name and place the views as you like."""

from __future__ import annotations

from django.urls import path

from response.monitoring import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("healthz/alive", views.alive, name="healthz_alive"),
    path("healthz/work", views.working, name="healthz_work"),
    path("metrics", views.open_metrics, name="metrics"),
]
