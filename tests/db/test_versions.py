"""Versions of keys: concurrent changes stay in one order, and listings follow a plain model."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from s3gw.db import buckets, deletion, listings, objects, version_properties
from s3gw.db.deletion import Target
from s3gw.db.objects import Outcome, Precondition
from s3gw.db.records import Body, Properties
from s3gw.db.version_properties import Change
from tests.db.test_races import both, collide
from tests.db.world import World
from tests.invariants import check_versions


@pytest.fixture
async def kept(world: World) -> World:
    """With a bucket that keeps versions."""
    await buckets.set_versioning(world.db, world.bucket.id, "Enabled")
    return world


async def delete(world: World, *targets: Target) -> list[deletion.Deleted]:
    return await deletion.delete_versions(world.db, world.bucket.id, world.account.id, targets)


async def versions(world: World, **members: Any) -> list[tuple[str, str, str]]:
    """Key, id and ETag of all, in the order of the listing."""
    page = await listings.list_versions(world.db, world.bucket.id, **members)
    return [(found.key, found.version_id, found.etag) for found in page.versions]


@both
async def test_two_puts_make_two_versions(kept: World, commit: bool) -> None:
    await kept.put("key", b"old")
    await collide(kept, lambda held: held.put("key", b"a"), lambda free: free.put("key", b"b"), commit)
    expected = ["e-b", "e-a", "e-old"] if commit else ["e-b", "e-old"]
    assert [etag for _, _, etag in await versions(kept)] == expected
    assert await check_versions(kept.db) == []


@both
async def test_two_first_puts_make_two_versions(kept: World, commit: bool) -> None:
    await collide(kept, lambda held: held.put("key", b"a"), lambda free: free.put("key", b"b"), commit)
    assert [etag for _, _, etag in await versions(kept)] == (["e-b", "e-a"] if commit else ["e-b"])


@both
async def test_a_put_against_the_deletion_of_the_current_version(kept: World, commit: bool) -> None:
    await kept.put("key", b"old")
    current = (await kept.put("key", b"current")).version_id
    await collide(
        kept,
        lambda held: delete(held, Target("key", current)),
        lambda free: free.put("key", b"new"),
        commit,
    )
    expected = ["e-new", "e-old"] if commit else ["e-new", "e-current", "e-old"]
    assert [etag for _, _, etag in await versions(kept)] == expected
    assert await check_versions(kept.db) == []


@both
async def test_a_put_against_the_deletion_of_the_last_version(kept: World, commit: bool) -> None:
    only = (await kept.put("key", b"only")).version_id
    await collide(
        kept,
        lambda held: delete(held, Target("key", only)),
        lambda free: free.put("key", b"new"),
        commit,
    )
    assert [etag for _, _, etag in await versions(kept)] == (["e-new"] if commit else ["e-new", "e-only"])
    assert len(await kept.trash()) == int(commit)


@both
async def test_deleting_a_version_that_a_put_makes_noncurrent(kept: World, commit: bool) -> None:
    only = (await kept.put("key", b"only")).version_id
    ended = await collide(
        kept,
        lambda held: held.put("key", b"new"),
        lambda free: delete(free, Target("key", only)),
        commit,
    )
    assert ended == [deletion.Deleted(Outcome.DONE)]
    assert [etag for _, _, etag in await versions(kept)] == (["e-new"] if commit else [])


@both
async def test_if_none_match_against_a_delete_marker(kept: World, commit: bool) -> None:
    await kept.put("key", b"old")
    result = await collide(
        kept,
        lambda held: delete(held, Target("key")),
        lambda free: free.put("key", b"new", precondition=Precondition(if_none_match_any=True)),
        commit,
    )
    assert result.outcome is (Outcome.DONE if commit else Outcome.PRECONDITION_FAILED)


@both
async def test_a_write_heeds_a_change_of_versioning_that_was_under_way(world: World, commit: bool) -> None:
    """Alone and in a batch with another key, what counts is what holds when it is committed."""
    await world.put("key", b"old")

    async def two(free: World) -> list[objects.PublishResult]:
        return list(await asyncio.gather(free.put("key", b"new"), free.put("other", b"new")))

    result = await collide(
        world,
        lambda held: buckets.set_versioning(held.db, held.bucket.id, "Enabled"),
        two,
        commit,
    )
    assert [one.version_id is not None for one in result] == [commit, commit]
    assert await world.count("noncurrent") == int(commit)
    assert len(await world.trash()) == int(not commit)


async def test_a_change_of_versioning_waits_for_writes(world: World) -> None:
    await collide(
        world,
        lambda held: held.put("key", b"old"),
        lambda free: buckets.set_versioning(free.db, free.bucket.id, "Enabled"),
        commit=True,
    )


async def test_many_writers_of_few_keys(kept: World) -> None:
    """Puts, markers and deletions by version at once: whatever their order, the tables stay whole."""
    chance = random.Random(7)

    async def writer(number: int) -> None:
        mine: list[str] = []
        for step in range(6):
            key = chance.choice("ab")
            if mine and chance.random() < 0.5:
                await delete(kept, *(Target(k, mine[-1]) for k in "ba"))
            elif chance.random() < 0.3:
                await delete(kept, Target("b"), Target("a"))
            else:
                result = await kept.put(key, f"{number}-{step}".encode())
                assert result.version_id is not None
                mine.append(result.version_id)
            if number == 0:
                state = "Suspended" if step % 2 else "Enabled"
                await buckets.set_versioning(kept.db, kept.bucket.id, state)

    await asyncio.gather(*(writer(number) for number in range(8)))
    assert await check_versions(kept.db) == []


async def test_random_changes_against_a_model(world: World) -> None:
    """A list of versions a key, the newest first, is all that there is to it."""
    chance = random.Random(11)
    state: str | None = None
    model: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}

    def add(key: str, version: str, etag: str) -> None:
        if version == "null":
            model[key] = [one for one in model[key] if one[0] != "null"]
        model[key].insert(0, (version, etag))

    for step in range(250):
        key = chance.choice("ab")
        chosen = chance.choice([one[0] for one in model[key]] + ["null", "f" * 32])
        action = chance.choice(["put", "put", "copy", "delete", "version", "version", "state"])
        if action == "put":
            result = await world.put(key, str(step).encode())
            add(key, result.version_id or "null", f"e-{step}")
        elif action == "copy":
            result = await objects.publish_copy(
                world.db, world.bucket.id, key, world.account.id, Body(0), f"copy-{step}", Properties()
            )
            add(key, result.version_id or "null", f"copy-{step}")
        elif action == "delete" and state is None:
            (ended,) = await delete(world, Target(key))
            assert (ended.delete_marker, ended.version_id) == (False, None)
            model[key] = []
        elif action == "delete":
            (ended,) = await delete(world, Target(key))
            assert ended.version_id is not None
            assert (ended.version_id == "null") == (state == "Suspended")
            add(key, ended.version_id, "")
        elif action == "version":
            (ended,) = await delete(world, Target(key, chosen))
            gone = [one for one in model[key] if one[0] == chosen]
            assert ended.outcome is (Outcome.DONE if gone else Outcome.MISSING)
            assert ended.delete_marker == any(etag == "" for _, etag in gone)
            model[key] = [one for one in model[key] if one[0] != chosen]
        elif step > 40:
            state = chance.choice(["Enabled", "Enabled", "Suspended"])
            await buckets.set_versioning(world.db, world.bucket.id, state)
        assert await versions(world) == [(key, *one) for key in "ab" for one in model[key]]
    assert await check_versions(world.db) == []
    live = {etag for found in model.values() for _, etag in found if etag.startswith("e-")}
    bodies = await world.db.fetchval(
        "SELECT count(*) FROM (SELECT chunk_id FROM objects UNION ALL SELECT chunk_id FROM noncurrent) b "
        "WHERE chunk_id IS NOT NULL"
    )
    assert bodies == len(live)
    assert await world.count("trash") == await world.count("chunks") - bodies


async def test_a_locked_version_stays(kept: World) -> None:
    version = (await kept.put("key", b"data")).version_id
    for lock, stays in (
        ({"hold": "ON"}, True),
        ({"mode": "COMPLIANCE", "until": "2999-01-01T00:00:00Z"}, True),
        ({"mode": "GOVERNANCE", "until": "2999-01-01T00:00:00Z"}, True),
        ({"mode": "COMPLIANCE", "until": "2001-01-01T00:00:00Z", "hold": "OFF"}, False),
    ):
        await kept.db.execute("UPDATE objects SET lock = $1", lock)
        (ended,) = await delete(kept, Target("key", version))
        assert (ended.outcome is Outcome.LOCKED) == stays
    again = (await kept.put("key", b"data")).version_id
    await kept.db.execute(
        "UPDATE objects SET lock = $1", {"mode": "GOVERNANCE", "until": "2999-01-01T00:00:00Z"}
    )
    (ended,) = await deletion.delete_versions(
        kept.db, kept.bucket.id, kept.account.id, [Target("key", again)], bypass=True
    )
    assert ended.outcome is Outcome.DONE


async def test_pages_of_versions_against_a_model(kept: World) -> None:
    """By every prefix and delimiter, from every place, whole and page by page."""
    chance = random.Random(3)
    names = ["a", "a/", "a/b", "a/b/c", "a/c", "a\U0010ffff", "b", "b/x", "é/"]
    for step in range(40):
        key = chance.choice(names)
        if chance.random() < 0.2:
            await delete(kept, Target(key))
        else:
            await kept.put(key, str(step).encode())
    everything = await versions(kept)
    rows = await kept.db.fetch(
        "SELECT key, version_id FROM (SELECT key, version_seq, version_id FROM objects UNION ALL "
        'SELECT key, version_seq, version_id FROM noncurrent) v ORDER BY key COLLATE "C", version_seq DESC'
    )
    assert [(key, version_id) for key, version_id, _ in everything] == [tuple(row) for row in rows]
    for prefix in ("", "a", "a/", "b"):
        for delimiter in ("", "/", "b"):
            expected: list[str] = []
            for key, version_id, _ in everything:
                if not key.startswith(prefix):
                    continue
                head, cut, _ = key[len(prefix) :].partition(delimiter or "\0")
                entry = prefix + head + cut if cut else version_id
                if entry not in expected:
                    expected.append(entry)
            for limit in (1, 3, 1000):
                assert await walk(kept, prefix, delimiter, limit) == expected


async def walk(world: World, prefix: str, delimiter: str, limit: int) -> list[str]:
    """Common prefixes and version ids, page by page."""
    found: list[str] = []
    key, version_id = "", ""
    while True:
        page = await listings.list_versions(
            world.db, world.bucket.id, prefix, delimiter, key, version_id, limit
        )
        entries = [(v.key, order, v.version_id) for order, v in enumerate(page.versions)]
        entries += [(common, 0, common) for common in page.common_prefixes]
        assert len(entries) <= limit
        found += [name for _, _, name in sorted(entries)]
        if not page.truncated:
            return found
        key, version_id = page.next_key_marker or "", page.next_version_id_marker or ""


async def test_a_page_goes_on_although_what_it_went_to_is_deleted(kept: World) -> None:
    """As clients do that empty a bucket page by page."""
    for key in ("a", "a", "a", "b", "b"):
        await kept.put(key, b"x")
    markers: dict[str, Any] = {}
    while True:
        page = await listings.list_versions(kept.db, kept.bucket.id, limit=2, **markers)
        await delete(kept, *(Target(found.key, found.version_id) for found in page.versions))
        if not page.truncated:
            break
        markers = {
            "key_marker": page.next_key_marker or "",
            "version_id_marker": page.next_version_id_marker or "",
        }
    assert await kept.count("objects") + await kept.count("noncurrent") == 0


async def test_a_long_run_of_delete_markers_does_not_end_a_page(kept: World) -> None:
    await delete(kept, *(Target(f"m/{number:04d}") for number in range(1500)))
    for key in ("a", "m/0700/x", "z"):
        await kept.put(key, b"x")
    page = await listings.list_objects(kept.db, kept.bucket.id, limit=2)
    assert ([found.key for found in page.objects], page.truncated) == (["a", "m/0700/x"], True)
    page = await listings.list_objects(kept.db, kept.bucket.id, after="a", limit=1, delimiter="/")
    assert (page.common_prefixes, page.truncated) == (["m/"], True)
    await delete(kept, Target("m/0700/x"))
    page = await listings.list_objects(kept.db, kept.bucket.id, after="a", limit=1, delimiter="/")
    assert ([found.key for found in page.objects], page.truncated) == (["z"], False)


async def test_properties_of_a_version(kept: World) -> None:
    at = (kept.db, kept.bucket.id, "key")
    assert await version_properties.replace(*at, None, "tags", {}) is Change.MISSING
    first = (await kept.put("key", b"1")).version_id
    await kept.put("key", b"2")
    assert await version_properties.replace(*at, first, "tags", {"a": "1"}) is Change.SET
    assert await version_properties.replace(*at, None, "tags", {"a": "2"}) is Change.SET
    assert await version_properties.exchange(*at, first, "tags", {"a": "2"}, {}) is Change.CHANGED
    assert await version_properties.exchange(*at, first, "tags", {"a": "1"}, {"a": "3"}) is Change.SET
    assert await version_properties.exchange(*at, None, "lock", None, {"hold": "ON"}) is Change.SET
    assert await version_properties.replace(*at, "null", "tags", {}) is Change.MISSING
    found = {}
    for version_id in (first, None):
        version = (await objects.get(kept.db, "bucket", "key", version_id=version_id)).version
        assert version is not None
        found[version_id] = version.properties.extra
    assert found == {first: {"tags": {"a": "3"}}, None: {"tags": {"a": "2"}, "lock": {"hold": "ON"}}}
    await delete(kept, Target("key"))
    assert await version_properties.replace(*at, None, "acl", None) is Change.DELETE_MARKER


@both
async def test_a_property_of_a_version_that_a_put_moves(kept: World, commit: bool) -> None:
    version_id = (await kept.put("key", b"1")).version_id
    changed = await collide(
        kept,
        lambda held: held.put("key", b"2"),
        lambda free: version_properties.replace(free.db, free.bucket.id, "key", version_id, "acl", {"a": 1}),
        commit,
    )
    assert changed is Change.SET
    version = (await objects.get(kept.db, "bucket", "key", version_id=version_id)).version
    assert version is not None
    assert version.properties.extra == {"acl": {"a": 1}}
