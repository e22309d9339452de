"""The pool against a real server that stops, restarts, and cuts sessions off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from s3gw.db.embedded import start_embedded
from s3gw.db.pool import Database, retrying
from s3gw.errors import ConfigError, Unavailable


@pytest.fixture
async def small(dsn: str) -> AsyncIterator[Database]:
    """A pool of two connections."""
    pool = await Database.connect(dsn, size=2)
    yield pool
    await pool.close()


async def test_statements_of_all_kinds(database: Database) -> None:
    assert await database.execute("CREATE TABLE t (n integer)") == "CREATE TABLE"
    assert await database.execute("INSERT INTO t VALUES ($1), ($2)", 1, 2) == "INSERT 0 2"
    assert [row["n"] for row in await database.fetch("SELECT n FROM t ORDER BY n")] == [1, 2]
    assert await database.fetchrow("SELECT n FROM t WHERE n > 2") is None
    assert await database.fetchval("SELECT max(n) FROM t") == 2


async def test_documents_are_plain_values(database: Database) -> None:
    values: tuple[Any, ...] = ({"a": [1, "ü", None]}, [], "text", None)
    for value in values:
        assert await database.fetchval("SELECT $1::jsonb", value) == value


async def test_sessions_are_set_up(database: Database) -> None:
    for setting, value in (
        ("transaction_isolation", "read committed"),
        ("enable_seqscan", "off"),
        ("jit", "off"),
        ("timezone", "UTC"),
    ):
        assert await database.fetchval(f"SHOW {setting}") == value


async def test_more_callers_than_connections_wait_in_line(small: Database) -> None:
    numbers = await asyncio.gather(*(small.fetchval("SELECT $1::integer", n) for n in range(20)))
    assert numbers == list(range(20))
    assert (
        await small.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") <= 2
    )


async def test_connections_are_kept(small: Database) -> None:
    first = await small.fetchval("SELECT pg_backend_pid()")
    assert await small.fetchval("SELECT pg_backend_pid()") == first


async def test_a_failed_statement_costs_no_connection(small: Database) -> None:
    first = await small.fetchval("SELECT pg_backend_pid()")
    for _ in range(5):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await small.fetchval("SELECT 1 / 0")
    with pytest.raises(asyncpg.DataError):
        await small.fetchval("SELECT $1::integer", "text")
    assert await small.fetchval("SELECT pg_backend_pid()") == first


async def test_a_failed_transaction_is_undone(small: Database) -> None:
    await small.execute("CREATE TABLE t (n integer)")

    async def fail() -> None:
        async with small.transaction() as connection:
            await connection.execute("INSERT INTO t VALUES (1)")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await small.fetchval("SELECT count(*) FROM t") == 0


async def test_cancelled_callers_leave_the_pool_whole(small: Database) -> None:
    running = [asyncio.ensure_future(small.fetchval("SELECT pg_sleep(60)")) for _ in range(4)]
    while len([waiter for waiter in small._waiting if not waiter.done()]) < 2:
        await asyncio.sleep(0)
    for task in running:
        task.cancel()
    results = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    numbers = await asyncio.gather(*(small.fetchval("SELECT $1::integer", n) for n in range(10)))
    assert numbers == list(range(10))


async def test_a_connection_handed_to_a_cancelled_caller_goes_on(small: Database) -> None:
    async with small.connection(), small.connection():
        waiting = asyncio.ensure_future(small.fetchval("SELECT 1"))
        while not small._waiting:
            await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.gather(*(small.fetchval("SELECT 2") for _ in range(4))) == [2] * 4


async def test_a_session_that_is_cut_off_is_unavailable_once(small: Database, dsn: str) -> None:
    killer = await asyncpg.connect(dsn)

    async def cut_off() -> None:
        async with small.connection() as connection:
            await killer.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await connection.fetchval("SELECT 1")

    try:
        with pytest.raises(Unavailable):
            await cut_off()
        assert await small.fetchval("SELECT 1") == 1
    finally:
        await killer.close()


async def test_a_restart_of_the_database_needs_none_of_ours(tmp_path: Path) -> None:
    server = await start_embedded(tmp_path, durable=False)
    db = await Database.connect(server.url, size=4)
    await asyncio.gather(*(db.fetchval("SELECT 1") for _ in range(4)))
    await server.stop()
    for _ in range(5):
        with pytest.raises(Unavailable):
            await db.fetchval("SELECT 1")
    server = await start_embedded(tmp_path, durable=False)
    assert await db.fetchval("SELECT 1") == 1
    await db.close()
    await server.stop()


async def test_a_server_without_a_connection_to_spare(tmp_path: Path) -> None:
    server = await start_embedded(tmp_path, durable=False, max_connections=5)
    db = await Database.connect(server.url, size=20)
    results = await asyncio.gather(
        *(db.fetchval("SELECT pg_sleep(0.05)") for _ in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} <= {str, type(None), Unavailable}
    assert any(isinstance(result, Unavailable) for result in results)
    await db.close()
    await server.stop()


async def test_a_statement_that_takes_too_long(dsn: str) -> None:
    db = await Database.connect(dsn, statement_timeout=1.0)  # as connecting may take, too
    with pytest.raises(Unavailable):
        await db.fetchval("SELECT pg_sleep(60)")
    assert await db.fetchval("SELECT 1") == 1
    await db.close()


async def test_a_closed_pool(dsn: str) -> None:
    db = await Database.connect(dsn, size=1)
    async with db.connection():
        waiting = asyncio.ensure_future(db.fetchval("SELECT 1"))
        while not db._waiting:
            await asyncio.sleep(0)
        await db.close()
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await db.fetchval("SELECT 1")


@pytest.mark.parametrize(
    "url",
    ["mysql://host/db", "postgresql:///none?statement_cache_size=x", "nonsense"],
)
async def test_urls_that_cannot_work(url: str) -> None:
    with pytest.raises(ConfigError, match="database_url"):
        await Database.connect(url)


async def test_a_database_that_does_not_exist(dsn: str) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        await Database.connect(dsn.replace("/test_", "/absent_"))


async def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Database.connect(f"postgresql://s3gw@/postgres?host={tmp_path}")


async def test_behind_pgbouncer(dsn: str) -> None:
    """Neither prepared statements nor session settings; what the database then says is checked."""
    url = f"{dsn}&statement_cache_size=0"
    db = await Database.connect(url)
    assert await db.fetchval("SELECT $1::jsonb", {"a": 1}) == {"a": 1}
    assert await db.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") == 0
    alone = await db.fetchval("SELECT statement_timestamp() = transaction_timestamp()")
    assert not alone, "a statement would be prepared on one server and executed on another"
    name = await db.fetchval("SELECT current_database()")
    await db.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    with pytest.raises(ConfigError, match="repeatable read"):
        await Database.connect(url)
    await db.close()


async def test_a_server_that_does_not_wait_for_its_log(dsn: str, database: Database) -> None:
    """What it acknowledges could be lost, so it is refused by name."""
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(ConfigError, match="synchronous_commit"):
        await Database.connect(dsn)
    await database.execute(f"ALTER DATABASE {name} SET synchronous_commit = local")
    await (await Database.connect(dsn)).close()


class TestRetrying:
    @pytest.mark.parametrize(
        "error", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.ForeignKeyViolationError]
    )
    async def test_one_fresh_attempt(self, error: type[asyncpg.PostgresError]) -> None:
        failures = iter([error("once")])

        async def attempt() -> int:
            for failure in failures:
                raise failure
            return 7

        assert await retrying(attempt) == 7

    async def test_twice_is_unavailable(self) -> None:
        async def attempt() -> int:
            raise asyncpg.DeadlockDetectedError("again")

        with pytest.raises(Unavailable, match="again"):
            await retrying(attempt)

    async def test_a_real_deadlock_ends_well_for_both(self, database: Database) -> None:
        await database.execute("CREATE TABLE t AS SELECT n, 0 AS seen FROM generate_series(1, 2) n")
        started, ended = ({1: asyncio.Event(), 2: asyncio.Event()} for _ in range(2))

        async def touch(first: int, second: int) -> None:
            if started[first].is_set():  # the one that was chosen to fail tries again
                await ended[second].wait()
            async with database.transaction() as connection:
                await connection.execute("UPDATE t SET seen = seen + 1 WHERE n = $1", first)
                started[first].set()
                await started[second].wait()
                await connection.execute("UPDATE t SET seen = seen + 1 WHERE n = $1", second)
            ended[first].set()

        await asyncio.gather(retrying(lambda: touch(1, 2)), retrying(lambda: touch(2, 1)))
        assert [row["seen"] for row in await database.fetch("SELECT seen FROM t")] == [2, 2]
