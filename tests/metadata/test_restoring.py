"""An export holds all tables as they are at one moment, and fills an empty database with just that."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from s3gw.backends.memory import Memory
from s3gw.db import accounts, bucket_chunking, exporting, instances, migrations, objects
from s3gw.db.bucket_chunking import Change
from s3gw.db.pool import Database, connect_once
from s3gw.db.records import Body, Properties
from s3gw.errors import ConfigError, Damaged, Unavailable
from s3gw.jobs.export import Exporter
from s3gw.jobs.job import Progress
from s3gw.jobs.sightings import remove_unnamed
from s3gw.metadata import blobs
from s3gw.metadata.dump import Exported, dump
from s3gw.metadata.restore import restore
from s3gw.sealing import Masters, Sealed
from tests.jobs.copies import World
from tests.stores import Keys, count, open_store, random_bytes

KIB = 1 << 10
MASTER = bytes(range(32))
SEALS = Masters.only(MASTER)


async def exported(db: Database, masters: Masters = SEALS) -> tuple[Exported, bytes]:
    data = bytearray()

    async def sink(piece: bytes) -> None:
        data.extend(piece)

    return await dump(db, masters, sink), bytes(data)


async def pieces_of(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


async def rows_of(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, but for what a database has of its own."""
    connection = await connect_once(url)
    try:
        names = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpersistence = 'p'"
            " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
        )
        found: dict[str, list[str]] = {}
        for name in (row["relname"] for row in names if row["relname"] not in (*exporting.LEFT_OUT, "jobs")):
            found[name] = [
                row[0] for row in await connection.fetch(f"SELECT t::text FROM {name} t ORDER BY 1")
            ]
        return found
    finally:
        await connection.close()


async def fill(db: Database) -> None:
    """Something in most tables, with bytes in it that formats of text stumble over."""
    keys = await Keys.create(db)
    async with open_store(db, Memory()) as store:
        await keys.put(store, "small\t\\N\nkey\u2028é", random_bytes(700))
        await keys.put(store, "large", random_bytes(900 * KIB))
        await keys.put(store, "large", random_bytes(900 * KIB, 1))
        await keys.copy("large", "copy")
        await put_pieces(keys)
        await keys.delete("small\t\\N\nkey\u2028é")


async def put_pieces(keys: Keys) -> None:
    """An object that triggers queue, and a bucket whose preset was changed."""
    found = await objects.get(keys.db, keys.bucket, "large")
    assert found.version is not None
    body = await keys.db.fetchrow(
        "SELECT * FROM copy_body(NULL, $1, NULL, 2000, 7, 1000, false)", found.version.body.manifest_id
    )
    assert body is not None
    content = Body(1000, pieces_id=body["pieces"])
    await objects.publish(keys.db, keys.bucket_id, "pieces", keys.account_id, content, "etag", Properties())
    assert await bucket_chunking.change(keys.db, keys.bucket, Change(chunking="cdc-1m"))
    assert await count(keys.db, "rechunk_queue") == 1
    assert await count(keys.db, "rechunk_passes") == 1


async def test_all_rows_come_back(database: Database, dsn: str, empty_dsn: str) -> None:
    await fill(database)
    made, data = await exported(database)
    assert made.sealed
    assert made.rows == sum(len(rows) for rows in (await rows_of(dsn)).values())
    before = await rows_of(dsn)
    back = await restore(empty_dsn, SEALS, pieces_of(data))
    assert (back.rows, back.store, back.made_at) == (made.rows, made.store, made.made_at)
    assert await rows_of(empty_dsn) == before
    assert before["chunks"]
    assert before["trash"]


