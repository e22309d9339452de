"""Listings against a plain model of what S3 lists, over texts chosen to be awkward."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3gw.db import accounts, buckets, listings, uploads
from s3gw.db.pool import Database
from s3gw.db.records import Properties
from tests.db.world import World

# Few characters, so that prefixes and delimiters meet; both ends of each length in UTF-8, both sides of the
# surrogates, and the last character of all.
ALPHABET = "/a.\x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
TEXT = st.text(ALPHABET, max_size=5)
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Query:
    prefix: str
    delimiter: str
    after: str
    limit: int


QUERIES = st.builds(
    Query,
    prefix=st.text(ALPHABET, max_size=2),
    delimiter=st.text(ALPHABET, max_size=2),
    after=TEXT,
    limit=st.integers(0, 6),
)


def model(keys: list[str], query: Query) -> tuple[list[tuple[bool, str]], bool]:
    """Entries (whether it is a common prefix, name) of the page, and whether more follow."""
    entries: dict[tuple[bool, str], None] = {}
    for key in sorted(keys):
        if not key.startswith(query.prefix):
            continue
        head, delimiter, _ = key[len(query.prefix) :].partition(query.delimiter or "\0")
        if delimiter:
            common = query.prefix + head + delimiter
            if common > query.after and not query.after.startswith(common):
                entries[True, common] = None
        elif key > query.after:
            entries[False, key] = None
    page = list(entries)
    return page[: query.limit], bool(query.limit) and len(page) > query.limit


@pytest.fixture
def many(dsn: str) -> Iterator[Callable[[list[str], Query], listings.ObjectPage]]:
    """A function that stores keys and lists them, from plain code, example after example."""
    with asyncio.Runner() as runner:

        async def prepare() -> World:
            db = await Database.connect(dsn)
            account = await accounts.ensure_root(db)
            bucket, _ = await buckets.create(db, "bucket", account.id, "r", "cdc-256k", True)
            return World(db, account, bucket)

        world = runner.run(prepare())

        async def listed(keys: list[str], query: Query) -> listings.ObjectPage:
            await world.db.execute("DELETE FROM objects")
            await world.db.execute(
                "INSERT INTO objects (bucket_id, account_id, size, etag, key) "
                "SELECT $1, $2, 0, 'e', key FROM unnest($3::text[]) AS key",
                world.bucket.id,
                world.account.id,
                keys,
            )
            return await listings.list_objects(
                world.db, world.bucket.id, query.prefix, query.delimiter, query.after, query.limit
            )

        yield lambda keys, query: runner.run(listed(keys, query))
        runner.run(world.db.close())


def entries(page: listings.ObjectPage) -> list[tuple[bool, str]]:
    names = [(False, entry.key) for entry in page.objects] + [(True, name) for name in page.common_prefixes]
    return sorted(names, key=lambda entry: entry[1])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(TEXT.filter(bool), max_size=12, unique=True), query=QUERIES)
def test_pages_equal_the_model(
    many: Callable[[list[str], Query], listings.ObjectPage], keys: list[str], query: Query
) -> None:
    expected, truncated = model(keys, query)
    page = many(keys, query)
    assert entries(page) == expected
    assert page.truncated == truncated
    assert page.next_marker == (expected[-1][1] if truncated else None)


async def test_pages_join_to_the_whole(world: World) -> None:
    keys = [f"{a}{b}{c}" for a in "a/b" for b in "/a" for c in ("", "/", "x/", "/x")]
    for key in keys:
        await world.put(key, b"x")
    for delimiter in ("", "/", "x/"):
        whole = await listings.list_objects(world.db, world.bucket.id, "", delimiter)
        assert not whole.truncated
        assert entries(whole) == model(keys, Query("", delimiter, "", 100))[0]
        found: list[tuple[bool, str]] = []
        after: str | None = ""
        while after is not None:
            page = await listings.list_objects(world.db, world.bucket.id, "", delimiter, after, 2)
            found += entries(page)
            after = page.next_marker
        assert found == entries(whole)


async def test_the_greatest_key_there_can_be(world: World) -> None:
    """1,024 bytes of the last character: nothing follows it, and yet it has an end."""
    key = LAST * 256
    await world.put(key, b"x")
    for prefix in ("", LAST, key):
        page = await listings.list_objects(world.db, world.bucket.id, prefix)
        assert [found.key for found in page.objects] == [key]
    page = await listings.list_objects(world.db, world.bucket.id, "", LAST)
    assert (page.objects, page.common_prefixes, page.truncated) == ([], [LAST], False)
    assert (await listings.list_objects(world.db, world.bucket.id, "", LAST, LAST)).common_prefixes == []


async def test_a_listed_object_shows_what_was_stored(world: World) -> None:
    properties = Properties(checksums={"type": "FULL_OBJECT", "CRC32": "x"}, storage_class="STANDARD_IA")
    result = await world.put("key", b"data", properties=properties)
    page = await listings.list_objects(world.db, world.bucket.id)
    assert page.objects == [
        listings.ListedObject(
            "key",
            4,
            "e-data",
            result.modified_at,  # type: ignore[arg-type]
            "STANDARD_IA",
            properties.checksums,
            world.account,
        )
    ]


_KEYS = "FROM generate_series(10, 29) f, generate_series(1000, 1999) k"
_OF_OBJECTS = "(bucket_id, account_id, size, etag, key) SELECT $1, $2, 0, 'e', f || '/' || k"
_FILLED = {
    "objects": (f"INSERT INTO objects {_OF_OBJECTS} {_KEYS}",),
    "versions": tuple(f"INSERT INTO {table} {_OF_OBJECTS} {_KEYS}" for table in ("objects", "noncurrent")),
    "uploads": (f"INSERT INTO uploads (bucket_id, account_id, key) SELECT $1, $2, f || '/' || k {_KEYS}",),
}
_LISTS = {
    "objects": "list_objects($1, '', $2, $3, 10)",
    "versions": "list_versions($1, '', $2, $3, '', 10)",
    "uploads": "list_uploads($1, '', $2, $3, '', 10)",
}


@pytest.mark.parametrize("what", _LISTS)
async def test_a_page_costs_what_it_shows(world: World, what: str) -> None:
    """Blocks read by a page of ten entries, however many keys are before, behind, and in its folders."""
    for statement in _FILLED[what]:
        await world.db.execute(statement, world.bucket.id, world.account.id)
    for delimiter, after in (("/", "15"), ("", "28/1500"), ("5", "28/15")):
        async with world.db.transaction() as connection:
            for _ in range(2):  # the first reads the catalogue too
                plan = await connection.fetchval(
                    f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {_LISTS[what]}",
                    world.bucket.id,
                    delimiter,
                    after,
                )
        top = json.loads(plan)[0]["Plan"]
        assert top["Actual Rows"] == 10
        assert top["Shared Hit Blocks"] + top["Shared Read Blocks"] < 200, (delimiter, after)


class TestUploads:
    async def make(self, world: World, *keys: str) -> list[str]:
        return [
            await uploads.create(world.db, world.bucket.id, key, world.account.id, Properties()) or ""
            for key in keys
        ]

    async def test_by_key_and_then_by_time(self, world: World) -> None:
        b1, a1, b2, a2 = await self.make(world, "b", "a", "b", "a")
        page = await listings.list_uploads(world.db, world.bucket.id)
        assert [(u.key, u.id) for u in page.uploads] == [("a", a1), ("a", a2), ("b", b1), ("b", b2)]
        assert (page.truncated, page.next_key_marker, page.next_upload_id_marker) == (False, None, None)

    async def test_markers(self, world: World) -> None:
        a1, a2, a3, b1 = await self.make(world, "a", "a", "a", "b")

        async def ids(**query: str) -> list[str]:
            page = await listings.list_uploads(world.db, world.bucket.id, **query)  # type: ignore[arg-type]
            return [upload.id for upload in page.uploads]

        assert await ids(key_marker="a") == [b1]
        assert await ids(key_marker="a", upload_id_marker=a1) == [a2, a3, b1]
        assert await ids(key_marker="a", upload_id_marker=a3) == [b1]
        assert await ids(upload_id_marker=a3) == [a1, a2, a3, b1]
        assert await ids(key_marker="a", upload_id_marker=a1, prefix="b") == [b1]
        assert await ids(key_marker="a", upload_id_marker=a1, prefix="a\x01") == []

    @pytest.mark.parametrize("delimiter", ["", "/"])
    async def test_pages_join_to_the_whole(self, world: World, delimiter: str) -> None:
        await self.make(world, *(f"{a}{b}" for a in ("a", "b/", "c") for b in ("", "x", "/y", "") * 2))
        whole = await listings.list_uploads(world.db, world.bucket.id, "", delimiter)
        found: list[listings.ListedUpload] = []
        prefixes: list[str] = []
        key, upload = "", ""
        while True:
            page = await listings.list_uploads(world.db, world.bucket.id, "", delimiter, key, upload, 2)
            found += page.uploads
            prefixes += page.common_prefixes
            if not page.truncated:
                break
            key, upload = page.next_key_marker or "", page.next_upload_id_marker or ""
        assert (found, prefixes) == (whole.uploads, whole.common_prefixes)
        assert len(found) == (24 if not delimiter else 12)

    async def test_completed_uploads_are_not_listed(self, world: World) -> None:
        await self.make(world, "a")
        await world.db.execute("UPDATE uploads SET completed_at = now()")
        assert (await listings.list_uploads(world.db, world.bucket.id)).uploads == []
