"""`s3gw fsck` finds each kind of fault, says which objects it concerns, and mends what can be mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from s3gw import sealing
from s3gw.backends.faults import Fault
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import encryption_keys, packs
from s3gw.db.pool import Database
from s3gw.fsck import keys as keys_of_store
from s3gw.fsck import rows
from s3gw.fsck.check import Fsck
from s3gw.fsck.findings import KINDS, Finding
from s3gw.fsck.packs import Depth
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.sealing import Masters
from s3gw.storage import keys, packformat
from s3gw.storage.store import Layout, Store
from tests.jobs.copies import DOWN, World, clean, filled
from tests.stores import CDC, random_bytes

KIB = 1 << 10
MASTER = bytes(range(32))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once: nothing else runs in these tests."""
    monkeypatch.setattr(rows, "AGAIN", 0.0)
    monkeypatch.setattr("s3gw.fsck.packs.AGAIN", 0.0)


def fsck(
    world: World,
    depth: Depth = Depth(),  # noqa: B008
    *,
    masters: Masters | None = None,
    repair: bool = False,
    rebuild: bool = False,
) -> Fsck:
    settings = replace(Settings(), replicas=world.replicas)
    names = {number: f"b{number}" for number in world.backends}
    return Fsck(
        world.db,
        dict(world.backends),
        names,
        masters or Masters.only(MASTER),
        settings,
        depth,
        repair=repair,
        rebuild=rebuild,
    )


async def found(
    world: World,
    depth: Depth = Depth(),  # noqa: B008
    *,
    repair: bool = False,
    rebuild: bool = False,
) -> list[Finding]:
    return [finding async for finding in fsck(world, depth, repair=repair, rebuild=rebuild).run()]


def kinds(findings: list[Finding]) -> list[str]:
    return sorted(finding.kind for finding in findings)


DEEP = Depth(bytes=True)


async def sealed(database: Database, backends: int = 2, replicas: int = 2) -> World:
    world = await World.create(database, backends, replicas, replicas)
    await filled(world)
    await world.close()
    return world


def memory_of(world: World, blob: str) -> Memory:
    return next(memory for memory in world.memories.values() if blob in memory._blobs)


async def first_copy(world: World, pack: int | None = None) -> tuple[str, Memory]:
    name = await world.db.fetchval(
        "SELECT name FROM replicas WHERE pack_id = coalesce($1, pack_id) ORDER BY pack_id, name LIMIT 1", pack
    )
    return name.hex, memory_of(world, name.hex)


@pytest.mark.parametrize("depth", [Depth(frames=False), Depth(), DEEP])
async def test_nothing_is_found_of_a_whole_store(database: Database, depth: Depth) -> None:
    world = await sealed(database)
    store = await world.store()  # with an open pack in it
    await world.keys.put(store, "small", random_bytes(500))
    await world.keys.put(store, "open", random_bytes(900 * KIB, 7))
    await world.keys.copy("open", "copy")
    await world.keys.put(store, "zeros", bytes(3 << 20))
    await world.keys.put(store, "empty", b"")
    await world.keys.delete("key-0")
    check = fsck(world, depth)
    assert [one async for one in check.run()] == []
    assert check.progress.counts["packs"] == 4
    assert check.progress.counts["copies"] == 8
    assert check.progress.counts["chunks"] > 8
    assert check.progress.counts.get("unverified", 0) == 0
    await world.close()


async def test_a_missing_copy_is_made_anew(database: Database) -> None:
    world = await sealed(database)
    name, memory = await first_copy(world)
    await memory.delete(name)
    assert kinds(await found(world, Depth(frames=False))) == ["copy-missing"]
    (finding,) = await found(world)
    assert finding.kind == "copy-missing"
    assert name in finding.subject
    assert finding.counts
    (finding,) = await found(world, repair=True)
    assert finding.mended
    assert not finding.counts
    await world.balancer.repair(Progress())
    assert await found(world, DEEP) == []
    await clean(world)


