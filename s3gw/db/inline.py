"""Publishing bodies that are rows, several under one commit: what most small PUTs come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from s3gw.db import together
from s3gw.db.outcomes import PublishResult
from s3gw.db.pool import Database
from s3gw.db.records import InlineChunk
from s3gw.db.together import MEMBERS, Entry

# A chunk that is there already was not added; inline_chunk finds it, in a snapshot of its own, or adds it
# where it was collected meanwhile.
_STORED = """added AS MATERIALIZED (
    INSERT INTO chunks (domain_id, digest, length, codec, data, key_id)
    SELECT DISTINCT ON (domain, digest) domain, digest, length, codec, data, key_id FROM wanted
    ORDER BY domain, digest
    ON CONFLICT (domain_id, digest) DO NOTHING
    RETURNING id, domain_id, digest
), stored AS MATERIALIZED (
    SELECT place, coalesce(id, inline_chunk(domain, digest, length, codec, data, key_id)) AS chunk,
        NULL::bigint AS manifest
    FROM (
        SELECT w.*, a.id FROM wanted w
        LEFT JOIN added a ON a.domain_id = w.domain AND a.digest = w.digest
        ORDER BY w.domain, w.digest OFFSET 0
    ) AS w
)"""
_PUBLISH = together.statement(
    columns=f"""(v ->> {MEMBERS})::integer AS domain, (v ->> {MEMBERS + 1})::integer AS length,
        (v ->> {MEMBERS + 2})::smallint AS codec, (v ->> {MEMBERS + 3})::integer AS key_id, digest, data""",
    rows="""ROWS FROM (jsonb_array_elements($1::jsonb), unnest($2::bytea[]), unnest($3::bytea[]))
        WITH ORDINALITY AS r (v, digest, data, place)""",
    stored=_STORED,
)


class Inline(NamedTuple):
    """A body that is one row, and the key whose current version it becomes."""

    entry: Entry
    chunk: InlineChunk


async def publish(db: Database, wanted: Sequence[Inline]) -> list[PublishResult]:
    """As `together.publish`."""
    return await together.publish(db, _PUBLISH, wanted, _arguments)


def _arguments(wanted: Sequence[Inline]) -> tuple[list[Any], list[bytes], list[bytes]]:
    """Everything but bytes as one document: asyncpg asks each element of an array what kind it is."""
    rows = [(*one.entry.members(), *_described(one.chunk)) for one in wanted]
    return rows, [one.chunk.digest for one in wanted], [one.chunk.data for one in wanted]


def _described(chunk: InlineChunk) -> tuple[Any, ...]:
    return chunk.domain_id, chunk.length, chunk.codec, chunk.key_id
