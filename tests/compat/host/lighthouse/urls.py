from decorator_include import decorator_include
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from lighthouse import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("slack/", include("response.slack.urls")),
    path("core/", decorator_include(login_required, "response.core.urls")),
    path("", views.home, name="home"),
    path("incident/<int:incident_id>/", views.incident, name="incident_doc"),
]
