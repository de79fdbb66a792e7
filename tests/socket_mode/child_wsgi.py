"""What a host of 0.5.1 has in its ``wsgi.py``: handlers; here a command, ``shrug``.

CHILD_HOLDS_BACK names a step that the process never comes to, so that it can be killed there:
``store``, ``acknowledge``, or ``handle``.
"""

import os
import threading
from typing import Any

from tests.scenarios.child_wsgi import application  # isort: skip - needs Django's apps first

from response import background
from response.core.models import Incident
from response.slack import inbox
from response.slack.decorators import incident_command
from response.slack.socket_mode.link import Link

__all__ = ["application"]


@incident_command(["shrug"], helptext="Shrug")
def shrug(incident: Incident, user_id: str, message: str) -> tuple[bool, str]:
    return True, "What can one do?"


def never(*args: Any, **kwargs: Any) -> None:
    threading.Event().wait()


held_back = background.by_hand()
match os.environ["CHILD_HOLDS_BACK"]:
    case "store":
        inbox.store = never
    case "acknowledge":
        Link.send_socket_mode_response = never
        held_back.__enter__()
    case "handle":
        held_back.__enter__()
