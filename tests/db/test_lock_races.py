"""Object lock against deletions and writes: one session is held inside its transaction, another waits."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.db import buckets, deletion, locks, objects
from s3gw.db.buckets import Versioning
from s3gw.db.deletion import Deleted, Target
from s3gw.db.locks import Configured, Locked
from s3gw.db.outcomes import Outcome
from s3gw.db.records import Properties
from tests.db.test_races import both, collide
from tests.db.world import World

FAR, FARTHER = "2999-01-01T00:00:00.000Z", "2999-01-02T00:00:00.000Z"
COMPLIANCE = {"mode": "COMPLIANCE", "until": FAR}
GOVERNANCE = {"mode": "GOVERNANCE", "until": FAR}


@pytest.fixture
async def locking(world: World) -> World:
    """With a bucket that locks objects."""
    await buckets.set_versioning(world.db, world.bucket.id, "Enabled")
    assert await locks.configure(world.db, world.bucket.id, None) is Configured.SET
    return world


async def retain(
    world: World, version: str, retention: dict[str, Any] | None, *, bypass: bool = False
) -> Locked:
    return await locks.retain(world.db, world.bucket.id, "key", version, retention, bypass=bypass)


async def delete(world: World, version: str, *, bypass: bool = False) -> Deleted:
    (ended,) = await deletion.delete_versions(
        world.db, world.bucket.id, world.account.id, [Target("key", version)], bypass=bypass
    )
    return ended


async def lock_of(world: World, version: str) -> Any:
    found = (await objects.get(world.db, world.bucket.name, "key", version_id=version)).version
    assert found is not None
    return found.properties.extra.get("lock")


async def put(world: World, *, current: bool = True) -> str:
    """Put a version, with another on top of it where it is not to be the current one."""
    version = (await world.put("key", b"data")).version_id
    assert version is not None
    if not current:
        await world.put("key", b"newer")
    return version


@both
@pytest.mark.parametrize("current", [True, False])
async def test_a_deletion_heeds_a_lock_that_it_waits_for(locking: World, commit: bool, current: bool) -> None:
    version = await put(locking, current=current)
    ended = await collide(
        locking,
        lambda held: retain(held, version, COMPLIANCE),
        lambda free: delete(free, version, bypass=True),
        commit,
    )
    assert ended.outcome is (Outcome.LOCKED if commit else Outcome.DONE)


@both
@pytest.mark.parametrize("current", [True, False])
async def test_a_lock_of_what_is_being_deleted(locking: World, commit: bool, current: bool) -> None:
    version = await put(locking, current=current)
    ended = await collide(
        locking,
        lambda held: delete(held, version),
        lambda free: retain(free, version, COMPLIANCE),
        commit,
    )
    assert ended is (Locked.MISSING if commit else Locked.SET)


@both
async def test_two_changes_of_a_retention(locking: World, commit: bool) -> None:
    version = await put(locking)
    assert await retain(locking, version, GOVERNANCE) is Locked.SET
    longer = {"mode": "COMPLIANCE", "until": FARTHER}
    ended = await collide(
        locking,
        lambda held: retain(held, version, longer, bypass=True),
        lambda free: retain(free, version, None, bypass=True),
        commit,
    )
    assert ended is (Locked.LOCKED if commit else Locked.SET)
    assert await lock_of(locking, version) == (longer if commit else None)


@both
async def test_a_hold_and_a_retention_at_once(locking: World, commit: bool) -> None:
    version = await put(locking)
    ended = await collide(
        locking,
        lambda held: locks.hold(held.db, held.bucket.id, "key", version, "ON"),
        lambda free: retain(free, version, GOVERNANCE),
        commit,
    )
    assert ended is Locked.SET
    assert await lock_of(locking, version) == GOVERNANCE | ({"hold": "ON"} if commit else {})


@both
async def test_a_write_heeds_the_default_that_it_waits_for(world: World, commit: bool) -> None:
    await buckets.set_versioning(world.db, world.bucket.id, "Enabled")
    default = {"mode": "GOVERNANCE", "days": 1}
    for hold in (None, "OFF"):
        properties = Properties(extra={} if hold is None else {"lock": {"hold": hold}})
        await world.db.execute("DELETE FROM bucket_settings")

        async def write(free: World, given: Properties = properties) -> objects.PublishResult:
            return await free.put("key", b"data", properties=given)

        written = await collide(
            world, lambda held: locks.configure(held.db, held.bucket.id, default), write, commit
        )
        lock = await lock_of(world, written.version_id) or {}
        assert (lock.get("mode"), lock.get("hold")) == ("GOVERNANCE" if commit else None, hold)


@both
async def test_suspending_versions_against_object_lock(world: World, commit: bool) -> None:
    await buckets.set_versioning(world.db, world.bucket.id, "Enabled")
    ended = await collide(
        world,
        lambda held: locks.configure(held.db, held.bucket.id, None),
        lambda free: buckets.set_versioning(free.db, free.bucket.id, "Suspended"),
        commit,
    )
    assert ended is (Versioning.LOCKED if commit else Versioning.SET)
    configured = await locks.configure(world.db, world.bucket.id, None)
    assert configured is (Configured.SET if commit else Configured.UNVERSIONED)
