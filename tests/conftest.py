"""Fixtures that every test gets."""

import socket
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest

from response import background
from response.slack.connections import connections

# A busy machine is no fault of the code: examples are counted, not timed.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")

LOOPBACK = ("127.", "::1", "localhost")


def _is_local(host: object) -> bool:
    return host is None or str(host).startswith(LOOPBACK)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape half a surrogate in what was captured: it cannot travel from an xdist worker."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection and name look-up that would leave this machine."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, getaddrinfo = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse_unless_local(host: object) -> None:
        if not _is_local(host):
            # RuntimeError, which no client code takes for a network fault to be retried.
            raise RuntimeError(f"A test tried to reach {host!r}; tests may reach 127.0.0.1 only.")

    def check(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            refuse_unless_local(address[0])

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        check(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        check(sock, address)
        return connect_ex(sock, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_unless_local(host)
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def nothing_in_the_background() -> Iterator[None]:
    """No test starts a thread by accident: tests work the boxes off themselves."""
    with background.by_hand():
        yield


@pytest.fixture(autouse=True)
def no_connection_outlives_its_test() -> Iterator[None]:
    """What a test leaves open would be found by another, or by nobody."""
    yield
    connections.close()


@pytest.fixture(autouse=True)
def nothing_was_sent_to_slack_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace that a process keeps is of its whole life, and tests have times of their own."""
    from response.slack import sender
    from response.slack.pace import Pace

    monkeypatch.setattr(sender, "PACE", Pace())
