"""Manifests that are written by the statement that publishes them; see `whole_manifest` in the schema.

An upload whose body is known as a whole needs neither a lease nor pins: it asks which chunks are stored,
makes the others safe, and publishes. What was collected in between makes the publication fail, and is stored
anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from s3gw.db import together
from s3gw.db.assumed import NOTHING, Assumed, holding
from s3gw.db.batches import batches
from s3gw.db.outcomes import PublishResult
from s3gw.db.pool import Database
from s3gw.db.records import WholeManifest
from s3gw.db.together import Entry

_COLUMNS = (
    "digest",
    "length",
    "codec",
    "pack_id",
    "frame_offset",
    "frame_length",
    "frame_plain",
    "frame_start",
    "data",
    "key_id",
)
_COLUMNS_OF = attrgetter(*_COLUMNS)
_PARAMETERS = 1 + len(_COLUMNS) + 2


def parameters(first: int) -> str:
    """The places of `arguments` in a statement, the first of them as numbered."""
    return ", ".join(f"${number}" for number in range(first, first + _PARAMETERS))


def arguments(whole: WholeManifest) -> tuple[Any, ...]:
    """Of whole_manifest, behind the size."""
    columns = zip(*map(_COLUMNS_OF, whole.new), strict=True) if whole.new else ((),) * len(_COLUMNS)
    offsets, named = zip(*whole.rows, strict=True)
    return (whole.domain_id, *map(list, columns), list(offsets), list(named))


FEW = 8
"""Rows that a manifest has at most where it is published together with others: a statement of many chunks
would keep others waiting for them."""

# Chunks that were known, or that others have added meanwhile, are found by stored_chunk, which fails where
# one is gone, or was not made since its pack is not held any more: then nothing of all this is done.
_STORED = """made AS MATERIALIZED (
    SELECT place, size, nextval('manifests_id_seq') AS manifest FROM wanted
), manifested AS (
    INSERT INTO manifests (id, size) OVERRIDING SYSTEM VALUE SELECT manifest, size FROM made
), new AS MATERIALIZED (
    SELECT (v ->> 0)::bigint AS place, (v ->> 1)::integer AS domain, (v ->> 2)::integer AS length,
        (v ->> 3)::smallint AS codec, (v ->> 4)::bigint AS pack_id, (v ->> 5)::bigint AS frame_offset,
        (v ->> 6)::integer AS frame_length, (v ->> 7)::integer AS frame_plain,
        (v ->> 8)::integer AS frame_start, (v ->> 9)::integer AS key_id, digest, data
    FROM ROWS FROM (jsonb_array_elements($2::jsonb), unnest($3::bytea[]), unnest($4::bytea[]))
        AS r (v, digest, data)
), added AS MATERIALIZED (
    INSERT INTO chunks (domain_id, digest, length, codec, pack_id, frame_offset, frame_length, frame_plain,
                        frame_start, data, key_id)
    SELECT DISTINCT ON (domain, digest) domain, digest, length, codec, pack_id, frame_offset, frame_length,
        frame_plain, frame_start, data, key_id
    FROM new JOIN made USING (place)
    WHERE pack_id IS NULL OR pack_id IN (SELECT held_packs(ARRAY(SELECT DISTINCT pack_id FROM new)))
    ORDER BY domain, digest
    ON CONFLICT (domain_id, digest) DO NOTHING
    RETURNING id, domain_id, digest
), pieces AS MATERIALIZED (
    SELECT manifest, (v ->> 1)::integer AS domain, (v ->> 2)::bigint AS byte_offset, digest
    FROM ROWS FROM (jsonb_array_elements($5::jsonb), unnest($6::bytea[])) AS r (v, digest)
    JOIN made ON place = (v ->> 0)::bigint
), named AS MATERIALIZED (
    SELECT domain, digest, coalesce(id, stored_chunk(domain, digest)) AS id
    FROM (
        SELECT n.*, a.id FROM (SELECT DISTINCT domain, digest FROM pieces WHERE digest IS NOT NULL) AS n
        LEFT JOIN added a ON a.domain_id = n.domain AND a.digest = n.digest
        ORDER BY n.domain, n.digest OFFSET 0
    ) AS n
), listed AS (
    INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
    SELECT p.manifest, p.byte_offset, n.id FROM pieces p
    LEFT JOIN named n ON n.domain = p.domain AND n.digest = p.digest
), stored AS MATERIALIZED (
    SELECT place, NULL::bigint AS chunk, manifest FROM made
)"""
_PUBLISH = together.statement(
    columns="NULL", rows="jsonb_array_elements($1::jsonb) WITH ORDINALITY AS r (v, place)", stored=_STORED
)
_PLACED_OF = attrgetter(
    "length", "codec", "pack_id", "frame_offset", "frame_length", "frame_plain", "frame_start", "key_id"
)

_KNOWN = f"""
SELECT w.place, NULL::integer AS domain_id, NULL::bytea AS digest
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
    WITH ORDINALITY AS w (bucket, revision, access_key, key_revision, place)
