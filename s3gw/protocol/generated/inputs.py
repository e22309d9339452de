# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""The request of each operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from s3gw.protocol.generated.structures import (
    AbacStatus,
    AccelerateConfiguration,
    AccessControlPolicy,
    AnalyticsConfiguration,
    AnnotationTableConfigurationUpdates,
    BucketLifecycleConfiguration,
    BucketLoggingStatus,
    CompletedMultipartUpload,
    CORSConfiguration,
    CreateBucketConfiguration,
    Delete,
    InputSerialization,
    IntelligentTieringConfiguration,
    InventoryConfiguration,
    InventoryTableConfigurationUpdates,
    JournalTableConfigurationUpdates,
    LifecycleConfiguration,
    MetadataConfiguration,
    MetadataTableConfiguration,
    MetricsConfiguration,
    NotificationConfiguration,
    NotificationConfigurationDeprecated,
    ObjectEncryption,
    ObjectLockConfiguration,
    ObjectLockLegalHold,
    ObjectLockRetention,
    OutputSerialization,
    OwnershipControls,
    PublicAccessBlockConfiguration,
    ReplicationConfiguration,
    RequestPaymentConfiguration,
    RequestProgress,
    RestoreRequest,
    ScanRange,
    ServerSideEncryptionConfiguration,
    Tagging,
    VersioningConfiguration,
    WebsiteConfiguration,
)
from s3gw.protocol.values import Shape, Stream


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AbortMultipartUploadInput(Shape):
    """Request of AbortMultipartUpload."""

    bucket: str
    key: str
    upload_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    if_match_initiated_time: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CompleteMultipartUploadInput(Shape):
    """Request of CompleteMultipartUpload."""

    bucket: str
    key: str
    multipart_upload: CompletedMultipartUpload | None = None
    upload_id: str | None = None
    checksum_crc32: str | None = None
    checksum_crc32_c: str | None = None
    checksum_crc64_nvme: str | None = None
    checksum_sha1: str | None = None
    checksum_sha256: str | None = None
    checksum_sha512: str | None = None
    checksum_md5: str | None = None
    checksum_xxhash64: str | None = None
    checksum_xxhash3: str | None = None
    checksum_xxhash128: str | None = None
    checksum_type: str | None = None
    mpu_object_size: int | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CopyObjectInput(Shape):
    """Request of CopyObject."""

    acl: str | None = None
    bucket: str
    cache_control: str | None = None
    checksum_algorithm: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_type: str | None = None
    copy_source: str | None = None
    copy_source_if_match: str | None = None
    copy_source_if_modified_since: datetime | None = None
    copy_source_if_none_match: str | None = None
    copy_source_if_unmodified_since: datetime | None = None
    expires: str | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write_acp: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    key: str
    metadata: dict[str, str] | None = None
    metadata_directive: str | None = None
    tagging_directive: str | None = None
    annotation_directive: str | None = None
    server_side_encryption: str | None = None
    storage_class: str | None = None
    website_redirect_location: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    copy_source_sse_customer_algorithm: str | None = None
    copy_source_sse_customer_key: str | None = None
    copy_source_sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    tagging: str | None = None
    object_lock_mode: str | None = None
    object_lock_retain_until_date: datetime | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_event_hold: str | None = None
    object_lock_event_hold_duration_days: int | None = None
    object_lock_event_hold_duration_years: int | None = None
    expected_bucket_owner: str | None = None
    expected_source_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateBucketInput(Shape):
    """Request of CreateBucket."""

    acl: str | None = None
    bucket: str
    create_bucket_configuration: CreateBucketConfiguration | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write: str | None = None
    grant_write_acp: str | None = None
    object_lock_enabled_for_bucket: bool | None = None
    object_ownership: str | None = None
    bucket_namespace: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateBucketMetadataConfigurationInput(Shape):
    """Request of CreateBucketMetadataConfiguration."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    metadata_configuration: MetadataConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateBucketMetadataTableConfigurationInput(Shape):
    """Request of CreateBucketMetadataTableConfiguration."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    metadata_table_configuration: MetadataTableConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateMultipartUploadInput(Shape):
    """Request of CreateMultipartUpload."""

    acl: str | None = None
    bucket: str
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_type: str | None = None
    expires: str | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write_acp: str | None = None
    key: str
    metadata: dict[str, str] | None = None
    server_side_encryption: str | None = None
    storage_class: str | None = None
    website_redirect_location: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    request_payer: str | None = None
    tagging: str | None = None
    object_lock_mode: str | None = None
    object_lock_retain_until_date: datetime | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_event_hold: str | None = None
    object_lock_event_hold_duration_days: int | None = None
    object_lock_event_hold_duration_years: int | None = None
    expected_bucket_owner: str | None = None
    checksum_algorithm: str | None = None
    checksum_type: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateSessionInput(Shape):
    """Request of CreateSession."""

    session_mode: str | None = None
    bucket: str
    server_side_encryption: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketInput(Shape):
    """Request of DeleteBucket."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketAnalyticsConfigurationInput(Shape):
    """Request of DeleteBucketAnalyticsConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketCorsInput(Shape):
    """Request of DeleteBucketCors."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketEncryptionInput(Shape):
    """Request of DeleteBucketEncryption."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketIntelligentTieringConfigurationInput(Shape):
    """Request of DeleteBucketIntelligentTieringConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketInventoryConfigurationInput(Shape):
    """Request of DeleteBucketInventoryConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketLifecycleInput(Shape):
    """Request of DeleteBucketLifecycle."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketMetadataConfigurationInput(Shape):
    """Request of DeleteBucketMetadataConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketMetadataTableConfigurationInput(Shape):
    """Request of DeleteBucketMetadataTableConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketMetricsConfigurationInput(Shape):
    """Request of DeleteBucketMetricsConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketOwnershipControlsInput(Shape):
    """Request of DeleteBucketOwnershipControls."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketPolicyInput(Shape):
    """Request of DeleteBucketPolicy."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketReplicationInput(Shape):
    """Request of DeleteBucketReplication."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketTaggingInput(Shape):
    """Request of DeleteBucketTagging."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteBucketWebsiteInput(Shape):
    """Request of DeleteBucketWebsite."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectInput(Shape):
    """Request of DeleteObject."""

    bucket: str
    key: str
    mfa: str | None = None
    version_id: str | None = None
    request_payer: str | None = None
    bypass_governance_retention: bool | None = None
    expected_bucket_owner: str | None = None
    if_match: str | None = None
    if_match_last_modified_time: datetime | None = None
    if_match_size: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectAnnotationInput(Shape):
    """Request of DeleteObjectAnnotation."""

    bucket: str
    key: str
    annotation_name: str | None = None
    version_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    object_if_match: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectTaggingInput(Shape):
    """Request of DeleteObjectTagging."""

    bucket: str
    key: str
    version_id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectsInput(Shape):
    """Request of DeleteObjects."""

    bucket: str
    delete: Delete | None = None
    mfa: str | None = None
    request_payer: str | None = None
    bypass_governance_retention: bool | None = None
    expected_bucket_owner: str | None = None
    checksum_algorithm: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeletePublicAccessBlockInput(Shape):
    """Request of DeletePublicAccessBlock."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAbacInput(Shape):
    """Request of GetBucketAbac."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAccelerateConfigurationInput(Shape):
    """Request of GetBucketAccelerateConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None
    request_payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAclInput(Shape):
    """Request of GetBucketAcl."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAnalyticsConfigurationInput(Shape):
    """Request of GetBucketAnalyticsConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketCorsInput(Shape):
    """Request of GetBucketCors."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketEncryptionInput(Shape):
    """Request of GetBucketEncryption."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketIntelligentTieringConfigurationInput(Shape):
    """Request of GetBucketIntelligentTieringConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketInventoryConfigurationInput(Shape):
    """Request of GetBucketInventoryConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLifecycleInput(Shape):
    """Request of GetBucketLifecycle."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLifecycleConfigurationInput(Shape):
    """Request of GetBucketLifecycleConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLocationInput(Shape):
    """Request of GetBucketLocation."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLoggingInput(Shape):
    """Request of GetBucketLogging."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataConfigurationInput(Shape):
    """Request of GetBucketMetadataConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataTableConfigurationInput(Shape):
    """Request of GetBucketMetadataTableConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetricsConfigurationInput(Shape):
    """Request of GetBucketMetricsConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketNotificationInput(Shape):
    """Request of GetBucketNotification."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketNotificationConfigurationInput(Shape):
    """Request of GetBucketNotificationConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketOwnershipControlsInput(Shape):
    """Request of GetBucketOwnershipControls."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketPolicyInput(Shape):
    """Request of GetBucketPolicy."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketPolicyStatusInput(Shape):
    """Request of GetBucketPolicyStatus."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketReplicationInput(Shape):
    """Request of GetBucketReplication."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketRequestPaymentInput(Shape):
    """Request of GetBucketRequestPayment."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketTaggingInput(Shape):
    """Request of GetBucketTagging."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketVersioningInput(Shape):
    """Request of GetBucketVersioning."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketWebsiteInput(Shape):
    """Request of GetBucketWebsite."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectInput(Shape):
    """Request of GetObject."""

    bucket: str
    if_match: str | None = None
    if_modified_since: datetime | None = None
    if_none_match: str | None = None
    if_unmodified_since: datetime | None = None
    key: str
    range: str | None = None
    response_cache_control: str | None = None
    response_content_disposition: str | None = None
    response_content_encoding: str | None = None
    response_content_language: str | None = None
    response_content_type: str | None = None
    response_expires: str | None = None
    version_id: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    part_number: int | None = None
    expected_bucket_owner: str | None = None
    checksum_mode: str | None = None
    if_range: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAclInput(Shape):
    """Request of GetObjectAcl."""

    bucket: str
    key: str
    version_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAnnotationInput(Shape):
    """Request of GetObjectAnnotation."""

    bucket: str
    key: str
    annotation_name: str | None = None
    version_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    checksum_mode: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAttributesInput(Shape):
    """Request of GetObjectAttributes."""

    bucket: str
    key: str
    version_id: str | None = None
    max_parts: int | None = None
    part_number_marker: int | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    object_attributes: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectLegalHoldInput(Shape):
    """Request of GetObjectLegalHold."""

    bucket: str
    key: str
    version_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectLockConfigurationInput(Shape):
    """Request of GetObjectLockConfiguration."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectRetentionInput(Shape):
    """Request of GetObjectRetention."""

    bucket: str
    key: str
    version_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectTaggingInput(Shape):
    """Request of GetObjectTagging."""

    bucket: str
    key: str
    version_id: str | None = None
    expected_bucket_owner: str | None = None
    request_payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectTorrentInput(Shape):
    """Request of GetObjectTorrent."""

    bucket: str
    key: str
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetPublicAccessBlockInput(Shape):
    """Request of GetPublicAccessBlock."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class HeadBucketInput(Shape):
    """Request of HeadBucket."""

    bucket: str
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class HeadObjectInput(Shape):
    """Request of HeadObject."""

    bucket: str
    if_match: str | None = None
    if_modified_since: datetime | None = None
    if_none_match: str | None = None
    if_unmodified_since: datetime | None = None
    key: str
    range: str | None = None
    response_cache_control: str | None = None
    response_content_disposition: str | None = None
    response_content_encoding: str | None = None
    response_content_language: str | None = None
    response_content_type: str | None = None
    response_expires: str | None = None
    version_id: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    part_number: int | None = None
    expected_bucket_owner: str | None = None
    checksum_mode: str | None = None
    if_range: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketAnalyticsConfigurationsInput(Shape):
    """Request of ListBucketAnalyticsConfigurations."""

    bucket: str
    continuation_token: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketIntelligentTieringConfigurationsInput(Shape):
    """Request of ListBucketIntelligentTieringConfigurations."""

    bucket: str
    continuation_token: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketInventoryConfigurationsInput(Shape):
    """Request of ListBucketInventoryConfigurations."""

    bucket: str
    continuation_token: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketMetricsConfigurationsInput(Shape):
    """Request of ListBucketMetricsConfigurations."""

    bucket: str
    continuation_token: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketsInput(Shape):
    """Request of ListBuckets."""

    max_buckets: int | None = None
    continuation_token: str | None = None
    prefix: str | None = None
    bucket_region: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListDirectoryBucketsInput(Shape):
    """Request of ListDirectoryBuckets."""

    continuation_token: str | None = None
    max_directory_buckets: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListMultipartUploadsInput(Shape):
    """Request of ListMultipartUploads."""

    bucket: str
    delimiter: str | None = None
    encoding_type: str | None = None
    key_marker: str | None = None
    max_uploads: int | None = None
    prefix: str | None = None
    upload_id_marker: str | None = None
    expected_bucket_owner: str | None = None
    request_payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectAnnotationsInput(Shape):
    """Request of ListObjectAnnotations."""

    bucket: str
    key: str
    version_id: str | None = None
    max_annotation_results: int | None = None
    annotation_prefix: str | None = None
    continuation_token: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectVersionsInput(Shape):
    """Request of ListObjectVersions."""

    bucket: str
    delimiter: str | None = None
    encoding_type: str | None = None
    key_marker: str | None = None
    max_keys: int | None = None
    prefix: str | None = None
    version_id_marker: str | None = None
    expected_bucket_owner: str | None = None
    request_payer: str | None = None
    optional_object_attributes: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectsInput(Shape):
    """Request of ListObjects."""

    bucket: str
    delimiter: str | None = None
    encoding_type: str | None = None
    marker: str | None = None
    max_keys: int | None = None
    prefix: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    optional_object_attributes: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectsV2Input(Shape):
    """Request of ListObjectsV2."""

    bucket: str
    delimiter: str | None = None
    encoding_type: str | None = None
    max_keys: int | None = None
    prefix: str | None = None
    continuation_token: str | None = None
    fetch_owner: bool | None = None
    start_after: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    optional_object_attributes: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListPartsInput(Shape):
    """Request of ListParts."""

    bucket: str
    key: str
    max_parts: int | None = None
    part_number_marker: int | None = None
    upload_id: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketAbacInput(Shape):
    """Request of PutBucketAbac."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None
    abac_status: AbacStatus | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketAccelerateConfigurationInput(Shape):
    """Request of PutBucketAccelerateConfiguration."""

    bucket: str
    accelerate_configuration: AccelerateConfiguration | None = None
    expected_bucket_owner: str | None = None
    checksum_algorithm: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketAclInput(Shape):
    """Request of PutBucketAcl."""

    acl: str | None = None
    access_control_policy: AccessControlPolicy | None = None
    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write: str | None = None
    grant_write_acp: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketAnalyticsConfigurationInput(Shape):
    """Request of PutBucketAnalyticsConfiguration."""

    bucket: str
    id: str | None = None
    analytics_configuration: AnalyticsConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketCorsInput(Shape):
    """Request of PutBucketCors."""

    bucket: str
    cors_configuration: CORSConfiguration | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketEncryptionInput(Shape):
    """Request of PutBucketEncryption."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    server_side_encryption_configuration: ServerSideEncryptionConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketIntelligentTieringConfigurationInput(Shape):
    """Request of PutBucketIntelligentTieringConfiguration."""

    bucket: str
    id: str | None = None
    expected_bucket_owner: str | None = None
    intelligent_tiering_configuration: IntelligentTieringConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketInventoryConfigurationInput(Shape):
    """Request of PutBucketInventoryConfiguration."""

    bucket: str
    id: str | None = None
    inventory_configuration: InventoryConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketLifecycleInput(Shape):
    """Request of PutBucketLifecycle."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    lifecycle_configuration: LifecycleConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketLifecycleConfigurationInput(Shape):
    """Request of PutBucketLifecycleConfiguration."""

    bucket: str
    checksum_algorithm: str | None = None
    lifecycle_configuration: BucketLifecycleConfiguration | None = None
    expected_bucket_owner: str | None = None
    transition_default_minimum_object_size: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketLoggingInput(Shape):
    """Request of PutBucketLogging."""

    bucket: str
    bucket_logging_status: BucketLoggingStatus | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketMetricsConfigurationInput(Shape):
    """Request of PutBucketMetricsConfiguration."""

    bucket: str
    id: str | None = None
    metrics_configuration: MetricsConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketNotificationInput(Shape):
    """Request of PutBucketNotification."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    notification_configuration: NotificationConfigurationDeprecated | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketNotificationConfigurationInput(Shape):
    """Request of PutBucketNotificationConfiguration."""

    bucket: str
    notification_configuration: NotificationConfiguration | None = None
    expected_bucket_owner: str | None = None
    skip_destination_validation: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketOwnershipControlsInput(Shape):
    """Request of PutBucketOwnershipControls."""

    bucket: str
    content_md5: str | None = None
    expected_bucket_owner: str | None = None
    ownership_controls: OwnershipControls | None = None
    checksum_algorithm: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketPolicyInput(Shape):
    """Request of PutBucketPolicy."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    confirm_remove_self_bucket_access: bool | None = None
    policy: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketReplicationInput(Shape):
    """Request of PutBucketReplication."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    replication_configuration: ReplicationConfiguration | None = None
    token: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketRequestPaymentInput(Shape):
    """Request of PutBucketRequestPayment."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    request_payment_configuration: RequestPaymentConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketTaggingInput(Shape):
    """Request of PutBucketTagging."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    tagging: Tagging | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketVersioningInput(Shape):
    """Request of PutBucketVersioning."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    mfa: str | None = None
    versioning_configuration: VersioningConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketWebsiteInput(Shape):
    """Request of PutBucketWebsite."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    website_configuration: WebsiteConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectInput(Shape):
    """Request of PutObject."""

    acl: str | None = None
    body: Stream | None = None
    bucket: str
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_length: int | None = None
    content_md5: str | None = None
    content_type: str | None = None
    checksum_algorithm: str | None = None
    checksum_crc32: str | None = None
    checksum_crc32_c: str | None = None
    checksum_crc64_nvme: str | None = None
    checksum_sha1: str | None = None
    checksum_sha256: str | None = None
    checksum_sha512: str | None = None
    checksum_md5: str | None = None
    checksum_xxhash64: str | None = None
    checksum_xxhash3: str | None = None
    checksum_xxhash128: str | None = None
    expires: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write_acp: str | None = None
    key: str
    write_offset_bytes: int | None = None
    metadata: dict[str, str] | None = None
    server_side_encryption: str | None = None
    storage_class: str | None = None
    website_redirect_location: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    request_payer: str | None = None
    tagging: str | None = None
    object_lock_mode: str | None = None
    object_lock_retain_until_date: datetime | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_event_hold: str | None = None
    object_lock_event_hold_duration_days: int | None = None
    object_lock_event_hold_duration_years: int | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectAclInput(Shape):
    """Request of PutObjectAcl."""

    acl: str | None = None
    access_control_policy: AccessControlPolicy | None = None
    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    grant_full_control: str | None = None
    grant_read: str | None = None
    grant_read_acp: str | None = None
    grant_write: str | None = None
    grant_write_acp: str | None = None
    key: str
    request_payer: str | None = None
    version_id: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectAnnotationInput(Shape):
    """Request of PutObjectAnnotation."""

    bucket: str
    key: str
    version_id: str | None = None
    annotation_name: str | None = None
    annotation_payload: Stream | None = None
    object_if_match: str | None = None
    checksum_algorithm: str | None = None
    checksum_crc32: str | None = None
    checksum_crc32_c: str | None = None
    checksum_crc64_nvme: str | None = None
    checksum_sha1: str | None = None
    checksum_sha256: str | None = None
    checksum_sha512: str | None = None
    checksum_md5: str | None = None
    checksum_xxhash64: str | None = None
    checksum_xxhash3: str | None = None
    checksum_xxhash128: str | None = None
    content_md5: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectLegalHoldInput(Shape):
    """Request of PutObjectLegalHold."""

    bucket: str
    key: str
    legal_hold: ObjectLockLegalHold | None = None
    request_payer: str | None = None
    version_id: str | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectLockConfigurationInput(Shape):
    """Request of PutObjectLockConfiguration."""

    bucket: str
    object_lock_configuration: ObjectLockConfiguration | None = None
    request_payer: str | None = None
    token: str | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectRetentionInput(Shape):
    """Request of PutObjectRetention."""

    bucket: str
    key: str
    retention: ObjectLockRetention | None = None
    request_payer: str | None = None
    version_id: str | None = None
    bypass_governance_retention: bool | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectTaggingInput(Shape):
    """Request of PutObjectTagging."""

    bucket: str
    key: str
    version_id: str | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    tagging: Tagging | None = None
    expected_bucket_owner: str | None = None
    request_payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutPublicAccessBlockInput(Shape):
    """Request of PutPublicAccessBlock."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    public_access_block_configuration: PublicAccessBlockConfiguration | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RenameObjectInput(Shape):
    """Request of RenameObject."""

    bucket: str
    key: str
    rename_source: str | None = None
    destination_if_match: str | None = None
    destination_if_none_match: str | None = None
    destination_if_modified_since: datetime | None = None
    destination_if_unmodified_since: datetime | None = None
    source_if_match: str | None = None
    source_if_none_match: str | None = None
    source_if_modified_since: datetime | None = None
    source_if_unmodified_since: datetime | None = None
    client_token: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RestoreObjectInput(Shape):
    """Request of RestoreObject."""

    bucket: str
    key: str
    version_id: str | None = None
    restore_request: RestoreRequest | None = None
    request_payer: str | None = None
    checksum_algorithm: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SelectObjectContentInput(Shape):
    """Request of SelectObjectContent."""

    bucket: str
    key: str
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    expression: str | None = None
    expression_type: str | None = None
    request_progress: RequestProgress | None = None
    input_serialization: InputSerialization | None = None
    output_serialization: OutputSerialization | None = None
    scan_range: ScanRange | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UpdateBucketMetadataAnnotationTableConfigurationInput(Shape):
    """Request of UpdateBucketMetadataAnnotationTableConfiguration."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    annotation_table_configuration: AnnotationTableConfigurationUpdates | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UpdateBucketMetadataInventoryTableConfigurationInput(Shape):
    """Request of UpdateBucketMetadataInventoryTableConfiguration."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    inventory_table_configuration: InventoryTableConfigurationUpdates | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UpdateBucketMetadataJournalTableConfigurationInput(Shape):
    """Request of UpdateBucketMetadataJournalTableConfiguration."""

    bucket: str
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    journal_table_configuration: JournalTableConfigurationUpdates | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UpdateObjectEncryptionInput(Shape):
    """Request of UpdateObjectEncryption."""

    bucket: str
    key: str
    version_id: str | None = None
    object_encryption: ObjectEncryption | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UploadPartInput(Shape):
    """Request of UploadPart."""

    body: Stream | None = None
    bucket: str
    content_length: int | None = None
    content_md5: str | None = None
    checksum_algorithm: str | None = None
    checksum_crc32: str | None = None
    checksum_crc32_c: str | None = None
    checksum_crc64_nvme: str | None = None
    checksum_sha1: str | None = None
    checksum_sha256: str | None = None
    checksum_sha512: str | None = None
    checksum_md5: str | None = None
    checksum_xxhash64: str | None = None
    checksum_xxhash3: str | None = None
    checksum_xxhash128: str | None = None
    key: str
    part_number: int | None = None
    upload_id: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UploadPartCopyInput(Shape):
    """Request of UploadPartCopy."""

    bucket: str
    copy_source: str | None = None
    copy_source_if_match: str | None = None
    copy_source_if_modified_since: datetime | None = None
    copy_source_if_none_match: str | None = None
    copy_source_if_unmodified_since: datetime | None = None
    copy_source_range: str | None = None
    key: str
    part_number: int | None = None
    upload_id: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key: str | None = None
    sse_customer_key_md5: str | None = None
    copy_source_sse_customer_algorithm: str | None = None
    copy_source_sse_customer_key: str | None = None
    copy_source_sse_customer_key_md5: str | None = None
    request_payer: str | None = None
    expected_bucket_owner: str | None = None
    expected_source_bucket_owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class WriteGetObjectResponseInput(Shape):
    """Request of WriteGetObjectResponse."""

    request_route: str | None = None
    request_token: str | None = None
    body: Stream | None = None
    status_code: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    accept_ranges: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_length: int | None = None
    content_range: str | None = None
    content_type: str | None = None
    checksum_crc32: str | None = None
    checksum_crc32_c: str | None = None
    checksum_crc64_nvme: str | None = None
    checksum_sha1: str | None = None
    checksum_sha256: str | None = None
    checksum_sha512: str | None = None
    checksum_md5: str | None = None
    checksum_xxhash64: str | None = None
    checksum_xxhash3: str | None = None
    checksum_xxhash128: str | None = None
    delete_marker: bool | None = None
    e_tag: str | None = None
    expires: str | None = None
    expiration: str | None = None
    last_modified: datetime | None = None
    missing_meta: int | None = None
    metadata: dict[str, str] | None = None
    object_lock_mode: str | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_retain_until_date: datetime | None = None
    parts_count: int | None = None
    replication_status: str | None = None
    request_charged: str | None = None
    restore: str | None = None
    server_side_encryption: str | None = None
    sse_customer_algorithm: str | None = None
    ssekms_key_id: str | None = None
    sse_customer_key_md5: str | None = None
    storage_class: str | None = None
    tag_count: int | None = None
    version_id: str | None = None
    bucket_key_enabled: bool | None = None
