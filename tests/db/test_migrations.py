"""Migrations: applied once, in order, under a lock; refused where they cannot fit."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from s3gw.db import accounts, buckets, listings, migrations, objects, stats
from s3gw.db.embedded import launch
from s3gw.db.embedded_cluster import cluster, initialise, prepare
from s3gw.db.embedded_identity import identities
from s3gw.db.migrations import load, migrate, schema_directory
from s3gw.db.pool import Database
from s3gw.db.records import Draft, Properties
from s3gw.errors import ConfigError

RELEASED = ["83c68565dd293180", "3ba206f30fefef3c", "ebb73b26e8b35280"]
"""Checksums of the migrations of release 0.1.0, their beginnings."""


async def test_an_empty_database_gets_all_and_then_nothing(empty_dsn: str) -> None:
    applied = await migrate(empty_dsn)
    assert applied == load(schema_directory())
    assert await migrate(empty_dsn) == []


async def test_gateways_that_start_together_migrate_once(empty_dsn: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_dsn) for _ in range(4)))
    assert sorted(len(each) for each in applied) == [0, 0, 0, len(load(schema_directory()))]


async def test_a_newer_database_is_refused_by_one_clear_line(dsn: str, database: Database) -> None:
    await database.execute("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'x', 'x')")
    with pytest.raises(ConfigError, match="schema 9999, newer than this release"):
        await migrate(dsn)


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The schema directory of a release to come."""
    for path in schema_directory().glob("*.sql"):
        shutil.copy(path, tmp_path)
    (tmp_path / f"{len(load(schema_directory())) + 1:04d}_next.sql").write_text(
        "CREATE TABLE next (id integer)"
    )
    return tmp_path


async def test_the_next_release_lets_this_one_start_again(dsn: str, next_release: Path) -> None:
    (applied,) = await migrate(dsn, next_release, oldest_release=len(load(schema_directory())))
    assert applied.name == "next"
    assert await migrate(dsn) == []
    assert await migrate(dsn, next_release) == []


async def test_a_release_that_this_one_is_too_old_for_refuses_it(dsn: str, next_release: Path) -> None:
    await migrate(dsn, next_release, oldest_release=len(load(schema_directory())) + 1)
    with pytest.raises(ConfigError, match="not made to work with it"):
        await migrate(dsn)


async def test_a_database_of_the_first_release_is_taken_over(empty_dsn: str, tmp_path: Path) -> None:
    """Its record of migrations has no column for the oldest release."""
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute(migrations._TABLE)
    for migration in load(schema_directory())[:3]:
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            migration.version,
            migration.name,
            migration.checksum,
        )
    assert await migrate(empty_dsn) == load(schema_directory())[3:]
    oldest = await connection.fetch("SELECT oldest_release FROM schema_migrations ORDER BY version")
    await connection.close()
    assert [row[0] for row in oldest[:4]] == [None, None, None, migrations.OLDEST_RELEASE]


def test_released_migrations_are_as_they_were_released() -> None:
    """Gateways compare checksums with what the database was made by."""
    released = [migration.checksum[:16] for migration in load(schema_directory())[:3]]
    assert released == RELEASED


async def test_a_database_made_by_other_files_is_refused(dsn: str, database: Database) -> None:
    await database.execute("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1")
    with pytest.raises(ConfigError, match="schema 1 of the database"):
        await migrate(dsn)


async def test_a_failing_migration_leaves_nothing(empty_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id integer)")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad (id nonsense)")
    with pytest.raises(Exception, match="nonsense"):
        await migrate(empty_dsn, tmp_path)
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE bad (id integer)")
    assert [migration.name for migration in await migrate(empty_dsn, tmp_path)] == ["good", "bad"]


async def test_a_database_in_another_encoding_is_refused(empty_dsn: str, database: Database) -> None:
    await database.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    name = empty_dsn.rpartition("/test_")[2].partition("?")[0]
    with pytest.raises(ConfigError, match="UTF8"):
        await migrate(empty_dsn.replace(f"/test_{name}?", "/latin?"))
    await database.execute("DROP DATABASE latin WITH (FORCE)")


async def test_an_older_server(tmp_path: Path) -> None:
    """The oldest that the wheel carries: everything here is to work on 15."""
    identity = next(identities([tmp_path / "pg"]))
    prepare(tmp_path, identity)
    initialise(cluster(tmp_path), identity, durable=False, major=16)
    server = await launch(tmp_path, identity, {"fsync": "off"}, major=16)
    try:
        await migrate(server.url)
        db = await Database.connect(server.url)
        account = await accounts.ensure_root(db)
        bucket, _ = await buckets.create(db, "bucket", account.id, "r", "cdc-256k", True)
        await objects.publish(db, bucket.id, "a/b", account.id, Draft(0), "e", Properties())
        page = await listings.list_objects(db, bucket.id, "", "/")
        assert page.common_prefixes == ["a/"]
        assert (await stats.overall(db)).objects == 1
        assert (await stats.by_bucket(db))["bucket"].objects == 1
        outcomes = await objects.delete(db, bucket.id, ["a/b"])
        assert outcomes == {"a/b": objects.Outcome.DONE}
        assert await buckets.delete(db, "bucket") is buckets.Deletion.DELETED
        await db.close()
    finally:
        await server.stop()


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0002_later.sql").write_text("SELECT 1")
    with pytest.raises(ConfigError, match="0001"):
        load(tmp_path)


async def test_requests_that_hold_tables_go_on(empty_dsn: str) -> None:
    """Such as read one table and then another, in whatever order: a migration holds none while it waits."""
    await migrate(empty_dsn, until=3)
    request = await asyncpg.connect(empty_dsn)
    try:
        async with request.transaction():
            await request.fetch("SELECT FROM access_keys")
            waiting = asyncio.create_task(migrate(empty_dsn))
            await _somebody_waits(empty_dsn)
            for table in ("buckets", "objects", "chunks", "packs", "manifests"):
                await request.fetch(f"SELECT FROM {table}")
            assert not waiting.done()
        assert len(await waiting) == len(load(schema_directory())) - 3
    finally:
        await request.close()


async def _somebody_waits(dsn: str) -> None:
    """Until somebody waits for a lock."""
    watcher = await asyncpg.connect(dsn)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    try:
        while await watcher.fetchval(waiting) is None:
            await asyncio.sleep(0.01)
    finally:
        await watcher.close()