@pytest.mark.parametrize(
    ("harm", "depth", "kind"),
    [
        (lambda data: data[:-9000], Depth(frames=False), "copy-short"),
        (lambda data: data[:200_000] + bytes(len(data) - 200_000), Depth(), "copy-damaged"),
        (lambda data: data[:99_000] + bytes([data[99_000] ^ 1]) + data[99_001:], DEEP, "copy-damaged"),
    ],
)
async def test_a_damaged_copy_is_told(
    database: Database, harm: Callable[[bytes], bytes], depth: Depth, kind: str
) -> None:
    world = await sealed(database)
    name, memory = await first_copy(world)
    memory._blobs[name].data = bytearray(harm(bytes(memory._blobs[name].data)))
    (finding,) = await found(world, depth, repair=True)
    assert finding.kind == kind
    await world.balancer.repair(Progress())
    assert await found(world, DEEP) == []


async def test_what_no_copy_has_is_told_by_its_objects(database: Database) -> None:
    world = await sealed(database)
    await world.keys.copy("key-0", "copy")
    pack = await database.fetchval("SELECT min(id) FROM packs")
    for row in await database.fetch("SELECT name FROM replicas WHERE pack_id = $1", pack):
        await memory_of(world, row["name"].hex).delete(row["name"].hex)
    findings = await found(world, repair=True)
    assert kinds(findings) == ["chunk-lost", "copy-missing", "copy-missing"]
    (lost,) = [one for one in findings if one.kind == "chunk-lost"]
    assert list(lost.objects) == ["s3://bucket/copy (version null)", "s3://bucket/key-0 (version null)"]
    assert all(one.counts for one in findings)


async def test_what_is_lost_of_the_trash_is_no_loss(database: Database) -> None:
    world = await sealed(database, 1, 1)
    name, memory = await first_copy(world)
    await world.keys.delete("key-0")
    await memory.delete(name)
    assert kinds(await found(world)) == ["chunk-unneeded", "copy-missing"]
    await clean(world)
    assert await found(world) == []


async def test_what_an_upload_needs_is_lost(database: Database) -> None:
    world = await sealed(database, 1, 1)
    await database.execute(
        """
        WITH moved AS (DELETE FROM objects WHERE key = 'key-0' RETURNING *), upload AS (
            INSERT INTO uploads (bucket_id, key, account_id) SELECT bucket_id, key, account_id FROM moved
            RETURNING id
        )
        INSERT INTO parts (upload_id, part_number, size, manifest_id, etag)
        SELECT upload.id, 3, size, manifest_id, etag FROM moved, upload
        """
    )
    name, memory = await first_copy(world)
    await memory.delete(name)
    (lost,) = [one for one in await found(world) if one.kind == "chunk-lost"]
    assert "part 3 of upload" in lost.objects[0]


async def test_what_is_on_a_backend_that_is_down_is_not_called_lost(database: Database) -> None:
    world = await sealed(database)
    first, second = world.backends
    names = await database.fetch("SELECT name FROM replicas WHERE backend_id = $1", second)
    await world.memories[second].delete(names[0]["name"].hex)
    world.backends[first].script(*(Fault(method, DOWN, count=None) for method in ("size", "read")))
    check = fsck(world)
    ring = await keys_of_store.ring(world.db, Masters.only(MASTER))
    told = sorted([finding.kind async for finding in check._packs(ring, set())])
    assert told == ["chunk-unsure", "copy-missing", "copy-unread", "copy-unread", "copy-unread"]


Harm = Callable[[Database], Awaitable[object]]


def sql(*statements: str) -> Harm:
    async def harm(db: Database) -> None:
        async with db.transaction() as connection:
            await connection.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement)

    return harm


