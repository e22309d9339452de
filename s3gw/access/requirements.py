"""What each operation requires: the one table of actions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html (mapping of ACL permissions)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from s3gw.access.acl import Permission

READ, WRITE = Permission.READ, Permission.WRITE
READ_ACP, WRITE_ACP = Permission.READ_ACP, Permission.WRITE_ACP


class Target(Enum):
    """What an operation speaks of, and so what is looked up before it is decided upon."""

    SERVICE = "service"
    """No bucket, or one that is still to be made."""
    BUCKET = "bucket"
    KEY = "key"
    """A key, whatever it holds now."""
    VERSION = "version"
    """A version that must be there."""


class Need(NamedTuple):
    """An action that must be allowed, and the ACL permission that allows it too."""

    action: str
    on_key: bool
    """Whether it is asked of bucket/key and not of the bucket."""
    permission: Permission | None = None
    of_version: bool = False
    """Whether the permission is one of the version's own list and not of the bucket's."""
    implied: bool = False
    """Whether it is allowed with the others unless it is denied."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The requirements of one operation."""

    target: Target
    actions: tuple[str, ...]
    permission: Permission | None = None
    of_version: bool = False
    versioned: tuple[str, ...] | None = None
    """The actions that stand for `actions` where the request names a version."""


_VERSIONS = {
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:GetObjectTorrent": "s3:GetObjectVersionTorrent",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
}


def _version(permission: Permission | None, *actions: str) -> Rule:
    named = tuple(_VERSIONS.get(action, action) for action in actions)
    return Rule(Target.VERSION, actions, permission, True, named)


def _key(permission: Permission | None, *actions: str) -> Rule:
    return Rule(Target.KEY, actions, permission, False, tuple(_VERSIONS.get(one, one) for one in actions))


def _bucket(permission: Permission | None, *actions: str) -> Rule:
    return Rule(Target.BUCKET, actions, permission)


