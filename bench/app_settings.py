"""The app as a host runs it in production: the demo's settings without the demo's own handlers."""

from demo.settings import *  # noqa: F403

INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "acme"]  # noqa: F405
INSTALLED_APPS += ["control"]
ROOT_URLCONF = "app_urls"
# Nobody collects static files here; pages only name them.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
