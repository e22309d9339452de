"""Questions asked together: who waits, who is answered, and what a failure or a cancellation touches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import pytest

from s3gw.db import buckets, deletion, objects
from s3gw.db.assumed import Assumed, Outdated
from s3gw.db.batches import Batches, batches
from s3gw.db.objects import Outcome, Precondition
from s3gw.db.pool import Database
from s3gw.db.records import Bucket, Draft, Properties
from s3gw.errors import Unavailable
from tests.db.test_races import collide
from tests.db.world import World, inline, whole


class Oracle:
    """Answers n by 10 n, once it is let; notes what was asked together."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.asked_again = asyncio.Event()
        self.free = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self, db: Database, questions: Sequence[int]) -> list[int]:
        self.asked.append(list(questions))
        if len(self.asked) > 1:
            self.asked_again.set()
        await self.free.wait()
        if self.error is not None:
            raise self.error
        if 13 in questions:
            raise ValueError("13")
        return [10 * question for question in questions]


@pytest.fixture
def oracle() -> Oracle:
    """A fresh oracle."""
    return Oracle()


async def start(
    oracle: Oracle, *questions: int, made: Batches[int, int] | None = None
) -> list[asyncio.Task[int]]:
    """Ask all at once; returns when each stands in line or is about to be asked."""
    made = made or Batches(None, oracle.ask)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(made.ask(question)) for question in questions]
    await asyncio.sleep(0)
    return tasks


async def test_a_pool_counts_statements_and_the_questions_in_them(database: Database, oracle: Oracle) -> None:
    assert (database.asked.statements, database.asked.questions) == (0, 0)
    oracle.free.set()
    made = batches(database, oracle.ask)
    await asyncio.gather(*(made.ask(question) for question in (1, 2, 3)))
    await made.ask(4)
    assert database.asked.questions == 4
    assert database.asked.statements == len(oracle.asked) == 2


async def test_what_comes_at_once_is_asked_together_and_what_comes_later_after_it(oracle: Oracle) -> None:
    made: Batches[int, int] = Batches(None, oracle.ask)  # type: ignore[arg-type]
    tasks = await start(oracle, 0, 1, 2, made=made)
    await asyncio.sleep(0)
    tasks += await start(oracle, *range(3, 10), made=made)
    oracle.free.set()
    assert await asyncio.gather(*tasks) == [10 * n for n in range(10)]
    assert oracle.asked == [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]


async def test_a_statement_that_is_held_up_does_not_hold_up_the_rest(oracle: Oracle) -> None:
    made: Batches[int, int] = Batches(None, oracle.ask)  # type: ignore[arg-type]
    tasks = await start(oracle, 0, made=made)
    await asyncio.sleep(0)
    tasks += await start(oracle, *range(1, 10), made=made)
    await oracle.asked_again.wait()
    assert oracle.asked == [[0], [1, 2, 3, 4, 5, 6, 7, 8, 9]]
    assert not any(task.done() for task in tasks)
    oracle.free.set()
    assert await asyncio.gather(*tasks) == [10 * n for n in range(10)]


async def test_a_batch_is_bounded(oracle: Oracle) -> None:
    tasks = await start(oracle, *range(100, 300))
    oracle.free.set()
    assert await asyncio.gather(*tasks) == [10 * n for n in range(100, 300)]
    assert [len(questions) for questions in oracle.asked] == [64, 64, 64, 8]


async def test_a_bad_question_fails_alone(oracle: Oracle) -> None:
    tasks = await start(oracle, 0, 1, 2, 3, 12, 13, 14)
    oracle.free.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[:5] == [0, 10, 20, 30, 120]
    assert isinstance(results[5], ValueError)
    assert results[6] == 140


async def test_trouble_fails_all_at_once(oracle: Oracle) -> None:
    tasks = await start(oracle, *range(6))
    oracle.error = Unavailable("away")
    oracle.free.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert len(oracle.asked) == 1


