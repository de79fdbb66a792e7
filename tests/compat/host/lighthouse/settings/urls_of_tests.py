from django.urls import include, path

from lighthouse.urls import urlpatterns as of_the_host

urlpatterns = [path("sandbox/", include("response.sandbox.urls")), *of_the_host]
