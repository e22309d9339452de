"""Two sessions, the first held inside its transaction while the second runs into its locks.

Each case is run twice: the first ends by COMMIT, and it ends by ROLLBACK as a crash would end it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from s3gw.db import buckets, objects, uploads
from s3gw.db.buckets import Deletion
from s3gw.db.objects import Outcome, Precondition
from s3gw.db.pool import Connection, Database
from s3gw.db.records import Body, Properties
from s3gw.db.uploads import Completion, Upload
from s3gw.errors import Unavailable
from tests.db.world import World, inline

DONE = Outcome.DONE
ABSENT = Precondition(if_none_match_any=True)


class Session(Database):
    """A pool of one connection that is inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        super().__init__("postgresql:///", size=1, statement_timeout=60)
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The one connection."""
        yield self._connection


def held_by(world: World, connection: Connection) -> World:
    """The world as the held session changes it."""
    return World(Session(connection), world.account, world.bucket)


async def collide(
    world: World,
    first: Callable[[World], Awaitable[Any]],
    second: Callable[[World], Awaitable[Any]],
    commit: bool,
) -> Any:
    """Run `first` in a transaction, have `second` wait for it, end the transaction; the latter's result."""
    async with world.db.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await first(held_by(world, connection))
        waiting = asyncio.ensure_future(second(world))
        while not await world.db.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            assert not waiting.done(), f"did not wait: {waiting.result()}"
        await (transaction.commit() if commit else transaction.rollback())
        return await waiting


both = pytest.mark.parametrize("commit", [True, False], ids=["commit", "rollback"])


@both
async def test_if_none_match_against_a_put(world: World, commit: bool) -> None:
    result = await collide(
        world,
        lambda held: held.put("key", b"first"),
        lambda free: free.put("key", b"second", precondition=ABSENT),
        commit,
    )
    assert result.outcome is (Outcome.PRECONDITION_FAILED if commit else DONE)
    assert await world.bytes_of(await world.body("key")) == (b"first" if commit else b"second")
    assert await world.count("chunks") == 1
    assert await world.trash() == []


@both
async def test_if_match_against_a_put(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    result = await collide(
        world,
        lambda held: held.put("key", b"first"),
        lambda free: free.put("key", b"second", precondition=Precondition(if_match="e-old")),
        commit,
    )
    assert result.outcome is (Outcome.PRECONDITION_FAILED if commit else DONE)
    assert await world.bytes_of(await world.body("key")) == (b"first" if commit else b"second")
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"old"]


