"""Bucket policies, object ownership, and the public access block.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
"""

from __future__ import annotations

from typing import Any

from s3gw.access import principals
from s3gw.access.acl import Permission
from s3gw.access.documents import (
    ENFORCED,
    OWNERSHIP,
    OWNERSHIPS,
    POLICY,
    PUBLIC_ACCESS,
    SWITCHES,
    access_of,
    block_in,
    ownership_in,
)
from s3gw.access.policy import parse_policy
from s3gw.access.public import is_public
from s3gw.db import bucket_settings, grantees
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types


@operation("GetBucketPolicy", "s3:GetBucketPolicy")
async def get_bucket_policy(call: Call, request: types.GetBucketPolicyInput) -> types.GetBucketPolicyOutput:
    """The policy, as it was given."""
    document = _policy(await bucket_of(call, request))
    return types.GetBucketPolicyOutput(policy=document["text"])


@operation("PutBucketPolicy", "s3:PutBucketPolicy")
async def put_bucket_policy(call: Call, request: types.PutBucketPolicyInput) -> None:
    """Check and set the policy, whose principals must exist.

    Raises AccessDenied for a public one where those are blocked.
    """
    bucket = await bucket_of(call, request)
    text = request.policy or ""
    policy = parse_policy(text, bucket.name)
    named = principals.wanted(policy.accounts)
    found = await grantees.any_of(call.services.db, named.numbers, named.texts) if policy.accounts else []
    accounts = principals.meant(policy.accounts, found)
    if access_of(bucket).block.block_public_policy and is_public(policy):
        raise S3Error("AccessDenied")
    await _put(call, bucket, POLICY, {"text": text, "accounts": accounts})


@operation("DeleteBucketPolicy", "s3:DeleteBucketPolicy")
async def delete_bucket_policy(call: Call, request: types.DeleteBucketPolicyInput) -> None:
    """Remove the policy, if there is one."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, POLICY)


@operation("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus")
async def get_bucket_policy_status(
    call: Call, request: types.GetBucketPolicyStatusInput
) -> types.GetBucketPolicyStatusOutput:
    """Whether the policy is public."""
    bucket = await bucket_of(call, request)
    _policy(bucket)
    public = access_of(bucket).policy_is_public
    return types.GetBucketPolicyStatusOutput(policy_status=types.PolicyStatus(is_public=public))


@operation("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls")
async def get_bucket_ownership_controls(
    call: Call, request: types.GetBucketOwnershipControlsInput
) -> types.GetBucketOwnershipControlsOutput:
    """Who owns what is written to the bucket."""
    bucket = await bucket_of(call, request)
    ownership = ownership_in(bucket.documents)
    if ownership is None:
        raise S3Error("OwnershipControlsNotFoundError", fields={"BucketName": bucket.name})
    rules = [types.OwnershipControlsRule(object_ownership=ownership)]
    return types.GetBucketOwnershipControlsOutput(ownership_controls=types.OwnershipControls(rules=rules))


@operation("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls")
async def put_bucket_ownership_controls(call: Call, request: types.PutBucketOwnershipControlsInput) -> None:
    """Say who owns what is written; lists that let others in must go before they are switched off."""
    bucket = await bucket_of(call, request)
    rules = None if request.ownership_controls is None else request.ownership_controls.rules
    if not rules or len(rules) != 1 or rules[0].object_ownership not in OWNERSHIPS:
        raise S3Error("MalformedXML")
    ownership = rules[0].object_ownership
    acl = access_of(bucket).acl
    if ownership == ENFORCED and any(
        grant.grantee != acl.owner or grant.permission is not Permission.FULL_CONTROL for grant in acl.grants
    ):
        raise S3Error("InvalidBucketAclWithObjectOwnership")
    await _put(call, bucket, OWNERSHIP, {"ownership": ownership})


@operation("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls")
async def delete_bucket_ownership_controls(
    call: Call, request: types.DeleteBucketOwnershipControlsInput
) -> None:
    """Go back to objects that belong to their writers."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, OWNERSHIP)


@operation("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock")
async def get_public_access_block(
    call: Call, request: types.GetPublicAccessBlockInput
) -> types.GetPublicAccessBlockOutput:
    """The four switches."""
    bucket = await bucket_of(call, request)
    block = block_in(bucket.documents)
    if block is None:
        raise S3Error("NoSuchPublicAccessBlockConfiguration", fields={"BucketName": bucket.name})
    switches = {switch: getattr(block, switch) for switch in SWITCHES}
    return types.GetPublicAccessBlockOutput(
        public_access_block_configuration=types.PublicAccessBlockConfiguration(**switches)
    )


@operation("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock")
async def put_public_access_block(call: Call, request: types.PutPublicAccessBlockInput) -> None:
    """Set the four switches; one that is not mentioned is off."""
    bucket = await bucket_of(call, request)
    given = request.public_access_block_configuration
    if given is None:
        raise S3Error("MalformedXML")
    document = {switch: bool(getattr(given, switch)) for switch in SWITCHES}
    await _put(call, bucket, PUBLIC_ACCESS, document)


@operation("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock")
async def delete_public_access_block(call: Call, request: types.DeletePublicAccessBlockInput) -> None:
    """Switch all four off."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, PUBLIC_ACCESS)


def _policy(bucket: Bucket) -> Any:
    document = bucket.documents.get(POLICY)
    if document is None:
        raise S3Error("NoSuchBucketPolicy", fields={"BucketName": bucket.name})
    return document


async def _put(call: Call, bucket: Bucket, kind: str, document: Any) -> None:
    if not await bucket_settings.put(call.services.db, bucket.id, kind, document):
        raise missing_bucket(bucket.name)
