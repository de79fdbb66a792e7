"""WSGI entry of the test project, as hosts of 0.5.1 have it."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

import tests.host.handlers_of_wsgi  # noqa: E402, F401 - registers, which needs Django's apps
