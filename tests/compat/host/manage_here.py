"""``manage.py``, with Slack in its place: as ``slack_in_its_place`` does for pytest."""

from manage import main

import tests.compat.slack_in_its_place  # noqa: F401

main()
