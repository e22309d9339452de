"""S3 services for a backend to stand on: moto in this process, `rclone serve s3` and s3gw as processes.

    with MotoUpstream() as upstream: upstream.url("bucket/prefix")

Tests take the fixture `moto`, or `new_upstream`, which makes any of them by name. Each may be killed and
started again on the same port with the same data, except moto, whose data is in memory.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from tests.boto import s3_client
from tests.gateway import ACCESS_KEY, BIN, READY_WITHIN, SECRET_KEY, Gateway, clean_environment, free_port

CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
"""The environment with which a gateway may use any of them."""


class Upstream(Protocol):
    """An S3 service."""

    @property
    def endpoint(self) -> str:
        """Its address."""

    def start(self) -> object:
        """Start it, or start it again; return when it answers."""

    def kill9(self) -> None:
        """End it as a crash would."""

    def remove(self) -> None:
        """End it and remove what it kept."""


def url(upstream: Upstream, place: str) -> str:
    """The setting `backend` for a bucket, or bucket/prefix, of the upstream."""
    return f"s3://{place}?endpoint={upstream.endpoint}&region=us-east-1"


def make_bucket(upstream: Upstream, bucket: str) -> None:
    """Create a bucket, as whoever runs the service would."""
    client = s3_client(upstream.endpoint, ACCESS_KEY, SECRET_KEY, retries={})
    client.create_bucket(Bucket=bucket)
    client.close()


class Moto:
    """moto's server in threads of this process."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: ThreadedMotoServer | None = None

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it; its data stays in this process."""
        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()

    def kill9(self) -> None:
        """Stop it; there is no harder way."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    remove = kill9


class Rclone:
    """`rclone serve s3` on a directory."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it listens."""
        (self._home / "root").mkdir(parents=True, exist_ok=True)
        with (self._home / "rclone.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(BIN / "rclone"), "serve", "s3", str(self._home / "root")),
                    *("--addr", f"127.0.0.1:{self._port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"),
                    *("--vfs-cache-mode", "off", "--dir-cache-time", "0s", "--config", ""),
                ],
                env=clean_environment(self._home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        give_up = time.monotonic() + READY_WITHIN
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError((self._home / "rclone.log").read_text(errors="replace"))
            time.sleep(0.02)

    def kill9(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    remove = kill9

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True


UPSTREAMS: dict[str, Callable[[Path], Upstream]] = {
    "moto": lambda _: Moto(),
    "rclone": Rclone,
    "s3gw": Gateway,
}


@pytest.fixture
def new_upstream(tmp_path: Path) -> Iterator[Callable[[str], Upstream]]:
    """Starts a service of the test's own, by its name in `UPSTREAMS`."""
    made: list[Upstream] = []

    def make(name: str) -> Upstream:
        upstream = UPSTREAMS[name](tmp_path / f"upstream-{len(made)}")
        made.append(upstream)
        upstream.start()
        return upstream

    yield make
    for one in made:
        one.remove()


@pytest.fixture(scope="module")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Upstream]]:
    """The services that the tests of a module share, each started when it is first asked for; take a bucket
    of your own. (rclone may come to spin on its processor, and would take it from all tests that follow.)"""
    running: dict[str, Upstream] = {}

    def get(name: str) -> Upstream:
        if name not in running:
            upstream = UPSTREAMS[name](tmp_path_factory.mktemp(name))
            running[name] = upstream
            upstream.start()
        return running[name]

    yield get
    for one in running.values():
        one.remove()
