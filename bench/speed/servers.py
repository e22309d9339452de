"""The servers that are measured: this gateway in several configurations, and rclone as the peer.

Each is a process of its own with a directory of its own, made by a context manager that leaves nothing
behind.
"""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import Target, drive
from tests.gateway import ACCESS_KEY, BIN, SECRET_KEY, Gateway, clean_environment, free_port
from tests.processes import process_tree

_PACKS = "packs"

Pids = Callable[[], dict[str, list[int]]]


@dataclass
class Server:
    """A running server: where it listens, and its processes by part: server, database, upstream."""

    name: str
    target: Target
    pids: Pids
    gateway: Gateway | None = None
    """Where it is one of this project."""
    fillers: int = 16
    """Connections by which it is filled before what is measured."""


Start = Callable[[Path], AbstractContextManager[Server]]


@contextmanager
def rclone(home: Path) -> Iterator[Server]:
    """`rclone serve s3` on a directory."""
    with _rclone(home) as (target, process):
        # It answers some of several PUTs at once with 500.
        yield Server("rclone", target, lambda: {"server": process_tree(process.pid)}, fillers=1)


def s3gw(name: str, **settings: str) -> Start:
    """This gateway on disk, with settings such as S3GW_WORKERS="2"."""

    @contextmanager
    def start(home: Path) -> Iterator[Server]:
        with _gateway(home, settings) as gateway:
            yield Server(name, _target(gateway), _parts(gateway), gateway)

    return start


def upstream(name: str, **settings: str) -> Start:
    """This gateway with its packs on an S3 service of another process: `rclone serve s3`."""

    @contextmanager
    def start(home: Path) -> Iterator[Server]:
        with _rclone(home / "upstream") as (service, process):
            drive(service, [service.request("PUT", f"/{_PACKS}")])
            place = {
                "S3GW_BACKEND": f"s3://{_PACKS}/bench?endpoint={service.endpoint}",
                "AWS_ACCESS_KEY_ID": service.access_key,
                "AWS_SECRET_ACCESS_KEY": service.secret_key,
            }
            with _gateway(home / "gateway", settings | place) as gateway:
                parts = _parts(gateway)
                pids = lambda: {**parts(), "upstream": process_tree(process.pid)}  # noqa: E731
                yield Server(name, _target(gateway), pids, gateway)

    return start


@contextmanager
def _gateway(home: Path, settings: Mapping[str, str]) -> Iterator[Gateway]:
    gateway = Gateway(home, settings)
    try:
        yield gateway.start()
    finally:
        try:
            gateway.stop()
        finally:
            gateway.kill9()


@contextmanager
def _rclone(home: Path) -> Iterator[tuple[Target, subprocess.Popen[bytes]]]:
    target = Target(free_port(), ACCESS_KEY, SECRET_KEY)
    (home / "files").mkdir(parents=True)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(BIN / "rclone"),
                *("serve", "s3", "--addr", f"127.0.0.1:{target.port}"),
                *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off"),
                str(home / "files"),
            ],
            env=clean_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(target)
        yield target, process
    finally:
        process.kill()
        process.wait()


def _wait_for(target: Target) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(target.endpoint, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("rclone serve s3 does not answer")


def _target(gateway: Gateway) -> Target:
    return Target(gateway.port, gateway.access_key, gateway.secret_key)


def _parts(gateway: Gateway) -> Pids:
    """By whom they descend from: a process that has just ended tells its name no longer."""
    first, postgres = gateway.pid, gateway.postgres_pids()[0]

    def pids() -> dict[str, list[int]]:
        database = process_tree(postgres)
        return {"server": [pid for pid in process_tree(first) if pid not in database], "database": database}

    return pids


PEER = "rclone"
SERVERS: dict[str, Start] = {
    PEER: rclone,
    "s3gw": s3gw("s3gw"),
    "s3gw-2": s3gw("s3gw-2", S3GW_WORKERS="2"),
    "upstream": upstream("upstream"),
    "upstream-2": upstream("upstream-2", S3GW_WORKERS="2"),
}
"""By the names that `--servers` takes."""
TITLES = {
    PEER: "rclone",
    "s3gw": "s3gw",
    "s3gw-2": "s3gw, two workers",
    "upstream": "s3gw on rclone",
    "upstream-2": "s3gw on rclone, two workers",
}
"""As tables show them."""
