"""A gateway in this process, whose round trips to the database are counted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import s3gw.operations  # noqa: F401 - registers the handlers
from s3gw.backends.disk import Disk
from s3gw.config import Settings
from s3gw.db import access_keys, accounts, instances
from s3gw.db.pool import Connection, Database
from s3gw.http.identities import RootKey, StoredKeys, seal_key_id, seal_secret
from s3gw.http.server import Server, bind
from s3gw.operations.call import Services
from s3gw.storage.keys import Keys
from s3gw.storage.store import Store
from tests import wire
from tests.gateway import Gateway

ROOT_KEY, ROOT_SECRET = "AKTRIPSROOT", "the-secret-of-root"
USER_KEY, USER_SECRET = "AKTRIPSUSER", "the-secret-of-a-user"
_MASTER = bytes(range(32))


class CountedDatabase(Database):
    """A pool that writes down every statement that goes to the server."""

    statements: list[str]

    async def _connect(self) -> Connection:
        connection = await super()._connect()
        if not hasattr(self, "statements"):
            self.statements = []
        connection.add_query_logger(self._heard)
        return connection

    async def _heard(self, record: Any) -> None:
        self.statements.append(" ".join(record.query.split()))


@dataclass
class Counting:
    """One gateway on a port of its own; requests are root's unless told otherwise."""

    port: int
    db: CountedDatabase
    store: Store
    access_key: str = ROOT_KEY
    secret_key: str = ROOT_SECRET
    trips: list[str] = field(default_factory=list)
    """The statements of the last request."""

    async def ask(self, method: str, path: str, query: str = "", **more: Any) -> wire.Answer:
        """One signed request; it must succeed."""
        said = await self.request(method, path, query, **more)
        assert 200 <= said.status < 300, (said.status, said.body)
        return said

    async def request(self, method: str, path: str, query: str = "", **more: Any) -> wire.Answer:
        """One signed request, whatever becomes of it; what has a body is sent with its length and MD5."""
        if method in ("PUT", "POST"):
            body = more.get("body", b"")
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            length = {"Content-Length": str(len(body)), "Content-MD5": digest}
            more["headers"] = length | dict(more.get("headers", {}))
        del self.db.statements[:]
        said = await asyncio.to_thread(wire.request, cast("Gateway", self), method, path, query, **more)
        await asyncio.sleep(0)  # the query logger is called by the loop
        self.trips = list(self.db.statements)
        return said

    async def count(self, method: str, path: str, query: str = "", **more: Any) -> int:
        """How many round trips one request takes that succeeds."""
        await self.ask(method, path, query, **more)
        return len(self.trips)

    async def begin(self, path: str) -> str:
        """The id of a new multipart upload."""
        begun = await self.ask("POST", path, "uploads=")
        found = re.search(rb"<UploadId>(\w+)</UploadId>", begun.body)
        assert found is not None
        return found[1].decode()


def as_user(gateway: Counting) -> Counting:
    """The same gateway, asked by a user whose key stands in the database."""
    return Counting(gateway.port, gateway.db, gateway.store, USER_KEY, USER_SECRET)


@asynccontextmanager
async def counting(dsn: str, home: Path, **settings: Any) -> AsyncIterator[Counting]:
    """A gateway on that database and the packs in `home`, with a root key and a user who has one."""
    db = await CountedDatabase.connect(dsn, size=1)  # whose statements are soon prepared
    packs = home / "packs"
    packs.mkdir(exist_ok=True)
    backend = Disk(packs, reserve=0)
    row = await instances.ensure_backend(db, "local", packs.as_uri())
    instance = await instances.start(db, uuid4())
    given = Settings(data=home, reserve=0, **settings)
    store = Store(db, {row.id: backend}, given, instance, keys=Keys(db))
    root = await accounts.ensure_root(db)
    await _user(db)
    server = Server(given)
    [socket] = bind("127.0.0.1", 0)
    await server.start([socket])

    async def probe() -> Mapping[str, Any]:
        return {"status": "ok"}

    identities = StoredKeys(RootKey(ROOT_KEY, ROOT_SECRET, root), db, _MASTER)
    server.serve(Services(given, db, store), identities, probe)
    try:
        yield Counting(socket.getsockname()[1], db, store)
    finally:
        await server.stop(1)
        await store.close()
        await backend.close()
        await db.close()


async def _user(db: Database) -> None:
    """A user with a key, unless another gateway has made them."""
    if await accounts.by_name(db, "user") is None:
        user = await accounts.create(db, accounts.new_canonical_id(), "user", "user")
        await give_key(db, user.id, USER_SECRET)


async def give_key(db: Database, account_id: int, secret: str) -> None:
    """Give an account the access key of the user, with that secret."""
    sealed = seal_secret(_MASTER, USER_KEY, secret)
    assert await access_keys.create(db, USER_KEY, account_id, sealed, seal_key_id(_MASTER))
