"""What a bucket says about access, as it is stored in its documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s3gw.access.acl import Acl, stored_acl
from s3gw.access.policy import Policy, stored_policy
from s3gw.access.public import is_public
from s3gw.db.records import Bucket

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
WRITER = "ObjectWriter"
OWNERSHIPS = frozenset({ENFORCED, PREFERRED, WRITER})
SWITCHES = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")

POLICY, ACL, OWNERSHIP, PUBLIC_ACCESS = "policy", "acl", "ownership", "public-access"
PAYMENT = "payment"
"""Kinds of documents."""


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """The four switches; a bucket without the document has them all off.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """The access documents of one bucket, parsed."""

    policy: Policy | None
    policy_is_public: bool
    acl: Acl
    ownership: str
    block: PublicAccessBlock
    requester_pays: bool = False

    @property
    def acls_count(self) -> bool:
        """Whether lists are heeded at all."""
        return self.ownership != ENFORCED


def access_of(bucket: Bucket) -> BucketAccess:
    """The parsed documents of a bucket; cached by the record, which look-ups share while it says the same."""
    known = _known.get(id(bucket))
    if known is None or known[0] is not bucket:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[id(bucket)] = bucket, _access(bucket)
    return known[1]


_MOST_KNOWN = 1024
_known: dict[int, tuple[Bucket, BucketAccess]] = {}
"""By the record's identity: to compare all that it says would take longer than the decision."""


def _access(bucket: Bucket) -> BucketAccess:
    documents = bucket.documents
    policy = None
    if POLICY in documents:
        accounts = documents[POLICY].get("accounts", {})
        policy = stored_policy(documents[POLICY]["text"], bucket.name, tuple(accounts.items()))
    return BucketAccess(
        policy,
        policy is not None and is_public(policy),
        stored_acl(documents.get(ACL), bucket.owner.canonical_id),
        ownership_in(documents) or WRITER,
        block_in(documents) or PublicAccessBlock(),
        documents.get(PAYMENT, {}).get("payer") == "Requester",
    )


def ownership_in(documents: Mapping[str, Any]) -> str | None:
    """The object ownership that a bucket's documents say."""
    document = documents.get(OWNERSHIP)
    return None if document is None else str(document["ownership"])


def block_in(documents: Mapping[str, Any]) -> PublicAccessBlock | None:
    """The public access block that a bucket's documents say."""
    document = documents.get(PUBLIC_ACCESS)
    if document is None:
        return None
    return PublicAccessBlock(**{switch: bool(document.get(switch)) for switch in SWITCHES})


NEW_BUCKET: Mapping[str, Any] = {
    OWNERSHIP: {"ownership": ENFORCED},
    PUBLIC_ACCESS: dict.fromkeys(SWITCHES, True),
}
"""What a new bucket has, as in S3 since April 2023."""
