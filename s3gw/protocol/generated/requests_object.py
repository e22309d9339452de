# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Parsers of the operations on an object."""

from __future__ import annotations

from s3gw.protocol import values, xml
from s3gw.protocol.generated.inputs import (
    AbortMultipartUploadInput,
    CompleteMultipartUploadInput,
    CopyObjectInput,
    CreateMultipartUploadInput,
    DeleteObjectAnnotationInput,
    DeleteObjectInput,
    DeleteObjectTaggingInput,
    GetObjectAclInput,
    GetObjectAnnotationInput,
    GetObjectAttributesInput,
    GetObjectInput,
    GetObjectLegalHoldInput,
    GetObjectRetentionInput,
    GetObjectTaggingInput,
    GetObjectTorrentInput,
    HeadObjectInput,
    ListObjectAnnotationsInput,
    ListPartsInput,
    PutObjectAclInput,
    PutObjectAnnotationInput,
    PutObjectInput,
    PutObjectLegalHoldInput,
    PutObjectRetentionInput,
    PutObjectTaggingInput,
    RenameObjectInput,
    RestoreObjectInput,
    SelectObjectContentInput,
    UpdateObjectEncryptionInput,
    UploadPartCopyInput,
    UploadPartInput,
)
from s3gw.protocol.generated.readers import (
    read_access_control_policy,
    read_completed_multipart_upload,
    read_input_serialization,
    read_object_encryption,
    read_object_lock_legal_hold,
    read_object_lock_retention,
    read_output_serialization,
    read_request_progress,
    read_restore_request,
    read_scan_range,
    read_tagging,
)
from s3gw.protocol.operation import Head
from s3gw.protocol.values import Table, fill
from s3gw.protocol.xml import malformed, text

_ABORT_MULTIPART_UPLOAD_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-if-match-initiated-time": ("if_match_initiated_time", values.date),
}
_ABORT_MULTIPART_UPLOAD_QUERY: Table = {
    "uploadId": ("upload_id", None),
}


def parse_abort_multipart_upload(head: Head) -> AbortMultipartUploadInput:
    request = AbortMultipartUploadInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _ABORT_MULTIPART_UPLOAD_HEADERS, head.headers)
    if head.query:
        fill(request, _ABORT_MULTIPART_UPLOAD_QUERY, head.query)
    if request.upload_id is None:
        raise values.missing_argument("uploadId")
    return request


_COMPLETE_MULTIPART_UPLOAD_HEADERS: Table = {
    "x-amz-checksum-crc32": ("checksum_crc32", None),
    "x-amz-checksum-crc32c": ("checksum_crc32_c", None),
    "x-amz-checksum-crc64nvme": ("checksum_crc64_nvme", None),
    "x-amz-checksum-sha1": ("checksum_sha1", None),
    "x-amz-checksum-sha256": ("checksum_sha256", None),
    "x-amz-checksum-sha512": ("checksum_sha512", None),
    "x-amz-checksum-md5": ("checksum_md5", None),
    "x-amz-checksum-xxhash64": ("checksum_xxhash64", None),
    "x-amz-checksum-xxhash3": ("checksum_xxhash3", None),
    "x-amz-checksum-xxhash128": ("checksum_xxhash128", None),
    "x-amz-checksum-type": ("checksum_type", None),
    "x-amz-mp-object-size": ("mpu_object_size", values.integer),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "if-match": ("if_match", None),
    "if-none-match": ("if_none_match", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
}
_COMPLETE_MULTIPART_UPLOAD_QUERY: Table = {
    "uploadId": ("upload_id", None),
}


def parse_complete_multipart_upload(head: Head) -> CompleteMultipartUploadInput:
    request = CompleteMultipartUploadInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _COMPLETE_MULTIPART_UPLOAD_HEADERS, head.headers)
    if head.query:
        fill(request, _COMPLETE_MULTIPART_UPLOAD_QUERY, head.query)
    if request.upload_id is None:
        raise values.missing_argument("uploadId")
    return request


