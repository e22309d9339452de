"""The actions of S3 that a policy can name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from dataclasses import dataclass

from s3gw.access.malformed import malformed
from s3gw.access.wildcard import Pattern, compile_pattern

_ON_KEYS = """
AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation DeleteObjectTagging
DeleteObjectVersion DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObject GetObjectAcl
GetObjectAnnotation GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging
GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAnnotation GetObjectVersionAttributes
GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
ListMultipartUploadParts ListObjectAnnotations ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl
PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl
PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateTags RestoreObject UpdateObjectEncryption
""".split()  # noqa: SIM905
_ON_BUCKETS = """
CreateBucket CreateBucketMetadataTableConfiguration CreateSession DeleteBucket
DeleteBucketMetadataTableConfiguration DeleteBucketOwnershipControls DeleteBucketPolicy DeleteBucketWebsite
GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS
GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite
GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration
GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket
ListBucketMultipartUploads ListBucketVersions PutAccelerateConfiguration PutAnalyticsConfiguration
PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration
PutMetricsConfiguration PutReplicationConfiguration
""".split()  # noqa: SIM905
_KEY_ACTIONS = frozenset(f"s3:{name}".lower() for name in _ON_KEYS)
_BUCKET_ACTIONS = frozenset(f"s3:{name}".lower() for name in _ON_BUCKETS)


@dataclass(frozen=True, slots=True)
class Actions:
    """The Action or NotAction element of a statement; names are compared without regard to case."""

    given: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    negated: bool

    def include(self, action: str) -> bool:
        """Whether the element means the action, such as "s3:GetObject"."""
        lower = action.lower()
        return any(pattern.matches(lower) for pattern in self.patterns) != self.negated

    def levels(self, given: str) -> tuple[bool, bool]:
        """Whether what was given means actions on buckets, and on keys."""
        pattern = compile_pattern(given.lower())
        return any(map(pattern.matches, _BUCKET_ACTIONS)), any(map(pattern.matches, _KEY_ACTIONS))


def parse_actions(given: object, *, negated: bool) -> Actions:
    """An Action element. Raises MalformedPolicy "Policy has invalid action" for what S3 does not have."""
    names: list[str] = []
    patterns = []
    for value in given if isinstance(given, list) else [given]:
        if not isinstance(value, str):
            raise malformed("Policy has invalid action")
        pattern = compile_pattern(value.lower())
        if not any(map(pattern.matches, _BUCKET_ACTIONS | _KEY_ACTIONS)):
            raise malformed("Policy has invalid action", value)
        names.append(value)
        patterns.append(pattern)
    if not patterns:
        raise malformed("Policy has invalid action")
    return Actions(tuple(names), tuple(patterns), negated)
