"""WSGI entry of a process that a scenario starts.

With CHILD_ONLY_ACKNOWLEDGES set it stores what Slack delivers, answers 200, and never gets to
the handlers: it can be killed exactly between the two.
"""

import os

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from response import background  # noqa: E402 - needs Django's apps
from response.slack import declare, modals, permissions  # noqa: E402

# However slow the machine of the tests is.
declare.PATIENCE = modals.PATIENCE = permissions.PATIENCE = 60.0

if os.environ.get("CHILD_ONLY_ACKNOWLEDGES"):
    held_back = background.by_hand()
    held_back.__enter__()