RULES: Mapping[str, Rule] = {
    "ListBuckets": Rule(Target.SERVICE, ("s3:ListAllMyBuckets",)),
    "CreateBucket": Rule(Target.SERVICE, ("s3:CreateBucket",)),
    # Buckets
    "DeleteBucket": _bucket(None, "s3:DeleteBucket"),
    "HeadBucket": _bucket(READ, "s3:ListBucket"),
    "ListObjects": _bucket(READ, "s3:ListBucket"),
    "ListObjectsV2": _bucket(READ, "s3:ListBucket"),
    "ListObjectVersions": _bucket(READ, "s3:ListBucketVersions"),
    "ListMultipartUploads": _bucket(READ, "s3:ListBucketMultipartUploads"),
    "GetBucketLocation": _bucket(None, "s3:GetBucketLocation"),
    # Their settings
    "GetBucketAcl": _bucket(READ_ACP, "s3:GetBucketAcl"),
    "PutBucketAcl": _bucket(WRITE_ACP, "s3:PutBucketAcl"),
    "GetBucketPolicy": _bucket(None, "s3:GetBucketPolicy"),
    "PutBucketPolicy": _bucket(None, "s3:PutBucketPolicy"),
    "DeleteBucketPolicy": _bucket(None, "s3:DeleteBucketPolicy"),
    "GetBucketPolicyStatus": _bucket(None, "s3:GetBucketPolicyStatus"),
    "GetBucketOwnershipControls": _bucket(None, "s3:GetBucketOwnershipControls"),
    "PutBucketOwnershipControls": _bucket(None, "s3:PutBucketOwnershipControls"),
    "DeleteBucketOwnershipControls": _bucket(None, "s3:PutBucketOwnershipControls"),
    "GetPublicAccessBlock": _bucket(None, "s3:GetBucketPublicAccessBlock"),
    "PutPublicAccessBlock": _bucket(None, "s3:PutBucketPublicAccessBlock"),
    "DeletePublicAccessBlock": _bucket(None, "s3:PutBucketPublicAccessBlock"),
    "GetBucketVersioning": _bucket(None, "s3:GetBucketVersioning"),
    "PutBucketVersioning": _bucket(None, "s3:PutBucketVersioning"),
    "GetBucketTagging": _bucket(None, "s3:GetBucketTagging"),
    "PutBucketTagging": _bucket(None, "s3:PutBucketTagging"),
    "DeleteBucketTagging": _bucket(None, "s3:PutBucketTagging"),
    "GetBucketCors": _bucket(None, "s3:GetBucketCORS"),
    "PutBucketCors": _bucket(None, "s3:PutBucketCORS"),
    "DeleteBucketCors": _bucket(None, "s3:PutBucketCORS"),
    "GetBucketWebsite": _bucket(None, "s3:GetBucketWebsite"),
    "PutBucketWebsite": _bucket(None, "s3:PutBucketWebsite"),
    "DeleteBucketWebsite": _bucket(None, "s3:DeleteBucketWebsite"),
    "GetBucketRequestPayment": _bucket(None, "s3:GetBucketRequestPayment"),
    "PutBucketRequestPayment": _bucket(None, "s3:PutBucketRequestPayment"),
    "GetBucketAccelerateConfiguration": _bucket(None, "s3:GetAccelerateConfiguration"),
    "PutBucketAccelerateConfiguration": _bucket(None, "s3:PutAccelerateConfiguration"),
    "GetBucketLogging": _bucket(None, "s3:GetBucketLogging"),
    "PutBucketLogging": _bucket(None, "s3:PutBucketLogging"),
    "GetBucketReplication": _bucket(None, "s3:GetReplicationConfiguration"),
    "PutBucketReplication": _bucket(None, "s3:PutReplicationConfiguration"),
    "DeleteBucketReplication": _bucket(None, "s3:PutReplicationConfiguration"),
    "GetBucketAnalyticsConfiguration": _bucket(None, "s3:GetAnalyticsConfiguration"),
    "ListBucketAnalyticsConfigurations": _bucket(None, "s3:GetAnalyticsConfiguration"),
    "PutBucketAnalyticsConfiguration": _bucket(None, "s3:PutAnalyticsConfiguration"),
    "DeleteBucketAnalyticsConfiguration": _bucket(None, "s3:PutAnalyticsConfiguration"),
    "GetBucketInventoryConfiguration": _bucket(None, "s3:GetInventoryConfiguration"),
    "ListBucketInventoryConfigurations": _bucket(None, "s3:GetInventoryConfiguration"),
    "PutBucketInventoryConfiguration": _bucket(None, "s3:PutInventoryConfiguration"),
    "DeleteBucketInventoryConfiguration": _bucket(None, "s3:PutInventoryConfiguration"),
    "GetBucketMetricsConfiguration": _bucket(None, "s3:GetMetricsConfiguration"),
    "ListBucketMetricsConfigurations": _bucket(None, "s3:GetMetricsConfiguration"),
    "PutBucketMetricsConfiguration": _bucket(None, "s3:PutMetricsConfiguration"),
    "DeleteBucketMetricsConfiguration": _bucket(None, "s3:PutMetricsConfiguration"),
    "GetBucketIntelligentTieringConfiguration": _bucket(None, "s3:GetIntelligentTieringConfiguration"),
    "ListBucketIntelligentTieringConfigurations": _bucket(None, "s3:GetIntelligentTieringConfiguration"),
    "PutBucketIntelligentTieringConfiguration": _bucket(None, "s3:PutIntelligentTieringConfiguration"),
    "DeleteBucketIntelligentTieringConfiguration": _bucket(None, "s3:PutIntelligentTieringConfiguration"),
    "GetBucketEncryption": _bucket(None, "s3:GetEncryptionConfiguration"),
    "PutBucketEncryption": _bucket(None, "s3:PutEncryptionConfiguration"),
    "DeleteBucketEncryption": _bucket(None, "s3:PutEncryptionConfiguration"),
    "GetBucketLifecycleConfiguration": _bucket(None, "s3:GetLifecycleConfiguration"),
    "PutBucketLifecycleConfiguration": _bucket(None, "s3:PutLifecycleConfiguration"),
    "DeleteBucketLifecycle": _bucket(None, "s3:PutLifecycleConfiguration"),
    "GetBucketNotificationConfiguration": _bucket(None, "s3:GetBucketNotification"),
    "PutBucketNotificationConfiguration": _bucket(None, "s3:PutBucketNotification"),
    "GetObjectLockConfiguration": _bucket(None, "s3:GetBucketObjectLockConfiguration"),
    "PutObjectLockConfiguration": _bucket(None, "s3:PutBucketObjectLockConfiguration"),
    # Objects
    "GetObject": _version(READ, "s3:GetObject"),
    "HeadObject": _version(READ, "s3:GetObject"),
    "GetObjectAttributes": _version(READ, "s3:GetObject", "s3:GetObjectAttributes"),
    "GetObjectAcl": _version(READ_ACP, "s3:GetObjectAcl"),
    "PutObjectAcl": _version(WRITE_ACP, "s3:PutObjectAcl"),
    "GetObjectTagging": _version(None, "s3:GetObjectTagging"),
    "PutObjectTagging": _version(None, "s3:PutObjectTagging"),
    "DeleteObjectTagging": _version(None, "s3:DeleteObjectTagging"),
    "GetObjectRetention": _version(None, "s3:GetObjectRetention"),
    "PutObjectRetention": _version(None, "s3:PutObjectRetention"),
    "GetObjectLegalHold": _version(None, "s3:GetObjectLegalHold"),
    "PutObjectLegalHold": _version(None, "s3:PutObjectLegalHold"),
    "RestoreObject": _version(None, "s3:RestoreObject"),
    "UpdateObjectEncryption": _version(None, "s3:UpdateObjectEncryption"),
    "PutObject": _key(WRITE, "s3:PutObject"),
    "PostObject": _key(WRITE, "s3:PutObject"),
    "CopyObject": _key(WRITE, "s3:PutObject"),
    "RenameObject": _key(WRITE, "s3:PutObject"),  # and `of_renamed` for the key that moves
    "DeleteObject": _key(WRITE, "s3:DeleteObject"),
    # Each key of a DeleteObjects is decided upon by itself: see `of_entry`.
    "DeleteObjects": Rule(Target.BUCKET, ()),
    "CreateMultipartUpload": _key(WRITE, "s3:PutObject"),
    "UploadPart": _key(WRITE, "s3:PutObject"),
    "UploadPartCopy": _key(WRITE, "s3:PutObject"),
    "CompleteMultipartUpload": _key(WRITE, "s3:PutObject"),
    # Whoever has begun the upload may do these, too: see `BY_INITIATOR`.
    "AbortMultipartUpload": _key(None, "s3:AbortMultipartUpload"),
    "ListParts": _key(None, "s3:ListMultipartUploadParts"),
}

