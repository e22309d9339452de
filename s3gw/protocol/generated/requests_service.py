# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Parsers of the operations on the service."""

from __future__ import annotations

from s3gw.protocol import values
from s3gw.protocol.generated.inputs import (
    ListBucketsInput,
    ListDirectoryBucketsInput,
    WriteGetObjectResponseInput,
)
from s3gw.protocol.operation import Head
from s3gw.protocol.values import Table, fill

_LIST_BUCKETS_QUERY: Table = {
    "max-buckets": ("max_buckets", values.integer),
    "continuation-token": ("continuation_token", None),
    "prefix": ("prefix", None),
    "bucket-region": ("bucket_region", None),
}


def parse_list_buckets(head: Head) -> ListBucketsInput:
    request = ListBucketsInput()
    if head.query:
        fill(request, _LIST_BUCKETS_QUERY, head.query)
    return request


_LIST_DIRECTORY_BUCKETS_QUERY: Table = {
    "continuation-token": ("continuation_token", None),
    "max-directory-buckets": ("max_directory_buckets", values.integer),
}


def parse_list_directory_buckets(head: Head) -> ListDirectoryBucketsInput:
    request = ListDirectoryBucketsInput()
    if head.query:
        fill(request, _LIST_DIRECTORY_BUCKETS_QUERY, head.query)
    return request


_WRITE_GET_OBJECT_RESPONSE_HEADERS: Table = {
    "x-amz-request-route": ("request_route", None),
    "x-amz-request-token": ("request_token", None),
    "x-amz-fwd-status": ("status_code", values.integer),
    "x-amz-fwd-error-code": ("error_code", None),
    "x-amz-fwd-error-message": ("error_message", None),
    "x-amz-fwd-header-accept-ranges": ("accept_ranges", None),
    "x-amz-fwd-header-cache-control": ("cache_control", None),
    "x-amz-fwd-header-content-disposition": ("content_disposition", None),
    "x-amz-fwd-header-content-encoding": ("content_encoding", None),
    "x-amz-fwd-header-content-language": ("content_language", None),
    "content-length": ("content_length", values.integer),
    "x-amz-fwd-header-content-range": ("content_range", None),
    "x-amz-fwd-header-content-type": ("content_type", None),
    "x-amz-fwd-header-x-amz-checksum-crc32": ("checksum_crc32", None),
    "x-amz-fwd-header-x-amz-checksum-crc32c": ("checksum_crc32_c", None),
    "x-amz-fwd-header-x-amz-checksum-crc64nvme": ("checksum_crc64_nvme", None),
    "x-amz-fwd-header-x-amz-checksum-sha1": ("checksum_sha1", None),
    "x-amz-fwd-header-x-amz-checksum-sha256": ("checksum_sha256", None),
    "x-amz-fwd-header-x-amz-checksum-sha512": ("checksum_sha512", None),
    "x-amz-fwd-header-x-amz-checksum-md5": ("checksum_md5", None),
    "x-amz-fwd-header-x-amz-checksum-xxhash64": ("checksum_xxhash64", None),
    "x-amz-fwd-header-x-amz-checksum-xxhash3": ("checksum_xxhash3", None),
    "x-amz-fwd-header-x-amz-checksum-xxhash128": ("checksum_xxhash128", None),
    "x-amz-fwd-header-x-amz-delete-marker": ("delete_marker", values.boolean),
    "x-amz-fwd-header-etag": ("e_tag", None),
    "x-amz-fwd-header-expires": ("expires", None),
    "x-amz-fwd-header-x-amz-expiration": ("expiration", None),
    "x-amz-fwd-header-last-modified": ("last_modified", values.date),
    "x-amz-fwd-header-x-amz-missing-meta": ("missing_meta", values.integer),
    "x-amz-fwd-header-x-amz-object-lock-mode": ("object_lock_mode", None),
    "x-amz-fwd-header-x-amz-object-lock-legal-hold": ("object_lock_legal_hold_status", None),
    "x-amz-fwd-header-x-amz-object-lock-retain-until-date": ("object_lock_retain_until_date", values.date),
    "x-amz-fwd-header-x-amz-mp-parts-count": ("parts_count", values.integer),
    "x-amz-fwd-header-x-amz-replication-status": ("replication_status", None),
    "x-amz-fwd-header-x-amz-request-charged": ("request_charged", None),
    "x-amz-fwd-header-x-amz-restore": ("restore", None),
    "x-amz-fwd-header-x-amz-server-side-encryption": ("server_side_encryption", None),
    "x-amz-fwd-header-x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-fwd-header-x-amz-server-side-encryption-aws-kms-key-id": ("ssekms_key_id", None),
    "x-amz-fwd-header-x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-fwd-header-x-amz-storage-class": ("storage_class", None),
    "x-amz-fwd-header-x-amz-tagging-count": ("tag_count", values.integer),
    "x-amz-fwd-header-x-amz-version-id": ("version_id", None),
    "x-amz-fwd-header-x-amz-server-side-encryption-bucket-key-enabled": (
        "bucket_key_enabled",
        values.boolean,
    ),
}


def parse_write_get_object_response(head: Head) -> WriteGetObjectResponseInput:
    request = WriteGetObjectResponseInput()
    metadata: dict[str, str] = {}
    fill(request, _WRITE_GET_OBJECT_RESPONSE_HEADERS, head.headers, metadata)
    request.metadata = metadata or None
    if request.request_route is None:
        raise values.missing_argument("x-amz-request-route")
    if request.request_token is None:
        raise values.missing_argument("x-amz-request-token")
    return request
