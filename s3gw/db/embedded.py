"""The PostgreSQL that runs inside the data directory where no database URL is given.

    DATA/pg/data    the cluster, made once by initdb
    DATA/pg/run     its socket (a short private directory elsewhere where that path is too long)
    DATA/pg/log     what the server says
    DATA/pg/lock    held by the process that started the server, for as long as it lives

The server listens on the socket only, whose directory nobody else can enter, and trusts whoever connects. It
dies with the process that started it, even by SIGKILL; the next start waits until the old one is gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from s3gw.db import launcher
from s3gw.db.embedded_cluster import (
    MAJOR,
    PREDECESSOR_SECONDS,
    USER,
    LaunchRefused,
    binary,
    cluster,
    command,
    environment,
    initialise,
    lock,
    made_by,
    prepare,
    status,
    try_lock,
    until,
    wait_for_predecessor,
)
from s3gw.db.embedded_identity import Identity, identities, refused
from s3gw.errors import ConfigError, Unavailable

_START_SECONDS = 600.0  # recovery after a crash may take minutes
_STOP_SECONDS = 60.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    # The next start after a crash would otherwise open every file to sync it.
    "recovery_init_sync_method": "syncfs",
    "autovacuum_naptime": "5s",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    # /dev/shm, which parallel queries need, is small in containers.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # A refused precondition is an error to PostgreSQL and nothing to note.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "s3gw",
}
_BY_MAJOR: Mapping[int, Mapping[str, str]] = {18: {"io_method": "sync"}}
_UNDURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
}


class Embedded:
    """A running embedded server, started by us (then `stop` ends it) or found running."""

    def __init__(
        self, socket_directory: Path, process: subprocess.Popen[bytes] | None = None, held: int | None = None
    ) -> None:
        self.socket_directory = socket_directory
        self._process = process
        self._held = held

    @property
    def url(self) -> str:
        """For `Database.connect`."""
        return f"postgresql://{USER}@/postgres?host={quote(str(self.socket_directory))}"

    @property
    def pid(self) -> int | None:
        """The server's process where we started it."""
        return self._process.pid if self._process else None

    @property
    def exit_status(self) -> int | None:
        """Of a server that we started and that has ended."""
        return self._process.poll() if self._process else None

    def running(self) -> bool:
        """Whether a server that we started still runs; true of one that was found."""
        return self._process is None or self._process.poll() is None

    async def stop(self) -> None:
        """Shut the server down (sessions are ended) and wait for it; leave alone one that was found."""
        if self._process is not None and self.running():
            self._process.send_signal(signal.SIGINT)
            if not await until(lambda: not self.running(), _STOP_SECONDS):
                self._process.send_signal(signal.SIGQUIT)  # recovery at the next start mends what this leaves
                await until(lambda: not self.running(), None)
        if self._held is not None:
            os.close(self._held)
            self._held = None


async def start_embedded(data: Path, *, max_connections: int = 200, durable: bool = True) -> Embedded:
    """Start the server of the data directory, made at its first start; call it from the main thread.

    The server gets its death signal when the calling thread ends. `durable=False` is for tests: nothing is
    synced. Raises ConfigError where it cannot run or was made by another major version, Unavailable where
    another process keeps it.
    """
    return await _start_locked(data, await lock(data), max_connections, durable)


@asynccontextmanager
async def open_embedded(data: Path) -> AsyncIterator[Embedded]:
    """The server that runs on the data directory, or one started for the time of the context."""
    held: int | None = None
    found: Embedded | None = None

    def either() -> bool:
        nonlocal held, found
        held = try_lock(data)
        found = attached(data) if held is None else None
        return held is not None or found is not None

    if not await until(either, PREDECESSOR_SECONDS):
        raise Unavailable(f"another process keeps the embedded PostgreSQL of {data} and it is not ready")
    if held is not None:
        found = await _start_locked(data, held, max_connections=20, durable=True)
    assert found is not None
    try:
        yield found
    finally:
        await found.stop()


def attached(data: Path) -> Embedded | None:
    """The server that another process runs on the data directory, if it is ready."""
    found = status(cluster(data))
    return Embedded(Path(found.socket_directory)) if found and found.state == "ready" else None


async def _start_locked(data: Path, held: int, max_connections: int, durable: bool) -> Embedded:
    try:
        return await _start(data, held, max_connections, durable)
    except BaseException:
        os.close(held)
        raise


async def _start(data: Path, held: int, max_connections: int, durable: bool) -> Embedded:
    directory = cluster(data)
    major = made_by(directory)
    if major not in (None, MAJOR) or (major is None and list(directory.parent.glob("data.*[0-9]"))):
        raise ConfigError(
            f"{directory} is not of PostgreSQL {MAJOR}, which this release runs, but of an older one: "
            f"stop every gateway on it, then run: s3gw db upgrade --data {data}"
        )
    await wait_for_predecessor(directory)
    settings = {"max_connections": str(max_connections), **({} if durable else _UNDURABLE)}
    reasons: list[str] = []
    for identity in identities([directory.parent, binary("postgres")]):
        try:
            prepare(data, identity)
            if major is None:
                await asyncio.to_thread(initialise, directory, identity, durable=durable)
            return await launch(data, identity, settings, held=held)
        except LaunchRefused as error:
            reasons.append(str(error))
    raise refused(data, reasons)


async def launch(
    data: Path,
    identity: Identity,
    settings: Mapping[str, str],
    *,
    held: int | None = None,
    directory: Path | None = None,
    major: int = MAJOR,
) -> Embedded:
    """Start a server on a prepared cluster and wait until it takes connections."""
    directory = directory or cluster(data)
    sockets = prepare(data, identity)
    arguments = ["-D", str(directory)]
    every = {**_SETTINGS, **_BY_MAJOR.get(major, {}), "unix_socket_directories": str(sockets), **settings}
    for name, value in every.items():
        arguments += ["-c", f"{name}={value}"]
    log = cluster(data).with_name("log")
    with log.open("wb") as output:  # each start begins anew: the log stays small
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - must fork on this thread, and does not block
            command(identity, binary("postgres", major), arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(),
            start_new_session=True,  # the terminal's Ctrl-C is for the gateway, which stops us last
        )
    embedded = Embedded(sockets, process, held)
    try:
        await _ready(embedded, directory, log)
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    return embedded


async def _ready(embedded: Embedded, directory: Path, log: Path) -> None:
    def ready() -> bool:
        found = status(directory)
        return found is not None and found.pid == embedded.pid and found.state == "ready"

    await until(lambda: ready() or not embedded.running(), _START_SECONDS)
    if embedded.running() and ready():
        return
    said = log.read_bytes()[-2000:].decode(errors="replace").strip()  # noqa: ASYNC240 - a few lines
    if embedded.exit_status == launcher.REFUSED:
        raise LaunchRefused(said)
    raise ConfigError(f"the embedded PostgreSQL did not start: {said}")
