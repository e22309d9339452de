"""The documents of buckets: one a sub-resource, by its kind ("policy", "tags", "encryption" …).

Every look-up of a bucket brings all its documents along: `Bucket.documents`.
"""

from __future__ import annotations

from typing import Any

from s3gw.db.pool import Database, retrying

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
