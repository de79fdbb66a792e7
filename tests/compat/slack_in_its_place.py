"""Put on the command line (``-p``) of a process of the host: what it takes for Slack is here.

The host's settings call Slack as soon as they are imported, with a client that names no URL.
Environment: COMPAT_SLACK, the base URL of what stands in Slack's place.
"""

import os

from response.slack import transport

transport.SLACK_API_URL = os.environ["COMPAT_SLACK"]