def parse_complete_multipart_upload_document(request: CompleteMultipartUploadInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.multipart_upload = read_completed_multipart_upload(xml.parse(document, "CompleteMultipartUpload"))


_COPY_OBJECT_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "cache-control": ("cache_control", None),
    "x-amz-checksum-algorithm": ("checksum_algorithm", None),
    "content-disposition": ("content_disposition", None),
    "content-encoding": ("content_encoding", None),
    "content-language": ("content_language", None),
    "content-type": ("content_type", None),
    "x-amz-copy-source": ("copy_source", None),
    "x-amz-copy-source-if-match": ("copy_source_if_match", None),
    "x-amz-copy-source-if-modified-since": ("copy_source_if_modified_since", values.condition_date),
    "x-amz-copy-source-if-none-match": ("copy_source_if_none_match", None),
    "x-amz-copy-source-if-unmodified-since": ("copy_source_if_unmodified_since", values.condition_date),
    "expires": ("expires", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "if-match": ("if_match", None),
    "if-none-match": ("if_none_match", None),
    "x-amz-metadata-directive": ("metadata_directive", None),
    "x-amz-tagging-directive": ("tagging_directive", None),
    "x-amz-object-annotation-directive": ("annotation_directive", None),
    "x-amz-server-side-encryption": ("server_side_encryption", None),
    "x-amz-storage-class": ("storage_class", None),
    "x-amz-website-redirect-location": ("website_redirect_location", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-server-side-encryption-aws-kms-key-id": ("ssekms_key_id", None),
    "x-amz-server-side-encryption-context": ("ssekms_encryption_context", None),
    "x-amz-server-side-encryption-bucket-key-enabled": ("bucket_key_enabled", values.boolean),
    "x-amz-copy-source-server-side-encryption-customer-algorithm": (
        "copy_source_sse_customer_algorithm",
        None,
    ),
    "x-amz-copy-source-server-side-encryption-customer-key": ("copy_source_sse_customer_key", None),
    "x-amz-copy-source-server-side-encryption-customer-key-md5": ("copy_source_sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-tagging": ("tagging", None),
    "x-amz-object-lock-mode": ("object_lock_mode", None),
    "x-amz-object-lock-retain-until-date": ("object_lock_retain_until_date", values.retention_date),
    "x-amz-object-lock-legal-hold": ("object_lock_legal_hold_status", None),
    "x-amz-object-lock-event-hold": ("object_lock_event_hold", None),
    "x-amz-object-lock-event-hold-duration-days": ("object_lock_event_hold_duration_days", values.integer),
    "x-amz-object-lock-event-hold-duration-years": ("object_lock_event_hold_duration_years", values.integer),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-source-expected-bucket-owner": ("expected_source_bucket_owner", None),
}


def parse_copy_object(head: Head) -> CopyObjectInput:
    request = CopyObjectInput(bucket=head.bucket or "", key=head.key or "")
    metadata: dict[str, str] = {}
    fill(request, _COPY_OBJECT_HEADERS, head.headers, metadata)
    request.metadata = metadata or None
    if request.copy_source is None:
        raise values.missing_argument("x-amz-copy-source")
    return request


_CREATE_MULTIPART_UPLOAD_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "cache-control": ("cache_control", None),
    "content-disposition": ("content_disposition", None),
    "content-encoding": ("content_encoding", None),
    "content-language": ("content_language", None),
    "content-type": ("content_type", None),
    "expires": ("expires", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "x-amz-server-side-encryption": ("server_side_encryption", None),
    "x-amz-storage-class": ("storage_class", None),
    "x-amz-website-redirect-location": ("website_redirect_location", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-server-side-encryption-aws-kms-key-id": ("ssekms_key_id", None),
    "x-amz-server-side-encryption-context": ("ssekms_encryption_context", None),
    "x-amz-server-side-encryption-bucket-key-enabled": ("bucket_key_enabled", values.boolean),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-tagging": ("tagging", None),
    "x-amz-object-lock-mode": ("object_lock_mode", None),
    "x-amz-object-lock-retain-until-date": ("object_lock_retain_until_date", values.retention_date),
    "x-amz-object-lock-legal-hold": ("object_lock_legal_hold_status", None),
    "x-amz-object-lock-event-hold": ("object_lock_event_hold", None),
    "x-amz-object-lock-event-hold-duration-days": ("object_lock_event_hold_duration_days", values.integer),
    "x-amz-object-lock-event-hold-duration-years": ("object_lock_event_hold_duration_years", values.integer),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-checksum-type": ("checksum_type", None),
}


def parse_create_multipart_upload(head: Head) -> CreateMultipartUploadInput:
    request = CreateMultipartUploadInput(bucket=head.bucket or "", key=head.key or "")
    metadata: dict[str, str] = {}
    fill(request, _CREATE_MULTIPART_UPLOAD_HEADERS, head.headers, metadata)
    request.metadata = metadata or None
    return request


_DELETE_OBJECT_HEADERS: Table = {
    "x-amz-mfa": ("mfa", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-bypass-governance-retention": ("bypass_governance_retention", values.boolean),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "if-match": ("if_match", None),
    "x-amz-if-match-last-modified-time": ("if_match_last_modified_time", values.date),
    "x-amz-if-match-size": ("if_match_size", values.integer),
}
_DELETE_OBJECT_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_delete_object(head: Head) -> DeleteObjectInput:
    request = DeleteObjectInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _DELETE_OBJECT_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_OBJECT_QUERY, head.query)
    return request


_DELETE_OBJECT_ANNOTATION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-object-if-match": ("object_if_match", None),
}
_DELETE_OBJECT_ANNOTATION_QUERY: Table = {
    "annotationName": ("annotation_name", None),
    "versionId": ("version_id", None),
}


def parse_delete_object_annotation(head: Head) -> DeleteObjectAnnotationInput:
    request = DeleteObjectAnnotationInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _DELETE_OBJECT_ANNOTATION_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_OBJECT_ANNOTATION_QUERY, head.query)
    if request.annotation_name is None:
        raise values.missing_argument("annotationName")
    return request


_DELETE_OBJECT_TAGGING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_DELETE_OBJECT_TAGGING_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_delete_object_tagging(head: Head) -> DeleteObjectTaggingInput:
    request = DeleteObjectTaggingInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _DELETE_OBJECT_TAGGING_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_OBJECT_TAGGING_QUERY, head.query)
    return request


_GET_OBJECT_HEADERS: Table = {
    "if-match": ("if_match", None),
    "if-modified-since": ("if_modified_since", values.condition_date),
    "if-none-match": ("if_none_match", None),
    "if-unmodified-since": ("if_unmodified_since", values.condition_date),
    "range": ("range", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-checksum-mode": ("checksum_mode", None),
    "if-range": ("if_range", None),
}
_GET_OBJECT_QUERY: Table = {
    "response-cache-control": ("response_cache_control", values.header_text),
    "response-content-disposition": ("response_content_disposition", values.header_text),
    "response-content-encoding": ("response_content_encoding", values.header_text),
    "response-content-language": ("response_content_language", values.header_text),
    "response-content-type": ("response_content_type", values.header_text),
    "response-expires": ("response_expires", values.header_text),
    "versionId": ("version_id", None),
    "partNumber": ("part_number", values.integer),
}


def parse_get_object(head: Head) -> GetObjectInput:
    request = GetObjectInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_QUERY, head.query)
    return request


_GET_OBJECT_ACL_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_OBJECT_ACL_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_get_object_acl(head: Head) -> GetObjectAclInput:
    request = GetObjectAclInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_ACL_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_ACL_QUERY, head.query)
    return request


