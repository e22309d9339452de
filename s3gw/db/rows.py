"""From rows to records: the columns that several statements select, and what is made of them.

Columns of the bucket are prefixed `b_`, of its owner `bo_`, of an object's or upload's owner `o_`.
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import Any

import asyncpg

from s3gw.db.records import Account, Body, Bucket, ObjectVersion, Properties

BUCKET = """
    b.id AS b_id, b.name AS b_name, b.region AS b_region, b.created_at AS b_created_at,
    b.versioning AS b_versioning, b.domain_id AS b_domain_id, b.chunking AS b_chunking,
    b.archive_hints AS b_archive_hints, b.compression AS b_compression,
    bo.id AS bo_id, bo.canonical_id AS bo_canonical_id, bo.name AS bo_name,
    bo.display_name AS bo_display_name, bo.is_root AS bo_is_root"""
"""Of `buckets b JOIN accounts bo ON bo.id = b.account_id`."""

OWNER = """
    oo.id AS o_id, oo.canonical_id AS o_canonical_id, oo.name AS o_name,
    oo.display_name AS o_display_name, oo.is_root AS o_is_root"""
"""Of `accounts oo`."""


_ACCOUNT = {
    prefix: itemgetter(*(prefix + name for name in ("id", "canonical_id", "name", "display_name", "is_root")))
    for prefix in ("bo_", "o_")
}
_BUCKET = itemgetter(
    *("b_id", "b_name", "b_region", "b_created_at", "b_versioning", "b_domain_id", "b_chunking"),
    *("b_archive_hints", "b_compression"),
)


def account(row: asyncpg.Record, prefix: str) -> Account:
    """The account in the columns of that prefix."""
    return _account(*_ACCOUNT[prefix](row))


@lru_cache(maxsize=1024)
def _account(*values: Any) -> Account:
    """One for all rows that say the same: most rows of a process name the same few accounts."""
    return Account(*values)


def bucket(row: asyncpg.Record) -> Bucket:
    """The bucket in the columns of `BUCKET`."""
    return _bucket(_ACCOUNT["bo_"](row), *_BUCKET(row))


@lru_cache(maxsize=1024)
def _bucket(owner: tuple[Any, ...], id_: int, name: str, *settings: Any) -> Bucket:
    return Bucket(id_, name, _account(*owner), *settings)


def body(row: asyncpg.Record) -> Body:
    """The body of an object version or part."""
    return Body(row["size"], row["chunk_id"], row["manifest_id"], row["pieces_id"])


def properties(row: asyncpg.Record, checksums: dict[str, str] | None) -> Properties:
    """What the client gave with an object or upload."""
    headers, metadata, storage_class, *extra = _PROPERTIES(row)
    given = {name: value for name, value in zip(EXTRA, extra, strict=True) if value is not None}
    return Properties(headers or {}, metadata or {}, checksums or {}, storage_class, given)


EXTRA = ("tags", "acl", "encryption", "lock")
"""The columns that stand in `Properties.extra`."""
_PROPERTIES = itemgetter("headers", "metadata", "storage_class", *EXTRA)


def version(row: asyncpg.Record) -> ObjectVersion:
    """The object version in the columns of `objects` and `OWNER`."""
    return ObjectVersion(
        bucket_id=row["bucket_id"],
        key=row["key"],
        body=body(row),
        etag=row["etag"],
        modified_at=row["modified_at"],
        properties=properties(row, row["checksums"]),
        version_id=row["version_id"],
        delete_marker=row["delete_marker"],
        parts_count=row["parts_count"],
        owner=account(row, "o_"),
    )


def property_values(given: Properties) -> tuple[Any, ...]:
    """headers, metadata, checksums, tags, acl, encryption, lock; null for what is empty."""
    return (
        dict(given.headers) or None,
        dict(given.metadata) or None,
        dict(given.checksums) or None,
        *(given.extra.get(name) for name in EXTRA),
    )
