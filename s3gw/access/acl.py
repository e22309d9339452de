"""Access control lists: canned ones, grants, and what they permit.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

_GROUPS = "http://acs.amazonaws.com/groups/"
ALL_USERS = f"{_GROUPS}global/AllUsers"
AUTHENTICATED_USERS = f"{_GROUPS}global/AuthenticatedUsers"
LOG_DELIVERY = f"{_GROUPS}s3/LogDelivery"
GROUPS = frozenset({ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY})
PUBLIC = frozenset({ALL_USERS, AUTHENTICATED_USERS})
MAX_GRANTS = 100


class Permission(Enum):
    """What a grant permits."""

    FULL_CONTROL = "FULL_CONTROL"
    READ = "READ"
    WRITE = "WRITE"
    READ_ACP = "READ_ACP"
    WRITE_ACP = "WRITE_ACP"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission of one grantee: the canonical id of an account, or the URI of a group."""

    grantee: str
    permission: Permission

    @property
    def to_group(self) -> bool:
        """Whether the grantee is a group."""
        return self.grantee.startswith("http://")


@dataclass(frozen=True, slots=True)
class Acl:
    """The list of a bucket or an object version, with its owner's canonical id."""

    owner: str
    grants: tuple[Grant, ...]

    @property
    def public(self) -> bool:
        """Whether anybody, or anybody with any account, is granted anything."""
        return any(grant.grantee in PUBLIC for grant in self.grants)

    def permits(self, canonical_id: str | None, wanted: Permission, *, ignore_public: bool = False) -> bool:
        """Whether the account (None: somebody anonymous) has the permission by a grant.

        The owner may read and write the list whatever it says.
        """
        if canonical_id == self.owner and wanted in (Permission.READ_ACP, Permission.WRITE_ACP):
            return True
        for grant in self.grants:
            if grant.permission not in (wanted, Permission.FULL_CONTROL):
                continue
            if grant.grantee in PUBLIC:
                known = canonical_id is not None or grant.grantee == ALL_USERS
                if known and not ignore_public:
                    return True
            elif canonical_id is not None and grant.grantee == canonical_id:
                return True
        return False

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "owner": self.owner,
            "grants": [
                {
                    "type": "Group" if grant.to_group else "CanonicalUser",
                    "id": grant.grantee,
                    "permission": grant.permission.value,
                }
                for grant in self.grants
            ],
        }


def private(owner: str) -> Acl:
    """What there is where no list was given."""
    return Acl(owner, (Grant(owner, Permission.FULL_CONTROL),))


def stored_acl(document: Mapping[str, Any] | None, owner: str) -> Acl:
    """The list of a stored document; that of a resource which `owner` owns where there is none."""
    if document is None:
        return private(owner)
    grants = tuple((grant["id"], grant["permission"]) for grant in document.get("grants", ()))
    return _acl(document.get("owner") or owner, grants)


@lru_cache(maxsize=1024)
def _acl(owner: str, grants: tuple[tuple[str, str], ...]) -> Acl:
    return Acl(owner, tuple(Grant(grantee, Permission(permission)) for grantee, permission in grants))


_CANNED: Mapping[str, tuple[tuple[str, Permission], ...]] = {
    "private": (),
    "public-read": ((ALL_USERS, Permission.READ),),
    "public-read-write": ((ALL_USERS, Permission.READ), (ALL_USERS, Permission.WRITE)),
    "authenticated-read": ((AUTHENTICATED_USERS, Permission.READ),),
    "aws-exec-read": (),
    "log-delivery-write": ((LOG_DELIVERY, Permission.WRITE), (LOG_DELIVERY, Permission.READ_ACP)),
    "bucket-owner-read": (),
    "bucket-owner-full-control": (),
}
_BUCKET_OWNERS: Mapping[str, Permission] = {
    "bucket-owner-read": Permission.READ,
    "bucket-owner-full-control": Permission.FULL_CONTROL,
}
CANNED = frozenset(_CANNED)


def canned(name: str, owner: str, bucket_owner: str | None = None) -> Acl:
    """A canned list; the names that speak of the bucket's owner mean nothing for a bucket."""
    grants = [Grant(owner, Permission.FULL_CONTROL)]
    grants += [Grant(grantee, permission) for grantee, permission in _CANNED[name]]
    if bucket_owner is not None and bucket_owner != owner and name in _BUCKET_OWNERS:
        grants.append(Grant(bucket_owner, _BUCKET_OWNERS[name]))
    return Acl(owner, tuple(grants))


def granted(owner: str, grants: Iterable[Grant]) -> Acl:
    """A list of explicit grants, each once."""
    return Acl(owner, tuple(dict.fromkeys(grants)))
