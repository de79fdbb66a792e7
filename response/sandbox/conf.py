"""The sandbox's own settings, read when used; the only module here that reads them."""

from __future__ import annotations

from typing import Any

from django.conf import settings


class Conf:
    """``RESPONSE_SANDBOX…``, with defaults that fit ``manage.py runserver``."""

    def _string(self, name: str, default: str = "") -> str:
        return str(getattr(settings, name, None) or default)

    @property
    def enabled(self) -> bool:
        """``RESPONSE_SANDBOX``: the sandbox answers only if this is true, and ``DEBUG`` too."""
        return bool(getattr(settings, "RESPONSE_SANDBOX", False))

    @property
    def debug(self) -> bool:
        return bool(settings.DEBUG)

    @property
    def app_url(self) -> str:
        """``RESPONSE_SANDBOX_APP_URL``: ``slash_command``, ``action``, ``event`` are below it."""
        return _slashed(self._string("RESPONSE_SANDBOX_APP_URL", "http://127.0.0.1:8000/slack/"))

    @property
    def url(self) -> str:
        """``RESPONSE_SANDBOX_URL``: where the sandbox itself is mounted."""
        return _slashed(self._string("RESPONSE_SANDBOX_URL", "http://127.0.0.1:8000/sandbox/"))

    @property
    def signing_secret(self) -> str:
        """``RESPONSE_SANDBOX_SIGNING_SECRET``: made by ``credentials.load_or_create``."""
        return self._string("RESPONSE_SANDBOX_SIGNING_SECRET")

    @property
    def token(self) -> str:
        """``RESPONSE_SANDBOX_TOKEN``: the bot's, made by ``credentials.load_or_create``."""
        return self._string("RESPONSE_SANDBOX_TOKEN")

    @property
    def deliver(self) -> str:
        """``RESPONSE_SANDBOX_DELIVER``: ``thread`` sends events by itself, ``manual`` when told."""
        return self._string("RESPONSE_SANDBOX_DELIVER", "thread")

    @property
    def keep(self) -> int:
        """``RESPONSE_SANDBOX_KEEP``: how many deliveries, and calls, the log remembers."""
        return int(getattr(settings, "RESPONSE_SANDBOX_KEEP", None) or 1000)

    @property
    def databases(self) -> dict[str, dict[str, Any]]:
        return dict(settings.DATABASES)

    @property
    def database_routers(self) -> list[Any]:
        return list(settings.DATABASE_ROUTERS)


def _slashed(url: str) -> str:
    return url if url.endswith("/") else url + "/"


conf = Conf()