async def test_no_number_is_given_twice(database: Database, empty_dsn: str) -> None:
    await fill(database)
    _, data = await exported(database)
    lost = [
        await database.fetchval("SELECT nextval(pg_get_serial_sequence('packs', 'id'))") for _ in range(9)
    ]
    await restore(empty_dsn, SEALS, pieces_of(data))
    restored = await Database.connect(empty_dsn)
    try:
        for table in ("packs", "chunks", "domains", "data_keys", "backends"):
            after = await restored.fetchval(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
            assert after > await database.fetchval(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
        assert await restored.fetchval("SELECT nextval(pg_get_serial_sequence('packs', 'id'))") > max(lost)
        paused = await restored.fetchval("SELECT paused_at IS NOT NULL FROM jobs WHERE name = 'sightings'")
        assert paused
    finally:
        await restored.close()


async def test_it_is_of_one_moment_while_others_write(database: Database, empty_dsn: str) -> None:
    await fill(database)
    wrote = False
    data = bytearray()

    async def sink(piece: bytes) -> None:
        nonlocal wrote
        data.extend(piece)
        if not wrote:
            wrote = True
            await accounts.create(database, "late", "late", "late")

    await dump(database, SEALS, sink)
    assert await accounts.by_name(database, "late") is not None
    await restore(empty_dsn, SEALS, pieces_of(bytes(data)))
    restored = await Database.connect(empty_dsn)
    assert await accounts.by_name(restored, "late") is None
    await restored.close()


async def test_an_export_of_an_older_schema_is_brought_up_to_date(empty_dsn: str) -> None:
    await migrations.migrate(empty_dsn, until=21)
    older = await Database.connect(empty_dsn)
    await older.execute("INSERT INTO accounts (canonical_id, name, display_name) VALUES ('1', 'old', 'old')")
    await older.execute("INSERT INTO backends (name, url) VALUES ('local', 'file:///packs')")
    made, data = await exported(older)
    assert made.schema == 21
    connection = await connect_once(empty_dsn)
    await older.close()
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    await restore(empty_dsn, SEALS, pieces_of(data))
    assert await migrations.migrate(empty_dsn) == []
    restored = await Database.connect(empty_dsn)
    assert await restored.fetchval("SELECT name FROM accounts") == "old"
    assert await restored.fetchval("SELECT managed FROM backends") is False
    await restored.close()


async def test_an_export_of_a_later_release_is_refused(
    database: Database, empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, data = await exported(database)
    monkeypatch.setattr(migrations, "load", lambda directory: [])
    with pytest.raises(ConfigError, match="use a newer one"):
        await restore(empty_dsn, SEALS, pieces_of(data))


async def test_nothing_is_restored_over_a_store(database: Database, dsn: str) -> None:
    await fill(database)
    _, data = await exported(database)
    with pytest.raises(ConfigError, match="holds a store already"):
        await restore(dsn, SEALS, pieces_of(data))


async def test_a_restore_that_breaks_off_leaves_the_database_empty(
    database: Database, empty_dsn: str
) -> None:
    await fill(database)
    _, data = await exported(database)
    with pytest.raises(Damaged, match="breaks off"):
        await restore(empty_dsn, SEALS, pieces_of(data[:-40]))
    assert not any((await rows_of(empty_dsn))["accounts"])
    await restore(empty_dsn, SEALS, pieces_of(data))
    assert any((await rows_of(empty_dsn))["accounts"])


async def test_the_master_key_opens_it_and_nothing_else(database: Database, empty_dsn: str) -> None:
    _, sealed = await exported(database)
    with pytest.raises(Sealed):
        await restore(empty_dsn, Masters.only(bytes(32)), pieces_of(sealed))
    _, plain = await exported(database, Masters.only(None))
    with pytest.raises(ConfigError, match="not sealed"):
        await restore(empty_dsn, SEALS, pieces_of(plain))
    await accounts.ensure_root(database)
    _, plain = await exported(database, Masters.only(None))
    assert not (await restore(empty_dsn, SEALS, pieces_of(plain), unsealed=True)).sealed


async def test_no_export_begins_during_a_migration(database: Database, dsn: str) -> None:
    connection = await connect_once(dsn)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", migrations.LOCK)
        with pytest.raises(Unavailable, match="migrated"):
            await exported(database)
    await connection.close()
    assert (await exported(database))[0].rows > 0


async def test_commands_need_not_wait_for_an_export(database: Database, dsn: str) -> None:
    async with exporting.snapshot(database):
        assert await migrations.migrate(dsn) == []


# On backends ---------------------------------------------------------------------------------------------


def exporting_to(world: World, keep: int = 2) -> Exporter:
    return Exporter(world.db, dict(world.backends), SEALS, world.replicas, keep)


async def exports_of(world: World) -> list[list[str]]:
    found = [await blobs.find(memory, 0.0) for memory in world.memories.values()]
    assert not any(one.broken for one in found)
    return [[export.id for export in one.whole] for one in found]


async def test_the_newest_are_kept_on_as_many_backends_as_packs(
    database: Database, empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.create(database, 3)
    await fill(database)
    monkeypatch.setattr(blobs, "PART", 4 * KIB)
    numbers = iter(f"2026010100000{n}-0000000{n}" for n in range(4))
    monkeypatch.setattr(blobs, "new_id", lambda: next(numbers))
    made = [await exporting_to(world).export(Progress()) for _ in range(4)]
    assert made[-1].parts > 1
    kept = [made[2].id, made[3].id]
    assert await exports_of(world) == [kept, kept, []]
    sizes = [info.size async for info in next(iter(world.memories.values())).list() if "/0" in info.name]
    assert sum(sizes) == made[2].size + made[3].size
    memory = next(iter(world.memories.values()))
    await restore(empty_dsn, SEALS, blobs.read(memory, made[3]))


async def test_a_backend_that_fails_is_left_out(database: Database) -> None:
    world = await World.create(database, 2)
    first, second = world.backends
    world.down(first)
    made = await exporting_to(world).export(Progress())
    assert await exports_of(world) == [[], [made.id]]
    world.down(second)
    with pytest.raises(Unavailable, match="any backend"):
        await exporting_to(world).export(Progress())


async def test_what_was_broken_off_is_removed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await World.create(database, 1, 1, 1)
    (memory,) = world.memories.values()
    await memory.put(blobs.part_name("20250101000000-0badc0de", 0), [b"torn"])
    await memory.put("db/20250101000001-0badc0de", [b'{"half'])
    monkeypatch.setattr("s3gw.jobs.export._ABANDONED", -1.0)
    made = await exporting_to(world).export(Progress())
    names = [info.name async for info in memory.list()]
    assert blobs.part_name("20250101000000-0badc0de", 0) not in names
    assert f"db/{made.id}" in names


async def test_exports_are_not_taken_for_packs(database: Database) -> None:
    world = await World.create(database, 1, 1, 1)
    await exporting_to(world).export(Progress())
    (number,) = world.memories
    for _ in range(2):
        assert await remove_unnamed(database, number, world.backends[number], 0.0, Progress().worked) == (
            0,
            0,
        )
    assert (await exports_of(world))[0]
    assert not await instances.used_backends(database)
