"""Where Django looks for the admin; each part registers its own."""

from response.core import admin as core_admin
from response.slack import admin as slack_admin

__all__ = ("core_admin", "slack_admin")
