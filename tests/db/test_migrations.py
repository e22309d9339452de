"""Migrations: applied once, in order, under a lock; refused where they cannot fit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from s3gw.db.migrations import load, migrate, schema_directory
from s3gw.db.pool import Database
from s3gw.errors import ConfigError


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


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0002_later.sql").write_text("SELECT 1")
    with pytest.raises(ConfigError, match="0001"):
        load(tmp_path)
