"""The documents of buckets: one a sub-resource, by its kind ("policy", "tags", "encryption" …).

Every look-up of a bucket brings its documents along: `Bucket.documents`. Those of which a bucket has many
have an id behind their kind, "inventory/ID", and are looked up by themselves.
"""

from __future__ import annotations

from typing import Any

from s3gw.db.pool import Database, retrying

MOST = 1000
"""Documents of one kind with ids, as in S3."""

_PUT_NAMED = """
INSERT INTO bucket_settings (bucket_id, kind, document)
SELECT id, $2 || '/' || $3, $4 FROM buckets b
WHERE id = $1 AND (
    EXISTS (SELECT FROM bucket_settings WHERE bucket_id = b.id AND kind = $2 || '/' || $3)
    OR (SELECT count(*) FROM bucket_settings WHERE bucket_id = b.id AND starts_with(kind, $2 || '/')) < $5
)
ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document RETURNING true
"""
_LIST_NAMED = """
SELECT substr(kind, length($2) + 2) COLLATE "C" AS id, document FROM bucket_settings
WHERE bucket_id = $1 AND starts_with(kind, $2 || '/') AND substr(kind, length($2) + 2) COLLATE "C" > $3
ORDER BY 1 LIMIT $4
"""
_PUT = """
INSERT INTO bucket_settings (bucket_id, kind, document)
SELECT id, $2, $3 FROM buckets WHERE id = $1
ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document RETURNING true
"""


async def get(db: Database, bucket_id: int, kind: str) -> Any | None:
    """The document of that kind, or None where the bucket has none."""
    return await db.fetchval(
        "SELECT document FROM bucket_settings WHERE bucket_id = $1 AND kind = $2", bucket_id, kind
    )


async def put(db: Database, bucket_id: int, kind: str, document: Any) -> bool:
    """Set the document of that kind; False where the bucket is gone."""
    return bool(await retrying(lambda: db.fetchval(_PUT, bucket_id, kind, document)))


async def delete(db: Database, bucket_id: int, kind: str) -> None:
    """Remove the document of that kind, if there is one."""
    await retrying(
        lambda: db.execute("DELETE FROM bucket_settings WHERE bucket_id = $1 AND kind = $2", bucket_id, kind)
    )


async def put_named(db: Database, bucket_id: int, kind: str, name: str, document: Any) -> bool:
    """Set the document of that kind and id; False where the bucket is gone or has `MOST` of that kind."""
    return bool(await retrying(lambda: db.fetchval(_PUT_NAMED, bucket_id, kind, name, document, MOST)))


async def list_named(
    db: Database, bucket_id: int, kind: str, after: str, limit: int
) -> list[tuple[str, Any]]:
    """Ids greater than `after` in byte order, with their documents."""
    rows = await db.fetch(_LIST_NAMED, bucket_id, kind, after, limit)
    return [(row["id"], row["document"]) for row in rows]


async def delete_named(db: Database, bucket_id: int, kind: str, name: str) -> bool:
    """Remove the document of that kind and id; whether there was one."""
    statement = "DELETE FROM bucket_settings WHERE bucket_id = $1 AND kind = $2 RETURNING true"
    return bool(await retrying(lambda: db.fetchval(statement, bucket_id, f"{kind}/{name}")))
