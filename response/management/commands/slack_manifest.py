"""``manage.py slack_manifest``: the manifest to make the Slack app from."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from response.conf import conf
from response.slack import hosts, manifest, requirements


class Command(BaseCommand):
    """Prints the manifest to the standard output, and what to mind to the other."""

    help = (
        "Print a manifest made from what is registered, for https://api.slack.com/apps: "
        "Create New App, From a manifest."
    )

    # It is wanted first of all, before there is a token or a secret to check.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--url``, ``--socket-mode``, ``--format``, ``--name``."""
        parser.add_argument(
            "--url", help="where Slack reaches this site, https://…; default: SITE_URL"
        )
        parser.add_argument(
            "--socket-mode",
            action="store_true",
            help="no public URL: manage.py slack_socket_mode connects to Slack instead",
        )
        parser.add_argument("--format", choices=("yaml", "json"), default="yaml")
        parser.add_argument(
            "--name", default="Incident Response", help="the app's name, 35 characters at most"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; a manifest that Slack would refuse is an error."""
        hosts.load_handlers()
        url = options["url"] or conf.site_url
        socket_mode = options["socket_mode"]
        try:
            made = manifest.build(url, socket_mode=socket_mode, name=options["name"])
        except manifest.ManifestError as error:
            raise CommandError(str(error)) from error
        for note in _notes(url, socket_mode=socket_mode):
            self.stderr.write(self.style.WARNING(f"Note: {note}"))
        if options["format"] == "json":
            self.stdout.write(json.dumps(made, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(manifest.to_yaml(made), ending="")


def _notes(url: str, *, socket_mode: bool) -> list[str]:
    """What the manifest cannot say."""
    notes = [
        f"nothing is known here about the event {event!r}, which a handler is registered for. If "
        "Slack has it, name the scope that it needs in RESPONSE_SLACK_SCOPES."
        for event in requirements.unknown_events()
    ]
    if not socket_mode and not url.startswith("https://"):
        notes.append(f"{url} is not https, which Slack wants; give --url.")
    return notes
