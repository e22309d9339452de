"""What people change about backends, and what they are told of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

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


async def change(
    db: Database,
    name: str,
    *,
    weight: int | None = None,
    state: str | None = None,
    reserve: int | None = None,
) -> bool:
    """Give a backend another weight, state or reserve; False where there is none of that name.

    Writers heed it with their next pack, and the reserve some seconds later.
    """
    done = await db.fetchval(
        """
        UPDATE backends SET weight = coalesce($2, weight), state = coalesce($3, state),
            reserve = coalesce($4, reserve) WHERE name = $1
        RETURNING true
        """,
        name,
        weight,
        state,
        reserve,
    )
    return done is not None


async def manage(db: Database, backend_id: int, weight: int, reserve: int | None = None) -> None:
    """Have gateways find a backend by the URL of its row, without being given it."""
    await db.execute(
        "UPDATE backends SET managed = true, weight = $2, reserve = $3 WHERE id = $1",
        backend_id,
        weight,
        reserve,
    )


@dataclass(frozen=True, slots=True)
class Report:
    """What the processes of one gateway met on one backend since the report before."""

    backend_id: int
    processes: int
    down: int
    """Processes for which it counts as down."""
    is_full: bool
    calls: int
    failures: int
    seconds: float
    """That the calls took together."""


async def report(db: Database, instance_id: UUID, one: Report) -> None:
    """Keep the newest report of this gateway on a backend; of one that was removed, none."""
    await db.execute(
        """
        WITH old AS (
            DELETE FROM backend_reports WHERE reported_at < now() - interval '1 hour'
        )
        INSERT INTO backend_reports (instance_id, backend_id, reported_at, processes, down, is_full, calls,
            failures, seconds)
        SELECT $1, id, now(), $3, $4, $5, $6, $7, $8 FROM backends WHERE id = $2
        ON CONFLICT (instance_id, backend_id) DO UPDATE SET reported_at = excluded.reported_at,
            processes = excluded.processes, down = excluded.down, is_full = excluded.is_full,
            calls = excluded.calls, failures = excluded.failures, seconds = excluded.seconds
        """,
        instance_id,
        one.backend_id,
        one.processes,
        one.down,
        one.is_full,
        one.calls,
        one.failures,
        one.seconds,
    )


async def reports(db: Database, within: float) -> list[Report]:
    """What gateways reported within so many seconds, by backend."""
    rows = await db.fetch(
        """
        SELECT backend_id, processes, down, is_full, calls, failures, seconds
        FROM backend_reports r JOIN backends b ON b.id = r.backend_id
        WHERE reported_at > now() - make_interval(secs => $1) ORDER BY backend_id, instance_id
        """,
        within,
    )
    return [Report(*row) for row in rows]
