"""How far the parameters of S3's operations are supported: what is not as in S3, for docs/s3-coverage.md.

A parameter that stands in none of these tables is taken as S3 takes it, and its member of the input is read
by name somewhere in the code; a test holds that against the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NO = "no"
DIFFERS = "differs"


class Support(NamedTuple):
    """Whether a parameter is supported at all, and how it differs from S3 or why not."""

    word: str
    how: str


READ_BY_HEADER: Mapping[str, str] = {
    "content_md5": "verified by http/digests while the body passes",
    "content_length": "of the framing, http/body",
    "checksum_algorithm": "x-amz-sdk-checksum-algorithm, compared by http/digests",
    "request_payer": "decides in http/authorise where requesters pay",
    "origin": "of cross-origin rules, http/cross_origin",
    "sse_customer_algorithm": "operations/customer_keys",
    "sse_customer_key": "operations/customer_keys",
    "sse_customer_key_md5": "operations/customer_keys",
    "copy_source_sse_customer_algorithm": "operations/customer_keys",
    "copy_source_sse_customer_key": "operations/customer_keys",
    "copy_source_sse_customer_key_md5": "operations/customer_keys",
}
"""Members that are read by another name than their own, and where."""

EVERYWHERE: Mapping[str, Support] = {
    "storage_class": Support(
        DIFFERS, "kept and shown; all classes are stored alike, and archived objects are readable at once"
    ),
}
"""By member of whatever operation's input."""

OF_OPERATION: Mapping[tuple[str, str], Support] = {
    **{
        (operation, "if_match"): Support(DIFFERS, "`*` as well: whatever is there")
        for operation in ("PutObject", "CopyObject", "CompleteMultipartUpload")
    },
    ("CopyObject", "copy_source"): Support(DIFFERS, "of any size"),
    ("CopyObject", "annotation_directive"): Support(NO, "objects have no annotations"),
    ("CreateBucket", "bucket_namespace"): Support(NO, "501 for all but `global`"),
    ("CreateBucket", "create_bucket_configuration"): Support(
        DIFFERS, "LocationConstraint only: 501 for Location and Bucket, which make directory buckets"
    ),
    ("DeleteObject", "mfa"): Support(NO, "MFA delete cannot be enabled"),
    ("DeleteObjects", "mfa"): Support(NO, "MFA delete cannot be enabled"),
    ("PutBucketVersioning", "mfa"): Support(NO, "501 where MFA delete is to be enabled"),
    ("DeleteObject", "if_match_last_modified_time"): Support(DIFFERS, "for every bucket, to the second"),
    ("DeleteObject", "if_match_size"): Support(DIFFERS, "for every bucket"),
    ("PutBucketPolicy", "confirm_remove_self_bucket_access"): Support(
        NO, "the owner of a bucket may always change its policy"
    ),
    ("PutObject", "write_offset_bytes"): Support(DIFFERS, "for every bucket without versioning"),
    ("RenameObject", "rename_source"): Support(
        DIFFERS, "for every bucket without versioning; `key`, `/key` or `/bucket/key`"
    ),
    ("RestoreObject", "restore_request"): Support(
        DIFFERS, "answered 200, since archived objects are readable at once; 501 for queries"
    ),
}


def support(operation: str, member: str) -> Support | None:
    """How a parameter differs from S3; None where it does not."""
    return OF_OPERATION.get((operation, member)) or EVERYWHERE.get(member)
