"""What a gateway remembers of buckets and access keys, and how statements tell whether it still holds.

A look-up before each write would be a round trip of its own. Instead the decision is made on what an earlier
look-up found, and the statement that takes effect compares its revisions (see schema/README.md) in its own
snapshot: where the database knows better, it does nothing. So a change at any gateway is obeyed by all of
them from the next statement on, and what is remembered may be of any age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from s3gw.db.records import Account, Bucket
from s3gw.errors import GatewayError

_MOST = 4096
"""Buckets, and access keys, that a process remembers."""


class Outdated(GatewayError):
    """A statement did nothing, since what its request was decided on does not hold any more: decide again."""


@dataclass(slots=True, eq=False)
class Assumed:
    """What one request was decided on."""

    bucket_id: int | None = None
    bucket_revision: int | None = None
    access_key: str | None = None
    key_revision: int | None = None
    remembered: bool = False
    """Whether any of it stands unproven until a statement compares it."""

    def confirm(self, holds: bool = True) -> None:
        """A statement has compared it. Raises Outdated where it did not hold."""
        if not holds:
            raise Outdated("the bucket or the access key was changed")
        self.remembered = False

    @property
    def arguments(self) -> tuple[int | None, str | None, int | None]:
        """Of `holding`."""
        return self.bucket_revision, self.access_key, self.key_revision


def holding(bucket: str, revision: str, access_key: str, key_revision: str) -> str:
    """A condition on `buckets`: that it is the bucket, and all that is assumed holds in this snapshot."""
    return f"""
        id = {bucket} AND ({revision} IS NULL OR revision = {revision}) AND ({access_key} IS NULL OR EXISTS (
            SELECT FROM access_keys k WHERE k.access_key = {access_key} AND k.revision = {key_revision}
        ))"""


NOTHING: Final = Assumed()
"""Of callers who go by nothing that could change."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """An access key as a look-up found it."""

    account: Account
    secret: str
    revision: int

    def __repr__(self) -> str:
        """The account alone, so that no secret ends in a log."""
        return f"KnownKey({self.account.name})"


class Memory:
    """Buckets by name and access keys, as they were seen last."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._keys: dict[str, KnownKey] = {}

    def bucket(self, name: str) -> Bucket | None:
        """The bucket as it was, if it is remembered."""
        return self._buckets.get(name)

    def key(self, access_key: str) -> KnownKey | None:
        """The access key as it was, if it is remembered."""
        return self._keys.get(access_key)

    def see_bucket(self, bucket: Bucket) -> None:
        """Remember what a look-up found."""
        _keep(self._buckets, bucket.name, bucket)

    def see_key(self, access_key: str, known: KnownKey) -> None:
        """Remember what a look-up found."""
        _keep(self._keys, access_key, known)

    def forget(self, bucket: str | None, access_key: str | None) -> None:
        """Have them looked up by whoever needs them next."""
        if bucket is not None:
            self._buckets.pop(bucket, None)
        if access_key is not None:
            self._keys.pop(access_key, None)


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    if len(kept) >= _MOST and name not in kept:
        kept.clear()  # rarer than keeping an order would cost
    kept[name] = value
