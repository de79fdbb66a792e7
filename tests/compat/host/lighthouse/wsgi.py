"""WSGI entry; the only place that imports the handlers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lighthouse.settings.base")

application = get_wsgi_application()

from lighthouse.actions import (  # noqa: E402, F401
    events,
    headline_actions,
    incident_commands,
    incident_notifications,
    keyword_handlers,
    older,
    selects,
    statuspage,
)
