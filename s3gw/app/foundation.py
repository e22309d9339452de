"""What stands under all workers of a gateway: the data directory, the database, who and where it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from s3gw.app import adoption, masters
from s3gw.app.adoption import Place
from s3gw.app.data_directory import Credentials, DataDirectory
from s3gw.app.following import Followed
from s3gw.backend_url import FileLocation, Location
from s3gw.backends.base import Backend
from s3gw.backends.observed import Observer
from s3gw.backends.opening import open_backend
from s3gw.backends.several import Several
from s3gw.config import Settings
from s3gw.db import accounts, encryption_keys, instances
from s3gw.db.embedded import Embedded, open_embedded, start_embedded
from s3gw.db.instances import Instance
from s3gw.db.migrations import Migration, migrate
from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.errors import ConfigError, GatewayError, Unavailable
from s3gw.metrics.board import Board
from s3gw.sealing import Masters
from s3gw.storage import keys
from s3gw.storage.packs import Placing

log = logging.getLogger("s3gw.app")

CONNECTIONS = 160
"""Connections to the database of all workers together; the embedded one admits 200."""

COMMAND_SECONDS = 3600.0
"""How long one statement of a command may take: statistics of a large store walk all of it."""

FIRST_PAUSE, LAST_PAUSE = 0.5, 5.0
"""Seconds between two attempts to reach what does not answer yet."""

WATCH = 1.0
"""Seconds between two looks at whether the embedded PostgreSQL still runs."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the parent has prepared and every worker is told."""

    settings: Settings
    directory: DataDirectory
    credentials: Credentials
    url: str
    """Of the database."""
    instance: Instance
    root: Account
    places: tuple[Place, ...]
    """Where packs are."""
    board: Board = field(default_factory=Board.unseen)
    """What all processes of this gateway measure."""

    async def connect(self) -> Database:
        """A pool of connections for one worker."""
        size = max(4, min(16, CONNECTIONS // self.settings.workers))
        return await Database.connect(self.url, size=size)

    @asynccontextmanager
    async def backends(self, db: Database, observer: Observer | None = None) -> AsyncIterator[Several]:
        """The backends of this gateway, opened for one process, and those that are added meanwhile."""
        followed = Followed(db, self.places, self.settings, observer)
        try:
            await followed.look()
            following = asyncio.create_task(followed.run(), name="follow the backends")
            try:
                yield followed.backends
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        finally:
            await followed.close()

    def placing(self) -> Placing:
        """How many copies of packs there are to be."""
        return Placing(self.settings.replicas, self.settings.needed_replicas)


@asynccontextmanager
async def lay(
    settings: Settings, directory: DataDirectory, credentials: Credentials, board: Board
) -> AsyncIterator[Foundation]:
    """Start or find the database, bring it up to date, and register this start of the gateway.

    Call it from the main thread: the embedded PostgreSQL dies with the thread that forked it.
    """
    async with AsyncExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url
        else:
            keeper = Keeper(directory)
            stack.push_async_callback(keeper.stop)
            url = await keeper.start()
        for migration in await _answering(url):
            log.info("applied migration %04d %s", migration.version, migration.name)
        db = await Database.connect(url, size=2)
        try:
            root = await accounts.ensure_root(db)
            instance, places = await _register(db, settings, directory, credentials)
            directory.master_key(settings, make=settings.database_url is None)
        finally:
            await db.close()
        yield Foundation(settings, directory, credentials, url, instance, root, places, board)


async def _register(
    db: Database, settings: Settings, directory: DataDirectory, credentials: Credentials
) -> tuple[Instance, tuple[Place, ...]]:
    """This start of the gateway, and its backends, as soon as all of them answer."""
    own = _own_packs(directory)
    pause = FIRST_PAUSE
    while True:
        try:
            async with instances.starting(db):
                instance_id = directory.instance_id()
                if credentials.generated and not await instances.is_alone(db, instance_id):
                    raise ConfigError(
                        "access_key: this database serves another gateway, whose keys clients have; "
                        "give both the same S3GW_ACCESS_KEY and S3GW_SECRET_KEY"
                    )
                spare = own if settings.backend else None
                await _prepare_keys(db, settings, directory)
                places = await adoption.adopt(db, settings.backend or (own,), spare=spare)
                return await instances.start(db, instance_id), places
        except Unavailable as error:
            log.warning("waiting to start: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)


async def _prepare_keys(db: Database, settings: Settings, directory: DataDirectory) -> None:
    """Have the keys of what is encrypted, and make that of a new store.

    A store that was there before its gateways knew of encryption goes on without, until it is told to: older
    ones may still run. So does one on a database that others may share, until all are given one key.
    """
    await masters.check(db, directory.masters(settings))
    if await encryption_keys.all_keys(db) or not await encryption_keys.is_unused(db):
        return
    if settings.database_url is not None and settings.master_key is None:
        return
    master = directory.master_key(settings, make=True)
    assert master is not None
    await keys.create(db, encryption_keys.STORE, master)
    if settings.master_key is None:
        log.warning(
            "everything stored is encrypted; keep a copy of %s elsewhere: nothing can be read without it",
            directory.path / "master-key",
        )


def _own_packs(directory: DataDirectory) -> Location:
    return FileLocation(directory.packs)


async def _answering(url: str) -> list[Migration]:
    """Migrate as soon as the database answers: it may be started beside the gateway, or be failing over."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await migrate(url)
        except Unavailable as error:
            log.warning("waiting for the database: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)


@asynccontextmanager
async def address_of_database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the gateway's database for a command, beside a running gateway or without one."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    directory = DataDirectory.existing(settings.data)
    async with open_embedded(directory.path) as embedded:
        yield embedded.url


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The gateway's database for a command, up to date."""
    async with address_of_database(settings) as url:
        await migrate(url)
        db = await Database.connect(url, size=4, statement_timeout=COMMAND_SECONDS)
        try:
            yield db
        finally:
            await db.close()


@asynccontextmanager
async def storage(settings: Settings) -> AsyncIterator[tuple[Database, Several]]:
    """Database and backends of a gateway, for a command that works on both."""
    own = () if settings.backend else (_own_packs(DataDirectory.existing(settings.data)),)
    async with database(settings) as db:
        followed = Followed(db, await adoption.recognise(db, settings.backend or own), settings, None)
        try:
            await followed.look()
            yield db, followed.backends
        finally:
            await followed.close()


@asynccontextmanager
async def new_database(settings: Settings) -> AsyncIterator[str]:
    """The URL of a database to restore to: the given one, or the embedded one, made where there is none.

    Raises ConfigError where a gateway runs on the data directory.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    directory = DataDirectory.create(settings.data)
    directory.lock()
    try:
        embedded = await start_embedded(directory.path)
        try:
            yield embedded.url
        finally:
            await embedded.stop()
    finally:
        directory.unlock()


def masters_of(settings: Settings) -> Masters:
    """The master keys of a gateway, for a command."""
    return DataDirectory(settings.data).masters(settings)


def open_places(settings: Settings) -> list[Backend]:
    """The backends that the settings name, for a command that has no database to ask which they are."""
    own = () if settings.backend else (_own_packs(DataDirectory(settings.data)),)
    return [open_backend(location) for location in settings.backend or own]


class Keeper:
    """Runs the embedded PostgreSQL, and starts it again should it end."""

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._embedded: Embedded | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Start the server; the URL by which it is reached, now and after every further start."""
        self._embedded = await start_embedded(self._directory.path)
        self._watch = asyncio.create_task(self._keep(), name="keep PostgreSQL")
        return self._embedded.url

    async def stop(self) -> None:
        """Shut the server down."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._embedded is not None:
            await self._embedded.stop()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            if self._embedded is None or self._embedded.running():
                continue
            log.error("the embedded PostgreSQL has ended; starting it again")
            await self._embedded.stop()  # gives up its lock
            self._embedded = None
            while self._embedded is None:
                try:
                    self._embedded = await start_embedded(self._directory.path)
                except GatewayError as error:
                    log.error("the embedded PostgreSQL does not start: %s", error)  # noqa: TRY400
                    await asyncio.sleep(WATCH)
