"""Paths of the pages; the names are 0.5.1's, and a host may serve its own under them."""

from django.urls import path

from response.ui import views

urlpatterns = [
    path("", views.home, name="home"),
    path("incident/<int:incident_id>/", views.incident_doc, name="incident_doc"),
]
