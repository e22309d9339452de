"""Asking for locks of objects through the operations, and looking at them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from s3gw.db.pool import Database
from s3gw.errors import S3Error
from s3gw.protocol import types
from tests.operations.operation_calls import Operations

SOON, LATER = datetime(2100, 1, 1, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC)
PROTECTED = ("AccessDenied", 403, "Access Denied because object protected by object lock.")


async def configure(s3: Operations, **default: Any) -> None:
    await s3.do(configuration(**default))


def configuration(**default: Any) -> types.PutObjectLockConfigurationInput:
    rule = types.ObjectLockRule(default_retention=types.DefaultRetention(**default)) if default else None
    asked = types.ObjectLockConfiguration(object_lock_enabled="Enabled", rule=rule)
    return types.PutObjectLockConfigurationInput(bucket="bucket", object_lock_configuration=asked)


async def put(s3: Operations, key: str = "key", **members: Any) -> str:
    """Put a version with a digest; its id."""
    request = types.PutObjectInput(bucket="bucket", key=key, **members)
    output = await s3.do(request, b"data", sent=["CRC32"])
    assert isinstance(output.version_id, str)
    return output.version_id


def retention(
    mode: str | None = None, until: datetime | None = None, version_id: str | None = None, **members: Any
) -> types.PutObjectRetentionInput:
    asked = types.ObjectLockRetention(mode=mode, retain_until_date=until)
    return types.PutObjectRetentionInput(
        bucket="bucket", key="key", version_id=version_id, retention=asked, **members
    )


def hold(status: str | None, version_id: str | None = None) -> types.PutObjectLegalHoldInput:
    asked = types.ObjectLockLegalHold(status=status)
    return types.PutObjectLegalHoldInput(bucket="bucket", key="key", version_id=version_id, legal_hold=asked)


async def shown(s3: Operations, key: str = "key", **members: Any) -> tuple[Any, Any, Any]:
    """Mode, date and legal hold as HeadObject shows them, which must be what the other operations say."""
    head = await s3.head(key, **members)
    got, _ = await s3.get(key, **members)
    found = (head.object_lock_mode, head.object_lock_retain_until_date, head.object_lock_legal_hold_status)
    assert found == (
        got.object_lock_mode,
        got.object_lock_retain_until_date,
        got.object_lock_legal_hold_status,
    )
    question: Any = types.GetObjectRetentionInput(bucket="bucket", key=key, **members)
    if found[0] is None:
        assert (await s3.refused(question)).code == "NoSuchObjectLockConfiguration"
    else:
        kept = (await s3.do(question)).retention
        assert (kept.mode, kept.retain_until_date) == found[:2]
    question = types.GetObjectLegalHoldInput(bucket="bucket", key=key, **members)
    if found[2] is None:
        assert (await s3.refused(question)).code == "NoSuchObjectLockConfiguration"
    else:
        assert (await s3.do(question)).legal_hold.status == found[2]
    return found


async def delete(s3: Operations, version_id: str | None = None, **members: Any) -> Any:
    return await s3.do(deletion(version_id, **members))


def deletion(version_id: str | None = None, **members: Any) -> types.DeleteObjectInput:
    return types.DeleteObjectInput(bucket="bucket", key="key", version_id=version_id, **members)


def said(error: S3Error) -> tuple[str, int, str]:
    return error.code, error.status, error.message


async def expire(database: Database) -> None:
    """Let the retention of every version have ended."""
    for table in ("objects", "noncurrent"):
        await database.execute(
            f'UPDATE {table} SET lock = lock || \'{{"until": "2000-01-01T00:00:00.000Z"}}\''
            " WHERE lock ->> 'mode' IS NOT NULL"
        )
