"""WSGI entry: `gunicorn demo.wsgi:application` with demo/ on the path."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")

# Requests and the drain are threads of one process. By default each that computes keeps the others
# waiting for up to 5 ms, several times a request.
sys.setswitchinterval(0.0005)

application = get_wsgi_application()
