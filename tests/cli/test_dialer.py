"""Connections to machines: what opens, what does not, and that nothing is sent."""

from __future__ import annotations

import socket

from reconciler.app.dialer import SocketDialer
from reconciler.model.rollout import NoDialer, TakenAsOpen


def test_a_port_that_listens_is_open_and_hears_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert SocketDialer().dial("127.0.0.1", server.getsockname()[1]) == ""
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            assert connection.recv(10) == b""


def test_a_port_that_does_not_listen_says_why() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert SocketDialer().dial("127.0.0.1", taken.getsockname()[1]) == "connection refused"


def test_after_an_interrupt_nothing_is_tried() -> None:
    dialer = SocketDialer()
    dialer.leave()
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert dialer.dial("127.0.0.1", server.getsockname()[1]) == "the run was interrupted"


def test_only_machines_that_do_not_exist_are_taken_to_answer() -> None:
    assert TakenAsOpen().dial("198.18.0.1", 22) == ""
    assert NoDialer().dial("198.18.0.1", 22) == "this run opens no connections to machines"
