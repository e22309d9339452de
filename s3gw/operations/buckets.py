"""Buckets: list, create, head, delete, location."""

from __future__ import annotations

from typing import Any

from s3gw.access.acl import private
from s3gw.access.documents import ACL, ENFORCED, NEW_BUCKET, OWNERSHIP, OWNERSHIPS, block_in, ownership_in
from s3gw.db import bucket_chunking, buckets
from s3gw.db.buckets import Deletion
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations import grants, tags, unsupported
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of, is_owner
from s3gw.operations.markers import after_token, token
from s3gw.operations.names import check_bucket_name, missing_bucket
from s3gw.protocol import regions, types

MAX_BUCKETS = 10000


@operation("ListBuckets", "s3:ListAllMyBuckets")
async def list_buckets(call: Call, request: types.ListBucketsInput) -> types.ListBucketsOutput:
    """The caller's buckets; in pages where the client asks for pages.

    Like S3, a page shows each bucket's region only to a client that pages or filters.
    """
    limit = _max_buckets(request.max_buckets)
    after = after_token(request.continuation_token) if request.continuation_token else ""
    prefix = request.prefix or ""
    page, rest = await _page(call, prefix, after, limit, request.bucket_region)
    paged = any((request.max_buckets, request.continuation_token, request.prefix, request.bucket_region))
    return types.ListBucketsOutput(
        buckets=[
            types.Bucket(
                name=bucket.name,
                creation_date=bucket.created_at,
                bucket_region=bucket.region if paged else None,
            )
            for bucket in page
        ],
        owner=types.Owner(display_name=call.account.display_name, id=call.account.canonical_id),
        continuation_token=token(page[-1].name) if rest else None,
        prefix=request.prefix,
    )


@operation("CreateBucket", "s3:CreateBucket")
async def create_bucket(call: Call, request: types.CreateBucketInput) -> types.CreateBucketOutput:
    """Create a bucket; again by its owner it changes nothing, and succeeds in us-east-1 only.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, "BucketAlreadyOwnedByYou"
    """
    _refuse_settings(request)
    check_bucket_name(request.bucket)
    await call.services.store.check_space()
    settings = call.services.settings
    locks_wanted = bool(request.object_lock_enabled_for_bucket)
    region = _location(request.create_bucket_configuration, settings.region, settings.regions)
    tagged = _tags(request.create_bucket_configuration)
    bucket, created = await buckets.create(
        call.services.db,
        request.bucket,
        call.account.id,
        region,
        settings.chunking,
        settings.archive_hints,
        await _documents(call, request) | ({bucket_chunking.TAGS: tagged[0]} if tagged else {}),
        object_lock=locks_wanted,
    )
    if not created and not is_owner(call.account, bucket):
        raise S3Error("BucketAlreadyExists", fields={"BucketName": request.bucket})
    elsewhere = not created and {bucket.region, region} != {"us-east-1"}
    if elsewhere or (locks_wanted and not bucket.object_lock):
        # Success would let a client believe that it has what it asked for.
        raise S3Error("BucketAlreadyOwnedByYou", fields={"BucketName": request.bucket})
    if created and tagged and tagged[1].tags:
        await bucket_chunking.tag(call.services.db, bucket.id, *tagged)
    return types.CreateBucketOutput(location=f"/{request.bucket}")


@operation("HeadBucket", "s3:ListBucket")
async def head_bucket(call: Call, request: types.HeadBucketInput) -> types.HeadBucketOutput:
    """Whether the bucket is there, and in which region."""
    bucket = await bucket_of(call, request)
    return types.HeadBucketOutput(bucket_region=bucket.region, access_point_alias=False)


@operation("DeleteBucket", "s3:DeleteBucket")
async def delete_bucket(call: Call, request: types.DeleteBucketInput) -> None:
    """Delete an empty bucket."""
    if request.expected_bucket_owner is not None:
        await bucket_of(call, request)
    match await buckets.delete(call.services.db, request.bucket):
        case Deletion.MISSING:
            raise missing_bucket(request.bucket)
        case Deletion.NOT_EMPTY:
            raise await _not_empty(call, request)


async def _not_empty(call: Call, request: types.DeleteBucketInput) -> S3Error:
    bucket = await bucket_of(call, request)
    message = "The bucket you tried to delete is not empty"
    if bucket.versioning is not None:
        message += ". You must delete all versions in the bucket."
    return S3Error("BucketNotEmpty", message, fields={"BucketName": request.bucket})


