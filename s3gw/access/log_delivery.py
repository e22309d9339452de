"""Whether server access logs may be delivered into a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general
"""

from __future__ import annotations

from s3gw.access.acl import LOG_DELIVERY, Permission
from s3gw.access.documents import PAYMENT, access_of
from s3gw.access.policy import Effect
from s3gw.access.principals import Service, account_number
from s3gw.db.locks import DEFAULT
from s3gw.db.records import Bucket

DELIVERER = Service("logging.s3.amazonaws.com")


def obstacle(target: Bucket) -> str | None:
    """Why no logs are delivered into a bucket whatever its policy says; None where nothing is in the way."""
    if DEFAULT in target.documents:
        return "The target bucket for logging must not have a default retention period of Object Lock"
    if target.documents.get(PAYMENT, {}).get("payer") == "Requester":
        return "The target bucket for logging must not have Requester Pays enabled"
    return None


def may_deliver(source: Bucket, target: Bucket, key: str) -> bool:
    """Whether an object of logs of `source` may be put there: by the target's policy, which names the service
    that logs, or by its list, which grants WRITE to the log delivery group."""
    if obstacle(target) is not None:
        return False
    access = access_of(target)
    said = Effect.NOTHING
    if access.policy is not None:
        context = {
            "aws:sourcearn": (f"arn:aws:s3:::{source.name}",),
            "aws:sourceaccount": (account_number(source.owner),),
            "aws:securetransport": ("true",),
        }
        said = access.policy.says(DELIVERER, "s3:PutObject", f"{target.name}/{key}", context)
    if said is not Effect.NOTHING:
        return said is Effect.ALLOW
    writes = (Permission.WRITE, Permission.FULL_CONTROL)
    granted = any(one.grantee == LOG_DELIVERY and one.permission in writes for one in access.acl.grants)
    return granted and access.acls_count
