"""Requests to the app below the sandbox: bytes as a test wants them, signed as Slack signs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from response.sandbox import sending
from response.sandbox.conf import conf
from response.sandbox.models import Delivery
from response.sandbox.sending import FORM, JSON
from response.sandbox.workspace import Workspace

ENDPOINTS = {"slash_command": FORM, "action": FORM, "event": JSON}


@dataclass(frozen=True)
class Reply:
    status: int
    body: str


def post(path: str, body: bytes, headers: Mapping[str, str] | None = None, **more: str) -> Reply:
    """POST ``body`` to one of ``ENDPOINTS``; signed now, or with the ``headers`` given."""
    url = urlsplit(conf.app_url + path)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    signed = sending.signed_headers(body) if headers is None else headers
    every = {"Content-Type": ENDPOINTS[path], **signed, **more, "Connection": "close"}
    try:
        connection.request("POST", url.path, body=body, headers=every)
        response = connection.getresponse()
        return Reply(response.status, response.read().decode(errors="replace"))
    finally:
        connection.close()


def post_event(event: Mapping[str, Any], **envelope: Any) -> Reply:
    """An event in its envelope."""
    return post("event", json.dumps(callback(event, **envelope)).encode())


def callback(event: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """The envelope of an event, as the sandbox's team sends it."""
    return {
        "type": "event_callback",
        "team_id": "T0SANDBOX",
        "api_app_id": "A0INCIDENT",
        "event_id": "Ev0TEST",
        "event_time": 1795200000,
        "authorizations": [{"team_id": "T0SANDBOX", "user_id": "U0INCIDENT", "is_bot": True}],
        "event": dict(event),
        **envelope,
    }


def post_interaction(payload: Any) -> Reply:
    """What somebody did with a button, a modal or a shortcut."""
    return post("action", urlencode({"payload": json.dumps(payload)}).encode())


def last_delivery(workspace: Workspace) -> Delivery:
    """What was sent, or is to be sent, to the app last."""
    return workspace.deliveries()[-1]


def deliver_again(delivery: Delivery) -> int:
    """The same bytes once more, signed anew as Slack does; the status of the answer."""
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    reply = sending.post(delivery.path, delivery.body, delivery.content_type, retry)
    assert reply.status is not None
    return reply.status
