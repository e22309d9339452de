"""What `s3gw fsck --repair` does to rows: it queues what jobs then judge, and deletes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from s3gw.db.pool import Database


async def queue(db: Database, column: str, ids: Sequence[int]) -> None:
    """Have chunks, manifests or packs (`chunk_id`, `manifest_id`, `pack_id`) judged by the collection."""
    if column not in ("chunk_id", "manifest_id", "pack_id"):
        raise ValueError(column)
    await db.execute(f"INSERT INTO candidates ({column}) SELECT unnest($1::bigint[])", ids)


async def trash_pieces(db: Database, ids: Sequence[int]) -> None:
    """Have lists of pieces dropped when the margin for readers is over."""
    await db.execute("INSERT INTO trash (pieces_id) SELECT unnest($1::bigint[])", ids)


async def end_lease(db: Database, pack_ids: Sequence[int]) -> None:
    """Have packs without a size sealed, as those are whose writer is gone."""
    await db.execute(
        "UPDATE packs SET lease_until = now() - interval '1 second'"
        " WHERE id = ANY ($1::bigint[]) AND lease_until IS NULL AND size IS NULL",
        pack_ids,
    )


async def advance(db: Database, used: Mapping[str, int]) -> None:
    """Have sequences go on behind these numbers."""
    for sequence, number in used.items():
        await db.execute(
            "SELECT setval(quote_ident($1)::regclass, greatest($2, nextval(quote_ident($1)::regclass)))",
            sequence,
            number,
        )