@operation("GetBucketLocation", "s3:GetBucketLocation")
async def get_bucket_location(
    call: Call, request: types.GetBucketLocationInput
) -> types.GetBucketLocationOutput:
    """The bucket's region; us-east-1 is shown as nothing, as it always was."""
    bucket = await bucket_of(call, request)
    return types.GetBucketLocationOutput(
        location_constraint=None if bucket.region == "us-east-1" else bucket.region
    )


async def _page(
    call: Call, prefix: str, after: str, limit: int | None, region: str | None
) -> tuple[list[Bucket], bool]:
    """Up to `limit` buckets (None: all), and whether there are more."""
    found: list[Bucket] = []
    size = MAX_BUCKETS if limit is None else limit + 1
    while limit is None or len(found) <= limit:
        batch = await buckets.list_for(call.services.db, call.account.id, prefix, after, size)
        found += [bucket for bucket in batch if region is None or bucket.region == region]
        if len(batch) < size:
            break
        after = batch[-1].name
    return found[:limit], limit is not None and len(found) > limit


def _max_buckets(given: int | None) -> int | None:
    if given is not None and not 1 <= given <= MAX_BUCKETS:
        raise S3Error(
            "InvalidArgument",
            f"Argument max-buckets must be an integer between 1 and {MAX_BUCKETS}",
            fields={"ArgumentName": "max-buckets", "ArgumentValue": str(given)},
        )
    return given


def _refuse_settings(request: types.CreateBucketInput) -> None:
    """Refuse what CreateBucket may ask for and this release does not keep, and what S3 does not know."""
    if request.object_ownership is not None and request.object_ownership not in OWNERSHIPS:
        raise S3Error(
            "InvalidArgument",
            f"Invalid x-amz-object-ownership header: {request.object_ownership}",
            fields={"ArgumentName": "x-amz-object-ownership"},
        )
    if request.bucket_namespace not in (None, "global"):
        raise unsupported.not_implemented("x-amz-bucket-namespace", request.bucket_namespace)


async def _documents(call: Call, request: types.CreateBucketInput) -> dict[str, Any]:
    """What the new bucket says about access.

    Raises InvalidBucketAclWithObjectOwnership, InvalidBucketAclWithBlockPublicAccessError for lists that no
    new bucket can have: what is public must be unblocked first.
    """
    owner = call.account.canonical_id
    acl = await grants.from_headers(call, request, owner)
    documents = dict(NEW_BUCKET) if call.services.settings.new_buckets == "closed" else {}
    if request.object_ownership is not None:
        documents[OWNERSHIP] = {"ownership": request.object_ownership}
    if acl is None or acl == private(owner):
        return documents
    if ownership_in(documents) == ENFORCED:
        raise S3Error("InvalidBucketAclWithObjectOwnership")
    if acl.public and block_in(documents) is not None:
        raise S3Error("InvalidBucketAclWithBlockPublicAccessError")
    return {**documents, ACL: acl.document()}


def _tags(configuration: Any) -> tuple[dict[str, str], bucket_chunking.Change] | None:
    """The tags of a new bucket, and what they say of how it stores. Raises as PutBucketTagging does."""
    if configuration is None or configuration.tags is None:
        return None
    return tags.of_bucket(types.Tagging(tag_set=configuration.tags))


def _location(configuration: Any, region: str, configured: tuple[str, ...]) -> str:
    """The region of a new bucket: the gateway's, one that it serves besides, or in S3's first region any.

    Raises IllegalLocationConstraintException, InvalidLocationConstraint.
    """
    if configuration is None:
        return region
    for member in ("location", "bucket"):
        if getattr(configuration, member):
            raise unsupported.not_implemented(f"CreateBucketConfiguration.{member.capitalize()}")
    given: str | None = configuration.location_constraint
    constraint = region if given is None else given
    constraint = regions.ALIASES.get(constraint, constraint)
    if constraint == region or constraint in regions.beside(region, configured):
        return constraint
    if constraint in regions.KNOWN:
        raise S3Error(
            "IllegalLocationConstraintException",
            f"The {constraint} location constraint is incompatible for the region specific endpoint this "
            "request was sent to.",
        )
    raise S3Error(
        "InvalidLocationConstraint",
        "The specified location-constraint is not valid",
        fields={"LocationConstraint": constraint},
    )
