"""GetBucketAcl, PutBucketAcl, GetObjectAcl, PutObjectAcl."""

from __future__ import annotations

from typing import Any

from s3gw.access.acl import Acl, stored_acl
from s3gw.access.decision import acl_of
from s3gw.access.documents import ACL, access_of
from s3gw.db import bucket_settings
from s3gw.db.records import NULL_VERSION, Bucket
from s3gw.db.version_properties import Change, replace
from s3gw.errors import S3Error
from s3gw.operations import events, grants
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of, existing_bucket, find, version_of
from s3gw.operations.names import missing_bucket, missing_key
from s3gw.protocol import types


@operation("GetBucketAcl", "s3:GetBucketAcl")
async def get_bucket_acl(call: Call, request: types.GetBucketAclInput) -> types.GetBucketAclOutput:
    """The bucket's list; where lists do not count, the owner's full control."""
    bucket = await bucket_of(call, request)
    owner, shown = await grants.shown(call, _counting(bucket, access_of(bucket).acl))
    return types.GetBucketAclOutput(owner=owner, grants=shown)


@operation("PutBucketAcl", "s3:PutBucketAcl")
async def put_bucket_acl(call: Call, request: types.PutBucketAclInput) -> None:
    """Replace the bucket's list."""
    bucket = await bucket_of(call, request)
    acl = await _given(call, request, bucket, bucket.owner.canonical_id, bucket_owner=None)
    if acl is not None and not await bucket_settings.put(call.services.db, bucket.id, ACL, acl.document()):
        raise missing_bucket(request.bucket)


@operation("GetObjectAcl", "s3:GetObjectAcl")
async def get_object_acl(call: Call, request: types.GetObjectAclInput) -> types.GetObjectAclOutput:
    """The list of a version."""
    found = await find(call, request.bucket, request.key, request.version_id)
    bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id)
    owner, shown = await grants.shown(call, _counting(bucket, acl_of(version, bucket)))
    return types.GetObjectAclOutput(owner=owner, grants=shown)


@operation("PutObjectAcl", "s3:PutObjectAcl")
async def put_object_acl(call: Call, request: types.PutObjectAclInput) -> types.PutObjectAclOutput:
    """Replace the list of a version. The event is told where the list becomes another.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
    """
    found = await find(call, request.bucket, request.key, request.version_id)
    bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id, "PUT")
    kept = acl_of(version, bucket)
    acl = await _given(call, request, bucket, kept.owner, bucket_owner=bucket.owner.canonical_id)
    if acl is None:
        return types.PutObjectAclOutput()
    version_id = version.version_id or NULL_VERSION
    db, document = call.services.db, acl.document()
    changed = set(acl.grants) != set(kept.grants)
    wanted = events.of_version(call, bucket, "ObjectAcl:Put", version) if changed else []
    change = await replace(db, bucket.id, request.key, version_id, "acl", document, wanted=wanted)
    if change is not Change.SET:
        raise missing_key(request.key)
    return types.PutObjectAclOutput()


def _counting(bucket: Bucket, acl: Acl) -> Acl:
    return acl if access_of(bucket).acls_count else stored_acl(None, bucket.owner.canonical_id)


async def _given(
    call: Call, request: Any, bucket: Bucket, owner: str, *, bucket_owner: str | None
) -> Acl | None:
    """The list that a request gives, to be stored; None where lists do not count and it changes nothing.

    Raises UnexpectedContent for headers and a document, MissingSecurityHeader for neither,
    AccessControlListNotSupported, AccessDenied for a public list where those are blocked.
    """
    access = access_of(bucket)
    document: types.AccessControlPolicy | None = request.access_control_policy
    if grants.names_acl(request):
        if document is not None:
            raise S3Error("UnexpectedContent")
        acl = await grants.from_headers(call, request, owner, bucket_owner)
    elif document is None:
        raise S3Error(
            "MissingSecurityHeader",
            "Your request was missing a required header",
            fields={"MissingHeaderName": "x-amz-acl"},
        )
    else:
        acl = await grants.from_document(call, document, owner)
    assert acl is not None
    if not access.acls_count:
        grants.check_enforced(request, acl, bucket.owner.canonical_id)
        return None
    if access.block.block_public_acls and acl.public:
        raise S3Error("AccessDenied")
    return acl
