"""Listings in byte order, by prefix and delimiter, whose cost grows with the page and not with the bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from s3gw.db.assumed import NOTHING, Assumed, holding
from s3gw.db.pool import Database
from s3gw.db.records import NULL_VERSION, Account
from s3gw.db.rows import INITIATOR, OWNER, account


@dataclass(frozen=True, slots=True)
class ListedObject:
    """A key with what a listing shows of its current version."""

    key: str
    size: int
    etag: str
    modified_at: datetime
    storage_class: str
    checksums: Mapping[str, str]
    owner: Account


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """One page; keys and common prefixes together count against its limit.

    `next_marker` is the last key or common prefix in byte order, where `truncated`; given as `after` it
    yields the next page.
    """

    objects: list[ListedObject]
    common_prefixes: list[str]
    truncated: bool
    next_marker: str | None


@dataclass(frozen=True, slots=True)
class ListedUpload:
    """An upload in progress as a listing shows it."""

    key: str
    id: str
    initiated_at: datetime
    storage_class: str
    checksum_algorithm: str | None
    checksum_type: str | None
    owner: Account
    initiator: Account


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One page of uploads, by key and then by time of creation."""

    uploads: list[ListedUpload]
    common_prefixes: list[str]
    truncated: bool
    next_key_marker: str | None
    next_upload_id_marker: str | None
    """None where the page ended with a common prefix."""


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version or delete marker with what a listing shows of it."""

    key: str
    version_id: str
    latest: bool
    delete_marker: bool
    size: int
    etag: str
    modified_at: datetime
    storage_class: str
    checksums: Mapping[str, str]
    owner: Account


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One page of versions, by key and then from the newest."""

    versions: list[ListedVersion]
    common_prefixes: list[str]
    truncated: bool
    next_key_marker: str | None
    next_version_id_marker: str | None
    """None where the page ended with a common prefix."""


# $1 to $3 what is assumed, $4 bucket. No row where something does not hold, else one at least.
_LIST = f"""
SELECT l.*, {OWNER} FROM (
    SELECT id FROM buckets WHERE {holding("$4", "$1::bigint", "$2::text", "$3::bigint")} OFFSET 0
) AS held
LEFT JOIN LATERAL {{function}} WITH ORDINALITY l ON true
LEFT JOIN accounts oo ON oo.id = l.account_id ORDER BY l.ordinality
"""
_OBJECTS = _LIST.format(function="list_objects(held.id, $5, $6, $7, $8)")
_VERSIONS = _LIST.format(function="list_versions(held.id, $5, $6, $7, $8, $9)")
_UPLOADS = f"""
SELECT l.*, {OWNER}, {INITIATOR} FROM list_uploads($1, $2, $3, $4, $5, $6) WITH ORDINALITY l
LEFT JOIN accounts oo ON oo.id = l.account_id LEFT JOIN uploads u ON u.id = l.id
LEFT JOIN accounts oi ON oi.id = coalesce(u.initiator_id, l.account_id) ORDER BY l.ordinality
"""


async def list_objects(
    db: Database,
    bucket_id: int,
    prefix: str = "",
    delimiter: str = "",
    after: str = "",
    limit: int = 1000,
    assumed: Assumed = NOTHING,
) -> ObjectPage:
    """Keys that begin with `prefix` and are greater than `after`, rolled up at `delimiter` behind the prefix.

    A common prefix that is not greater than `after`, or that `after` lies in, is not listed again. Raises
    Outdated where something that is assumed does not hold.
    """
    rows = await _listed(db, _OBJECTS, assumed, bucket_id, prefix, delimiter, after, max(limit, 0) + 1)
    if limit <= 0:
        return ObjectPage([], [], False, None)
    page, truncated = rows[:limit], len(rows) > limit
    objects = [_object(row) for row in page if row["common"] is None]
    prefixes = [row["common"] for row in page if row["common"] is not None]
    last = (page[-1]["common"] or page[-1]["key"]) if truncated else None
    return ObjectPage(objects, prefixes, truncated, last)


async def list_versions(
    db: Database,
    bucket_id: int,
    prefix: str = "",
    delimiter: str = "",
    key_marker: str = "",
    version_id_marker: str = "",
    limit: int = 1000,
    assumed: Assumed = NOTHING,
) -> VersionPage:
    """Versions and delete markers whose key is greater than `key_marker`, or equal to it and behind
    `version_id_marker` where that is given; all of that key, if that version is gone. Raises Outdated where
    something that is assumed does not hold."""
    marker = version_id_marker if key_marker else ""
    arguments = (bucket_id, prefix, delimiter, key_marker, marker, max(limit, 0) + 1)
    rows = await _listed(db, _VERSIONS, assumed, *arguments)
    if limit <= 0:
        return VersionPage([], [], False, None, None)
    page, truncated = rows[:limit], len(rows) > limit
    versions = [_version(row) for row in page if row["common"] is None]
    prefixes = [row["common"] for row in page if row["common"] is not None]
    if not truncated:
        return VersionPage(versions, prefixes, False, None, None)
    last = page[-1]
    if last["common"] is not None:
        return VersionPage(versions, prefixes, True, last["common"], None)
    return VersionPage(versions, prefixes, True, last["key"], last["version_id"] or NULL_VERSION)


async def list_uploads(
    db: Database,
    bucket_id: int,
    prefix: str = "",
    delimiter: str = "",
    key_marker: str = "",
    upload_id_marker: str = "",
    limit: int = 1000,
) -> UploadPage:
    """Uploads in progress whose key is greater than `key_marker`, or equal to it and their id greater than
    `upload_id_marker` where that is given."""
    if limit <= 0:
        return UploadPage([], [], False, None, None)
    marker = upload_id_marker if key_marker else ""
    rows = await db.fetch(_UPLOADS, bucket_id, prefix, delimiter, key_marker, marker, limit + 1)
    page, truncated = rows[:limit], len(rows) > limit
    uploads = [_upload(row) for row in page if row["common"] is None]
    prefixes = [row["common"] for row in page if row["common"] is not None]
    if not truncated:
        return UploadPage(uploads, prefixes, False, None, None)
    last = page[-1]
    return UploadPage(uploads, prefixes, True, last["common"] or last["key"], last["id"])


async def _listed(db: Database, statement: str, assumed: Assumed, *arguments: Any) -> list[asyncpg.Record]:
    rows = await db.fetch(statement, *assumed.arguments, *arguments)
    assumed.confirm(bool(rows) or assumed.bucket_id is None)
    return [row for row in rows if row["ordinality"] is not None]


def _object(row: asyncpg.Record) -> ListedObject:
    return ListedObject(
        row["key"],
        row["size"],
        row["etag"],
        row["modified_at"],
        row["storage_class"],
        row["checksums"] or {},
        account(row, "o_"),
    )


def _version(row: asyncpg.Record) -> ListedVersion:
    return ListedVersion(
        row["key"],
        row["version_id"] or NULL_VERSION,
        row["latest"],
        row["delete_marker"],
        row["size"],
        row["etag"],
        row["modified_at"],
        row["storage_class"],
        row["checksums"] or {},
        account(row, "o_"),
    )


def _upload(row: asyncpg.Record) -> ListedUpload:
    return ListedUpload(
        row["key"],
        row["id"],
        row["initiated_at"],
        row["storage_class"],
        row["checksum_algorithm"],
        row["checksum_type"],
        account(row, "o_"),
        account(row, "i_"),
    )