async def test_who_gives_up_disturbs_nobody(oracle: Oracle) -> None:
    tasks = await start(oracle, *range(8))
    for cancelled in (0, 5):
        tasks[cancelled].cancel()
    oracle.free.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result for result in results if not isinstance(result, BaseException)] == [10, 20, 30, 40, 60, 70]
    assert [n for n, result in enumerate(results) if isinstance(result, asyncio.CancelledError)] == [0, 5]


async def test_look_ups_together_find_what_they_find_alone(world: World) -> None:
    for number in range(10):
        await world.put(f"key{number}", f"{number}".encode())
    wanted = [
        *(("bucket", f"key{number}", number % 2 == 0) for number in range(10)),
        ("bucket", "none", True),
        ("none", "key1", True),
    ]
    alone = [await objects.get(world.db, name, key, inline=inline) for name, key, inline in wanted]
    together = await asyncio.gather(
        *(objects.get(world.db, name, key, inline=inline) for name, key, inline in wanted * 5)
    )
    assert together == alone * 5


@pytest.mark.parametrize("draft", [inline, whole])
async def test_publications_together_end_as_they_would_alone(
    world: World, draft: Callable[[bytes], Draft]
) -> None:
    keys = [f"key{number % 8}" for number in range(20)]
    gone = await buckets.create(world.db, "gone", world.account.id, "us-east-1", "cdc-256k", False)
    await buckets.delete(world.db, "gone")
    drafts = [draft(f"{number % 5} {number // 7}".encode()) for number in range(20)]
    results = await asyncio.gather(
        *(
            objects.publish(
                world.db,
                gone[0].id if number == 11 else world.bucket.id,
                key,
                world.account.id,
                draft,
                f"etag{number}",
                Properties(metadata={"number": str(number)}, checksums={"CRC32": "AAAAAA=="}),
                precondition=Precondition(if_none_match_any=True) if number == 13 else None,
            )
            for number, (key, draft) in enumerate(zip(keys, drafts, strict=True))
        )
    )
    assert results[11].outcome is Outcome.NO_BUCKET
    done = [result for result in results if result.outcome is Outcome.DONE]
    assert len(done) >= 18
    assert await world.count("objects") == 8
    assert await world.count("trash") == len(done) - 8
    for number, key in enumerate(keys[:8]):
        found = (await world.get(key)).version
        assert found is not None
        last = int(found.etag.removeprefix("etag"))
        assert last % 8 == number
        assert found.properties.metadata == {"number": str(last)}
        assert found.modified_at == results[last].modified_at
        assert found.properties.headers == {}
        assert await world.bytes_of(found.body) == f"{last % 5} {last // 7}".encode()


@pytest.mark.parametrize("draft", [inline, whole])
async def test_buckets_that_keep_versions_and_others_together(
    world: World, draft: Callable[[bytes], Draft]
) -> None:
    kept, _ = await buckets.create(world.db, "kept", world.account.id, "us-east-1", "cdc-256k", False)
    await buckets.set_versioning(world.db, kept.id, "Enabled")
    given = Properties(
        headers={"Content-Type": "text/plain"},
        metadata={"mood": 'g"ut\n'},
        checksums={"type": "FULL_OBJECT", "CRC32": "AAAAAA=="},
        storage_class="STANDARD_IA",
        extra={
            "tags": {"a": "b"},
            "acl": {"x": [1]},
            "encryption": {"method": "AES256"},
            "lock": {"hold": "ON"},
        },
    )
    into = [world.bucket, kept] * 6
    results = await asyncio.gather(
        *(
            objects.publish(
                world.db,
                one.id,
                f"k{place // 4}\u00e9",
                world.account.id,
                draft(b"same"),
                f"e{place}",
                given,
            )
            for place, one in enumerate(into)
        )
    )
    assert [result.outcome for result in results] == [Outcome.DONE] * 12
    assert len({result.version_id for result in results[1::2]}) == 6
    assert {result.version_id for result in results[::2]} == {None}
    assert await world.count("chunks") == 1
    assert await world.count("noncurrent") == 3
    assert await world.count("trash") == 3
    for place in (2, 3, 6, 7, 10, 11):
        found = await objects.get(world.db, into[place].name, f"k{place // 4}\u00e9")
        assert found.version is not None
        assert (found.version.etag, found.version.properties) == (f"e{place}", given)
        assert found.version.version_id == results[place].version_id
        assert await world.bytes_of(found.version.body) == b"same"