_GET_OBJECT_ANNOTATION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-checksum-mode": ("checksum_mode", None),
}
_GET_OBJECT_ANNOTATION_QUERY: Table = {
    "annotationName": ("annotation_name", None),
    "versionId": ("version_id", None),
}


def parse_get_object_annotation(head: Head) -> GetObjectAnnotationInput:
    request = GetObjectAnnotationInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_ANNOTATION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_ANNOTATION_QUERY, head.query)
    if request.annotation_name is None:
        raise values.missing_argument("annotationName")
    return request


_GET_OBJECT_ATTRIBUTES_HEADERS: Table = {
    "x-amz-max-parts": ("max_parts", values.integer),
    "x-amz-part-number-marker": ("part_number_marker", values.integer),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-object-attributes": ("object_attributes", values.text_list),
}
_GET_OBJECT_ATTRIBUTES_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_get_object_attributes(head: Head) -> GetObjectAttributesInput:
    request = GetObjectAttributesInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_ATTRIBUTES_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_ATTRIBUTES_QUERY, head.query)
    if request.object_attributes is None:
        raise values.missing_argument("x-amz-object-attributes")
    return request


_GET_OBJECT_LEGAL_HOLD_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_OBJECT_LEGAL_HOLD_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_get_object_legal_hold(head: Head) -> GetObjectLegalHoldInput:
    request = GetObjectLegalHoldInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_LEGAL_HOLD_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_LEGAL_HOLD_QUERY, head.query)
    return request