BY_INITIATOR = frozenset({"AbortMultipartUpload", "ListParts"})
"""Operations that who has begun the upload may do unless it is denied.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
"""

OF_OBJECT_OWNER = frozenset(
    action
    for one in _VERSIONS.items()
    for action in one
    if action not in ("s3:DeleteObject", "s3:DeleteObjectVersion")
)
"""Actions on an object that its owner decides upon, where that is not the bucket's. Deleting is not one.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-alternatives-guidelines.html
"""

LIST = Need("s3:ListBucket", False, READ)
"""What somebody must be allowed to be told that a key does not exist."""

READ_RETENTION = Need("s3:GetObjectRetention", True)
READ_HOLD = Need("s3:GetObjectLegalHold", True)
"""What somebody must be allowed to be shown with an object how it is locked."""

_ETAG = (Need("s3:GetObject", True, READ, of_version=True),)
_BYPASS = "s3:BypassGovernanceRetention"
_ACL = "s3:PutObjectAcl"
# Members of a request that ask for more than the operation itself. Who may write a key by the bucket's list
# may also say what is written with it, since it becomes theirs, but not that nobody gets rid of it.
_MORE: Mapping[str, str] = {
    "acl": _ACL,
    "grant_full_control": _ACL,
    "grant_read": _ACL,
    "grant_read_acp": _ACL,
    "grant_write_acp": _ACL,
    "tagging": "s3:PutObjectTagging",
    "object_lock_mode": "s3:PutObjectRetention",
    "object_lock_retain_until_date": "s3:PutObjectRetention",
    "object_lock_event_hold": "s3:PutObjectRetention",
    "object_lock_event_hold_duration_days": "s3:PutObjectRetention",
    "object_lock_event_hold_duration_years": "s3:PutObjectRetention",
    "object_lock_legal_hold_status": "s3:PutObjectLegalHold",
    "bypass_governance_retention": _BYPASS,
}
# A policy that allows writing allows these along with it, as the examples of S3's documentation expect.
_IMPLIED = frozenset({"s3:PutObjectTagging"})
_LOCKS = frozenset({"s3:PutObjectRetention", "s3:PutObjectLegalHold", _BYPASS})
_OWNERS_ACLS = frozenset({"private", "bucket-owner-read", "bucket-owner-full-control"})
_FREE = Need("", True, implied=True)
_WRITES = frozenset({"PutObject", "PostObject", "CopyObject", "CreateMultipartUpload"})