WHERE w.bucket IS NOT NULL AND NOT EXISTS (
    SELECT FROM buckets WHERE {holding("w.bucket", "w.revision", "w.access_key", "w.key_revision")}
)
UNION ALL
SELECT NULL, c.domain_id, c.digest FROM unnest($1::integer[], $2::bytea[]) AS w (domain_id, digest)
JOIN LATERAL (
    SELECT domain_id, digest FROM chunks WHERE domain_id = w.domain_id AND digest = w.digest LIMIT 1
) c ON true
"""


async def known(
    db: Database, domain_id: int, digests: Sequence[bytes], assumed: Assumed = NOTHING
) -> frozenset[bytes]:
    """Which of the chunks are stored. Nothing keeps them: who names them must be ready to miss them.

    Raises Outdated where something that is assumed does not hold.
    """
    found, holds = await batches(db, _known).ask(
        (domain_id, tuple(digests), (assumed.bucket_id, *assumed.arguments))
    )
    assumed.confirm(holds)
    return found


_Wanted = tuple[int, tuple[bytes, ...], tuple[int | str | None, ...]]


async def _known(db: Database, wanted: Sequence[_Wanted]) -> list[tuple[frozenset[bytes], bool]]:
    pairs = [(domain_id, digest) for domain_id, digests, _ in wanted for digest in digests]
    rows = await db.fetch(
        _KNOWN,
        [domain_id for domain_id, _ in pairs],
        [digest for _, digest in pairs],
        *map(list, zip(*(assumed for _, _, assumed in wanted), strict=True)),
    )
    changed = {row["place"] for row in rows}
    found = {(row["domain_id"], row["digest"]) for row in rows}
    return [
        (
            frozenset(digest for digest in digests if (domain_id, digest) in found),
            place not in changed,
        )
        for place, (domain_id, digests, _) in enumerate(wanted, 1)
    ]


class Whole(NamedTuple):
    """A manifest of few rows that is still to be written, and the key whose current version it becomes."""

    entry: Entry
    manifest: WholeManifest


async def publish(db: Database, wanted: Sequence[Whole]) -> list[PublishResult]:
    """As `together.publish`."""
    return await together.publish(db, _PUBLISH, wanted, _together)


def _together(wanted: Sequence[Whole]) -> tuple[list[Any], ...]:
    """Everything but bytes as documents."""
    new = [
        (place, one.manifest.domain_id, chunk) for place, one in _placed(wanted) for chunk in one.manifest.new
    ]
    rows = [
        (place, one.manifest.domain_id, *row) for place, one in _placed(wanted) for row in one.manifest.rows
    ]
    return (
        [one.entry.members() for one in wanted],
        [(place, domain_id, *_PLACED_OF(chunk)) for place, domain_id, chunk in new],
        [chunk.digest for *_, chunk in new],
        [chunk.data for *_, chunk in new],
        [row[:3] for row in rows],
        [digest for *_, digest in rows],
    )


def _placed(wanted: Sequence[Whole]) -> Iterator[tuple[int, Whole]]:
    return enumerate(wanted, 1)
