"""The release before this one beside the present one, on one database and one directory of packs."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.migrations import load, schema_directory
from s3gw.db.pool import Database
from tests import wire
from tests.conftest import _run
from tests.faults.uploads import violations
from tests.gateway import Gateway, run
from tests.streams import content

ROOT = Path(__file__).parents[2]
BEFORE = "Release 0.1.0"
KNOWN_BEFORE = 3
"""Migrations that the release before knew."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def git(*arguments: str) -> bytes:
    """What git prints in this checkout."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout


@pytest.fixture
def release_before(tmp_path: Path) -> Path:
    """A folder with the code of the release before this one."""
    commit = git("log", "--grep", f"^{BEFORE}$", "--format=%H", "-1").decode().strip()
    if not commit:
        pytest.skip(f"this checkout has no commit {BEFORE!r}")
    folder = tmp_path / "before"
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, "s3gw", "schema"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


@dataclass
class Writer:
    """Writes through one gateway until it is told to stop, and reads each object back there."""

    gateway: Gateway
    name: str
    seeds: int
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        """One object after another, small and large, every third replaced, every fifth deleted."""
        number = 0
        while not self.stop.is_set():
            number += 1
            seed, size = self.seeds + number, (700, 40_000, 1_500_000)[number % 3]
            path = f"/upgrade/{self.name}-{number % 40}"
            said = wire.request(self.gateway, "PUT", path, body=content(seed, size))
            if said.status != 200:
                self.wrong.append(f"PUT {path}: {said.status} {said.code}")
                continue
            self.acknowledged[path] = (seed, size)
            found = wire.request(self.gateway, "GET", path)
            if found.body != content(seed, size):
                self.wrong.append(f"GET {path}: {found.status} {found.code}")
            if number % 5 == 0:
                said = wire.request(self.gateway, "DELETE", path)
                if said.status != 204:
                    self.wrong.append(f"DELETE {path}: {said.status} {said.code}")
                self.acknowledged.pop(path)


def test_two_releases_serve_side_by_side(
    new_gateway: Callable[..., Gateway], shared_dsn: str, release_before: Path
) -> None:
    old = new_gateway(S3GW_DATABASE_URL=shared_dsn, S3GW_WORKERS="2", PYTHONPATH=str(release_before))
    where = run(
        [str(old.command.with_name("python")), "-P", "-c", "import s3gw; print(s3gw.__file__)"],
        old.environment(),
    )
    assert where.decode().startswith(str(release_before))
    old.start()
    assert schema_of(shared_dsn) == KNOWN_BEFORE
    new = new_gateway(
        S3GW_DATABASE_URL=shared_dsn, S3GW_WORKERS="2", S3GW_BACKEND=(old.data / "packs").as_uri()
    )
    assert wire.request(old, "PUT", "/upgrade").status == 200

    writers = [Writer(old, "old-one", 100_000), Writer(old, "old-two", 200_000)]
    threads = [threading.Thread(target=one.run) for one in writers]
    for one in threads:
        one.start()
    try:
        _until(writers, 20)
        new.start()  # migrates under the old one and its load
        assert schema_of(shared_dsn) == len(load(schema_directory())) > KNOWN_BEFORE
        writers += [Writer(new, "new-one", 300_000), Writer(new, "new-two", 400_000)]
        threads += [threading.Thread(target=one.run) for one in writers[2:]]
        for one in threads[2:]:
            one.start()
        _until(writers, 60)
        new.s3gw("gc", "--grace", "0")
    finally:
        for writer in writers:
            writer.stop.set()
        for one in threads:
            one.join(60)
    assert [writer.wrong for writer in writers] == [[], [], [], []]

    expected = {path: what for writer in writers for path, what in writer.acknowledged.items()}
    for gateway in (old, new):
        listed = re.findall(rb"<Key>([\w-]+)</Key>", wire.request(gateway, "GET", "/upgrade").body)
        assert {f"/upgrade/{key.decode()}" for key in listed} == set(expected)
        for path, (seed, size) in expected.items():
            assert wire.request(gateway, "GET", path).body == content(seed, size)

    # What was released cannot be told that it may start again; from this release on it can.
    assert old.stop() == 0
    refused = subprocess.run(
        [str(old.command), "serve"], env=old.environment(), capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "newer than this release" in refused.stderr

    assert new.stop() == 0
    new.s3gw("gc", "--grace", "0")
    assert _run(violations(shared_dsn, Disk(old.data / "packs"))) == []


def test_this_release_starts_again_on_the_next_ones_tables(
    new_gateway: Callable[..., Gateway], shared_dsn: str
) -> None:
    gateway = new_gateway(S3GW_DATABASE_URL=shared_dsn, S3GW_WORKERS="2").start()
    assert wire.request(gateway, "PUT", "/upgrade").status == 200
    known = len(load(schema_directory()))
    _run(
        _execute(
            shared_dsn,
            "INSERT INTO schema_migrations (version, name, checksum, oldest_release)"
            f" VALUES ({known + 1}, 'next', 'x', {known})",
        )
    )
    assert gateway.stop() == 0
    gateway.restart()
    assert "of the next release; this one knows" in gateway.logs()
    assert wire.request(gateway, "PUT", "/upgrade/k", body=b"kept").status == 200
    assert wire.request(gateway, "GET", "/upgrade/k").body == b"kept"


def schema_of(dsn: str) -> int:
    """The newest migration of the database."""
    version: int = _run(_fetch(dsn, "SELECT max(version) FROM schema_migrations"))
    return version


async def _fetch(dsn: str, query: str) -> int:
    db = await Database.connect(dsn)
    try:
        found: int = await db.fetchval(query)
        return found
    finally:
        await db.close()


async def _execute(dsn: str, statement: str) -> None:
    db = await Database.connect(dsn)
    try:
        await db.execute(statement)
    finally:
        await db.close()


def _until(writers: list[Writer], objects: int) -> None:
    """Wait until each has so many objects, or has something to tell."""
    for _ in range(2400):
        if all(len(writer.acknowledged) >= min(objects, 30) or writer.wrong for writer in writers):
            return
        threading.Event().wait(0.05)
    raise AssertionError([len(writer.acknowledged) for writer in writers])
