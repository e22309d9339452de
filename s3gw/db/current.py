"""Finding current versions in buckets that are remembered: what most reads ask for.

Of the bucket nothing is read but whether it is the one that is remembered, by its revision (see
`s3gw.db.assumed`), in the snapshot in which the version is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import asyncpg

from s3gw.db import body_rows
from s3gw.db.found import (
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
from s3gw.db.records import Bucket, InlineChunk
from s3gw.db.rows import CONTENT, CONTENT_COLUMNS, OWNER, account, content

_CONTENT_AT = 3
_OWNER_AT = _CONTENT_AT + CONTENT_COLUMNS
_INLINE_AT = _OWNER_AT + 5
_ROWS_AT = _INLINE_AT + INLINE_COLUMNS


async def find(
    db: Database, wanted: Sequence[Wanted], buckets: Sequence[Bucket], *, inline: bool
) -> list[Found | None]:
    """What is found in these buckets; None where a bucket is not, or not any more, what it is taken for."""
    columns: list[Any]
    first = buckets[0]
    shared = buckets.count(first) == len(buckets)
    if shared:
        columns = [first.id, first.revision, first.owner.id]
    else:
        columns = [
            [bucket.id for bucket in buckets],
            [bucket.revision for bucket in buckets],
            [bucket.owner.id for bucket in buckets],
        ]
    need = needs(wanted, inline=inline)
    columns += [[one.key for one in wanted], *more_arguments(wanted, **need)]
    found: list[Found | None] = [None] * len(wanted)
    for row in await db.fetch(_statement(shared, inline, **need), *columns):
        place = row[0] - 1
        found[place] = _found(row, wanted[place], buckets[place], inline=inline)
    return found


@cache
def _statement(shared: bool, inline: bool, keyed: bool, ranged: bool) -> str:
    """Arrays of what is not the same for all; `shared` says that the bucket is: of each element of an array
    asyncpg asks whether it is an array itself.

    Each look-up is a LATERAL with LIMIT, which PostgreSQL can only do by index, one after the other: a plan
    made while tables were small must not become a join of whole tables. The owner of a version is looked up
    where it is not the bucket's, and where its bytes are unless they are found with it.
    """
    columns = {"bucket": "bigint", "state": "bigint", "owner": "bigint"}
    if shared:
        bucket, state, owner = (f"${place}::{kind}" for place, kind in enumerate(columns.values(), 1))
        rows = asked({"key": "text"}, keyed=keyed, ranged=ranged, behind=len(columns))
    else:
        bucket, state, owner = (f"q.{name}" for name in columns)
        rows = asked({**columns, "key": "text"}, keyed=keyed, ranged=ranged)
    return f"""
        SELECT q.place, {HOLDS_EACH if keyed else "true AS holds"}, o.bucket_id, {CONTENT}, {OWNER}
            {f", {INLINE_BYTES}, m.*" if inline else ""}
        FROM {rows}
        JOIN LATERAL (
            SELECT id FROM buckets WHERE id = {bucket} AND revision = {state} LIMIT 1
        ) b ON true
        LEFT JOIN LATERAL (SELECT * FROM objects WHERE bucket_id = b.id AND key = q.key LIMIT 1) o ON true
        LEFT JOIN LATERAL (
            SELECT * FROM accounts WHERE id = o.account_id AND o.account_id <> {owner} LIMIT 1
        ) oo ON true
        {bytes_each(ranged=ranged) if inline else ""}
    """


def _found(row: asyncpg.Record, wanted: Wanted, bucket: Bucket, *, inline: bool) -> Found:
    holds = row[1]
    if row[2] is None:
        return Found(bucket, None, holds=holds)
    version = content(
        bucket.id,
        wanted.key,
        *row[_CONTENT_AT:_OWNER_AT],
        owner=bucket.owner if row[_OWNER_AT] is None else account(row, "o_"),
        versioned=bucket.versioning is not None,
    )
    if not inline:
        return Found(bucket, version, None, None, holds)
    if row["c_data"] is not None:
        return Found(bucket, version, InlineChunk(*row[_INLINE_AT:_ROWS_AT]), None, holds)
    return Found(bucket, version, None, body_rows.of(row[_ROWS_AT:], wanted.stretch), holds)
