# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Renderers of the operations on an object."""

from __future__ import annotations

from s3gw.protocol.generated.outputs import (
    AbortMultipartUploadOutput,
    CompleteMultipartUploadOutput,
    CopyObjectOutput,
    CreateMultipartUploadOutput,
    DeleteObjectAnnotationOutput,
    DeleteObjectOutput,
    DeleteObjectTaggingOutput,
    GetObjectAclOutput,
    GetObjectAnnotationOutput,
    GetObjectAttributesOutput,
    GetObjectLegalHoldOutput,
    GetObjectOutput,
    GetObjectRetentionOutput,
    GetObjectTaggingOutput,
    GetObjectTorrentOutput,
    HeadObjectOutput,
    ListObjectAnnotationsOutput,
    ListPartsOutput,
    PutObjectAclOutput,
    PutObjectAnnotationOutput,
    PutObjectLegalHoldOutput,
    PutObjectOutput,
    PutObjectRetentionOutput,
    PutObjectTaggingOutput,
    RenameObjectOutput,
    RestoreObjectOutput,
    SelectObjectContentOutput,
    UpdateObjectEncryptionOutput,
    UploadPartCopyOutput,
    UploadPartOutput,
)
from s3gw.protocol.generated.writers import (
    write_annotation_entry,
    write_checksum,
    write_copy_object_result,
    write_copy_part_result,
    write_get_object_attributes_parts,
    write_grant,
    write_initiator,
    write_object_lock_legal_hold,
    write_object_lock_retention,
    write_owner,
    write_part,
    write_tag,
)
from s3gw.protocol.operation import Reply
from s3gw.protocol.values import http_date, metadata_header, precise_date
from s3gw.protocol.xml import DECLARATION, escape


