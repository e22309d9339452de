"""How a bucket's objects are cut, compressed and deduplicated; and its tags that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from s3gw.config import CHUNKINGS
from s3gw.db import bucket_settings
from s3gw.db.pool import Connection, Database, retrying
from s3gw.db.records import Bucket
from s3gw.db.rows import BUCKET, bucket
from s3gw.errors import ConfigError

TAGS = "tags"
"""The kind of the document that has a bucket's tags."""
CHUNKING_TAG = "s3gw:chunking"
HINTS_TAG = "s3gw:archive-hints"
COMPRESSION_TAG = "s3gw:compression"
PREFIX = "s3gw:"
LEVELS = range(1, 20)
"""Of zstd; its higher ones take memory that a gateway has better use for."""
DEDUPS = ("store", "account")
_SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different; None stays as it is."""

    chunking: str | None = None
    archive_hints: bool | None = None
    compression: bool | int | None = None
    """True at the usual level, False never, else the level."""
    dedup: str | None = None

    @property
    def tags(self) -> dict[str, str]:
        """The same as tags have it."""
        said: dict[str, str] = {}
        if self.chunking is not None:
            said[CHUNKING_TAG] = self.chunking
        if self.archive_hints is not None:
            said[HINTS_TAG] = "on" if self.archive_hints else "off"
        if self.compression is not None:
            said[COMPRESSION_TAG] = shown_level(self.compression)
        return said


def parse(
    chunking: str | None = None,
    archive_hints: str | None = None,
    compression: str | None = None,
    dedup: str | None = None,
) -> Change:
    """A change as commands and tags write it. Raises ConfigError, which says what there is."""
    if chunking is not None and chunking not in CHUNKINGS:
        raise ConfigError(f"chunking: {chunking!r} is none of {', '.join(CHUNKINGS)}")
    if archive_hints is not None and archive_hints not in _SWITCH:
        raise ConfigError(f"archive-hints: {archive_hints!r} is neither on nor off")
    if dedup is not None and dedup not in DEDUPS:
        raise ConfigError(f"dedup: {dedup!r} is none of {', '.join(DEDUPS)}")
    hints = None if archive_hints is None else _SWITCH[archive_hints]
    return Change(chunking, hints, None if compression is None else _level(compression), dedup)


def of_tags(tags: Mapping[str, str]) -> Change:
    """The change that tags of a bucket ask for. Raises ConfigError also for a tag that begins as these do."""
    unknown = {name for name in tags if name.lower().startswith(PREFIX)} - {
        CHUNKING_TAG,
        HINTS_TAG,
        COMPRESSION_TAG,
    }
    if unknown:
        known = f"{CHUNKING_TAG}, {HINTS_TAG}, {COMPRESSION_TAG}"
        raise ConfigError(f"{min(unknown)}: there is no such setting; there are {known}")
    return parse(tags.get(CHUNKING_TAG), tags.get(HINTS_TAG), tags.get(COMPRESSION_TAG))


def _level(text: str) -> bool | int:
    if text in _SWITCH:
        return _SWITCH[text]
    if not (text.isascii() and text.isdecimal() and len(text) < 3 and int(text) in LEVELS):
        raise ConfigError(f"compression: {text!r} is neither on nor off nor a level from 1 to 19")
    return int(text)


_ALL = f"""
SELECT {BUCKET} FROM buckets b JOIN accounts bo ON bo.id = b.account_id
WHERE b.name > $1 AND ($2::text IS NULL OR b.name = $2) ORDER BY b.name LIMIT $3
"""
_CHANGE = """
UPDATE buckets SET
    chunking = coalesce($2, chunking), archive_hints = coalesce($3, archive_hints),
    compression = coalesce($4, compression),
    compression_level = CASE WHEN $4::boolean IS NULL THEN compression_level ELSE $5 END,
    dedup = coalesce($6, dedup)
WHERE id = $1
"""
_RETAG = """
UPDATE bucket_settings SET document = document || (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each($2) WHERE document ? key
)
WHERE bucket_id = $1 AND kind = 'tags' AND document ?| (SELECT array_agg(key) FROM jsonb_each($2))
"""
_TAG = """
INSERT INTO bucket_settings (bucket_id, kind, document) VALUES ($1, 'tags', $2)
ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document
"""


def shown_level(compression: bool | int) -> str:
    """How commands and tags write it: "on", "off" or the level."""
    if compression is False or compression is True:
        return "on" if compression else "off"
    return str(compression)


async def all_buckets(db: Database, after: str = "", limit: int = 1000) -> list[Bucket]:
    """Buckets of all accounts in byte order of their names, those greater than `after`."""
    return [bucket(row) for row in await db.fetch(_ALL, after, None, limit)]


async def find(db: Database, name: str) -> Bucket | None:
    """The bucket of that name."""
    row = await db.fetchrow(_ALL, "", name, 1)
    return None if row is None else bucket(row)


async def change(db: Database, name: str, wanted: Change) -> bool:
    """Change a bucket from the next request on, and tags of it that say otherwise; False where there is none.

    Where another preset is chosen, all objects of the bucket are looked at by the job `rechunk`.
    """

    async def attempt() -> bool:
        async with db.transaction() as connection:
            bucket_id = await connection.fetchval(
                "SELECT id FROM buckets WHERE name = $1 FOR NO KEY UPDATE", name
            )
            if bucket_id is None:
                return False
            if wanted.tags:
                await connection.execute(_RETAG, bucket_id, wanted.tags)
            await _change(connection, bucket_id, wanted)
            return True

    return await retrying(attempt)


async def tag(db: Database, bucket_id: int, tags: Mapping[str, str], wanted: Change) -> bool:
    """Replace the tags of a bucket, and change it as they say; False where it is gone."""

    if wanted == Change():
        return await bucket_settings.put(db, bucket_id, TAGS, dict(tags))

    async def attempt() -> bool:
        async with db.transaction() as connection:
            found = await connection.fetchval(
                "SELECT id FROM buckets WHERE id = $1 FOR NO KEY UPDATE", bucket_id
            )
            if found is None:
                return False
            await connection.execute(_TAG, bucket_id, dict(tags))
            await _change(connection, bucket_id, wanted)
            return True

    return await retrying(attempt)


async def _change(connection: Connection, bucket_id: int, wanted: Change) -> None:
    level = wanted.compression
    await connection.execute(
        _CHANGE,
        bucket_id,
        wanted.chunking,
        wanted.archive_hints,
        None if level is None else level is not False,
        None if level is None or level is True or level is False else level,
        wanted.dedup,
    )
