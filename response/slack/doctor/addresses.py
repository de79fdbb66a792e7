"""The URLs that Slack posts to, called as Slack calls them: signed, and with a forged signature."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit

from django.urls import NoReverseMatch, reverse

from response.checks.site import is_this_machine, split
from response.conf import conf
from response.slack.authentication import generate_signature
from response.slack.doctor.findings import Finding, Status, TookTooLong, within

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
USER_AGENT = "slack_doctor of django-incident-response"
# Nobody waits longer: https://docs.slack.dev/apis/events-api/#responding
PATIENCE = 3.0
MOST_READ = 10_000
REDIRECTS = range(300, 400)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What has no effect but to be answered: a challenge, a check of the certificate, nothing."""

    view: str
    body: bytes
    content_type: str
    challenge: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back; ``error`` where nothing did."""

    status: int = 0
    body: str = ""
    location: str = ""
    seconds: float = 0.0
    error: str = ""
    advice: str = ""


def check(seconds: float) -> Iterator[Finding]:
    """One finding a URL; when the site cannot be reached, one for all."""
    if conf.slack_app_token:
        found = "SLACK_APP_TOKEN is set: in Socket Mode Slack calls no URL of ours."
        yield _finding("request URLs", Status.SKIPPED, "SLACK_APP_TOKEN", found)
        return
    if not conf.slack_signing_secrets:
        found = "SLACK_SIGNING_SECRET is not set: every request of Slack is refused."
        advice = "Copy the signing secret from the app's Basic Information page in Slack."
        yield _finding("request URLs", Status.FAILURE, "SLACK_SIGNING_SECRET", found, advice)
        return
    for request in _requests():
        finding, reached = _check(request, seconds)
        yield finding
        if not reached:
            return


def _requests() -> list[Request]:
    challenge = secrets.token_urlsafe(30)
    verification = {"type": "url_verification", "challenge": challenge}
    nothing = {"payload": json.dumps({"type": "slack_doctor"})}
    return [
        Request(
            view="event",
            body=json.dumps(verification).encode(),
            content_type=JSON,
            challenge=challenge,
        ),
        Request(view="action", body=urlencode(nothing).encode(), content_type=FORM),
        Request(view="slash_command", body=b"ssl_check=1", content_type=FORM),
    ]


def _check(request: Request, seconds: float) -> tuple[Finding, bool]:
    """What is said of one URL, and whether the site answered at all."""
    name = f"URL of {request.view}"
    try:
        url = conf.site_url.rstrip("/") + reverse(request.view)
    except NoReverseMatch:
        found = f"No URL {request.view!r} is in ROOT_URLCONF."
        advice = 'Add path("slack/", include("response.slack.urls")).'
        return _finding(name, Status.FAILURE, "ROOT_URLCONF", found, advice), True
    shown = _without_password(url)
    signed = post(url, request, conf.slack_signing_secrets[0], seconds)
    if signed.error:
        return _finding(name, Status.FAILURE, shown, signed.error, signed.advice), False
    if problem := _refused(signed, request):
        return _finding(name, Status.FAILURE, shown, *problem), True
    forged = post(url, request, secrets.token_hex(16), seconds)
    if forged.status < 400:
        told = forged.error or f"It answers {forged.status} to a request with a forged signature."
        advice = "Have Slack's requests reach the views of response.slack.urls as they are."
        return _finding(name, Status.FAILURE, shown, told, advice), True
    status, found, advice = _remarks(url, signed)
    return _finding(name, status, shown, found, advice), True


def _refused(reply: Reply, request: Request) -> tuple[str, str] | None:
    """What is wrong with the answer to a request that was signed as Slack does, if anything."""
    if reply.status == 200 and request.challenge in reply.body:
        return None
    found = f"It answers {reply.status} to a request with a right signature."
    if reply.status == 200:
        found = "It answers 200 without the challenge that was sent."
    if reply.status in REDIRECTS:
        found = f"It redirects to {reply.location or 'nowhere'}."
        return found, (
            "Set SITE_URL to the very address, with https where the site wants it; if that is a "
            "sign-in page, exempt the URLs below response.slack.urls from it: they are signed."
        )
    if reply.status == 403 and "signature" in reply.body:
        return found, (
            "Give the site the SLACK_SIGNING_SECRET that this command has; see its clock, and "
            "whether a proxy before it changes what is posted."
        )
    advice = {
        200: "See SITE_URL, and the proxy before the site: something else than this app answers.",
        400: "Add the host of SITE_URL to ALLOWED_HOSTS of the site.",
        401: "Exempt the URLs that Slack calls from the password that something asks for.",
        403: "Exempt the URLs that Slack calls from what refuses: a firewall, a proxy, middleware.",
        404: "See whether the site runs this ROOT_URLCONF, and whether a proxy changes the path.",
    }
    return found, advice.get(reply.status, "See the log of the site, and of the proxy before it.")


def _remarks(url: str, reply: Reply) -> tuple[Status, str, str]:
    """What is said of a URL that answers as it should."""
    slack, site = split(conf.slack_api_url), split(url)
    is_slack_far = slack is not None and not is_this_machine(slack.hostname or "")
    if reply.seconds > PATIENCE:
        return (
            Status.WARNING,
            f"It took {reply.seconds:.1f} s to answer; Slack waits for {PATIENCE:g}.",
            "Give the site more processes or threads, and see what they wait for.",
        )
    if is_slack_far and site is not None and is_this_machine(site.hostname or ""):
        return (
            Status.WARNING,
            "It works from this machine, and SITE_URL leads to no other.",
            "Set SITE_URL to the public address, or use Socket Mode.",
        )
    found = f"Answers a right signature in {reply.seconds:.2f} s, and refuses a forged one."
    return Status.OK, found, ""


def post(url: str, request: Request, secret: str, seconds: float) -> Reply:
    """Post once, without following redirects; every failure is a ``Reply`` with an ``error``."""
    began = time.perf_counter()
    try:
        status, body, location = within(seconds, lambda: _exchange(url, request, secret, seconds))
    except ssl.SSLCertVerificationError as error:
        return Reply(
            error=f"Its certificate is not good: {error.verify_message}.",
            advice="Install a certificate for this name with its whole chain.",
        )
    except (ConnectionRefusedError, socket.gaierror) as error:
        return Reply(
            error=f"Nothing answers there: {error.strerror}.",
            advice="Start the site, or set SITE_URL to where it is.",
        )
    except (TimeoutError, TookTooLong):
        return Reply(
            error=f"It did not answer within {seconds:g} s.",
            advice="See whether the site hangs, and whether a firewall is in between.",
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(
            error=f"It can't be called: {type(error).__name__}: {error}.",
            advice="See SITE_URL, and the log of the site.",
        )
    taken = time.perf_counter() - began
    return Reply(status=status, body=body, location=location, seconds=taken)


def _exchange(url: str, request: Request, secret: str, seconds: float) -> tuple[int, str, str]:
    parts = _target(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": request.content_type,
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": generate_signature(timestamp, secret, request.body),
        "Connection": "close",
    }
    try:
        connection.request("POST", parts.path, body=request.body, headers=headers)
        response = connection.getresponse()
        body = response.read(MOST_READ).decode("utf-8", "replace")
        location = urlsplit(response.getheader("Location") or "")
        return response.status, body, location._replace(query="", fragment="").geturl()
    finally:
        connection.close()


def _target(url: str) -> SplitResult:
    parts = split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("SITE_URL is no absolute URL")
    return parts


def _without_password(url: str) -> str:
    parts = split(url)
    if parts is None:
        return "SITE_URL"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _finding(name: str, status: Status, looked_at: str, found: str, advice: str = "") -> Finding:
    return Finding(check=name, status=status, looked_at=looked_at, found=found, advice=advice)