@both
async def test_if_match_against_a_delete(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    result = await collide(
        world,
        lambda held: objects.delete(held.db, held.bucket.id, ["key"]),
        lambda free: free.put("key", b"second", precondition=Precondition(if_match="*")),
        commit,
    )
    assert result.outcome is (Outcome.MISSING if commit else DONE)


@both
async def test_two_overwrites_trash_each_body_once(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    await collide(
        world, lambda held: held.put("key", b"first"), lambda free: free.put("key", b"second"), commit
    )
    assert await world.bytes_of(await world.body("key")) == b"second"
    trashed = [await world.bytes_of(body) for body in await world.trash()]
    assert trashed == ([b"old", b"first"] if commit else [b"old"])


@both
async def test_times_of_one_key_follow_the_order_of_its_versions(world: World, commit: bool) -> None:
    earlier = (await world.put("key", b"old")).modified_at
    results: list[objects.PublishResult] = []

    async def first(held: World) -> None:
        results.append(await held.put("key", b"first"))

    later = await collide(world, first, lambda free: free.put("key", b"second"), commit)
    times = [earlier, results[0].modified_at, later.modified_at]
    assert times == sorted(times)
    assert len(set(times)) == 3


@both
async def test_delete_against_a_put(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    outcomes = await collide(
        world,
        lambda held: held.put("key", b"first"),
        lambda free: objects.delete(free.db, free.bucket.id, ["key"]),
        commit,
    )
    assert outcomes == {"key": DONE}
    trashed = [await world.bytes_of(body) for body in await world.trash()]
    assert trashed == ([b"old", b"first"] if commit else [b"old"])
    assert await world.count("objects") == 0


@both
async def test_conditional_delete_against_a_put(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    outcomes = await collide(
        world,
        lambda held: held.put("key", b"first"),
        lambda free: objects.delete(free.db, free.bucket.id, ["key"], {"key": "e-old"}),
        commit,
    )
    assert outcomes == {"key": Outcome.PRECONDITION_FAILED if commit else DONE}
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"old"]


@both
async def test_put_against_a_delete(world: World, commit: bool) -> None:
    await world.put("key", b"old")
    result = await collide(
        world,
        lambda held: objects.delete(held.db, held.bucket.id, ["key"]),
        lambda free: free.put("key", b"second"),
        commit,
    )
    assert result.outcome is DONE
    assert await world.bytes_of(await world.body("key")) == b"second"
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"old"]


@both
async def test_two_deletes_trash_the_body_once(world: World, commit: bool) -> None:
    for key in "abc":
        await world.put(key, key.encode())
    outcomes = await collide(
        world,
        lambda held: objects.delete(held.db, held.bucket.id, ["c", "b"]),
        lambda free: objects.delete(free.db, free.bucket.id, ["b", "a", "c"]),
        commit,
    )
    expected = Outcome.MISSING if commit else DONE
    assert outcomes == {"a": DONE, "b": expected, "c": expected}
    assert len(await world.trash()) == 3


@both
async def test_put_into_a_bucket_that_is_deleted(world: World, commit: bool) -> None:
    result = await collide(
        world,
        lambda held: buckets.delete(held.db, "bucket"),
        lambda free: free.put("key", b"data"),
        commit,
    )
    assert result.outcome is (Outcome.NO_BUCKET if commit else DONE)
    assert await world.count("chunks") == (0 if commit else 1)


@both
async def test_bucket_deletion_against_a_put(world: World, commit: bool) -> None:
    deletion = await collide(
        world,
        lambda held: held.put("key", b"data"),
        lambda free: buckets.delete(free.db, "bucket"),
        commit,
    )
    assert deletion is (Deletion.NOT_EMPTY if commit else Deletion.DELETED)


@both
async def test_equal_content_against_its_first_insert(world: World, commit: bool) -> None:
    await collide(world, lambda held: held.put("a", b"same"), lambda free: free.put("b", b"same"), commit)
    assert await world.bytes_of(await world.body("b")) == b"same"
    assert await world.count("chunks") == 1


@both
async def test_equal_content_against_its_collection(world: World, commit: bool) -> None:
    """The chunk is found to exist, and then collected before it can be named."""
    await world.put("a", b"same")
    await world.db.execute("DELETE FROM objects")

    async def collect(held: World) -> None:
        await held.db.fetch("SELECT id FROM chunks FOR UPDATE SKIP LOCKED")
        await held.db.execute("DELETE FROM chunks")

    await collide(world, collect, lambda free: free.put("b", b"same"), commit)
    assert await world.bytes_of(await world.body("b")) == b"same"


@both
@pytest.mark.parametrize("how", ["overwritten", "deleted"])
async def test_what_is_trashed_against_a_collector_that_looks_at_it(
    world: World, how: str, commit: bool
) -> None:
    """The collector has locked the chunk and finds it referenced; the trash must wait and then name it."""
    await world.put("key", b"old")
    source = await world.body("key")

    async def look(held: World) -> None:
        await held.db.fetch("SELECT id FROM chunks FOR UPDATE SKIP LOCKED")

    async def change(free: World) -> Any:
        if how == "deleted":
            return (await objects.delete(free.db, free.bucket.id, ["key"]))["key"]
        return (await free.put("key", b"new")).outcome

    assert await collide(world, look, change, commit) is DONE
    assert await world.trash() == [Body(0, source.chunk_id)]


async def test_collection_passes_by_what_a_put_is_naming(world: World) -> None:
    await world.put("a", b"same")
    await world.db.execute("DELETE FROM objects")
    async with world.db.transaction() as connection:
        await held_by(world, connection).put("b", b"same")
        assert await world.db.fetch("SELECT id FROM chunks FOR UPDATE SKIP LOCKED") == []


@both
async def test_publish_against_the_reaper(world: World, commit: bool) -> None:
    draft = await world.manifest(b"data")

    async def reap(held: World) -> None:
        await held.db.fetch("SELECT id FROM manifests FOR UPDATE SKIP LOCKED")
        await held.db.execute("DELETE FROM manifest_chunks")
        await held.db.execute("DELETE FROM manifests")

    async def publish(free: World) -> Any:
        try:
            return (await free.put("key", b"", content=draft)).outcome
        except Unavailable:
            return Unavailable

    assert await collide(world, reap, publish, commit) is (Unavailable if commit else DONE)
    assert ((await world.get("key")).version is None) == commit


async def test_the_reaper_passes_by_what_is_being_published(world: World) -> None:
    draft = await world.manifest(b"data")
    async with world.db.transaction() as connection:
        await held_by(world, connection).put("key", b"", content=draft)
        leased = "SELECT id FROM manifests WHERE lease_until IS NOT NULL FOR UPDATE SKIP LOCKED"
        assert await world.db.fetch(leased) == []
    assert await world.db.fetch(leased) == []


@both
async def test_copy_against_the_collection_of_its_source(world: World, commit: bool) -> None:
    await world.put("source", b"data")
    source = await world.body("source")
    await world.db.execute("DELETE FROM objects")

    async def collect(held: World) -> None:
        await held.db.fetch("SELECT id FROM chunks FOR UPDATE SKIP LOCKED")
        await held.db.execute("DELETE FROM chunks")

    async def copy(free: World) -> Any:
        return await objects.publish_copy(
            free.db, free.bucket.id, "copy", free.account.id, source, "e", Properties()
        )

    result = await collide(world, collect, copy, commit)
    assert result.outcome is (Outcome.SOURCE_GONE if commit else DONE)


class TestUploads:
    @pytest.fixture
    async def upload(self, world: World) -> Upload:
        """An upload with one part, "one"."""
        identifier = await uploads.create(world.db, world.bucket.id, "key", world.account.id, Properties())
        assert identifier is not None
        found = await uploads.get(world.db, world.bucket.id, "key", identifier)
        assert found is not None
        await self.put(world, found, b"one")
        return found

    async def put(self, world: World, upload: Upload, data: bytes) -> uploads.PartResult:
        return await uploads.put_part(world.db, upload.id, 1, inline(data), f"e-{data.decode()}", {})

    async def complete(self, world: World, upload: Upload, answer: str = "first") -> Completion:
        return await uploads.complete(
            world.db, upload, world.account.id, [(1, "e-one")], "e-1", {}, {"answer": answer}
        )

    async def abort(self, world: World, upload: Upload) -> bool:
        return await uploads.abort(world.db, world.bucket.id, "key", upload.id)

    @both
    async def test_part_against_complete(self, world: World, upload: Upload, commit: bool) -> None:
        result = await collide(
            world,
            lambda held: self.complete(held, upload),
            lambda free: self.put(free, upload, b"late"),
            commit,
        )
        assert result.outcome is (Outcome.NO_UPLOAD if commit else DONE)
        assert await world.count("chunks") == (1 if commit else 2)

    @both
    async def test_complete_against_part(self, world: World, upload: Upload, commit: bool) -> None:
        result = await collide(
            world,
            lambda held: self.put(held, upload, b"late"),
            lambda free: self.complete(free, upload),
            commit,
        )
        assert result.outcome is (Outcome.INVALID_PART if commit else DONE)

    @both
    async def test_two_completes_give_one_answer(self, world: World, upload: Upload, commit: bool) -> None:
        result = await collide(
            world,
            lambda held: self.complete(held, upload, "first"),
            lambda free: self.complete(free, upload, "second"),
            commit,
        )
        assert result.outcome is DONE
        assert result.answer == {"answer": "first" if commit else "second"}
        assert await world.count("pieces") == 1

    @both
    async def test_abort_against_complete(self, world: World, upload: Upload, commit: bool) -> None:
        aborted = await collide(
            world,
            lambda held: self.complete(held, upload),
            lambda free: self.abort(free, upload),
            commit,
        )
        assert aborted != commit
        assert len(await world.trash()) == (0 if commit else 1)

    @both
    async def test_complete_against_abort(self, world: World, upload: Upload, commit: bool) -> None:
        result = await collide(
            world,
            lambda held: self.abort(held, upload),
            lambda free: self.complete(free, upload),
            commit,
        )
        assert result.outcome is (Outcome.NO_UPLOAD if commit else DONE)

    @both
    async def test_complete_against_the_deletion_of_its_bucket(
        self, world: World, upload: Upload, commit: bool
    ) -> None:
        result = await collide(
            world,
            lambda held: buckets.delete(held.db, "bucket"),
            lambda free: self.complete(free, upload),
            commit,
        )
        assert result.outcome is (Outcome.NO_UPLOAD if commit else DONE)


async def test_one_of_fifty_creates_the_key(world: World) -> None:
    results = await asyncio.gather(
        *(world.put("key", f"{n}".encode(), precondition=ABSENT) for n in range(50))
    )
    won = [n for n, result in enumerate(results) if result.outcome is DONE]
    assert len(won) == 1
    assert {result.outcome for result in results} == {DONE, Outcome.PRECONDITION_FAILED}
    assert await world.bytes_of(await world.body("key")) == f"{won[0]}".encode()
    assert [await world.count(table) for table in ("chunks", "trash")] == [1, 0]


async def test_many_writers_lose_no_body(world: World) -> None:
    """Whatever the order, each chunk is named by the key or by the trash, and once only."""
    keys = ["a", "b", "c"]

    async def write(number: int) -> None:
        await world.put(keys[number % 3], f"{number}".encode())
        if number % 5 == 0:
            await objects.delete(world.db, world.bucket.id, keys)

    await asyncio.gather(*(write(number) for number in range(60)))
    named = await world.db.fetch("SELECT chunk_id FROM objects UNION ALL SELECT chunk_id FROM trash")
    assert sorted(row["chunk_id"] for row in named) == [
        row["id"] for row in await world.db.fetch("SELECT id FROM chunks ORDER BY id")
    ]
    assert len(named) == 60
