"""Ports for servers that a test starts: any two runs of the tests may share a machine."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port on which nothing listens at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