def rule_for(operation: str, actions: tuple[str, ...], *, key: bool) -> Rule:
    """The rule of an operation; one that is not in the table has the actions it is registered with."""
    return RULES.get(operation) or _other(actions, key)


@lru_cache(maxsize=256)
def _other(actions: tuple[str, ...], key: bool) -> Rule:
    return Rule(Target.KEY if key else Target.BUCKET, actions)


def needs(operation: str, rule: Rule, request: Any, owner: str) -> tuple[Need, ...]:
    """What the request needs in a bucket whose owner has that canonical id."""
    versioned = rule.versioned is not None and getattr(request, "version_id", None) is not None
    found = _needs(rule, versioned)
    if rule.target is Target.KEY and _tells(request):
        found += _ETAG  # or whoever may only write could learn what is there
    if operation in _WRITES:
        return found + _more(request, owner)
    on_key = rule.target is not Target.BUCKET  # DeleteObjects needs it of each key: see `of_entry`
    if on_key and getattr(request, "bypass_governance_retention", None):
        return (*found, Need(_BYPASS, True))
    return found


@lru_cache(maxsize=256)
def _needs(rule: Rule, versioned: bool) -> tuple[Need, ...]:
    on_key = rule.target in (Target.KEY, Target.VERSION)
    actions = rule.versioned if versioned and rule.versioned is not None else rule.actions
    # A list never lets anybody but the bucket's owner delete a version.
    permission = None if "s3:DeleteObjectVersion" in actions else rule.permission
    return tuple(Need(action, on_key, permission, rule.of_version) for action in actions)


def _more(request: Any, owner: str) -> tuple[Need, ...]:
    found: dict[str, Need] = {}
    for member, action in _MORE.items():
        value = getattr(request, member, None)
        if value:
            implied = action in _IMPLIED or value in _OWNERS_ACLS or value in (f"id={owner}", f'id="{owner}"')
            permission = None if action in _LOCKS else WRITE
            found[action] = Need(
                action, True, permission, implied=implied and found.get(action, _FREE).implied
            )
    return tuple(found.values())


_TELLING = (
    "if_match_size",
    "if_match_last_modified_time",
    "destination_if_modified_since",
    "destination_if_unmodified_since",
)


def _tells(request: Any) -> bool:
    """Whether the request has a condition whose outcome tells something of what is there."""
    if any(getattr(request, name, None) not in (None, "*") for name in ("if_match", "destination_if_match")):
        return True
    return any(getattr(request, name, None) is not None for name in _TELLING)


def of_entry(version_id: str | None, bypass: bool, *, tells: bool = False) -> tuple[Need, ...]:
    """What one entry of DeleteObjects needs; `tells` says that it has a condition on what is there."""
    found = _needs(RULES["DeleteObject"], version_id is not None)
    if tells:
        found += _ETAG
    return (*found, Need(_BYPASS, True)) if bypass else found


def of_source(version_id: str | None) -> tuple[Need, ...]:
    """What reading the source of a copy needs."""
    return _needs(RULES["GetObject"], version_id is not None)


def of_source_tags(version_id: str | None) -> tuple[Need, ...]:
    """What copying the source's tags needs besides."""
    return _needs(RULES["GetObjectTagging"], version_id is not None)


TAGS_OF_COPY = (Need("s3:PutObjectTagging", True, WRITE, implied=True),)
"""What it needs at the destination, as a tagging header does."""


def of_renamed() -> tuple[Need, ...]:
    """What moving a key away needs: it is read elsewhere, and not here any more."""
    return (*_needs(RULES["GetObject"], False), *_needs(RULES["DeleteObject"], False))
