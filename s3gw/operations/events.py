"""What is to be told of operations, by the rules of the bucket; the statement that does it writes it."""

from __future__ import annotations

from collections.abc import Sequence

from s3gw.db.deletion import Target
from s3gw.db.events import Wanted
from s3gw.db.records import Bucket, ObjectVersion
from s3gw.notifications.records import EMPTY_ETAG, Cause, Place, record
from s3gw.notifications.rules import KIND, matching
from s3gw.operations.call import Call

_ANONYMOUS = "Anonymous"


def of_object(
    call: Call,
    bucket: Bucket,
    event: str,
    key: str,
    *,
    size: int | None = None,
    etag: str | None = None,
    version: str | None = None,
    place: int = 1,
    marker: bool = False,
) -> list[Wanted]:
    """The events to be told if that happens to a key; none in a bucket without rules."""
    if KIND not in bucket.documents:
        return []
    where = Place(bucket.name, bucket.owner.canonical_id, key)
    known = call.services.settings.notifies
    return [
        Wanted(
            rule.target,
            record(event, rule.id, cause(call), where, size=size, etag=etag, version=version),
            place,
            marker,
        )
        for rule in matching(bucket.documents, event, key)
        if rule.target in known
    ]


def of_version(call: Call, bucket: Bucket, event: str, version: ObjectVersion) -> list[Wanted]:
    """The same of a version that is there."""
    return of_object(call, bucket, event, version.key, etag=version.etag, version=version.version_id)


def of_deletion(call: Call, bucket: Bucket, targets: Sequence[Target]) -> list[Wanted]:
    """The events to be told of what of these is deleted, or gets a delete marker."""
    if KIND not in bucket.documents:
        return []
    wanted: list[Wanted] = []
    for place, target in enumerate(targets, 1):
        deleted = of_object(
            call, bucket, "ObjectRemoved:Delete", target.key, version=target.version_id, place=place
        )
        wanted += deleted
        if target.version_id is None and bucket.versioning is not None:
            event = "ObjectRemoved:DeleteMarkerCreated"
            wanted += of_object(call, bucket, event, target.key, etag=EMPTY_ETAG, place=place, marker=True)
    return wanted


def cause(call: Call) -> Cause:
    """Who asks, and from where."""
    return Cause(
        _ANONYMOUS if call.anonymous else call.account.canonical_id,
        call.client.address,
        call.request_id,
        call.host_id,
        call.services.settings.region,
    )
