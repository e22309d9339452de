"""The operations of S3: one async function each, registered by name in `call.REGISTRY`.

Importing this package imports them all.
"""

from __future__ import annotations

from s3gw.operations import (
    acls,
    attributes,
    bucket_encryption,
    buckets,
    complete,
    configurations,
    copy,
    cors,
    delete,
    get,
    lifecycle,
    listings,
    multipart,
    multipart_listings,
    notifications,
    object_lock,
    part_copy,
    payment,
    policies,
    post,
    put,
    replication,
    tagging,
    version_listings,
    versioning,
    website,
)
from s3gw.operations.call import REGISTRY, Call, Services

__all__ = [
    "REGISTRY",
    "Call",
    "Services",
    "acls",
    "attributes",
    "bucket_encryption",
    "buckets",
    "complete",
    "configurations",
    "copy",
    "cors",
    "delete",
    "get",
    "lifecycle",
    "listings",
    "multipart",
    "multipart_listings",
    "notifications",
    "object_lock",
    "part_copy",
    "payment",
    "policies",
    "post",
    "put",
    "replication",
    "tagging",
    "version_listings",
    "versioning",
    "website",
]