@pytest.mark.parametrize(
    ("harm", "kind", "objects"),
    [
        (sql("DELETE FROM manifest_chunks WHERE byte_offset > 0"), "manifest-broken", True),
        (
            sql("UPDATE manifest_chunks SET byte_offset = byte_offset + 1 WHERE byte_offset > 0"),
            "manifest-broken",
            True,
        ),
        (
            sql("DELETE FROM chunks WHERE id = (SELECT max(chunk_id) FROM manifest_chunks)"),
            "manifest-broken",
            True,
        ),
        (sql("UPDATE objects SET size = size + 1 WHERE key = 'key-1'"), "body-wrong", True),
        (sql("UPDATE objects SET manifest_id = NULL WHERE key = 'key-1'"), "body-wrong", True),
        (sql("UPDATE objects SET parts_count = 2 WHERE key = 'key-1'"), "body-wrong", True),
        (sql("UPDATE pieces SET byte_offset = byte_offset + 1, length = length - 1"), "body-wrong", True),
        (sql("UPDATE pieces SET start = start + 1"), "body-wrong", True),
        (
            sql("UPDATE chunks SET frame_offset = 1 << 30 WHERE pack_id = (SELECT min(id) FROM packs)"),
            "chunk-impossible",
            True,
        ),
        (sql("DELETE FROM replicas WHERE pack_id = (SELECT min(id) FROM packs)"), "pack-without-copy", False),
        (
            sql("UPDATE chunks SET data = set_byte(data, 3, 255 - get_byte(data, 3)) WHERE data IS NOT NULL"),
            "inline-damaged",
            True,
        ),
        (
            sql("INSERT INTO noncurrent SELECT * FROM objects WHERE key = 'key-1'"),
            "body-wrong",
            True,
        ),
    ],
)
@pytest.mark.slow
async def test_rows_that_do_not_fit_are_told_with_their_objects(
    database: Database, harm: Harm, kind: str, objects: bool
) -> None:
    world = await sealed(database, 1, 1)
    store = await world.store()
    await world.keys.put(store, "small", random_bytes(500, 9))
    await world.close()
    await database.execute(
        "INSERT INTO pieces (pieces_id, byte_offset, manifest_id, start, length)"
        " SELECT nextval('pieces_ids'), 0, manifest_id, 0, size FROM objects WHERE key = 'key-0'"
    )
    await database.execute(
        "UPDATE objects SET manifest_id = NULL, pieces_id = (SELECT max(pieces_id) FROM pieces)"
        " WHERE key = 'key-0'"
    )
    assert await found(world, DEEP) == []
    await harm(database)
    findings = [one for one in await found(world, DEEP) if one.kind == kind]
    assert findings
    assert all(one.counts for one in findings)
    assert any(one.objects for one in findings) is objects


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (sql("INSERT INTO manifests (size) VALUES (0)"), "manifest-leaked"),
        (
            sql(
                "INSERT INTO chunks (domain_id, length, codec, digest, data)"
                " VALUES (0, 1, 0, decode(repeat('00', 32), 'hex'), '0')"
            ),
            "chunk-leaked",
        ),
        (
            sql(
                "INSERT INTO packs (size) VALUES (0)",
                "INSERT INTO replicas (pack_id, backend_id, ready)"
                " SELECT (SELECT max(id) FROM packs), min(id), false FROM backends",
            ),
            "pack-leaked",
        ),
        (
            sql(
                "INSERT INTO manifests (size) VALUES (1)",
                "INSERT INTO manifest_chunks (manifest_id, byte_offset) SELECT max(id), 0 FROM manifests",
                "INSERT INTO pieces (pieces_id, byte_offset, manifest_id, start, length)"
                " SELECT nextval('pieces_ids'), 0, max(id), 0, 1 FROM manifests",
            ),
            "pieces-leaked",
        ),
        (
            sql("UPDATE replicas SET ready = false, created_at = now() - interval '2 days'"),
            "copy-unfinished",
        ),
        (
            sql(
                "DELETE FROM replicas WHERE backend_id = (SELECT max(id) FROM backends)",
                "DELETE FROM repairs",
            ),
            "copies-too-few",
        ),
        (
            sql("SELECT setval(pg_get_serial_sequence('packs', 'id'), 1)"),
            "numbers-behind",
        ),
        (sql("SELECT setval('version_seqs', 1)"), "numbers-behind"),
    ],
)
@pytest.mark.slow
async def test_what_leaks_or_lacks_is_mended(database: Database, harm: Harm, kind: str) -> None:
    world = await sealed(database)
    await database.execute("DELETE FROM compaction_queue")
    await harm(database)
    assert kind in kinds(await found(world))
    mended = [one for one in await found(world, repair=True) if one.kind == kind]
    assert mended
    assert all(one.mended for one in mended)
    if kind == "copy-unfinished":
        return  # with no ready copy at all there is nothing to copy from
    await world.balancer.repair(Progress())
    await collect_now(database, dict(world.backends), Margins())
    await clean(world)
    assert await found(world, DEEP) == []