_GET_OBJECT_RETENTION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_OBJECT_RETENTION_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_get_object_retention(head: Head) -> GetObjectRetentionInput:
    request = GetObjectRetentionInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_RETENTION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_RETENTION_QUERY, head.query)
    return request


_GET_OBJECT_TAGGING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-request-payer": ("request_payer", None),
}
_GET_OBJECT_TAGGING_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_get_object_tagging(head: Head) -> GetObjectTaggingInput:
    request = GetObjectTaggingInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_TAGGING_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_OBJECT_TAGGING_QUERY, head.query)
    return request


_GET_OBJECT_TORRENT_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_object_torrent(head: Head) -> GetObjectTorrentInput:
    request = GetObjectTorrentInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _GET_OBJECT_TORRENT_HEADERS, head.headers)
    return request


_HEAD_OBJECT_HEADERS: Table = {
    "if-match": ("if_match", None),
    "if-modified-since": ("if_modified_since", values.condition_date),
    "if-none-match": ("if_none_match", None),
    "if-unmodified-since": ("if_unmodified_since", values.condition_date),
    "range": ("range", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-checksum-mode": ("checksum_mode", None),
    "if-range": ("if_range", None),
}
_HEAD_OBJECT_QUERY: Table = {
    "response-cache-control": ("response_cache_control", values.header_text),
    "response-content-disposition": ("response_content_disposition", values.header_text),
    "response-content-encoding": ("response_content_encoding", values.header_text),
    "response-content-language": ("response_content_language", values.header_text),
    "response-content-type": ("response_content_type", values.header_text),
    "response-expires": ("response_expires", values.header_text),
    "versionId": ("version_id", None),
    "partNumber": ("part_number", values.integer),
}


def parse_head_object(head: Head) -> HeadObjectInput:
    request = HeadObjectInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _HEAD_OBJECT_HEADERS, head.headers)
    if head.query:
        fill(request, _HEAD_OBJECT_QUERY, head.query)
    return request


_LIST_OBJECT_ANNOTATIONS_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_LIST_OBJECT_ANNOTATIONS_QUERY: Table = {
    "versionId": ("version_id", None),
    "max-annotation-results": ("max_annotation_results", values.integer),
    "annotation-prefix": ("annotation_prefix", None),
    "continuation-token": ("continuation_token", None),
}


def parse_list_object_annotations(head: Head) -> ListObjectAnnotationsInput:
    request = ListObjectAnnotationsInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _LIST_OBJECT_ANNOTATIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_OBJECT_ANNOTATIONS_QUERY, head.query)
    return request


_LIST_PARTS_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
}
_LIST_PARTS_QUERY: Table = {
    "max-parts": ("max_parts", values.integer),
    "part-number-marker": ("part_number_marker", values.integer),
    "uploadId": ("upload_id", None),
}


def parse_list_parts(head: Head) -> ListPartsInput:
    request = ListPartsInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _LIST_PARTS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_PARTS_QUERY, head.query)
    if request.upload_id is None:
        raise values.missing_argument("uploadId")
    return request


