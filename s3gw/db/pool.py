"""Connections to PostgreSQL, held open, with errors translated.

The pool is our own, some eighty lines round `asyncpg.connect`: taking a connection costs no round trip and
no task, where asyncpg's pool resets or wraps each connection. It relies on three rules instead. Nobody
changes a connection's session state (no SET without LOCAL, no session locks, no listeners). A connection
that was given up in the middle of something, by cancellation or by trouble, is closed and not reused. And
after trouble with one connection all idle ones are closed too, so that a restarted server costs each caller
at most one failure.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
import orjson

from s3gw.db.assumed import Memory
from s3gw.errors import ConfigError, Unavailable

T = TypeVar("T")
Connection = asyncpg.Connection

# Cached plans made while tables were empty would keep a sequential scan; planning anew for each list of
# arguments, or compiling a plan, takes longer than running these statements does.
_SESSION = {
    "application_name": "s3gw",
    "default_transaction_isolation": "read committed",
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "timezone": "UTC",
    # A gateway that is stopped or cut off must not hold its locks for hours.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

# What trying again later may mend: the server is away, starting, stopping, full, or no longer the primary.
_TROUBLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.PostgresIOError,
)
_MISCONFIGURED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ClientConfigurationError,
)
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.ForeignKeyViolationError)
"""What one fresh attempt is expected to mend; see `retrying`."""


@dataclass(slots=True)
class Asked:
    """What went to the database in batches so far."""

    statements: int = 0
    questions: int = 0


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool at one moment."""

    limit: int
    open: int
    in_use: int
    waiting: int
    waits: int
    """How often somebody had to wait for a connection so far."""


