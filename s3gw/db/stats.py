"""What the store holds and what deduplication and compression save."""

from __future__ import annotations

from dataclasses import dataclass

from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts and bytes, of one replica. What a bucket shares with others counts in each of them."""

    objects: int
    logical_bytes: int
    """As S3 shows them."""
    unique_bytes: int
    """Each chunk once, plain."""
    stored_bytes: int
    """All bytes of packs, dead ones included, and of inline chunks; of a bucket: of the frames it uses."""
    chunks: int
    dead_bytes: int | None = None
    """Bytes of packs in which no chunk lives; overall only."""
    packs: int | None = None
    """Overall only."""
    metadata_bytes: int | None = None
    """PostgreSQL's size, inline chunks included; overall only."""

    @property
    def savings_percent(self) -> float:
        """1 - stored / logical, in percent; 0 for an empty store. Negative where overhead outweighs."""
        return 100.0 * (1 - self.stored_bytes / self.logical_bytes) if self.logical_bytes else 0.0


async def overall(db: Database) -> Stats:
    """Of the whole store."""
    raise NotImplementedError


async def by_bucket(db: Database) -> dict[str, Stats]:
    """Of every bucket, by name in byte order. Walks all manifests: seconds on large stores."""
    raise NotImplementedError