async def test_buckets_together(world: World) -> None:
    names = ["bucket", "none"] * 10
    found = await asyncio.gather(*(buckets.get(world.db, name) for name in names))
    assert found == [world.bucket, None] * 10


async def test_a_key_that_the_database_refuses_fails_alone(world: World) -> None:
    await world.put("key", b"x")
    results = await asyncio.gather(
        *(world.get(key) for key in ("key", "key", "key", "key", "key", "bad\0key", "key")),
        return_exceptions=True,
    )
    assert isinstance(results.pop(5), asyncpg.DataError)
    assert all(isinstance(found, objects.Found) and found.version for found in results)


async def test_batches_belong_to_their_pool(world: World, oracle: Oracle) -> None:
    assert batches(world.db, oracle.ask) is batches(world.db, oracle.ask)


def assumed_of(bucket: Bucket, revision: int | None = None) -> Assumed:
    """A bucket as it was looked up, and remembered since."""
    return Assumed(bucket.id, revision or bucket.revision, remembered=True)


async def test_deletions_together_end_as_they_would_alone(world: World) -> None:
    bucket = await buckets.get(world.db, "bucket")
    await buckets.create(world.db, "other", world.account.id, "us-east-1", "cdc-256k", False)
    other = await buckets.get(world.db, "other")
    assert bucket is not None
    assert other is not None
    keys = [f"key{number}" for number in range(12)]
    for key in keys:
        await world.put(key, key.encode())
    await buckets.set_versioning(world.db, other.id, "Enabled")
    remembered = [assumed_of(bucket) for _ in range(20)]
    outcomes = await asyncio.gather(
        *(
            deletion.delete_key(world.db, bucket, f"key{number % 10}", assumed)
            for number, assumed in enumerate(remembered)
        ),
        deletion.delete_key(world.db, bucket, "none", assumed_of(bucket)),
        deletion.delete_key(world.db, bucket, "key10", assumed_of(bucket, bucket.revision + 1000)),
        deletion.delete_key(world.db, other, "key11", assumed_of(other)),
        deletion.delete_key(
            world.db, bucket, "key11", Assumed(bucket.id, bucket.revision, "NOBODYSKEY", 1, remembered=True)
        ),
        return_exceptions=True,
    )
    assert outcomes[:21] == [None] * 21
    assert [type(outcome) for outcome in outcomes[21:]] == [Outdated] * 3
    assert not any(assumed.remembered for assumed in remembered)
    assert [row["key"] for row in await world.db.fetch("SELECT key FROM objects ORDER BY key")] == keys[10:]
    assert sorted([await world.bytes_of(body) for body in await world.trash()]) == sorted(
        key.encode() for key in keys[:10]
    )


async def test_no_key_is_deleted_by_a_bucket_that_nobody_assumes(world: World) -> None:
    with pytest.raises(ValueError, match="versions"):
        await deletion.delete_key(world.db, world.bucket, "key", Assumed())


@pytest.mark.parametrize("commit", [True, False], ids=["commit", "rollback"])
async def test_a_deletion_against_a_put(world: World, commit: bool) -> None:
    """It deletes what the PUT that it waited for has made of the key."""
    await world.put("key", b"old")
    bucket = await buckets.get(world.db, "bucket")
    assert bucket is not None
    await collide(
        world,
        lambda held: held.put("key", b"first"),
        lambda free: deletion.delete_key(free.db, bucket, "key", assumed_of(bucket)),
        commit,
    )
    assert await world.count("objects") == 0
    trashed = [await world.bytes_of(body) for body in await world.trash()]
    assert trashed == ([b"old", b"first"] if commit else [b"old"])
