"""The ways to call Slack: one answer, all pages of it, or a post to a ``response_url``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self

from response import logs
from response.slack import answers, transport
from response.slack.errors import SlackPermanentError

logger = logs.get_logger(__name__)

DEFAULT_TIMEOUT = 10.0

Answer = dict[str, Any]


class WebApi:
    """Calls any method of Slack's Web API with one token.

    ``base_url`` is Slack's own when not given; ``timeout`` is in seconds, for connecting and
    for each wait on the answer. The three arguments between are those of Response 0.5.1.
    """

    def __init__(
        self,
        api_token: str,
        max_retry_attempts: int | None = None,
        retry_base_backoff_seconds: float | None = None,
        retryable_errors: Sequence[str] | None = None,
        *,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        if (max_retry_attempts, retry_base_backoff_seconds, retryable_errors) != (None,) * 3:
            warnings.warn(
                "SlackClient no longer retries by itself and ignores max_retry_attempts, "
                "retry_base_backoff_seconds and retryable_errors: catch SlackRateLimited and "
                "read its retry_after, or ask the outbox (comms_channel.post_in_channel).",
                DeprecationWarning,
                stacklevel=2,
            )
        self.api_token = api_token or ""
        self.base_url = base_url
        self.timeout = timeout
        self.client = transport.make_web_client(self.api_token, base_url, timeout)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client.base_url}>"

    def with_timeout(self, timeout: float) -> Self:
        """The same client with another time-out, for a call inside a request."""
        other = copy(self)
        other.timeout = timeout
        other.client = transport.make_web_client(self.api_token, self.base_url, timeout)
        return other

    def api_call(self, api_endpoint: str, timeout: float | None = None, **kwargs: Any) -> Answer:
        """Call any method of the Web API; arguments that are None are left out."""
        logger.info("Calling Slack API %s", api_endpoint)
        web = self.client if timeout is None else self.with_timeout(timeout).client
        return transport.send(web, api_endpoint, kwargs)

    def pages(self, api_endpoint: str, **kwargs: Any) -> Iterator[Answer]:
        """The answers of a paged method, until Slack names no next cursor (or one again).

        ``cursor`` among the arguments is where to begin.
        """
        cursor = kwargs.pop("cursor", "")
        seen = {cursor}
        while True:
            page = self.api_call(api_endpoint, cursor=cursor or None, **kwargs)
            yield page
            cursor = answers.next_cursor(page)
            if cursor in seen:
                return
            seen.add(cursor)

    def respond(self, response_url: str, **body: Any) -> None:
        """Post a message to an interaction's ``response_url`` (only if it is on Slack's host)."""
        transport.post_to_response_url(
            response_url, body, base_url=self.base_url, timeout=self.timeout
        )

    def tolerant_call(self, api_endpoint: str, accepted: str, **arguments: Any) -> Answer | None:
        """The same, where the refusal ``accepted`` says that all is as wanted (then None)."""
        try:
            return self.api_call(api_endpoint, **arguments)
        except SlackPermanentError as refusal:
            if refusal.code != accepted:
                raise
        return None
