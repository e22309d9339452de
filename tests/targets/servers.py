"""Servers that take events, each a process of the test's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.gateway import clean_environment, free_port

_RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
MISSING = [name for name in ("redis-server", "nats-server", _RABBITMQ, "epmd") if shutil.which(name) is None]


@contextmanager
def _running(command: Sequence[str], home: Path, port: int, **environment: str) -> Iterator[None]:
    """A process that listens on the port."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=home, env=clean_environment(home, **environment), stdout=log, stderr=log
        )
    try:
        end = time.monotonic() + 90
        while not _listens(port):
            assert process.poll() is None, (home / "log").read_text()
            assert time.monotonic() < end, (home / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def redis(home: Path, port: int) -> Iterator[None]:
    """A Redis that keeps nothing."""
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _running(["redis-server", *options], home, port):
        yield


@contextmanager
def nats(home: Path, port: int) -> Iterator[None]:
    """A NATS server with JetStream."""
    with _running(["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(home)], home, port):
        yield


@contextmanager
def rabbitmq(home: Path, port: int) -> Iterator[None]:
    """A RabbitMQ, with the daemon by which Erlang finds it."""
    names = free_port()
    environment = {
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{os.getpid()}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "logs"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
    }
    with (
        _running(["epmd", "-port", str(names), "-address", "127.0.0.1"], home / "epmd", names),
        _running([_RABBITMQ], home, port, **environment),
    ):
        yield
