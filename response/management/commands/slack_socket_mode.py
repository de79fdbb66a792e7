"""``manage.py slack_socket_mode``: Slack without a public URL."""

from __future__ import annotations

import argparse
import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from response.conf import conf
from response.slack import hosts
from response.slack.client import SlackClient
from response.slack.socket_mode.refusals import SocketModeRefused
from response.slack.socket_mode.service import CONNECTIONS, MOST_CONNECTIONS, Service

TOKEN_BEGINS = "xapp-"  # noqa: S105 (how Slack's app-level tokens begin)


class Command(BaseCommand):
    """Receives commands, interactions and events over WebSockets until it gets a SIGTERM."""

    help = (
        "Receive from Slack through Socket Mode, where Slack cannot reach a URL of this site; "
        "runs until SIGTERM. Needs SLACK_APP_TOKEN."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """``--connections``: how many WebSockets this process opens."""
        parser.add_argument(
            "--connections",
            type=_number_of_connections,
            default=CONNECTIONS,
            help="WebSockets of this process; all processes together may have "
            f"{MOST_CONNECTIONS} (default: %(default)s)",
        )

    def handle(self, *args: Any, connections: int, **options: Any) -> None:
        """Run until a signal; raises ``CommandError`` if Slack refuses."""
        api = SlackClient(_token(), base_url=conf.slack_api_url)
        hosts.load_handlers()
        service = Service(api, connections=connections)

        def stop(number: int, frame: FrameType | None) -> None:
            service.stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self.stdout.write(f"Socket Mode with {connections} connection(s); SIGTERM ends it.")
        try:
            service.run()
        except SocketModeRefused as refusal:
            raise CommandError(str(refusal)) from refusal


def _token() -> str:
    token = conf.slack_app_token
    if token.startswith(TOKEN_BEGINS):
        return token
    wrong = f"begins with {token[:5]!r}" if token else "is not set"
    raise CommandError(
        f"SLACK_APP_TOKEN {wrong}; Socket Mode needs an app-level token, which begins with "
        f"{TOKEN_BEGINS!r}. Make one with the scope connections:write at "
        "https://api.slack.com/apps, your app, Basic Information, App-Level Tokens."
    )


def _number_of_connections(value: str) -> int:
    number = int(value) if value.isdecimal() else 0
    if not 1 <= number <= MOST_CONNECTIONS:
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 1 to {MOST_CONNECTIONS}")
    return number
