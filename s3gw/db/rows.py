"""From rows to records: the columns that several statements select, and what is made of them.

Columns of the bucket are prefixed `b_`, of its owner `bo_`, of an object's or upload's owner `o_`.
"""

from __future__ import annotations

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


def account(row: asyncpg.Record, prefix: str) -> Account:
    """The account in the columns of that prefix."""
    return Account(
        row[prefix + "id"],
        row[prefix + "canonical_id"],
        row[prefix + "name"],
        row[prefix + "display_name"],
        row[prefix + "is_root"],
    )


def bucket(row: asyncpg.Record) -> Bucket:
    """The bucket in the columns of `BUCKET`."""
    return Bucket(
        id=row["b_id"],
        name=row["b_name"],
        owner=account(row, "bo_"),
        region=row["b_region"],
        created_at=row["b_created_at"],
        versioning=row["b_versioning"],
        domain_id=row["b_domain_id"],
        chunking=row["b_chunking"],
        archive_hints=row["b_archive_hints"],
        compression=row["b_compression"],
    )


def body(row: asyncpg.Record) -> Body:
    """The body of an object version or part."""
    return Body(row["size"], row["chunk_id"], row["manifest_id"], row["pieces_id"])


def properties(row: asyncpg.Record, checksums: dict[str, str] | None) -> Properties:
    """What the client gave with an object or upload."""
    extra = {name: row[name] for name in EXTRA if row[name] is not None}
    return Properties(
        row["headers"] or {}, row["metadata"] or {}, checksums or {}, row["storage_class"], extra
    )


EXTRA = ("tags", "acl", "encryption", "lock")
"""The columns that stand in `Properties.extra`."""


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
