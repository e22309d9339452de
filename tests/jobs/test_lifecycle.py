"""What is due by the rules of a bucket goes, and nothing else; also when somebody writes meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from s3gw import pauses
from s3gw.db import accounts, bucket_settings, buckets, lifecycle, uploads, version_properties
from s3gw.db.buckets import set_versioning
from s3gw.db.deletion import Target, delete_versions
from s3gw.db.pool import Database
from s3gw.db.records import Properties
from s3gw.jobs import lifecycle as job
from s3gw.jobs.job import Progress
from s3gw.jobs.lifecycle import Lifecycle
from s3gw.lifecycle.rules import Calendar
from tests.db.world import World


@pytest.fixture(autouse=True)
def no_hooks_left() -> AsyncIterator[None]:  # type: ignore[misc]
    yield
    pauses.install(None)


@pytest.fixture
async def world(database: Database) -> World:
    account = await accounts.ensure_root(database)
    bucket, _ = await buckets.create(database, "bucket", account.id, "us-east-1", "cdc-256k", True)
    return World(database, account, bucket)


async def put_rules(world: World, *rules: dict[str, Any]) -> None:
    """Rules as they are kept."""
    named = [
        {"id": f"rule{place}", "enabled": True, "prefix": "", **rule} for place, rule in enumerate(rules, 1)
    ]
    document = {"revision": uuid4().hex, "minimum": "all_storage_classes_128K", "rules": named}
    await bucket_settings.put(world.db, world.bucket.id, "lifecycle", document)


async def older(world: World, days: float, keys: str = "%") -> None:
    """Everything there is of those keys is so many days older."""
    for table, column in (
        ("objects", "modified_at"),
        ("noncurrent", "modified_at"),
        ("uploads", "initiated_at"),
    ):
        await world.db.execute(
            f"UPDATE {table} SET {column} = {column} - $1::interval WHERE key LIKE $2",
            timedelta(days=days),
            keys,
        )


async def run(world: World, **more: Any) -> dict[str, int]:
    """One run, as if it were another day; what it did."""
    await world.db.execute("UPDATE lifecycle_passes SET began_at = began_at - interval '1 day'")
    progress = Progress()
    await Lifecycle(world.db, **more).run(progress)
    return {name: count for name, count in progress.counts.items() if count and name != "buckets"}


async def keys(world: World) -> dict[str, str]:
    """The current version of each key: its ETag, or "marker"."""
    rows = await world.db.fetch("SELECT key, etag, delete_marker FROM objects ORDER BY key")
    return {row["key"]: "marker" if row["delete_marker"] else row["etag"] for row in rows}


async def behind(world: World) -> list[tuple[str, str]]:
    rows = await world.db.fetch(
        "SELECT key, etag, delete_marker FROM noncurrent ORDER BY key, version_seq DESC"
    )
    return [(row["key"], "marker" if row["delete_marker"] else row["etag"]) for row in rows]


async def test_objects_expire_after_days(world: World) -> None:
    for key in ("keep/1", "log/1", "log/2", "tmp/1"):
        await world.put(key, b"x")
    await put_rules(world, {"prefix": "log/", "days": 2}, {"prefix": "tmp/", "days": 9})
    assert await run(world) == {}
    await older(world, 3, "log/1")
    await older(world, 3, "keep/1")
    assert await run(world) == {"current": 1}
    assert list(await keys(world)) == ["keep/1", "log/2", "tmp/1"]
    assert len(await world.trash()) == 1
    await older(world, 8)
    assert await run(world) == {"current": 1}
    await older(world, 2)
    assert await run(world) == {"current": 1}
    assert list(await keys(world)) == ["keep/1"]


async def test_once_a_day_and_for_new_rules(world: World) -> None:
    await put_rules(world, {"days": 1})
    await run(world)
    await world.put("key", b"x")
    await older(world, 5)
    progress = Progress()
    await Lifecycle(world.db).run(progress)
    assert progress.counts == {}
    await put_rules(world, {"days": 1})
    await Lifecycle(world.db).run(progress)
    assert progress.counts["current"] == 1


async def test_filters_and_dates(world: World) -> None:
    await world.put("tagged", b"x", properties=Properties(extra={"tags": {"a": "1", "b": "2"}}))
    await world.put("other", b"x", properties=Properties(extra={"tags": {"a": "2"}}))
    await world.put("large", b"x" * 100)
    await world.put("past/1", b"x")
    await world.put("future/1", b"x")
    await older(world, 5, "%d")
    await older(world, 5, "other")
    await older(world, 5, "large")
    await put_rules(
        world,
        {"filter": {"tag": ["a", "1"]}, "days": 1},
        {"filter": {"larger": 50}, "days": 1},
        {"prefix": "past/", "date": "2015-01-01T00:00:00.000Z"},
        {"prefix": "future/", "date": "2099-01-01T00:00:00.000Z"},
        {"enabled": False, "days": 1},
    )
    assert await run(world) == {"current": 3}
    assert list(await keys(world)) == ["future/1", "other"]


async def test_a_versioned_bucket_gets_markers_which_go_when_they_are_alone(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    await world.put("key", b"1")
    await put_rules(world, {"days": 1, "noncurrent_days": 3})
    await older(world, 2)
    assert await run(world) == {"current": 1}
    assert await keys(world) == {"key": "marker"}
    assert await behind(world) == [("key", "e-1")]
    owner = await world.db.fetchval("SELECT account_id FROM objects")
    assert owner == world.account.id
    await older(world, 2.5)
    assert await run(world) == {}
    await older(world, 2)
    assert await run(world) == {"noncurrent": 1}
    assert await behind(world) == []
    assert await run(world) == {"markers": 1}
    assert await keys(world) == {}


async def test_suspended_versioning(world: World) -> None:
    await world.put("null", b"0")
    await set_versioning(world.db, world.bucket.id, "Enabled")
    await world.put("both", b"1")
    await set_versioning(world.db, world.bucket.id, "Suspended")
    await put_rules(world, {"days": 1})
    await older(world, 3)
    assert await run(world) == {"current": 2}
    assert await keys(world) == {"both": "marker", "null": "marker"}
    assert await behind(world) == [("both", "e-1")]
    assert await world.db.fetch("SELECT 1 FROM objects WHERE version_id IS NOT NULL") == []


async def test_markers_alone(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    for key in ("alone", "over", "elsewhere"):
        await world.put(key, b"1")
        await delete_versions(world.db, world.bucket.id, world.account.id, [Target(key)])
    await world.db.execute("DELETE FROM noncurrent WHERE key <> 'over'")
    await put_rules(
        world, {"prefix": "", "markers": True, "enabled": False}, {"prefix": "a", "markers": True}
    )
    await older(world, 2)
    assert await run(world) == {"markers": 1}
    assert await keys(world) == {"elsewhere": "marker", "over": "marker"}
    await put_rules(world, {"prefix": "", "markers": True})
    assert await run(world) == {"markers": 1}
    assert await keys(world) == {"over": "marker"}


async def test_noncurrent_versions_of_which_some_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_LOOK_AT", 3)
    await set_versioning(world.db, world.bucket.id, "Enabled")
    for key in ("a", "b"):
        for number in range(8):
            await world.put(key, b"%d" % number)
    await put_rules(world, {"noncurrent_days": 1, "newer": 2})
    await older(world, 2.5)
    assert await run(world) == {"noncurrent": 10}
    assert await behind(world) == [("a", "e-6"), ("a", "e-5"), ("b", "e-6"), ("b", "e-5")]
    assert await keys(world) == {"a": "e-7", "b": "e-7"}


async def test_since_when_a_version_is_noncurrent(world: World) -> None:
    """It counts from when its successor was written, whatever its own age."""
    await set_versioning(world.db, world.bucket.id, "Enabled")
    await world.put("key", b"old")
    await older(world, 100)
    await world.put("key", b"new")
    await put_rules(world, {"noncurrent_days": 30})
    assert await run(world) == {}
    await older(world, 31)
    assert await run(world) == {"noncurrent": 1}


async def test_locked_versions_stay(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    for lock in (
        {"hold": "ON"},
        {"mode": "COMPLIANCE", "until": "2999-01-01T00:00:00Z"},
        {"mode": "GOVERNANCE", "until": "2999-01-01T00:00:00Z"},
        {"mode": "COMPLIANCE", "until": "2000-01-01T00:00:00Z"},
    ):
        await world.put("key", b"x", properties=Properties(extra={"lock": lock}))
    await world.put("key", b"y")
    await put_rules(world, {"noncurrent_days": 1, "days": 1})
    await older(world, 3)
    assert await run(world) == {"current": 1, "noncurrent": 1}  # what was locked until the year 2000
    await older(world, 3)
    assert await run(world) == {"noncurrent": 1}
    assert len(await behind(world)) == 3


async def test_uploads_are_aborted(world: World) -> None:
    for key in ("log/1", "log/2", "other"):
        upload = await uploads.create(world.db, world.bucket.id, key, world.account.id, Properties())
        assert upload is not None
        await uploads.put_part(world.db, upload, 1, await world.manifest(b"part"), "etag", {})
    await older(world, 3, "log/1")
    await older(world, 3, "other")
    await put_rules(world, {"prefix": "log/", "abort_days": 2})
    assert await run(world) == {"uploads": 1}
    left = await world.db.fetch("SELECT key FROM uploads ORDER BY key")
    assert [row["key"] for row in left] == ["log/2", "other"]
    assert len(await world.trash()) == 1


async def test_moves_to_other_classes(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    for key in ("small", "large", "archive/1"):
        await world.put(key, b"1")
        await world.put(key, b"2")
    for table in ("objects", "noncurrent"):
        await world.db.execute(f"UPDATE {table} SET size = 200000 WHERE key <> 'small'")
    await put_rules(
        world,
        {
            "transitions": [{"class": "STANDARD_IA", "days": 30}, {"class": "GLACIER_IR", "days": 60}],
            "noncurrent_transitions": [{"class": "ONEZONE_IA", "days": 30}],
        },
        {"prefix": "archive/", "transitions": [{"class": "DEEP_ARCHIVE", "days": 1}]},
    )
    await older(world, 32)
    assert await run(world) == {"moved": 4}
    assert await run(world) == {}
    await older(world, 32)
    assert await run(world) == {"moved": 1}
    rows = await world.db.fetch(
        "SELECT key, storage_class FROM objects UNION SELECT key || '-', storage_class FROM noncurrent"
    )
    assert {row["key"]: row["storage_class"] for row in rows} == {
        "small": "STANDARD",
        "small-": "STANDARD",
        "large": "GLACIER_IR",
        "large-": "ONEZONE_IA",
        "archive/1": "DEEP_ARCHIVE",
        "archive/1-": "ONEZONE_IA",
    }


async def test_a_pass_goes_on_where_it_was_broken_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_LOOK_AT", 2)
    for number in range(10):
        await world.put(f"a/{number}", b"x")
        await world.put(f"b/{number}", b"x")
    await older(world, 3)
    await put_rules(world, {"prefix": "a/", "days": 1}, {"prefix": "b/", "days": 1})
    looked: list[str] = []

    async def broken(point: str) -> None:
        looked.append(point)
        if len(looked) == 8:
            raise RuntimeError

    pauses.install(broken)
    with pytest.raises(RuntimeError):
        await run(world)
    pauses.install(None)
    assert len(await keys(world)) == 20 - 12
    row = await world.db.fetchrow("SELECT step, place FROM lifecycle_passes")
    assert row is not None
    assert (row["step"], row["place"]) == ("current", "b/1")
    await world.put("a/0", b"again")
    await older(world, 3, "a/0")
    assert await run(world) == {"current": 8}
    assert await keys(world) == {"a/0": "e-again"}
    assert await run(world) == {"current": 1}


async def test_short_days_of_tests(world: World) -> None:
    await world.put("key", b"x")
    await put_rules(world, {"days": 1})
    assert await run(world, calendar=Calendar(10)) == {}
    await older(world, 10.5 / 86400)
    assert await run(world, calendar=Calendar(10)) == {"current": 1}


Change = Callable[[World], Coroutine[Any, Any, Any]]


async def _overwrite(world: World) -> None:
    await world.put("key", b"new")


async def _tag(world: World) -> None:
    await version_properties.replace(world.db, world.bucket.id, "key", None, "tags", {"keep": "yes"})


async def _delete(world: World) -> None:
    await delete_versions(world.db, world.bucket.id, world.account.id, [Target("key")])


async def _other_rules(world: World) -> None:
    await put_rules(world, {"days": 1000})


async def _no_rules(world: World) -> None:
    await bucket_settings.delete(world.db, world.bucket.id, "lifecycle")


CHANGES: list[Change] = [_overwrite, _tag, _delete, _other_rules, _no_rules]


async def test_nothing_goes_that_was_changed_meanwhile(world: World) -> None:
    """The change comes after the version was found to be due, and before it would go."""

    async def meanwhile(point: str) -> None:
        pauses.install(None)
        assert point == "lifecycle.judged"
        await change(world)

    for versioning in (None, "Enabled", "Suspended"):
        if versioning is not None:
            await set_versioning(world.db, world.bucket.id, versioning)
        for change in CHANGES:
            await world.db.execute("DELETE FROM objects")
            await world.db.execute("DELETE FROM noncurrent")
            await world.put("key", b"due")
            await older(world, 3)
            await put_rules(world, {"days": 1})
            before = await keys(world)
            pauses.install(meanwhile)
            assert await run(world) == {}
            expected: dict[Change, dict[str, str]] = {
                _overwrite: {"key": "e-new"},
                _delete: {} if versioning is None else {"key": "marker"},
            }
            assert await keys(world) == expected.get(change, before), (change, versioning)


async def test_a_change_in_the_middle_does_not_keep_others(world: World) -> None:
    for key in ("a", "key", "z"):
        await world.put(key, b"due")
    await older(world, 3)
    await put_rules(world, {"days": 1})

    async def meanwhile(_: str) -> None:
        pauses.install(None)
        await _overwrite(world)

    pauses.install(meanwhile)
    assert await run(world) == {"current": 2}
    assert await keys(world) == {"key": "e-new"}


async def test_a_version_that_is_needed_again_stays(world: World) -> None:
    """Newer ones were deleted meanwhile: of the count to be kept, and of the current version."""
    await set_versioning(world.db, world.bucket.id, "Enabled")
    for number in range(4):
        await world.put("key", b"%d" % number)
    await put_rules(world, {"noncurrent_days": 1, "newer": 2})
    await older(world, 3)
    version = await world.db.fetchval("SELECT version_id FROM noncurrent WHERE etag = 'e-2'")

    async def meanwhile(_: str) -> None:
        pauses.install(None)
        await delete_versions(world.db, world.bucket.id, world.account.id, [Target("key", version)])

    pauses.install(meanwhile)
    assert await run(world) == {}
    assert await behind(world) == [("key", "e-1"), ("key", "e-0")]


async def test_a_version_that_became_current_again_stays(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    await world.put("key", b"1")
    await world.put("key", b"2")
    await put_rules(world, {"noncurrent_days": 1})
    await older(world, 3)
    version = await world.db.fetchval("SELECT version_id FROM objects")

    async def meanwhile(_: str) -> None:
        pauses.install(None)
        await delete_versions(world.db, world.bucket.id, world.account.id, [Target("key", version)])

    pauses.install(meanwhile)
    assert await run(world) == {}
    assert await keys(world) == {"key": "e-1"}


async def test_a_marker_that_is_not_alone_any_more_stays(world: World) -> None:
    await set_versioning(world.db, world.bucket.id, "Enabled")
    await delete_versions(world.db, world.bucket.id, world.account.id, [Target("key")])
    await put_rules(world, {"markers": True})
    await older(world, 3)

    async def meanwhile(_: str) -> None:
        pauses.install(None)
        await _overwrite(world)

    pauses.install(meanwhile)
    assert await run(world) == {}
    assert (await keys(world), await behind(world)) == ({"key": "e-new"}, [("key", "marker")])


async def test_an_upload_that_is_completed_meanwhile(world: World) -> None:
    identifier = await uploads.create(world.db, world.bucket.id, "key", world.account.id, Properties())
    assert identifier is not None
    await uploads.put_part(world.db, identifier, 1, await world.manifest(b"part"), "etag", {})
    await put_rules(world, {"abort_days": 1})
    await older(world, 3)

    async def meanwhile(_: str) -> None:
        pauses.install(None)
        upload = await uploads.get(world.db, world.bucket.id, "key", identifier)
        assert upload is not None
        await uploads.complete(world.db, upload, world.account.id, [(1, "etag")], "e-all", {}, {})

    pauses.install(meanwhile)
    assert await run(world) == {}
    assert await keys(world) == {"key": "e-all"}
    assert await lifecycle.next_due(world.db, 86400.0) is None


async def test_new_rules_wait_for_what_is_under_way(world: World, database: Database) -> None:
    """Whoever has put rules and was answered sees nothing go by the old ones."""
    await put_rules(world, {"days": 1})
    revision = await world.db.fetchval("SELECT document ->> 'revision' FROM bucket_settings")
    async with database.transaction() as connection:
        await connection.fetch("SELECT * FROM lock_rules($1, $2)", world.bucket.id, revision)
        skipped = await database.fetch(
            "SELECT 1 FROM bucket_settings WHERE kind = 'lifecycle' FOR NO KEY UPDATE SKIP LOCKED"
        )
        assert skipped == []