_PUT_OBJECT_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "cache-control": ("cache_control", None),
    "content-disposition": ("content_disposition", None),
    "content-encoding": ("content_encoding", None),
    "content-language": ("content_language", None),
    "content-length": ("content_length", values.integer),
    "content-md5": ("content_md5", None),
    "content-type": ("content_type", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-checksum-crc32": ("checksum_crc32", None),
    "x-amz-checksum-crc32c": ("checksum_crc32_c", None),
    "x-amz-checksum-crc64nvme": ("checksum_crc64_nvme", None),
    "x-amz-checksum-sha1": ("checksum_sha1", None),
    "x-amz-checksum-sha256": ("checksum_sha256", None),
    "x-amz-checksum-sha512": ("checksum_sha512", None),
    "x-amz-checksum-md5": ("checksum_md5", None),
    "x-amz-checksum-xxhash64": ("checksum_xxhash64", None),
    "x-amz-checksum-xxhash3": ("checksum_xxhash3", None),
    "x-amz-checksum-xxhash128": ("checksum_xxhash128", None),
    "expires": ("expires", None),
    "if-match": ("if_match", None),
    "if-none-match": ("if_none_match", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "x-amz-write-offset-bytes": ("write_offset_bytes", values.integer),
    "x-amz-server-side-encryption": ("server_side_encryption", None),
    "x-amz-storage-class": ("storage_class", None),
    "x-amz-website-redirect-location": ("website_redirect_location", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-server-side-encryption-aws-kms-key-id": ("ssekms_key_id", None),
    "x-amz-server-side-encryption-context": ("ssekms_encryption_context", None),
    "x-amz-server-side-encryption-bucket-key-enabled": ("bucket_key_enabled", values.boolean),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-tagging": ("tagging", None),
    "x-amz-object-lock-mode": ("object_lock_mode", None),
    "x-amz-object-lock-retain-until-date": ("object_lock_retain_until_date", values.retention_date),
    "x-amz-object-lock-legal-hold": ("object_lock_legal_hold_status", None),
    "x-amz-object-lock-event-hold": ("object_lock_event_hold", None),
    "x-amz-object-lock-event-hold-duration-days": ("object_lock_event_hold_duration_days", values.integer),
    "x-amz-object-lock-event-hold-duration-years": ("object_lock_event_hold_duration_years", values.integer),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_object(head: Head) -> PutObjectInput:
    request = PutObjectInput(bucket=head.bucket or "", key=head.key or "")
    metadata: dict[str, str] = {}
    fill(request, _PUT_OBJECT_HEADERS, head.headers, metadata)
    request.metadata = metadata or None
    return request


_PUT_OBJECT_ACL_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write": ("grant_write", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_OBJECT_ACL_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_put_object_acl(head: Head) -> PutObjectAclInput:
    request = PutObjectAclInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _PUT_OBJECT_ACL_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_OBJECT_ACL_QUERY, head.query)
    return request


def parse_put_object_acl_document(request: PutObjectAclInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.access_control_policy = read_access_control_policy(xml.parse(document, "AccessControlPolicy"))


_PUT_OBJECT_ANNOTATION_HEADERS: Table = {
    "x-amz-object-if-match": ("object_if_match", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-checksum-crc32": ("checksum_crc32", None),
    "x-amz-checksum-crc32c": ("checksum_crc32_c", None),
    "x-amz-checksum-crc64nvme": ("checksum_crc64_nvme", None),
    "x-amz-checksum-sha1": ("checksum_sha1", None),
    "x-amz-checksum-sha256": ("checksum_sha256", None),
    "x-amz-checksum-sha512": ("checksum_sha512", None),
    "x-amz-checksum-md5": ("checksum_md5", None),
    "x-amz-checksum-xxhash64": ("checksum_xxhash64", None),
    "x-amz-checksum-xxhash3": ("checksum_xxhash3", None),
    "x-amz-checksum-xxhash128": ("checksum_xxhash128", None),
    "content-md5": ("content_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_OBJECT_ANNOTATION_QUERY: Table = {
    "versionId": ("version_id", None),
    "annotationName": ("annotation_name", None),
}


def parse_put_object_annotation(head: Head) -> PutObjectAnnotationInput:
    request = PutObjectAnnotationInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _PUT_OBJECT_ANNOTATION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_OBJECT_ANNOTATION_QUERY, head.query)
    if request.annotation_name is None:
        raise values.missing_argument("annotationName")
    return request


_PUT_OBJECT_LEGAL_HOLD_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_OBJECT_LEGAL_HOLD_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_put_object_legal_hold(head: Head) -> PutObjectLegalHoldInput:
    request = PutObjectLegalHoldInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _PUT_OBJECT_LEGAL_HOLD_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_OBJECT_LEGAL_HOLD_QUERY, head.query)
    return request


def parse_put_object_legal_hold_document(request: PutObjectLegalHoldInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.legal_hold = read_object_lock_legal_hold(xml.parse(document, "LegalHold"))


_PUT_OBJECT_RETENTION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-bypass-governance-retention": ("bypass_governance_retention", values.boolean),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_OBJECT_RETENTION_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_put_object_retention(head: Head) -> PutObjectRetentionInput:
    request = PutObjectRetentionInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _PUT_OBJECT_RETENTION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_OBJECT_RETENTION_QUERY, head.query)
    return request


def parse_put_object_retention_document(request: PutObjectRetentionInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.retention = read_object_lock_retention(xml.parse(document, "Retention"))


_PUT_OBJECT_TAGGING_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-request-payer": ("request_payer", None),
}
_PUT_OBJECT_TAGGING_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_put_object_tagging(head: Head) -> PutObjectTaggingInput:
    request = PutObjectTaggingInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _PUT_OBJECT_TAGGING_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_OBJECT_TAGGING_QUERY, head.query)
    return request


def parse_put_object_tagging_document(request: PutObjectTaggingInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.tagging = read_tagging(xml.parse(document, "Tagging"))


_RENAME_OBJECT_HEADERS: Table = {
    "x-amz-rename-source": ("rename_source", None),
    "if-match": ("destination_if_match", None),
    "if-none-match": ("destination_if_none_match", None),
    "if-modified-since": ("destination_if_modified_since", values.condition_date),
    "if-unmodified-since": ("destination_if_unmodified_since", values.condition_date),
    "x-amz-rename-source-if-match": ("source_if_match", None),
    "x-amz-rename-source-if-none-match": ("source_if_none_match", None),
    "x-amz-rename-source-if-modified-since": ("source_if_modified_since", values.condition_date),
    "x-amz-rename-source-if-unmodified-since": ("source_if_unmodified_since", values.condition_date),
    "x-amz-client-token": ("client_token", None),
}


def parse_rename_object(head: Head) -> RenameObjectInput:
    request = RenameObjectInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _RENAME_OBJECT_HEADERS, head.headers)
    if request.rename_source is None:
        raise values.missing_argument("x-amz-rename-source")
    return request


_RESTORE_OBJECT_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_RESTORE_OBJECT_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_restore_object(head: Head) -> RestoreObjectInput:
    request = RestoreObjectInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _RESTORE_OBJECT_HEADERS, head.headers)
    if head.query:
        fill(request, _RESTORE_OBJECT_QUERY, head.query)
    return request


def parse_restore_object_document(request: RestoreObjectInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.restore_request = read_restore_request(xml.parse(document, "RestoreRequest"))


_SELECT_OBJECT_CONTENT_HEADERS: Table = {
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_select_object_content(head: Head) -> SelectObjectContentInput:
    request = SelectObjectContentInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _SELECT_OBJECT_CONTENT_HEADERS, head.headers)
    return request


def parse_select_object_content_document(request: SelectObjectContentInput, document: bytes) -> None:
    element = xml.parse(document, "SelectObjectContentRequest")
    for child in element:
        tag = child.tag
        if tag == "Expression":
            request.expression = text(child)
        elif tag == "ExpressionType":
            request.expression_type = text(child)
        elif tag == "RequestProgress":
            request.request_progress = read_request_progress(child)
        elif tag == "InputSerialization":
            request.input_serialization = read_input_serialization(child)
        elif tag == "OutputSerialization":
            request.output_serialization = read_output_serialization(child)
        elif tag == "ScanRange":
            request.scan_range = read_scan_range(child)
    if (
        request.expression is None
        or request.expression_type is None
        or request.input_serialization is None
        or request.output_serialization is None
    ):
        raise malformed()


_UPDATE_OBJECT_ENCRYPTION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
}
_UPDATE_OBJECT_ENCRYPTION_QUERY: Table = {
    "versionId": ("version_id", None),
}


def parse_update_object_encryption(head: Head) -> UpdateObjectEncryptionInput:
    request = UpdateObjectEncryptionInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _UPDATE_OBJECT_ENCRYPTION_HEADERS, head.headers)
    if head.query:
        fill(request, _UPDATE_OBJECT_ENCRYPTION_QUERY, head.query)
    return request


