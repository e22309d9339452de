"""Finding the version of a key that a request addresses, with its bucket, in one round trip."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any

import asyncpg

from s3gw.db import body_rows, current
from s3gw.db.assumed import NOTHING, Assumed
from s3gw.db.batches import batches
from s3gw.db.body_rows import WHOLE, Stretch
from s3gw.db.found import (
    HOLDS,
    HOLDS_EACH,
    INLINE_BYTES,
    INLINE_COLUMNS,
    Found,
    Wanted,
    asked,
    bytes_each,
    more_arguments,
    needs,
)
from s3gw.db.pool import Database
from s3gw.db.records import NULL_VERSION, InlineChunk
from s3gw.db.rows import BUCKET, OWNER, VERSION, VERSION_COLUMNS, VERSION_END, bucket, version

_FOUND = f"SELECT {BUCKET}, {OWNER}, {VERSION}, {{holds}}"
_HOLDS_AT = VERSION_END
_INLINE_AT = VERSION_END + 1
_ROWS_AT = _INLINE_AT + INLINE_COLUMNS
_BYTES = f", {INLINE_BYTES}, m.*"
_OF_NAME = """
FROM buckets b
JOIN accounts bo ON bo.id = b.account_id
"""
_CURRENT = "LEFT JOIN objects o ON o.bucket_id = b.id AND o.key = $4"
# One version, wherever it is: by its id, or the null version.
_VERSION_BY = "bucket_id = b.id AND key = $4 AND version_id {which}"
_VERSION = f"""
LEFT JOIN LATERAL (
    SELECT {VERSION_COLUMNS} FROM objects WHERE {_VERSION_BY}
    UNION ALL
    SELECT {VERSION_COLUMNS} FROM noncurrent WHERE {_VERSION_BY}
    LIMIT 1
) o ON true"""
_OWNED = """
LEFT JOIN accounts oo ON oo.id = o.account_id
"""
_INLINE = "LEFT JOIN chunks c ON c.id = o.chunk_id AND c.pack_id IS NULL"


def _single(objects: str, *, bytes_too: bool) -> str:
    """$1 bucket, $2 and $3 the access key, $4 key; with the bytes, $5 and $6 the stretch; then a version."""
    found = _FOUND.format(holds=HOLDS)
    if not bytes_too:
        return found + _OF_NAME + objects + _OWNED + "WHERE b.name = $1"
    rows = body_rows.join("$5::bigint", "coalesce($6::bigint, o.size)")
    return found + _BYTES + _OF_NAME + objects + _OWNED + _INLINE + rows + " WHERE b.name = $1"


_GET = {wanted: _single(_CURRENT, bytes_too=wanted) for wanted in (False, True)}
_GET_NULL = {wanted: _single(_VERSION.format(which="IS NULL"), bytes_too=wanted) for wanted in (False, True)}
_GET_BY_ID = {
    wanted: _single(_VERSION.format(which="= $7" if wanted else "= $5"), bytes_too=wanted)
    for wanted in (False, True)
}


@cache
def _together(bytes_too: bool, keyed: bool, ranged: bool) -> str:
    """Several at once; arrays of what is not the same for all of them.

    Each look-up is a LATERAL with LIMIT, which PostgreSQL can only do by index, one after the other: a plan
    made while tables were small must not become a join of whole tables.
    """
    columns = {"bucket": "text", "key": "text"}
    return f"""
        {_FOUND.format(holds=HOLDS_EACH if keyed else "true AS holds")} {_BYTES if bytes_too else ""}
        FROM {asked(columns, keyed=keyed, ranged=ranged)}
        LEFT JOIN LATERAL (SELECT * FROM buckets WHERE name = q.bucket LIMIT 1) b ON true
        LEFT JOIN LATERAL (SELECT * FROM accounts WHERE id = b.account_id LIMIT 1) bo ON true
        LEFT JOIN LATERAL (SELECT * FROM objects WHERE bucket_id = b.id AND key = q.key LIMIT 1) o ON true
        LEFT JOIN LATERAL (SELECT * FROM accounts WHERE id = o.account_id LIMIT 1) oo ON true
        {bytes_each(ranged=ranged) if bytes_too else ""} ORDER BY q.place
    """


def get(
    db: Database,
    bucket_name: str,
    key: str,
    *,
    version_id: str | None = None,
    inline: bool = True,
    stretch: Stretch = WHOLE,
    assumed: Assumed = NOTHING,
) -> Awaitable[Found]:
    """The bucket, the key's current version, and its bytes or where they are, in one round trip.

    With `version_id`, that version, which may be noncurrent; "null" is the null version. A version that is
    found may be a delete marker. `inline=False` leaves the bytes out, for HEAD; with them, the rows are those
    of the `stretch`. The access key in `assumed` is looked at in the same snapshot.
    """
    wanted = Wanted(bucket_name, key, stretch, assumed.access_key, assumed.key_revision)
    if version_id is not None:
        return _find_version(db, wanted, version_id, inline=inline)
    return batches(db, _find_with_bytes if inline else _find_without).ask(wanted)


async def _find_with_bytes(db: Database, wanted: Sequence[Wanted]) -> list[Found]:
    return await _find(db, wanted, inline=True)


async def _find_without(db: Database, wanted: Sequence[Wanted]) -> list[Found]:
    return await _find(db, wanted, inline=False)


async def _find(db: Database, wanted: Sequence[Wanted], *, inline: bool) -> list[Found]:
    """By what is remembered of the buckets, and once more where that does not hold."""
    memory = db.memory
    buckets = [memory.bucket(one.bucket) for one in wanted]
    known = [bucket for bucket in buckets if bucket is not None]
    if len(known) == len(wanted):
        found = await current.find(db, wanted, known, inline=inline)
    else:
        found = [None] * len(wanted)
        places = [place for place, bucket in enumerate(buckets) if bucket is not None]
        if places:
            again = await current.find(db, [wanted[place] for place in places], known, inline=inline)
            for place, one in zip(places, again, strict=True):
                found[place] = one
    return await _completed(db, wanted, found, inline=inline)


async def _completed(
    db: Database, wanted: Sequence[Wanted], found: Sequence[Found | None], *, inline: bool
) -> list[Found]:
    """All that is found, what is missing by a look-up that goes by nothing."""
    there = [one for one in found if one is not None]
    if len(there) == len(found):
        return there
    places = [place for place, one in enumerate(found) if one is None]
    looked_up = await _look_up(db, [wanted[place] for place in places], inline=inline)
    missing = dict(zip(places, looked_up, strict=True))
    return [missing[place] if one is None else one for place, one in enumerate(found)]


async def _look_up(db: Database, wanted: Sequence[Wanted], *, inline: bool) -> list[Found]:
    if len(wanted) == 1:
        arguments = _arguments(wanted[0], inline=inline)
        return [_found(db, await db.fetchrow(_GET[inline], *arguments), inline, wanted[0].stretch)]
    columns: list[Sequence[Any]] = [[one.bucket for one in wanted], [one.key for one in wanted]]
    need = needs(wanted, inline=inline)
    rows = await db.fetch(_together(inline, **need), *columns, *more_arguments(wanted, **need))
    return [_found(db, row, inline, one.stretch) for row, one in zip(rows, wanted, strict=True)]


async def _find_version(db: Database, wanted: Wanted, version_id: str, *, inline: bool) -> Found:
    arguments = _arguments(wanted, inline=inline)
    if version_id == NULL_VERSION:
        row = await db.fetchrow(_GET_NULL[inline], *arguments)
    else:
        row = await db.fetchrow(_GET_BY_ID[inline], *arguments, version_id)
    return _found(db, row, inline, wanted.stretch)


def _arguments(wanted: Wanted, *, inline: bool) -> tuple[str | int | None, ...]:
    start = (wanted.bucket, wanted.access_key, wanted.revision, wanted.key)
    return (*start, *wanted.stretch) if inline else start


def _found(db: Database, row: asyncpg.Record | None, inline: bool, stretch: Stretch) -> Found:
    if row is None or row[0] is None:
        return Found(None, None)
    found, holds = bucket(row), row[_HOLDS_AT]
    db.memory.see_bucket(found)
    if row["key"] is None:
        return Found(found, None, holds=holds)
    if not inline:
        return Found(found, version(row), holds=holds)
    if row["c_data"] is not None:
        return Found(found, version(row), InlineChunk(*row[_INLINE_AT:_ROWS_AT]), holds=holds)
    return Found(found, version(row), None, body_rows.of(row[_ROWS_AT:], stretch), holds)