async def encrypted(database: Database) -> tuple[World, Store]:
    await keys.create(database, encryption_keys.STORE, MASTER)
    world = await World.create(database, 1, 1, 1)
    store = await world.store()
    return world, store


async def test_without_the_master_key_it_is_said_what_is_lost(database: Database) -> None:
    world, store = await encrypted(database)
    domain, number = await database.fetchrow(  # type: ignore[misc]
        "SELECT o.id, d.id FROM domains o JOIN data_keys d ON d.key_id = o.key_id"
    )
    del number
    ring = keys.Keys(database, MASTER)
    await ring.load()
    layout = Layout("cdc-256k", hints=False, compression=True, domain_id=domain, key=ring.default)
    await world.keys.put(store, "secret", random_bytes(700 * KIB), layout)
    await world.keys.put(store, "open", random_bytes(700 * KIB, 1), CDC)
    await world.close()
    assert await found(world, DEEP) == []
    check = fsck(world, DEEP, masters=Masters.only(None))
    (finding,) = [one async for one in check.run()]
    assert finding.kind == "key-lost"
    assert sealing.master_id(MASTER) in finding.what
    assert "(store)" in finding.subject
    assert list(finding.objects) == ["s3://bucket/secret (version null)"]
    assert check.progress.counts["unverified"] > 0


# Rebuilding ----------------------------------------------------------------------------------------------


async def test_packs_without_rows_are_taken_back(database: Database) -> None:
    """After a restore of an older backup: what was written since is there, and no row names it."""
    world = await sealed(database)
    before = await database.fetch("SELECT id, size FROM packs ORDER BY id")
    chunks = await database.fetch(
        "SELECT domain_id, digest, pack_id, frame_offset, length FROM chunks ORDER BY 2"
    )
    await sql(
        "DELETE FROM objects",
        "DELETE FROM manifest_chunks",
        "DELETE FROM manifests",
        "DELETE FROM chunks",
        "DELETE FROM replicas",
        "DELETE FROM packs",
        "DELETE FROM candidates",
    )(database)
    (first, second) = await found(world)
    assert (first.kind, second.kind) == ("file-unnamed", "file-unnamed")
    assert not first.counts
    check = fsck(world, DEEP, rebuild=True)
    assert [one async for one in check.run()] == []
    assert check.rebuilt is not None
    assert (check.rebuilt.packs, check.rebuilt.copies, check.rebuilt.refused) == (3, 3, 0)
    assert await database.fetch("SELECT id, size FROM packs ORDER BY id") == before
    again = await database.fetch(
        "SELECT domain_id, digest, pack_id, frame_offset, length FROM chunks ORDER BY 2"
    )
    assert again == chunks
    # What is uploaded again costs nothing; what nobody uploads is let go.
    store = await world.store()
    await world.keys.put(store, "key-0", random_bytes(700 * KIB, 0))
    assert await database.fetchval("SELECT count(*) FROM packs") == 3
    assert await world.keys.get(store, "key-0") == random_bytes(700 * KIB, 0)
    await world.close()
    assert set(kinds(await found(world, repair=True))) == {"chunk-leaked"}
    await clean(world)
    assert await database.fetchval("SELECT count(*) FROM packs") == 1
    assert await found(world, DEEP) == []


async def test_objects_whose_chunks_lost_their_rows_are_not_connected_again(database: Database) -> None:
    """Packs do not know the numbers by which objects name chunks, and it is said what would have them."""
    world = await sealed(database)
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")  # without foreign keys
        await connection.execute("DELETE FROM chunks WHERE pack_id = (SELECT min(id) FROM packs)")
        await connection.execute("DELETE FROM replicas WHERE pack_id = (SELECT min(id) FROM packs)")
        await connection.execute("DELETE FROM packs WHERE id = (SELECT min(id) FROM packs)")
    check = fsck(world, DEEP, rebuild=True)
    findings = [one async for one in check.run()]
    assert check.rebuilt is not None
    assert check.rebuilt.made > 0
    for told in (findings, await found(world, DEEP)):
        (broken,) = [one for one in told if one.kind == "manifest-broken"]
        assert broken.objects == ["s3://bucket/key-0 (version null)"]
        assert "backup" in broken.about.advice
    # Uploaded again it costs nothing.
    before = await database.fetchval("SELECT count(*) FROM packs")
    await world.keys.put(await world.store(), "key-0", random_bytes(700 * KIB, 0))
    assert await database.fetchval("SELECT count(*) FROM packs") == before
    await world.close()