def parse_update_object_encryption_document(request: UpdateObjectEncryptionInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.object_encryption = read_object_encryption(xml.parse(document, "ObjectEncryption"))


_UPLOAD_PART_HEADERS: Table = {
    "content-length": ("content_length", values.integer),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-checksum-crc32": ("checksum_crc32", None),
    "x-amz-checksum-crc32c": ("checksum_crc32_c", None),
    "x-amz-checksum-crc64nvme": ("checksum_crc64_nvme", None),
    "x-amz-checksum-sha1": ("checksum_sha1", None),
    "x-amz-checksum-sha256": ("checksum_sha256", None),
    "x-amz-checksum-sha512": ("checksum_sha512", None),
    "x-amz-checksum-md5": ("checksum_md5", None),
    "x-amz-checksum-xxhash64": ("checksum_xxhash64", None),
    "x-amz-checksum-xxhash3": ("checksum_xxhash3", None),
    "x-amz-checksum-xxhash128": ("checksum_xxhash128", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_UPLOAD_PART_QUERY: Table = {
    "partNumber": ("part_number", values.integer),
    "uploadId": ("upload_id", None),
}


def parse_upload_part(head: Head) -> UploadPartInput:
    request = UploadPartInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _UPLOAD_PART_HEADERS, head.headers)
    if head.query:
        fill(request, _UPLOAD_PART_QUERY, head.query)
    if request.part_number is None:
        raise values.missing_argument("partNumber")
    if request.upload_id is None:
        raise values.missing_argument("uploadId")
    return request


_UPLOAD_PART_COPY_HEADERS: Table = {
    "x-amz-copy-source": ("copy_source", None),
    "x-amz-copy-source-if-match": ("copy_source_if_match", None),
    "x-amz-copy-source-if-modified-since": ("copy_source_if_modified_since", values.condition_date),
    "x-amz-copy-source-if-none-match": ("copy_source_if_none_match", None),
    "x-amz-copy-source-if-unmodified-since": ("copy_source_if_unmodified_since", values.condition_date),
    "x-amz-copy-source-range": ("copy_source_range", None),
    "x-amz-server-side-encryption-customer-algorithm": ("sse_customer_algorithm", None),
    "x-amz-server-side-encryption-customer-key": ("sse_customer_key", None),
    "x-amz-server-side-encryption-customer-key-md5": ("sse_customer_key_md5", None),
    "x-amz-copy-source-server-side-encryption-customer-algorithm": (
        "copy_source_sse_customer_algorithm",
        None,
    ),
    "x-amz-copy-source-server-side-encryption-customer-key": ("copy_source_sse_customer_key", None),
    "x-amz-copy-source-server-side-encryption-customer-key-md5": ("copy_source_sse_customer_key_md5", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-source-expected-bucket-owner": ("expected_source_bucket_owner", None),
}
_UPLOAD_PART_COPY_QUERY: Table = {
    "partNumber": ("part_number", values.integer),
    "uploadId": ("upload_id", None),
}


def parse_upload_part_copy(head: Head) -> UploadPartCopyInput:
    request = UploadPartCopyInput(bucket=head.bucket or "", key=head.key or "")
    fill(request, _UPLOAD_PART_COPY_HEADERS, head.headers)
    if head.query:
        fill(request, _UPLOAD_PART_COPY_QUERY, head.query)
    if request.copy_source is None:
        raise values.missing_argument("x-amz-copy-source")
    if request.part_number is None:
        raise values.missing_argument("partNumber")
    if request.upload_id is None:
        raise values.missing_argument("uploadId")
    return request
