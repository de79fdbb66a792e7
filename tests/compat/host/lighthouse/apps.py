from django.apps import AppConfig


class LighthouseConfig(AppConfig):
    name = "lighthouse"
    default_auto_field = "django.db.models.AutoField"

    def ready(self):
        # The other place where hosts of 0.5.1 import handlers.
        import lighthouse.of_ready  # noqa: F401
