"""Manifests that are written by the statement that publishes them; see `whole_manifest` in the schema.

An upload whose body is known as a whole needs neither a lease nor pins: it asks which chunks are stored,
makes the others safe, and publishes. What was collected in between makes the publication fail, and is stored
anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from s3gw.db.assumed import NOTHING, Assumed, holding
from s3gw.db.batches import batches
from s3gw.db.pool import Database
from s3gw.db.records import WholeManifest

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
