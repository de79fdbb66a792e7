"""What conftest.py promises: a test reaches this machine and no other."""

import socket

import pytest

# A block of addresses for documentation (RFC 5737): no machine has one.
ELSEWHERE = "192.0.2.1"


def test_connection_to_another_machine_is_refused():
    with socket.socket() as sock, pytest.raises(RuntimeError, match=r"127\.0\.0\.1 only"):
        sock.connect((ELSEWHERE, 80))


def test_connection_that_answers_with_a_number_is_refused():
    with socket.socket() as sock, pytest.raises(RuntimeError, match=r"127\.0\.0\.1 only"):
        sock.connect_ex((ELSEWHERE, 80))


def test_look_up_of_another_machines_name_is_refused():
    with pytest.raises(RuntimeError, match=r"'slack\.com'"):
        socket.getaddrinfo("slack.com", 443)


def test_connection_to_this_machine_is_let_through():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
