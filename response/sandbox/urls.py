"""The sandbox's addresses, for ``path("sandbox/", include("response.sandbox.urls"))``."""

from django.urls import path

from response.sandbox import http
from response.sandbox.page_api import views

app_name = "response_sandbox"

urlpatterns = [
    path("", views.page, name="page"),
    path("ui/<str:name>", views.ui, name="ui"),
    path("api/<str:method>", http.api, name="api"),
    path("hooks/<str:token>", http.hook, name="hook"),
]