def render_abort_multipart_upload(output: AbortMultipartUploadOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 204
    return Reply(status, headers, None)


def render_complete_multipart_upload(output: CompleteMultipartUploadOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.expiration is not None:
        headers.append(("x-amz-expiration", output.expiration))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.location is not None:
        s += f"""<Location>{escape(output.location)}</Location>"""
    if output.bucket is not None:
        s += f"""<Bucket>{escape(output.bucket)}</Bucket>"""
    if output.key is not None:
        s += f"""<Key>{escape(output.key)}</Key>"""
    if output.e_tag is not None:
        s += f"""<ETag>{escape(output.e_tag)}</ETag>"""
    if output.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(output.checksum_crc32)}</ChecksumCRC32>"""
    if output.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(output.checksum_crc32_c)}</ChecksumCRC32C>"""
    if output.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(output.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if output.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(output.checksum_sha1)}</ChecksumSHA1>"""
    if output.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(output.checksum_sha256)}</ChecksumSHA256>"""
    if output.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(output.checksum_sha512)}</ChecksumSHA512>"""
    if output.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(output.checksum_md5)}</ChecksumMD5>"""
    if output.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(output.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if output.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(output.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if output.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(output.checksum_xxhash128)}</ChecksumXXHASH128>"""
    if output.checksum_type is not None:
        s += f"""<ChecksumType>{escape(output.checksum_type)}</ChecksumType>"""
    text = f"""{DECLARATION}<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</CompleteMultipartUploadResult>"""
    return Reply(status, headers, text.encode())


def render_copy_object(output: CopyObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.expiration is not None:
        headers.append(("x-amz-expiration", output.expiration))
    if output.copy_source_version_id is not None:
        headers.append(("x-amz-copy-source-version-id", output.copy_source_version_id))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.ssekms_encryption_context is not None:
        headers.append(("x-amz-server-side-encryption-context", output.ssekms_encryption_context))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    if output.copy_object_result is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_copy_object_result(output.copy_object_result)
    text = f"""{DECLARATION}<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</CopyObjectResult>"""
    return Reply(status, headers, text.encode())


def render_create_multipart_upload(output: CreateMultipartUploadOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.abort_date is not None:
        headers.append(("x-amz-abort-date", http_date(output.abort_date)))
    if output.abort_rule_id is not None:
        headers.append(("x-amz-abort-rule-id", output.abort_rule_id))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.ssekms_encryption_context is not None:
        headers.append(("x-amz-server-side-encryption-context", output.ssekms_encryption_context))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.checksum_algorithm is not None:
        headers.append(("x-amz-checksum-algorithm", output.checksum_algorithm))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.bucket is not None:
        s += f"""<Bucket>{escape(output.bucket)}</Bucket>"""
    if output.key is not None:
        s += f"""<Key>{escape(output.key)}</Key>"""
    if output.upload_id is not None:
        s += f"""<UploadId>{escape(output.upload_id)}</UploadId>"""
    text = f"""{DECLARATION}<InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</InitiateMultipartUploadResult>"""
    return Reply(status, headers, text.encode())


def render_delete_object(output: DeleteObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.delete_marker is not None:
        headers.append(("x-amz-delete-marker", "true" if output.delete_marker else "false"))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 204
    return Reply(status, headers, None)


def render_delete_object_annotation(output: DeleteObjectAnnotationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.object_version_id is not None:
        headers.append(("x-amz-object-version-id", output.object_version_id))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 204
    return Reply(status, headers, None)


def render_delete_object_tagging(output: DeleteObjectTaggingOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 204
    return Reply(status, headers, None)


def render_get_object(output: GetObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.delete_marker is not None:
        headers.append(("x-amz-delete-marker", "true" if output.delete_marker else "false"))
    if output.accept_ranges is not None:
        headers.append(("accept-ranges", output.accept_ranges))
    if output.expiration is not None:
        headers.append(("x-amz-expiration", output.expiration))
    if output.restore is not None:
        headers.append(("x-amz-restore", output.restore))
    if output.last_modified is not None:
        headers.append(("Last-Modified", http_date(output.last_modified)))
    if output.content_length is not None:
        headers.append(("Content-Length", str(output.content_length)))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.missing_meta is not None:
        headers.append(("x-amz-missing-meta", str(output.missing_meta)))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.cache_control is not None:
        headers.append(("Cache-Control", output.cache_control))
    if output.content_disposition is not None:
        headers.append(("Content-Disposition", output.content_disposition))
    if output.content_encoding is not None:
        headers.append(("Content-Encoding", output.content_encoding))
    if output.content_language is not None:
        headers.append(("Content-Language", output.content_language))
    if output.content_range is not None:
        headers.append(("Content-Range", output.content_range))
    if output.content_type is not None:
        headers.append(("Content-Type", output.content_type))
    if output.expires is not None:
        headers.append(("Expires", output.expires))
    if output.website_redirect_location is not None:
        headers.append(("x-amz-website-redirect-location", output.website_redirect_location))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.metadata is not None:
        for name, text in output.metadata.items():
            headers.append(("x-amz-meta-" + name, metadata_header(text)))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.storage_class is not None:
        headers.append(("x-amz-storage-class", output.storage_class))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.replication_status is not None:
        headers.append(("x-amz-replication-status", output.replication_status))
    if output.parts_count is not None:
        headers.append(("x-amz-mp-parts-count", str(output.parts_count)))
    if output.tag_count is not None:
        headers.append(("x-amz-tagging-count", str(output.tag_count)))
    if output.object_lock_mode is not None:
        headers.append(("x-amz-object-lock-mode", output.object_lock_mode))
    if output.object_lock_retain_until_date is not None:
        headers.append(
            ("x-amz-object-lock-retain-until-date", precise_date(output.object_lock_retain_until_date))
        )
    if output.object_lock_legal_hold_status is not None:
        headers.append(("x-amz-object-lock-legal-hold", output.object_lock_legal_hold_status))
    if output.object_lock_event_hold is not None:
        headers.append(("x-amz-object-lock-event-hold", output.object_lock_event_hold))
    if output.object_lock_event_hold_duration_days is not None:
        headers.append(
            ("x-amz-object-lock-event-hold-duration-days", str(output.object_lock_event_hold_duration_days))
        )
    if output.object_lock_event_hold_duration_years is not None:
        headers.append(
            ("x-amz-object-lock-event-hold-duration-years", str(output.object_lock_event_hold_duration_years))
        )
    status = 200 if output.content_range is None else 206
    return Reply(status, headers, output.body)


def render_get_object_acl(output: GetObjectAclOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.owner is not None:
        s += f"""<Owner>{write_owner(output.owner)}</Owner>"""
    if output.grants is not None:
        s += "<AccessControlList>"
        for grants_item in output.grants:
            s += f"""<Grant>{write_grant(grants_item)}</Grant>"""
        s += "</AccessControlList>"
    text = f"""{DECLARATION}<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</AccessControlPolicy>"""
    return Reply(status, headers, text.encode())


def render_get_object_annotation(output: GetObjectAnnotationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.object_version_id is not None:
        headers.append(("x-amz-object-version-id", output.object_version_id))
    if output.last_modified is not None:
        headers.append(("Last-Modified", http_date(output.last_modified)))
    if output.content_length is not None:
        headers.append(("Content-Length", str(output.content_length)))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.replication_status is not None:
        headers.append(("x-amz-replication-status", output.replication_status))
    status = 200
    return Reply(status, headers, output.annotation_payload)


def render_get_object_attributes(output: GetObjectAttributesOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.delete_marker is not None:
        headers.append(("x-amz-delete-marker", "true" if output.delete_marker else "false"))
    if output.last_modified is not None:
        headers.append(("Last-Modified", http_date(output.last_modified)))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.e_tag is not None:
        s += f"""<ETag>{escape(output.e_tag)}</ETag>"""
    if output.checksum is not None:
        s += f"""<Checksum>{write_checksum(output.checksum)}</Checksum>"""
    if output.object_parts is not None:
        s += f"""<ObjectParts>{write_get_object_attributes_parts(output.object_parts)}</ObjectParts>"""
    if output.storage_class is not None:
        s += f"""<StorageClass>{escape(output.storage_class)}</StorageClass>"""
    if output.object_size is not None:
        s += f"""<ObjectSize>{output.object_size}</ObjectSize>"""
    text = f"""{DECLARATION}<GetObjectAttributesResponse xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</GetObjectAttributesResponse>"""
    return Reply(status, headers, text.encode())


def render_get_object_legal_hold(output: GetObjectLegalHoldOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.legal_hold is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_object_lock_legal_hold(output.legal_hold)
    text = f"""{DECLARATION}<LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</LegalHold>"""
    return Reply(status, headers, text.encode())


def render_get_object_retention(output: GetObjectRetentionOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.retention is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_object_lock_retention(output.retention)
    text = f"""{DECLARATION}<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</Retention>"""
    return Reply(status, headers, text.encode())


def render_get_object_tagging(output: GetObjectTaggingOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.tag_set is not None:
        s += "<TagSet>"
        for tag_set_item in output.tag_set:
            s += f"""<Tag>{write_tag(tag_set_item)}</Tag>"""
        s += "</TagSet>"
    text = f"""{DECLARATION}<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</Tagging>"""
    return Reply(status, headers, text.encode())


def render_get_object_torrent(output: GetObjectTorrentOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, output.body)


def render_head_object(output: HeadObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.delete_marker is not None:
        headers.append(("x-amz-delete-marker", "true" if output.delete_marker else "false"))
    if output.accept_ranges is not None:
        headers.append(("accept-ranges", output.accept_ranges))
    if output.expiration is not None:
        headers.append(("x-amz-expiration", output.expiration))
    if output.restore is not None:
        headers.append(("x-amz-restore", output.restore))
    if output.archive_status is not None:
        headers.append(("x-amz-archive-status", output.archive_status))
    if output.last_modified is not None:
        headers.append(("Last-Modified", http_date(output.last_modified)))
    if output.content_length is not None:
        headers.append(("Content-Length", str(output.content_length)))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.missing_meta is not None:
        headers.append(("x-amz-missing-meta", str(output.missing_meta)))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.cache_control is not None:
        headers.append(("Cache-Control", output.cache_control))
    if output.content_disposition is not None:
        headers.append(("Content-Disposition", output.content_disposition))
    if output.content_encoding is not None:
        headers.append(("Content-Encoding", output.content_encoding))
    if output.content_language is not None:
        headers.append(("Content-Language", output.content_language))
    if output.content_type is not None:
        headers.append(("Content-Type", output.content_type))
    if output.content_range is not None:
        headers.append(("Content-Range", output.content_range))
    if output.expires is not None:
        headers.append(("Expires", output.expires))
    if output.website_redirect_location is not None:
        headers.append(("x-amz-website-redirect-location", output.website_redirect_location))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.metadata is not None:
        for name, text in output.metadata.items():
            headers.append(("x-amz-meta-" + name, metadata_header(text)))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.storage_class is not None:
        headers.append(("x-amz-storage-class", output.storage_class))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.replication_status is not None:
        headers.append(("x-amz-replication-status", output.replication_status))
    if output.parts_count is not None:
        headers.append(("x-amz-mp-parts-count", str(output.parts_count)))
    if output.tag_count is not None:
        headers.append(("x-amz-tagging-count", str(output.tag_count)))
    if output.object_lock_mode is not None:
        headers.append(("x-amz-object-lock-mode", output.object_lock_mode))
    if output.object_lock_retain_until_date is not None:
        headers.append(
            ("x-amz-object-lock-retain-until-date", precise_date(output.object_lock_retain_until_date))
        )
    if output.object_lock_legal_hold_status is not None:
        headers.append(("x-amz-object-lock-legal-hold", output.object_lock_legal_hold_status))
    if output.object_lock_event_hold is not None:
        headers.append(("x-amz-object-lock-event-hold", output.object_lock_event_hold))
    if output.object_lock_event_hold_duration_days is not None:
        headers.append(
            ("x-amz-object-lock-event-hold-duration-days", str(output.object_lock_event_hold_duration_days))
        )
    if output.object_lock_event_hold_duration_years is not None:
        headers.append(
            ("x-amz-object-lock-event-hold-duration-years", str(output.object_lock_event_hold_duration_years))
        )
    status = 200 if output.content_range is None else 206
    return Reply(status, headers, None)


def render_list_object_annotations(output: ListObjectAnnotationsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.object_version_id is not None:
        headers.append(("x-amz-object-version-id", output.object_version_id))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.annotations is not None:
        s += "<Annotations>"
        for annotations_item in output.annotations:
            s += f"""<AnnotationEntry>{write_annotation_entry(annotations_item)}</AnnotationEntry>"""
        s += "</Annotations>"
    if output.bucket is not None:
        s += f"""<Bucket>{escape(output.bucket)}</Bucket>"""
    if output.key is not None:
        s += f"""<Key>{escape(output.key)}</Key>"""
    if output.annotation_prefix is not None:
        s += f"""<AnnotationPrefix>{escape(output.annotation_prefix)}</AnnotationPrefix>"""
    if output.max_annotation_results is not None:
        s += f"""<MaxAnnotationResults>{output.max_annotation_results}</MaxAnnotationResults>"""
    if output.annotation_count is not None:
        s += f"""<AnnotationCount>{output.annotation_count}</AnnotationCount>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    text = f"""{DECLARATION}<ListObjectAnnotationsOutput xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListObjectAnnotationsOutput>"""
    return Reply(status, headers, text.encode())


def render_list_parts(output: ListPartsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.abort_date is not None:
        headers.append(("x-amz-abort-date", http_date(output.abort_date)))
    if output.abort_rule_id is not None:
        headers.append(("x-amz-abort-rule-id", output.abort_rule_id))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.bucket is not None:
        s += f"""<Bucket>{escape(output.bucket)}</Bucket>"""
    if output.key is not None:
        s += f"""<Key>{escape(output.key)}</Key>"""
    if output.upload_id is not None:
        s += f"""<UploadId>{escape(output.upload_id)}</UploadId>"""
    if output.part_number_marker is not None:
        s += f"""<PartNumberMarker>{output.part_number_marker}</PartNumberMarker>"""
    if output.next_part_number_marker is not None:
        s += f"""<NextPartNumberMarker>{output.next_part_number_marker}</NextPartNumberMarker>"""
    if output.max_parts is not None:
        s += f"""<MaxParts>{output.max_parts}</MaxParts>"""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.parts is not None:
        for parts_item in output.parts:
            s += f"""<Part>{write_part(parts_item)}</Part>"""
    if output.initiator is not None:
        s += f"""<Initiator>{write_initiator(output.initiator)}</Initiator>"""
    if output.owner is not None:
        s += f"""<Owner>{write_owner(output.owner)}</Owner>"""
    if output.storage_class is not None:
        s += f"""<StorageClass>{escape(output.storage_class)}</StorageClass>"""
    if output.checksum_algorithm is not None:
        s += f"""<ChecksumAlgorithm>{escape(output.checksum_algorithm)}</ChecksumAlgorithm>"""
    if output.checksum_type is not None:
        s += f"""<ChecksumType>{escape(output.checksum_type)}</ChecksumType>"""
    text = f"""{DECLARATION}<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListPartsResult>"""
    return Reply(status, headers, text.encode())


def render_put_object(output: PutObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.expiration is not None:
        headers.append(("x-amz-expiration", output.expiration))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.ssekms_encryption_context is not None:
        headers.append(("x-amz-server-side-encryption-context", output.ssekms_encryption_context))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.size is not None:
        headers.append(("x-amz-object-size", str(output.size)))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_put_object_acl(output: PutObjectAclOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_put_object_annotation(output: PutObjectAnnotationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.object_version_id is not None:
        headers.append(("x-amz-object-version-id", output.object_version_id))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.checksum_type is not None:
        headers.append(("x-amz-checksum-type", output.checksum_type))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.key is not None:
        s += f"""<Key>{escape(output.key)}</Key>"""
    if output.annotation_name is not None:
        s += f"""<AnnotationName>{escape(output.annotation_name)}</AnnotationName>"""
    text = f"""{DECLARATION}<PutObjectAnnotationOutput xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</PutObjectAnnotationOutput>"""
    return Reply(status, headers, text.encode())


def render_put_object_legal_hold(output: PutObjectLegalHoldOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_put_object_retention(output: PutObjectRetentionOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_put_object_tagging(output: PutObjectTaggingOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    return Reply(status, headers, None)


def render_rename_object(output: RenameObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    return Reply(status, headers, None)


def render_restore_object(output: RestoreObjectOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.restore_output_path is not None:
        headers.append(("x-amz-restore-output-path", output.restore_output_path))
    status = 200
    return Reply(status, headers, None)


def render_select_object_content(output: SelectObjectContentOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    return Reply(status, headers, output.payload)


def render_update_object_encryption(output: UpdateObjectEncryptionOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_upload_part(output: UploadPartOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.checksum_crc32 is not None:
        headers.append(("x-amz-checksum-crc32", output.checksum_crc32))
    if output.checksum_crc32_c is not None:
        headers.append(("x-amz-checksum-crc32c", output.checksum_crc32_c))
    if output.checksum_crc64_nvme is not None:
        headers.append(("x-amz-checksum-crc64nvme", output.checksum_crc64_nvme))
    if output.checksum_sha1 is not None:
        headers.append(("x-amz-checksum-sha1", output.checksum_sha1))
    if output.checksum_sha256 is not None:
        headers.append(("x-amz-checksum-sha256", output.checksum_sha256))
    if output.checksum_sha512 is not None:
        headers.append(("x-amz-checksum-sha512", output.checksum_sha512))
    if output.checksum_md5 is not None:
        headers.append(("x-amz-checksum-md5", output.checksum_md5))
    if output.checksum_xxhash64 is not None:
        headers.append(("x-amz-checksum-xxhash64", output.checksum_xxhash64))
    if output.checksum_xxhash3 is not None:
        headers.append(("x-amz-checksum-xxhash3", output.checksum_xxhash3))
    if output.checksum_xxhash128 is not None:
        headers.append(("x-amz-checksum-xxhash128", output.checksum_xxhash128))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    return Reply(status, headers, None)


def render_upload_part_copy(output: UploadPartCopyOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.copy_source_version_id is not None:
        headers.append(("x-amz-copy-source-version-id", output.copy_source_version_id))
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
    if output.sse_customer_algorithm is not None:
        headers.append(("x-amz-server-side-encryption-customer-algorithm", output.sse_customer_algorithm))
    if output.sse_customer_key_md5 is not None:
        headers.append(("x-amz-server-side-encryption-customer-key-MD5", output.sse_customer_key_md5))
    if output.ssekms_key_id is not None:
        headers.append(("x-amz-server-side-encryption-aws-kms-key-id", output.ssekms_key_id))
    if output.bucket_key_enabled is not None:
        headers.append(
            (
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true" if output.bucket_key_enabled else "false",
            )
        )
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.version_id is not None:
        headers.append(("x-amz-version-id", output.version_id))
    status = 200
    if output.copy_part_result is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_copy_part_result(output.copy_part_result)
    text = f"""{DECLARATION}<CopyPartResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</CopyPartResult>"""
    return Reply(status, headers, text.encode())
