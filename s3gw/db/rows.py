"""From rows to records: the columns that several statements select, and what is made of them.

Columns of the bucket are prefixed `b_`, of its owner `bo_`, of an object's or upload's owner `o_`,
of who began an upload `i_`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import asyncpg
import orjson

from s3gw.db.records import NULL_VERSION, Account, Body, Bucket, ObjectVersion, Properties

BUCKET = """
    b.id AS b_id, b.name AS b_name, b.region AS b_region, b.created_at AS b_created_at,
    b.versioning AS b_versioning, b.domain_id AS b_domain_id, b.chunking AS b_chunking,
    b.archive_hints AS b_archive_hints, b.compression AS b_compression,
    b.compression_level AS b_compression_level, b.dedup AS b_dedup,
    (SELECT jsonb_object_agg(s.kind, s.document)::text FROM bucket_settings s
        WHERE s.bucket_id = b.id AND strpos(s.kind, '/') = 0)
        AS b_settings,
    b.object_lock AS b_object_lock, b.revision AS b_revision,
    bo.id AS bo_id, bo.canonical_id AS bo_canonical_id, bo.name AS bo_name,
    bo.display_name AS bo_display_name, bo.is_root AS bo_is_root"""
"""Of `buckets b JOIN accounts bo ON bo.id = b.account_id`; to be selected first."""
_BUCKET_COLUMNS = 19

OWNER = """
    oo.id AS o_id, oo.canonical_id AS o_canonical_id, oo.name AS o_name,
    oo.display_name AS o_display_name, oo.is_root AS o_is_root"""
"""Of `accounts oo`."""

INITIATOR = """
    oi.id AS i_id, oi.canonical_id AS i_canonical_id, oi.name AS i_name,
    oi.display_name AS i_display_name, oi.is_root AS i_is_root"""
"""Of `accounts oi`."""


_ACCOUNT = {
    prefix: itemgetter(*(prefix + name for name in ("id", "canonical_id", "name", "display_name", "is_root")))
    for prefix in ("bo_", "o_", "i_")
}


def account(row: asyncpg.Record, prefix: str) -> Account:
    """The account in the columns of that prefix."""
    return _account(*_ACCOUNT[prefix](row))


@lru_cache(maxsize=1024)
def _account(*values: Any) -> Account:
    """One for all rows that say the same: most rows of a process name the same few accounts."""
    return Account(*values)


def bucket(row: asyncpg.Record) -> Bucket:
    """The bucket in the first columns, those of `BUCKET`."""
    return _bucket(*row[:_BUCKET_COLUMNS])


@lru_cache(maxsize=1024)
def _bucket(id_: int, name: str, *more: Any) -> Bucket:
    settings, owner = more[:-5], more[-5:]
    return Bucket(id_, name, _account(*owner), *settings)


def body(row: asyncpg.Record) -> Body:
    """The body of an object version or part."""
    return Body(row["size"], row["chunk_id"], row["manifest_id"], row["pieces_id"])


def properties(row: asyncpg.Record, checksums: dict[str, str] | None) -> Properties:
    """What the client gave with an object or upload."""
    headers, metadata, storage_class, *extra = _PROPERTIES(row)
    return Properties(headers or {}, metadata or {}, checksums or {}, storage_class, _given(extra))


def _given(extra: Sequence[Any]) -> Mapping[str, Any]:
    """By their names those of `EXTRA` that are there; most objects have none."""
    if extra.count(None) == len(EXTRA):
        return {}
    return {name: value for name, value in zip(EXTRA, extra, strict=True) if value is not None}


EXTRA = ("tags", "acl", "encryption", "lock")
"""The columns that stand in `Properties.extra`."""
_PROPERTIES = itemgetter("headers", "metadata", "storage_class", *EXTRA)


_PLACE = "o.bucket_id, o.key"
CONTENT = """
    o.size, o.chunk_id, o.manifest_id, o.pieces_id, o.etag, o.modified_at,
    o.storage_class, o.headers::text, o.metadata::text, o.checksums::text, o.version_id, o.delete_marker,
    o.parts_count, o.tags::text, o.acl::text, o.encryption::text, o.lock::text"""
"""Of `objects o`, where bucket and key are known; documents as text, which `content` may have read before."""
CONTENT_COLUMNS = 17
VERSION = f"{_PLACE}, {CONTENT}"
"""Of `objects o`; to be selected behind `BUCKET` and `OWNER`."""
VERSION_COLUMNS = VERSION.replace("o.", "") + ", account_id"
"""The same columns and the owner's, of `objects` or `noncurrent`."""
_VERSIONING = 4
"""Of the columns of the bucket."""
_VERSION_AT = _BUCKET_COLUMNS + 5
VERSION_END = _VERSION_AT + 2 + CONTENT_COLUMNS
"""The first column behind them."""


def version(row: asyncpg.Record) -> ObjectVersion:
    """The object version of a row that begins with `BUCKET`, `OWNER`, `VERSION`."""
    owner = _account(*row[_BUCKET_COLUMNS:_VERSION_AT])
    return content(*row[_VERSION_AT:VERSION_END], owner=owner, versioned=row[_VERSIONING] is not None)


def content(
    bucket_id: int,
    key: str,
    size: int,
    chunk_id: int | None,
    manifest_id: int | None,
    pieces_id: int | None,
    etag: str,
    modified_at: datetime,
    storage_class: str,
    headers: str | None,
    metadata: str | None,
    checksums: str | None,
    version_id: str | None,
    delete_marker: bool,
    parts_count: int | None,
    *extra: str | None,
    owner: Account,
    versioned: bool,
) -> ObjectVersion:
    """An object version of the columns `CONTENT` behind a bucket and a key.

    By position, since every look-up of an object makes one.
    """
    given = _read(storage_class, headers, metadata, *extra)
    if checksums is not None:
        given = Properties(given.headers, given.metadata, _document(checksums), storage_class, given.extra)
    return ObjectVersion(
        bucket_id,
        key,
        Body(size, chunk_id, manifest_id, pieces_id),
        etag,
        modified_at,
        given,
        NULL_VERSION if version_id is None and versioned else version_id,
        delete_marker,
        parts_count,
        owner,
    )


@lru_cache(maxsize=1024)
def _read(storage_class: str, headers: str | None, metadata: str | None, *extra: str | None) -> Properties:
    """All but the checksums, read once for all rows that say the same."""
    documents = [None if text is None else _document(text) for text in extra]
    return Properties(
        {} if headers is None else _document(headers),
        {} if metadata is None else _document(metadata),
        storage_class=storage_class,
        extra=_given(documents),
    )


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(text)
    return document


def property_values(given: Properties) -> tuple[Any, ...]:
    """headers, metadata, checksums, tags, acl, encryption, lock; null for what is empty."""
    return (
        dict(given.headers) or None,
        dict(given.metadata) or None,
        dict(given.checksums) or None,
        *map(given.extra.get, EXTRA),
    )
