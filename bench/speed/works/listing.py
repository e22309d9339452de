"""Pages of listings in a bucket of many keys, by HTTP and inside the database; and how keys come there."""

from __future__ import annotations

import asyncio
import json
import random
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from bench.load import Body, Outcome, drive
from bench.speed.works.base import BUCKET, Session
from s3gw.db.listings import list_objects
from s3gw.db.pool import Database
from tests.gateway import database_url

_SEED = "seed"
_FOLDERS = 1000
_PAGES = 40

# Copies of one object of 4 KiB, as CopyObject would write them, spread evenly over folders.
_FILL = """
INSERT INTO objects (bucket_id, key, size, chunk_id, manifest_id, account_id, etag, headers, checksums)
SELECT o.bucket_id, 'folder-' || lpad((n % $2)::text, 4, '0') || '/key-' || lpad(n::text, 8, '0'),
       o.size, o.chunk_id, o.manifest_id, o.account_id, o.etag, o.headers, o.checksums
FROM objects o CROSS JOIN generate_series(0, $1::bigint - 1) n
WHERE o.bucket_id = $3 AND o.key = $4
"""
_EXPLAIN = """
EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)
SELECT * FROM list_objects($1, '', $2, $3, 1001)
"""


def fill(session: Session, keys: int) -> None:
    """Make the bucket hold `keys` keys, by SQL: by the API a million would take minutes."""
    target = session.server.target
    drive(target, [target.request("PUT", f"/{BUCKET}/{_SEED}", Body(0xF111, 4096))])
    asyncio.run(_fill(_url(session), keys))


async def _fill(url: str, keys: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        bucket = await connection.fetchval("SELECT id FROM buckets WHERE name = $1", BUCKET)
        await connection.execute(_FILL, keys, min(_FOLDERS, keys), bucket, _SEED, timeout=600)
        await connection.execute("VACUUM (ANALYZE) objects", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()


def _url(session: Session) -> str:
    assert session.server.gateway is not None, "keys are made by SQL only in a gateway of this project"
    return database_url(session.server.gateway)


@dataclass(frozen=True)
class Listing:
    """Pages of 1000: of keys at random places, or of the common prefixes of all folders.

    `where` is http for whole requests, call for the function of the gateway that asks the database, over its
    socket, and sql for what PostgreSQL says that it took.
    """

    delimiter: str
    where: str
    connections: int = 1
    unit: str = "ms"

    @property
    def name(self) -> str:
        """Such as list-flat-http, or list-flat-http-c16."""
        at_once = f"-c{self.connections}" if self.connections > 1 else ""
        return f"list-{'delimiter' if self.delimiter else 'flat'}-{self.where}{at_once}"

    @property
    def title(self) -> str:
        """Such as list page by delimiter, by HTTP."""
        seen = {"http": "by HTTP", "call": "as the gateway asks for it", "sql": "inside PostgreSQL"}
        return f"list page {'by delimiter' if self.delimiter else 'flat'}, {seen[self.where]}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """The places follow from the round."""
        chosen = random.Random(number)
        places = [
            "" if self.delimiter else f"folder-{chosen.randrange(_FOLDERS - 100):04}/" for _ in range(_PAGES)
        ]
        if self.where == "http":
            return self._http(session, places)
        ask = _call if self.where == "call" else _sql
        return lambda: asyncio.run(ask(_url(session), self.delimiter, places))

    def _http(self, session: Session, places: list[str]) -> Callable[[], Outcome]:
        target = session.server.target
        requests = []
        for age, place in enumerate(places):
            query = {"list-type": "2", "start-after": place, "delimiter": self.delimiter}
            query = {name: value for name, value in query.items() if value}
            requests.append(target.request("GET", f"/{BUCKET}", query=query, age=age))
        return lambda: drive(target, requests, self.connections)


async def _call(url: str, delimiter: str, places: list[str]) -> Outcome:
    database = await Database.connect(url)
    try:
        bucket = await database.fetchval("SELECT id FROM buckets WHERE name = $1", BUCKET)
        took = array("d")
        for place in places:
            began = time.perf_counter()
            page = await list_objects(database, bucket, "", delimiter, place)
            took.append(time.perf_counter() - began)
            _expect(len(page.objects) + len(page.common_prefixes))
    finally:
        await database.close()
    return Outcome(sum(took), took, Counter({200: len(took)}))


async def _sql(url: str, delimiter: str, places: list[str]) -> Outcome:
    database = await Database.connect(url)  # with the settings of the gateway's own sessions
    try:
        bucket = await database.fetchval("SELECT id FROM buckets WHERE name = $1", BUCKET)
        took = array("d")
        for place in places:
            plan = json.loads(await database.fetchval(_EXPLAIN, bucket, delimiter, place))[0]
            took.append(plan["Execution Time"] / 1000)
            _expect(min(1000, plan["Plan"]["Actual Rows"]))
    finally:
        await database.close()
    return Outcome(sum(took), took, Counter({200: len(took)}))


def _expect(rows: int) -> None:
    if rows != 1000:
        raise ValueError(f"a page has {rows} rows, not 1000")
