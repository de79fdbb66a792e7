"""The only wiring: what must be imported or connected once Django's apps are ready."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ResponseConfig(AppConfig):
    """``INSTALLED_APPS`` may say ``response`` or ``response.apps.ResponseConfig``."""

    name = "response"
    label = "response"
    verbose_name = "Incident response"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Load checks, receivers, built-in handlers, then every app's ``response_handlers``."""
        import_module("response.checks")
        import_module("response.core.removals")
        import_module("response.core.schema")
        import_module("response.slack.mentions")
        import_module("response.slack.receivers")
        import_module("response.slack.signals")
        import_module("response.slack.handlers").register_all()
        autodiscover_modules("response_handlers")
