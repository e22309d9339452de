"""What lifecycle rules do, as events for the targets that the bucket names.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configure-notification.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from s3gw.db.events import Wanted
from s3gw.db.lifecycle import Candidate, Pass
from s3gw.notifications.records import EMPTY_ETAG, Cause, Place, record
from s3gw.notifications.rules import KIND, matching

_SERVICE = "s3.amazonaws.com"
"""Whom records name where nobody asked."""


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one bucket, for targets that are known."""

    bucket: Pass
    known: frozenset[str]
    region: str

    def of_current(self, found: Sequence[Candidate]) -> list[Wanted]:
        """Of current versions that expire: they go, or get a delete marker."""
        wanted: list[Wanted] = []
        for place, each in enumerate(found, 1):
            wanted += self._wanted("Delete", place, each.key)
            wanted += self._wanted("DeleteMarkerCreated", place, each.key, etag=EMPTY_ETAG, marker=True)
        return wanted

    def of_deleted(self, found: Sequence[Candidate]) -> list[Wanted]:
        """Of versions and delete markers that go."""
        return [
            one
            for place, each in enumerate(found, 1)
            for one in self._wanted("Delete", place, each.key, version=each.version_id)
        ]

    def of_moved(self, found: Sequence[tuple[Candidate, str]]) -> list[Wanted]:
        """Of versions that are shown in another storage class."""
        wanted: list[Wanted] = []
        for place, (each, name) in enumerate(found, 1):
            for one in self._told("LifecycleTransition", place, each.key, each.etag, each.version_id, False):
                moved = {"transitionEventData": {"destinationStorageClass": name}}
                wanted.append(one._replace(record={**one.record, "lifecycleEventData": moved}))
        return wanted

    def _wanted(
        self,
        kind: str,
        place: int,
        key: str,
        *,
        etag: str | None = None,
        version: str | None = None,
        marker: bool = False,
    ) -> list[Wanted]:
        return self._told(f"LifecycleExpiration:{kind}", place, key, etag, version, marker)

    def _told(
        self, event: str, place: int, key: str, etag: str | None, version: str | None, marker: bool
    ) -> list[Wanted]:
        document = self.bucket.notification
        if document is None or not self.known:
            return []
        cause = Cause(_SERVICE, _SERVICE, uuid4().hex[:16].upper(), "", self.region)
        where = Place(self.bucket.bucket, self.bucket.owner, key)
        return [
            Wanted(
                rule.target,
                record(event, rule.id, cause, where, etag=etag, version=version),
                place,
                marker,
            )
            for rule in matching({KIND: document}, event, key)
            if rule.target in self.known
        ]
