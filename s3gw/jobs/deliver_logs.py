"""Server access logs: what was recorded of the requests to a bucket becomes objects in another.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from s3gw.access.acl import Acl, Grant, Permission
from s3gw.access.documents import access_of
from s3gw.access.log_delivery import may_deliver
from s3gw.access.principals import account_number
from s3gw.config import Settings
from s3gw.db import access_log_records, buckets, objects
from s3gw.db.access_log_records import LOGGING, Batch
from s3gw.db.objects import Outcome
from s3gw.db.pool import Database
from s3gw.db.records import Bucket, Properties
from s3gw.errors import Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.storage.store import Layout, Store

log = logging.getLogger(__name__)

MOST = 5000
"""Records of one object."""
KEPT = timedelta(days=1)
"""How long records wait that may not be delivered."""


def job(db: Database, store: Store, settings: Settings) -> Job:
    """Delivers what was recorded since it last ran."""
    return Job("deliver-logs", settings.access_log_interval, Deliverer(db, store).run)


class Deliverer:
    """Delivers the records of all buckets."""

    def __init__(self, db: Database, store: Store) -> None:
        self._db = db
        self._store = store

    async def run(self, progress: Progress) -> None:
        """One round: everything that waits when it begins."""
        for bucket_id, name in await access_log_records.waiting(self._db):
            source = None if name is None else await buckets.get(self._db, name)
            document = None if source is None else source.documents.get(LOGGING)
            if source is None or document is None:  # nobody wants them any more
                progress.add(dropped=await access_log_records.drop(self._db, bucket_id, timedelta(0)))
                continue
            await self._deliver(source, document, progress)

    async def _deliver(self, source: Bucket, document: dict[str, Any], progress: Progress) -> None:
        target = await buckets.get(self._db, document["given"]["target_bucket"])
        while (batch := await access_log_records.next_batch(self._db, source.id, MOST)) is not None:
            key = key_of(source, document["given"], batch)
            owned = target is not None and target.owner.id == source.owner.id
            if target is None or not owned or not may_deliver(source, target, key):
                log.warning("logs of bucket %s may not be delivered to %s", source.name, key)
                progress.add(refused=len(batch.lines))
                progress.add(dropped=await access_log_records.drop(self._db, source.id, KEPT))
                return
            await self._put(target, key, contents(source, batch), document)
            progress.add(objects=1)
            progress.add(records=await access_log_records.delivered(self._db, source.id, batch.id))
            await progress.worked()

    async def _put(self, target: Bucket, key: str, data: bytes, document: dict[str, Any]) -> None:
        layout = Layout(
            chunking=target.chunking,
            hints=target.archive_hints,
            compression=target.level,
            domain_id=target.domain_id,
            account_id=target.apart_for,
        )
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        properties = Properties(headers={"Content-Type": "text/plain"}, extra=self._extra(target, document))
        async with self._store.drafting(_once(data), layout, len(data)) as drafting:
            draft = drafting.draft
            while True:
                result = await objects.publish(
                    self._db, target.id, key, target.owner.id, draft, etag, properties
                )
                if result.outcome is Outcome.DONE:
                    return
                await self._store.discard(draft)
                if result.outcome is not Outcome.CHUNKS_GONE or drafting.again is None:
                    raise Unavailable(f"a log could not be published: {result.outcome.value}")
                draft = await drafting.again()

    def _extra(self, target: Bucket, document: dict[str, Any]) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if self._store.encrypts:
            extra["encryption"] = {"algorithm": "AES256"}
        if document.get("grants") and access_of(target).acls_count:
            owner = target.owner.canonical_id
            given = [Grant(grantee, Permission(permission)) for grantee, permission in document["grants"]]
            extra["acl"] = Acl(owner, (Grant(owner, Permission.FULL_CONTROL), *given)).document()
        return extra


def key_of(source: Bucket, given: dict[str, Any], batch: Batch) -> str:
    """The key of the object of a batch, always the same: its time is that of the last record."""
    last = batch.last.astimezone(UTC)
    unique = hashlib.sha256(f"{source.id}/{batch.id}".encode()).hexdigest()[:16].upper()
    prefix: str = given["target_prefix"]
    partitioned = (given.get("target_object_key_format") or {}).get("partitioned_prefix")
    if partitioned is None:
        return f"{prefix}{last:%Y-%m-%d-%H-%M-%S}-{unique}"
    when = last
    if partitioned["partition_date_source"] == "EventTime":
        when = datetime(last.year, last.month, last.day, tzinfo=UTC)
    account = account_number(source.owner)
    return (
        f"{prefix}{account}/{source.region}/{source.name}/{when:%Y/%m/%d}/{when:%Y-%m-%d-%H-%M-%S}-{unique}"
    )


def contents(source: Bucket, batch: Batch) -> bytes:
    """The object: a line for each request, with the owner of the bucket in front."""
    owner = source.owner.canonical_id
    return "".join(f"{owner} {line}\n" for line in batch.lines).encode()


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
