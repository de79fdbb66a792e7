"""The demo's URLs, and the view that the measurements are compared with."""

from control.views import control, ready
from django.urls import path

from demo.urls import urlpatterns as urls_of_the_demo

urlpatterns = [*urls_of_the_demo, path("control", control), path("ready", ready)]