class Database:
    """A pool of connections; safe for concurrent use within one event loop."""

    def __init__(self, url: str, size: int, statement_timeout: float) -> None:
        self._url, self._arguments = _split(url)
        self._shared = _is_shared(self._arguments)
        self._arguments["command_timeout"] = statement_timeout
        self._size = size
        self._open = 0
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False
        self._waits = 0
        self.batches: dict[object, Any] = {}
        """Of this pool, by what they ask; see `s3gw.db.batches`."""
        self.memory = Memory()
        """What was found last in the database; see `s3gw.db.assumed`."""

    @classmethod
    async def connect(cls, url: str, *, size: int = 16, statement_timeout: float = 60.0) -> Self:
        """Open a pool of at most `size` connections on a PostgreSQL URL; the first is made at once.

        `?statement_cache_size=0` in the URL is for pgbouncer in transaction mode, which knows neither
        prepared statements nor session settings: every statement is then a transaction. Statements that
        take longer than `statement_timeout` seconds count as Unavailable. Raises ConfigError where the URL
        cannot work, Unavailable where the server does not answer.
        """
        database = cls(url, size, statement_timeout)
        async with database.connection():
            return database

    @property
    def asked(self) -> Asked:
        """What all batches have asked so far."""
        every = [one.asked for one in self.batches.values()]
        return Asked(sum(one.statements for one in every), sum(one.questions for one in every))

    @property
    def state(self) -> PoolState:
        """How much of the pool is in use."""
        waiting = sum(not waiter.done() for waiter in self._waiting)
        return PoolState(self._size, self._open, self._open - len(self._idle), waiting, self._waits)

    async def close(self) -> None:
        """Close the idle connections, and each that is in use as soon as it is returned."""
        self._closed = True
        while self._waiting:
            self._wake(None)
        while self._idle:
            self._open -= 1
            await self._idle.pop().close(timeout=2)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own for a while. Connection trouble is raised as Unavailable.

        Behind pgbouncer only `transaction` keeps to one server.
        """
        connection = await self._take()
        try:
            yield connection
        except Exception as error:
            if not _is_trouble(error, connection):
                self._give(connection)
                raise
            self._drop(connection)
            self._drop_idle()
            raise Unavailable(f"the database does not answer: {_describe(error)}") from error
        except BaseException:
            self._drop(connection)  # cancelled, perhaps in the middle of a statement
            raise
        else:
            self._give(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, READ COMMITTED; wrap the whole in `retrying`."""
        told: Unavailable | None = None
        async with self.connection() as connection:
            try:
                async with connection.transaction():
                    try:
                        yield connection
                    except Unavailable as error:
                        told = error
                        raise
            except asyncpg.InterfaceError:
                if told is None or not connection.is_closed():
                    raise
                raise told from told.__cause__  # says more than that there is nothing to roll back any more

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows of one statement."""
        async with self._statement() as connection:
            return await connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row of one statement."""
        async with self._statement() as connection:
            return await connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row of one statement."""
        async with self._statement() as connection:
            return await connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        """Run one statement; its status, such as "DELETE 3"."""
        async with self._statement() as connection:
            return await connection.execute(query, *args)

    def _statement(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for one statement.

        asyncpg sends it in two steps, between which some versions of pgbouncer change the server.
        """
        return self.transaction() if self._shared else self.connection()

    async def _take(self) -> Connection:
        while not self._closed:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._size:
                return await self._connect()
            handed = await self._wait()
            if handed is not None:
                return handed
        raise Unavailable("the database pool is closed")

    async def _wait(self) -> Connection | None:
        """Wait in line for a connection; None where one may now be opened instead."""
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._waits += 1
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # it came, and then its taker was cancelled
                connection = waiter.result()
                if connection is None:
                    self._wake(None)
                else:
                    self._give(connection)
            raise

    async def _connect(self) -> Connection:
        self._open += 1
        try:
            return await _connect(self._url, self._arguments)
        except BaseException:
            self._open -= 1
            self._wake(None)
            raise

    def _give(self, connection: Connection) -> None:
        if self._closed or connection.is_closed() or connection.is_in_transaction():
            self._drop(connection)
        elif not self._wake(connection):
            self._idle.append(connection)

    def _drop(self, connection: Connection) -> None:
        connection.terminate()
        self._open -= 1
        self._wake(None)

    def _drop_idle(self) -> None:
        while self._idle:
            self._drop(self._idle.pop())

    def _wake(self, connection: Connection | None) -> bool:
        """Hand `connection` to whoever waits longest; False where nobody waits."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False


async def retrying(attempt: Callable[[], Awaitable[T]]) -> T:
    """Await `attempt`; once more after a deadlock or a broken foreign key; then raise Unavailable.

    The attempt must be a whole transaction that looks everything up afresh.
    """
    try:
        return await attempt()
    except RETRIED:
        # The other party of a deadlock is to get ahead first.
        await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311
    try:
        return await attempt()
    except RETRIED as error:
        raise Unavailable(f"the database refused twice: {_describe(error)}") from error


async def connect_once(url: str) -> Connection:
    """One connection outside any pool, for migrations. Raises like `Database.connect`."""
    return await _connect(*_split(url))


async def _connect(url: str, arguments: dict[str, Any]) -> Connection:
    try:
        connection: Connection = await asyncpg.connect(url, timeout=10, **arguments)
    except _MISCONFIGURED as error:
        raise ConfigError(f"database_url: {_describe(error)}") from error
    except (*_TROUBLE, asyncpg.InternalClientError) as error:
        raise Unavailable(f"no connection to the database: {_describe(error)}") from error
    try:
        async with connection.transaction() if _is_shared(arguments) else nullcontext():
            await connection.set_type_codec(
                "jsonb", schema="pg_catalog", encoder=_to_json, decoder=orjson.loads
            )
            [session] = await connection.fetch(
                "SELECT current_setting('default_transaction_isolation') AS isolation,"
                " current_setting('synchronous_commit') AS commits"
            )
    except Exception as error:
        connection.terminate()
        if _is_trouble(error, connection):
            raise Unavailable(f"no connection to the database: {_describe(error)}") from error
        raise
    except BaseException:
        connection.terminate()
        raise
    try:
        _check_session(session["isolation"], session["commits"])
    except ConfigError:
        connection.terminate()
        raise
    return connection


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _check_session(isolation: str, commits: str) -> None:
    """Refuse sessions in which the liveness protocol or an acknowledgement would not mean what it must."""
    if isolation != "read committed":
        raise ConfigError(f"database_url: transactions are {isolation}, they must be read committed")
    if commits == "off":
        raise ConfigError(
            "database_url: the database has synchronous_commit=off, so a crash of it could lose what was "
            "acknowledged; set it to on, for the server or by ALTER ROLE … SET synchronous_commit = on"
        )


def _is_trouble(error: Exception, connection: Connection) -> bool:
    """Whether the server or the line to it is at fault; asyncpg reports a lost line in several ways."""
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return connection.is_closed()
    return isinstance(error, _TROUBLE)


def _split(url: str) -> tuple[str, dict[str, Any]]:
    """The URL without our own parameter, and the arguments for asyncpg that follow from it."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigError(f"database_url: {parts.scheme or url!r} is not postgresql://…")
    query = parse_qsl(parts.query, keep_blank_values=True)
    sizes = [value for name, value in query if name == "statement_cache_size"]
    if not sizes:
        return url, {"server_settings": _SESSION}
    if not sizes[-1].isdigit():
        raise ConfigError("database_url: statement_cache_size must be a whole number")
    rest = urlencode([(name, value) for name, value in query if name != "statement_cache_size"], safe="/")
    size = int(sizes[-1])
    arguments: dict[str, Any] = {"statement_cache_size": size}
    if size:
        arguments["server_settings"] = _SESSION
    return urlunsplit(parts._replace(query=rest)), arguments


def _is_shared(arguments: dict[str, Any]) -> bool:
    """Whether the server's sessions are handed from transaction to transaction, by pgbouncer."""
    return arguments.get("statement_cache_size") == 0


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
