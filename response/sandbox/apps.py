"""Django's entry to the sandbox."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "response.sandbox"
    label = "response_sandbox"
    verbose_name = "Slack sandbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from response.sandbox import checks, methods

        checks.register()
        methods.load()
