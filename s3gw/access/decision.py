"""Whether a request may do what it asks: one decision, on one parsed bucket and key, without any I/O.

The voices of S3: an explicit denial of the bucket's policy; the access control list of the bucket or the
version; the policy's allowance; the caller being the bucket's owner, or root. What nothing allows is denied.
Of a version that the bucket's owner does not own, its owner has the say. https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from s3gw.access.acl import Acl, stored_acl
from s3gw.access.conditions import Context
from s3gw.access.documents import BucketAccess, access_of
from s3gw.access.policy import Effect
from s3gw.access.principals import account_number
from s3gw.access.requirements import LIST, OF_OBJECT_OWNER, Need
from s3gw.db.records import Account, Bucket, ObjectVersion


class Decision(Enum):
    """The outcome for one question."""

    ALLOW = "allow"
    DENY = "deny"


class Question(NamedTuple):
    """Who wants to do what to which bucket and key."""

    account: Account | None
    """None: the request is anonymous."""
    needs: Sequence[Need]
    """All of which must be allowed."""
    bucket: Bucket
    key: str | None
    version: ObjectVersion | None
    """The version that is there, where the needs are of one."""
    context: Callable[[], Context]
    """Asked only where there is a policy."""


# With these the owner of a bucket can always undo a policy that denies them everything.
_ALWAYS = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})


def owns(account: Account | None, bucket: Bucket) -> bool:
    """Whether everything in the bucket is the account's to do unless it is denied."""
    return account is not None and (account.is_root or account.id == bucket.owner.id)


def may_everything(account: Account | None, bucket: Bucket) -> bool:
    """Whether there is nothing to decide: the bucket is the account's, without a policy or lists that count.

    Most requests are so; for them this says what `decide` would say to whatever they need.
    """
    access = access_of(bucket)
    return access.policy is None and not access.acls_count and owns(account, bucket)


def decide(question: Question) -> Decision:
    """The decision on `question`."""
    access = access_of(question.bucket)
    context = None if access.policy is None else _with_resource(question)
    allowed = all(_allowed(question, access, need, context) for need in question.needs)
    return Decision.ALLOW if allowed else Decision.DENY


def _allowed(question: Question, access: BucketAccess, need: Need, context: Context | None) -> bool:
    owner = owns(question.account, question.bucket)
    said = Effect.NOTHING if context is None else _said(question, access, need, context)
    if said is Effect.DENY and not (owner and need.action in _ALWAYS):
        return False
    foreign = _is_foreign(question, access, need)
    if need.implied or (owner and not foreign and not _given_up(question, access, need)):
        return True
    if _listed(question, access, need):
        return True
    if foreign:
        return _owns_version(question)
    return said is Effect.ALLOW and not (access.policy_is_public and access.block.restrict_public_buckets)


def _is_foreign(question: Question, access: BucketAccess, need: Need) -> bool:
    """Whether it is asked of a version that somebody else than the bucket's owner owns.

    Of those only their owner and their list decide: the bucket's policy can deny, and allows nothing.
    """
    version = question.version
    if version is None or version.owner is None or need.action not in OF_OBJECT_OWNER:
        return False
    return access.acls_count and version.owner.id != question.bucket.owner.id


def _owns_version(question: Question) -> bool:
    account, version = question.account, question.version
    assert version is not None
    assert version.owner is not None
    return account is not None and (account.is_root or account.id == version.owner.id)


def _given_up(question: Question, access: BucketAccess, need: Need) -> bool:
    """Whether the bucket's owner has left themselves out of its list, to write or read nothing by mistake."""
    account = question.account
    if need.permission is None or need.of_version or not access.acls_count:
        return False
    if account is None or account.id != question.bucket.owner.id:
        return False  # it is root, in somebody else's bucket
    return not access.acl.permits(account.canonical_id, need.permission)


def decide_on_version(question: Question) -> Decision:
    """The decision where the needs are of a version that must be there.

    Of one that is missing nobody is told who may not list the bucket.
    """
    there = question.version is not None and not question.version.delete_marker
    if there or owns(question.account, question.bucket):
        return decide(question)
    return Decision.DENY if _denied(question) else decide(question._replace(needs=(LIST,)))


def _denied(question: Question) -> bool:
    access = access_of(question.bucket)
    if access.policy is None:
        return False
    context = _with_resource(question)
    return any(_said(question, access, need, context) is Effect.DENY for need in question.needs)


def _said(question: Question, access: BucketAccess, need: Need, context: Context) -> Effect:
    assert access.policy is not None
    name = question.bucket.name
    resource = f"{name}/{question.key}" if need.on_key else name
    return access.policy.says(question.account, need.action, resource, context)


def _listed(question: Question, access: BucketAccess, need: Need) -> bool:
    """Whether an access control list permits it."""
    if need.permission is None or not access.acls_count:
        return False
    acl = access.acl
    if need.of_version:
        if question.version is None:
            return False
        acl = acl_of(question.version, question.bucket)
    canonical = None if question.account is None else question.account.canonical_id
    return acl.permits(canonical, need.permission, ignore_public=access.block.ignore_public_acls)


def acl_of(version: ObjectVersion, bucket: Bucket) -> Acl:
    """The access control list of a version."""
    owner = version.owner or bucket.owner
    return stored_acl(version.properties.extra.get("acl"), owner.canonical_id)


def _with_resource(question: Question) -> Context:
    """What conditions may ask of the request, and of what it is about."""
    account = (account_number(question.bucket.owner),)
    version = question.version
    tags = None if version is None else version.properties.extra.get("tags")
    return {
        **question.context(),
        "aws:resourceaccount": account,
        "s3:resourceaccount": account,
        **{f"s3:existingobjecttag/{name}": (value,) for name, value in (tags or {}).items()},
    }
