"""Connections to Slack that stay open: the next call saves the handshakes of TCP and TLS.

slack_sdk opens one for every call. ``open_url`` takes what ``urllib.request.urlopen`` takes,
and does as it does in all but that: proxies and their exceptions come from the environment,
``URLError`` means that the request was not sent as a whole, and nothing is sent twice. Only
where the kept connection turns out to be gone before the request was out, it goes over a new
one: no server has seen all of it then.
"""

from __future__ import annotations

import atexit
import http.client
import io
import os
import select
import socket
import ssl
import threading
import time
import urllib.request
from functools import cached_property
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.response import addinfourl

# Seconds, well below those after which servers and what stands between hang up.
LONGEST_IDLE = 15.0
MOST_IDLE = 16


class _Way(NamedTuple):
    """Where a connection leads: directly to ``host``, or through the proxy ``host``."""

    scheme: str
    host: str
    tunnel: str | None
    proxy_authorization: str | None


class _Idle(NamedTuple):
    """A connection that waits since a time of ``time.monotonic``."""

    way: _Way
    connection: http.client.HTTPConnection
    since: float

    def age(self) -> float:
        return time.monotonic() - self.since


class Connections:
    """Open connections that wait for the next request; for any number of threads.

    A connection belongs to one request at a time, and to the process that made it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The one used last is at the end.
        self._idle: list[_Idle] = []

    def open_url(self, request: urllib.request.Request, timeout: float) -> addinfourl:
        """The answer, its body read; raises as ``urlopen`` does. ``timeout`` is in seconds."""
        answer: addinfourl = self._opener.open(request, timeout=timeout)
        return answer

    def close(self) -> None:
        """Close those that wait; it can go on afterwards."""
        with self._lock:
            idle, self._idle = self._idle, []
        for row in idle:
            row.connection.close()

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(_Http(self), _Https(self))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all: reading the system's certificates takes longer than a handshake."""
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    def start_anew(self) -> None:
        """In a child: what it inherited are its parent's connections, and a lock perhaps held."""
        self._lock = threading.Lock()
        # Closes copies; nothing is said to the other side.
        self.close()

    # -- one request --------------------------------------------------------------------------

    def exchange(self, request: urllib.request.Request) -> addinfourl:
        """Send a request that an opener has made ready."""
        way, headers = _way_and_headers(request)
        connection = self._sent(way, request, headers)
        try:
            response = connection.getresponse()
            body = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._keep(way, connection)
        answer = addinfourl(io.BytesIO(body), response.headers, request.full_url, response.status)
        # Where urllib's own handlers look for the reason.
        answer.msg = response.reason  # type: ignore[attr-defined]
        return answer

    def _sent(
        self, way: _Way, request: urllib.request.Request, headers: dict[str, str]
    ) -> http.client.HTTPConnection:
        """A connection over which the whole request went out."""
        timeout = request.timeout
        kept = self._take(way)
        if kept is not None:
            try:
                _send(kept, request, headers, timeout)
            except TimeoutError as failure:
                raise URLError(failure) from failure
            except OSError:
                # It was closed in this very moment.
                pass
            else:
                return kept
        connection = self._connection(way)
        try:
            _send(connection, request, headers, timeout)
        except OSError as failure:
            raise URLError(failure) from failure
        return connection

    def _connection(self, way: _Way) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if way.scheme == "https":
            connection = http.client.HTTPSConnection(way.host, context=self._tls)
        else:
            connection = http.client.HTTPConnection(way.host)
        if way.tunnel:
            authorization = way.proxy_authorization
            headers = {"Proxy-Authorization": authorization} if authorization else {}
            connection.set_tunnel(way.tunnel, headers=headers)
        return connection

    # -- those that wait ----------------------------------------------------------------------

    def _take(self, way: _Way) -> http.client.HTTPConnection | None:
        """The one that was used last, if the other side has not hung up."""
        while True:
            with self._lock:
                found = next((row for row in reversed(self._idle) if row.way == way), None)
                if found is None:
                    return None
                self._idle.remove(found)
            if found.age() < LONGEST_IDLE and _is_quiet(found.connection.sock):
                return found.connection
            found.connection.close()

    def _keep(self, way: _Way, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            rows = [*self._idle, _Idle(way, connection, time.monotonic())]
            self._idle = [row for row in rows if row.age() < LONGEST_IDLE][-MOST_IDLE:]
            dropped = [row for row in rows if row not in self._idle]
        for row in dropped:
            row.connection.close()


class _Http(urllib.request.HTTPHandler):
    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self._connections = connections

    def http_open(self, req: urllib.request.Request) -> Any:
        return self._connections.exchange(req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, connections: Connections) -> None:
        super().__init__(context=connections._tls)
        self._connections = connections

    def https_open(self, req: urllib.request.Request) -> Any:
        return self._connections.exchange(req)


def _way_and_headers(request: urllib.request.Request) -> tuple[_Way, dict[str, str]]:
    if not request.host:
        raise URLError("no host given")
    given = {**request.headers, **request.unredirected_hdrs}
    headers = {name.title(): value for name, value in given.items()}
    # A proxy that is asked for a tunnel is told who we are; the other end is not.
    tunnel = getattr(request, "_tunnel_host", None)
    authorization = headers.pop("Proxy-Authorization", None) if tunnel else None
    return _Way(request.type, request.host, tunnel, authorization), headers


def _send(
    connection: http.client.HTTPConnection,
    request: urllib.request.Request,
    headers: dict[str, str],
    timeout: float | None,
) -> None:
    """Raises ``OSError`` where not all of it went out; the connection is closed then."""
    connection.timeout = timeout
    if connection.sock is not None:
        connection.sock.settimeout(timeout)
    try:
        connection.request(request.get_method(), request.selector, request.data, headers)
    except BaseException:
        connection.close()
        raise


def _is_quiet(sock: socket.socket | None) -> bool:
    """Whether nothing came since the last answer: no end, and no bytes that answer nothing."""
    if sock is None:
        return False
    if not hasattr(select, "poll"):
        return not select.select([sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0)


connections = Connections()
atexit.register(connections.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=connections.start_anew)


def open_url(request: urllib.request.Request, timeout: float) -> addinfourl:
    """As ``urllib.request.urlopen``, over a connection that is open already if there is one."""
    return connections.open_url(request, timeout)
