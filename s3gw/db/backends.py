"""What people change about backends, and what they are told of them."""

from __future__ import annotations

from dataclasses import dataclass

from s3gw.db.instances import BackendRow, backend_of
from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class Listed:
    """A backend with what is on it."""

    row: BackendRow
    packs: int
    """Copies of packs."""
    bytes: int
    """Of sealed ones."""
    doomed: int
    """Blobs that are to be unlinked."""


async def listed(db: Database) -> list[Listed]:
    """All of them, by id. Costs a walk through the copies."""
    rows = await db.fetch(
        """
        SELECT b.*, coalesce(r.packs, 0) AS packs, coalesce(r.bytes, 0)::bigint AS bytes,
            (SELECT count(*) FROM tombstones t WHERE t.backend_id = b.id) AS doomed
        FROM backends b LEFT JOIN (
            SELECT r.backend_id, count(*) AS packs, sum(p.size) AS bytes
            FROM replicas r JOIN packs p ON p.id = r.pack_id GROUP BY r.backend_id
        ) r ON r.backend_id = b.id
        ORDER BY b.id
        """
    )
    return [Listed(backend_of(row), row["packs"], row["bytes"], row["doomed"]) for row in rows]


async def change(db: Database, name: str, *, weight: int | None = None, state: str | None = None) -> bool:
    """Give a backend another weight or state; False where there is none of that name.

    Writers heed it with their next pack.
    """
    done = await db.fetchval(
        """
        UPDATE backends SET weight = coalesce($2, weight), state = coalesce($3, state) WHERE name = $1
        RETURNING true
        """,
        name,
        weight,
        state,
    )
    return done is not None


async def manage(db: Database, backend_id: int, weight: int) -> None:
    """Have gateways find a backend by the URL of its row, without being given it."""
    await db.execute("UPDATE backends SET managed = true, weight = $2 WHERE id = $1", backend_id, weight)
