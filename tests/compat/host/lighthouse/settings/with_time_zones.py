"""The same host after it switched time zones on, with template filters of its own names."""

from lighthouse.settings.testing import *  # noqa: F403
from lighthouse.settings.testing import INSTALLED_APPS

USE_TZ = True
TIME_ZONE = "Europe/London"
INSTALLED_APPS = [*INSTALLED_APPS, "keeper"]
# It owns a `markdown_filter` of its own, which Django mentions since 5.1.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