async def test_packs_get_no_id_of_a_file_that_is_newer_than_the_database(database: Database) -> None:
    """A dump that was restored by other means does not know which ids were given out since."""
    world = await sealed(database, 1, 1)
    (memory,) = world.memories.values()
    store_id = await packs.store_id(database)
    await memory.put("0e" * 16, [packformat.build_header(UUID(int=1000), store_id, 1), bytes(5000)])
    assert kinds(await found(world)) == ["file-unnamed", "numbers-behind"]
    assert kinds(await found(world, repair=True)) == ["file-unnamed", "numbers-behind"]
    assert kinds(await found(world)) == ["file-unnamed"]
    assert await database.fetchval("SELECT nextval(pg_get_serial_sequence('packs', 'id'))") > 1000


async def test_what_compaction_moved_after_the_backup_is_found_in_its_new_pack(database: Database) -> None:
    """Rows of a backup name a pack that is gone; its chunks are in a newer one, which no row names."""
    world = await sealed(database, 1, 1)
    (memory,) = world.memories.values()
    row = await database.fetchrow(
        "SELECT r.name, p.id FROM replicas r JOIN packs p ON p.id = r.pack_id LIMIT 1"
    )
    assert row is not None
    moved = "00" * 15 + "01"
    await memory.put(moved, [bytes(memory._blobs[row["name"].hex].data)])
    head = bytearray(memory._blobs[moved].data[:64])
    parsed = packformat.parse_header(head)
    store_id = await packs.store_id(database)
    other = packformat.build_header(UUID(int=1 << 40), store_id, parsed.created)
    memory._blobs[moved].data[:64] = other
    await memory.delete(row["name"].hex)
    assert "chunk-lost" in kinds(await found(world))
    findings = await found(world, DEEP, rebuild=True)
    assert kinds(findings) == ["copy-missing"]
    store = await world.store()
    for seed in range(3):
        assert await world.keys.get(store, f"key-{seed}") == random_bytes(700 * KIB, seed)
    await world.close()
    assert await database.fetchval("SELECT count(*) FROM packs WHERE id = $1", 1 << 40) == 0
    await clean(world)
    assert await found(world, DEEP) == []


async def test_what_is_damaged_is_not_taken_back(database: Database) -> None:
    world = await sealed(database, 1, 1)
    (memory,) = world.memories.values()
    row = await database.fetchrow("SELECT name, pack_id FROM replicas ORDER BY pack_id LIMIT 1")
    assert row is not None
    await sql(
        f"DELETE FROM replicas WHERE pack_id = {row['pack_id']}",
        f"UPDATE chunks SET pack_id = pack_id WHERE pack_id = {row['pack_id']}",
    )(database)
    data = memory._blobs[row["name"].hex].data
    data[300_000] ^= 1
    check = fsck(world, DEEP, rebuild=True)
    findings = [one async for one in check.run()]
    assert check.rebuilt is not None
    assert check.rebuilt.refused == 1
    assert check.rebuilt.moved >= 1
    (lost,) = [one for one in findings if one.kind == "chunk-lost"]
    assert list(lost.objects) == ["s3://bucket/key-0 (version null)"]


async def test_files_of_another_store_are_left_alone(database: Database) -> None:
    world = await sealed(database, 1, 1)
    (memory,) = world.memories.values()
    await memory.put("0f" * 16, [packformat.build_header(UUID(int=7), UUID(int=8), 1), bytes(5000)])
    for rebuild in (False, True):
        (finding,) = await found(world, rebuild=rebuild)
        assert finding.kind == "file-foreign"
        assert not finding.counts


def test_every_finding_is_explained() -> None:
    for kind in KINDS.values():
        assert kind.meaning.endswith(".")
        assert not kind.advice.endswith(".")
