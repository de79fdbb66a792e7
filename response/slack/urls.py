"""``path("slack/", include("response.slack.urls"))``; the names are 0.5.1's."""

from __future__ import annotations

from django.urls import path

from response.slack import views

urlpatterns = [
    path("slash_command", views.slash_command, name="slash_command"),
    path("action", views.action, name="action"),
    path("event", views.event, name="event"),
    path("cron_minute", views.cron_minute, name="cron_minute"),
    path("cron_daily", views.cron_daily, name="cron_daily"),
]
