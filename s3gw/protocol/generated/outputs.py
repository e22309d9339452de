# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""The answer of each operation that has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from s3gw.protocol.generated.structures import (
    AbacStatus,
    AnalyticsConfiguration,
    AnnotationEntry,
    Bucket,
    Checksum,
    CloudFunctionConfiguration,
    CommonPrefix,
    CopyObjectResult,
    CopyPartResult,
    CORSRule,
    DeletedObject,
    DeleteMarkerEntry,
    Error,
    ErrorDocument,
    EventBridgeConfiguration,
    GetBucketMetadataConfigurationResult,
    GetBucketMetadataTableConfigurationResult,
    GetObjectAttributesParts,
    Grant,
    IndexDocument,
    Initiator,
    IntelligentTieringConfiguration,
    InventoryConfiguration,
    LambdaFunctionConfiguration,
    LifecycleRule,
    LoggingEnabled,
    MetricsConfiguration,
    MultipartUpload,
    Object,
    ObjectLockConfiguration,
    ObjectLockLegalHold,
    ObjectLockRetention,
    ObjectVersion,
    Owner,
    OwnershipControls,
    Part,
    PolicyStatus,
    PublicAccessBlockConfiguration,
    QueueConfiguration,
    QueueConfigurationDeprecated,
    RedirectAllRequestsTo,
    ReplicationConfiguration,
    RoutingRule,
    Rule,
    ServerSideEncryptionConfiguration,
    SessionCredentials,
    Tag,
    TopicConfiguration,
    TopicConfigurationDeprecated,
)
from s3gw.protocol.values import Shape, Stream


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AbortMultipartUploadOutput(Shape):
    """Answer of AbortMultipartUpload."""

    request_charged: str | None = None
    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CompleteMultipartUploadOutput(Shape):
    """Answer of CompleteMultipartUpload."""

    location: str | None = None
    bucket: str | None = None
    key: str | None = None
    expiration: str | None = None
    e_tag: str | None = None
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
    server_side_encryption: str | None = None
    version_id: str | None = None
    ssekms_key_id: str | None = None
    bucket_key_enabled: bool | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CopyObjectOutput(Shape):
    """Answer of CopyObject."""

    copy_object_result: CopyObjectResult | None = None
    expiration: str | None = None
    copy_source_version_id: str | None = None
    version_id: str | None = None
    server_side_encryption: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateBucketOutput(Shape):
    """Answer of CreateBucket."""

    location: str | None = None
    bucket_arn: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateMultipartUploadOutput(Shape):
    """Answer of CreateMultipartUpload."""

    abort_date: datetime | None = None
    abort_rule_id: str | None = None
    bucket: str | None = None
    key: str | None = None
    upload_id: str | None = None
    server_side_encryption: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    request_charged: str | None = None
    checksum_algorithm: str | None = None
    checksum_type: str | None = None
    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateSessionOutput(Shape):
    """Answer of CreateSession."""

    server_side_encryption: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    credentials: SessionCredentials | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectOutput(Shape):
    """Answer of DeleteObject."""

    delete_marker: bool | None = None
    version_id: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectAnnotationOutput(Shape):
    """Answer of DeleteObjectAnnotation."""

    object_version_id: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectTaggingOutput(Shape):
    """Answer of DeleteObjectTagging."""

    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteObjectsOutput(Shape):
    """Answer of DeleteObjects."""

    deleted: list[DeletedObject] | None = None
    request_charged: str | None = None
    errors: list[Error] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAbacOutput(Shape):
    """Answer of GetBucketAbac."""

    abac_status: AbacStatus | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAccelerateConfigurationOutput(Shape):
    """Answer of GetBucketAccelerateConfiguration."""

    status: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAclOutput(Shape):
    """Answer of GetBucketAcl."""

    owner: Owner | None = None
    grants: list[Grant] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketAnalyticsConfigurationOutput(Shape):
    """Answer of GetBucketAnalyticsConfiguration."""

    analytics_configuration: AnalyticsConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketCorsOutput(Shape):
    """Answer of GetBucketCors."""

    cors_rules: list[CORSRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketEncryptionOutput(Shape):
    """Answer of GetBucketEncryption."""

    server_side_encryption_configuration: ServerSideEncryptionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketIntelligentTieringConfigurationOutput(Shape):
    """Answer of GetBucketIntelligentTieringConfiguration."""

    intelligent_tiering_configuration: IntelligentTieringConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketInventoryConfigurationOutput(Shape):
    """Answer of GetBucketInventoryConfiguration."""

    inventory_configuration: InventoryConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLifecycleOutput(Shape):
    """Answer of GetBucketLifecycle."""

    rules: list[Rule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLifecycleConfigurationOutput(Shape):
    """Answer of GetBucketLifecycleConfiguration."""

    rules: list[LifecycleRule] | None = None
    transition_default_minimum_object_size: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLocationOutput(Shape):
    """Answer of GetBucketLocation."""

    location_constraint: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketLoggingOutput(Shape):
    """Answer of GetBucketLogging."""

    logging_enabled: LoggingEnabled | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataConfigurationOutput(Shape):
    """Answer of GetBucketMetadataConfiguration."""

    get_bucket_metadata_configuration_result: GetBucketMetadataConfigurationResult | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataTableConfigurationOutput(Shape):
    """Answer of GetBucketMetadataTableConfiguration."""

    get_bucket_metadata_table_configuration_result: GetBucketMetadataTableConfigurationResult | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetricsConfigurationOutput(Shape):
    """Answer of GetBucketMetricsConfiguration."""

    metrics_configuration: MetricsConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketNotificationOutput(Shape):
    """Answer of GetBucketNotification."""

    topic_configuration: TopicConfigurationDeprecated | None = None
    queue_configuration: QueueConfigurationDeprecated | None = None
    cloud_function_configuration: CloudFunctionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketNotificationConfigurationOutput(Shape):
    """Answer of GetBucketNotificationConfiguration."""

    topic_configurations: list[TopicConfiguration] | None = None
    queue_configurations: list[QueueConfiguration] | None = None
    lambda_function_configurations: list[LambdaFunctionConfiguration] | None = None
    event_bridge_configuration: EventBridgeConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketOwnershipControlsOutput(Shape):
    """Answer of GetBucketOwnershipControls."""

    ownership_controls: OwnershipControls | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketPolicyOutput(Shape):
    """Answer of GetBucketPolicy."""

    policy: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketPolicyStatusOutput(Shape):
    """Answer of GetBucketPolicyStatus."""

    policy_status: PolicyStatus | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketReplicationOutput(Shape):
    """Answer of GetBucketReplication."""

    replication_configuration: ReplicationConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketRequestPaymentOutput(Shape):
    """Answer of GetBucketRequestPayment."""

    payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketTaggingOutput(Shape):
    """Answer of GetBucketTagging."""

    tag_set: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketVersioningOutput(Shape):
    """Answer of GetBucketVersioning."""

    status: str | None = None
    mfa_delete: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketWebsiteOutput(Shape):
    """Answer of GetBucketWebsite."""

    redirect_all_requests_to: RedirectAllRequestsTo | None = None
    index_document: IndexDocument | None = None
    error_document: ErrorDocument | None = None
    routing_rules: list[RoutingRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectOutput(Shape):
    """Answer of GetObject."""

    body: Stream | None = None
    delete_marker: bool | None = None
    accept_ranges: str | None = None
    expiration: str | None = None
    restore: str | None = None
    last_modified: datetime | None = None
    content_length: int | None = None
    e_tag: str | None = None
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
    missing_meta: int | None = None
    version_id: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_range: str | None = None
    content_type: str | None = None
    expires: str | None = None
    website_redirect_location: str | None = None
    server_side_encryption: str | None = None
    metadata: dict[str, str] | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    bucket_key_enabled: bool | None = None
    storage_class: str | None = None
    request_charged: str | None = None
    replication_status: str | None = None
    parts_count: int | None = None
    tag_count: int | None = None
    object_lock_mode: str | None = None
    object_lock_retain_until_date: datetime | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_event_hold: str | None = None
    object_lock_event_hold_duration_days: int | None = None
    object_lock_event_hold_duration_years: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAclOutput(Shape):
    """Answer of GetObjectAcl."""

    owner: Owner | None = None
    grants: list[Grant] | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAnnotationOutput(Shape):
    """Answer of GetObjectAnnotation."""

    annotation_payload: Stream | None = None
    object_version_id: str | None = None
    last_modified: datetime | None = None
    content_length: int | None = None
    e_tag: str | None = None
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
    server_side_encryption: str | None = None
    request_charged: str | None = None
    replication_status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAttributesOutput(Shape):
    """Answer of GetObjectAttributes."""

    delete_marker: bool | None = None
    last_modified: datetime | None = None
    version_id: str | None = None
    request_charged: str | None = None
    e_tag: str | None = None
    checksum: Checksum | None = None
    object_parts: GetObjectAttributesParts | None = None
    storage_class: str | None = None
    object_size: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectLegalHoldOutput(Shape):
    """Answer of GetObjectLegalHold."""

    legal_hold: ObjectLockLegalHold | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectLockConfigurationOutput(Shape):
    """Answer of GetObjectLockConfiguration."""

    object_lock_configuration: ObjectLockConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectRetentionOutput(Shape):
    """Answer of GetObjectRetention."""

    retention: ObjectLockRetention | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectTaggingOutput(Shape):
    """Answer of GetObjectTagging."""

    version_id: str | None = None
    tag_set: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectTorrentOutput(Shape):
    """Answer of GetObjectTorrent."""

    body: Stream | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetPublicAccessBlockOutput(Shape):
    """Answer of GetPublicAccessBlock."""

    public_access_block_configuration: PublicAccessBlockConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class HeadBucketOutput(Shape):
    """Answer of HeadBucket."""

    bucket_arn: str | None = None
    bucket_location_type: str | None = None
    bucket_location_name: str | None = None
    bucket_region: str | None = None
    access_point_alias: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class HeadObjectOutput(Shape):
    """Answer of HeadObject."""

    delete_marker: bool | None = None
    accept_ranges: str | None = None
    expiration: str | None = None
    restore: str | None = None
    archive_status: str | None = None
    last_modified: datetime | None = None
    content_length: int | None = None
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
    e_tag: str | None = None
    missing_meta: int | None = None
    version_id: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    content_type: str | None = None
    content_range: str | None = None
    expires: str | None = None
    website_redirect_location: str | None = None
    server_side_encryption: str | None = None
    metadata: dict[str, str] | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    bucket_key_enabled: bool | None = None
    storage_class: str | None = None
    request_charged: str | None = None
    replication_status: str | None = None
    parts_count: int | None = None
    tag_count: int | None = None
    object_lock_mode: str | None = None
    object_lock_retain_until_date: datetime | None = None
    object_lock_legal_hold_status: str | None = None
    object_lock_event_hold: str | None = None
    object_lock_event_hold_duration_days: int | None = None
    object_lock_event_hold_duration_years: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketAnalyticsConfigurationsOutput(Shape):
    """Answer of ListBucketAnalyticsConfigurations."""

    is_truncated: bool | None = None
    continuation_token: str | None = None
    next_continuation_token: str | None = None
    analytics_configuration_list: list[AnalyticsConfiguration] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketIntelligentTieringConfigurationsOutput(Shape):
    """Answer of ListBucketIntelligentTieringConfigurations."""

    is_truncated: bool | None = None
    continuation_token: str | None = None
    next_continuation_token: str | None = None
    intelligent_tiering_configuration_list: list[IntelligentTieringConfiguration] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketInventoryConfigurationsOutput(Shape):
    """Answer of ListBucketInventoryConfigurations."""

    continuation_token: str | None = None
    inventory_configuration_list: list[InventoryConfiguration] | None = None
    is_truncated: bool | None = None
    next_continuation_token: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketMetricsConfigurationsOutput(Shape):
    """Answer of ListBucketMetricsConfigurations."""

    is_truncated: bool | None = None
    continuation_token: str | None = None
    next_continuation_token: str | None = None
    metrics_configuration_list: list[MetricsConfiguration] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListBucketsOutput(Shape):
    """Answer of ListBuckets."""

    buckets: list[Bucket] | None = None
    owner: Owner | None = None
    continuation_token: str | None = None
    prefix: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListDirectoryBucketsOutput(Shape):
    """Answer of ListDirectoryBuckets."""

    buckets: list[Bucket] | None = None
    continuation_token: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListMultipartUploadsOutput(Shape):
    """Answer of ListMultipartUploads."""

    bucket: str | None = None
    key_marker: str | None = None
    upload_id_marker: str | None = None
    next_key_marker: str | None = None
    prefix: str | None = None
    delimiter: str | None = None
    next_upload_id_marker: str | None = None
    max_uploads: int | None = None
    is_truncated: bool | None = None
    uploads: list[MultipartUpload] | None = None
    common_prefixes: list[CommonPrefix] | None = None
    encoding_type: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectAnnotationsOutput(Shape):
    """Answer of ListObjectAnnotations."""

    annotations: list[AnnotationEntry] | None = None
    bucket: str | None = None
    key: str | None = None
    object_version_id: str | None = None
    annotation_prefix: str | None = None
    max_annotation_results: int | None = None
    annotation_count: int | None = None
    continuation_token: str | None = None
    next_continuation_token: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectVersionsOutput(Shape):
    """Answer of ListObjectVersions."""

    is_truncated: bool | None = None
    key_marker: str | None = None
    version_id_marker: str | None = None
    next_key_marker: str | None = None
    next_version_id_marker: str | None = None
    versions: list[ObjectVersion] | None = None
    delete_markers: list[DeleteMarkerEntry] | None = None
    name: str | None = None
    prefix: str | None = None
    delimiter: str | None = None
    max_keys: int | None = None
    common_prefixes: list[CommonPrefix] | None = None
    encoding_type: str | None = None
    request_charged: str | None = None
    entries: list[ObjectVersion | DeleteMarkerEntry] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectsOutput(Shape):
    """Answer of ListObjects."""

    is_truncated: bool | None = None
    marker: str | None = None
    next_marker: str | None = None
    contents: list[Object] | None = None
    name: str | None = None
    prefix: str | None = None
    delimiter: str | None = None
    max_keys: int | None = None
    common_prefixes: list[CommonPrefix] | None = None
    encoding_type: str | None = None
    request_charged: str | None = None
    bucket_region: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListObjectsV2Output(Shape):
    """Answer of ListObjectsV2."""

    is_truncated: bool | None = None
    contents: list[Object] | None = None
    name: str | None = None
    prefix: str | None = None
    delimiter: str | None = None
    max_keys: int | None = None
    common_prefixes: list[CommonPrefix] | None = None
    encoding_type: str | None = None
    key_count: int | None = None
    continuation_token: str | None = None
    next_continuation_token: str | None = None
    start_after: str | None = None
    request_charged: str | None = None
    bucket_region: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ListPartsOutput(Shape):
    """Answer of ListParts."""

    abort_date: datetime | None = None
    abort_rule_id: str | None = None
    bucket: str | None = None
    key: str | None = None
    upload_id: str | None = None
    part_number_marker: int | None = None
    next_part_number_marker: int | None = None
    max_parts: int | None = None
    is_truncated: bool | None = None
    parts: list[Part] | None = None
    initiator: Initiator | None = None
    owner: Owner | None = None
    storage_class: str | None = None
    request_charged: str | None = None
    checksum_algorithm: str | None = None
    checksum_type: str | None = None
    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutBucketLifecycleConfigurationOutput(Shape):
    """Answer of PutBucketLifecycleConfiguration."""

    transition_default_minimum_object_size: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectOutput(Shape):
    """Answer of PutObject."""

    expiration: str | None = None
    e_tag: str | None = None
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
    server_side_encryption: str | None = None
    version_id: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    ssekms_encryption_context: str | None = None
    bucket_key_enabled: bool | None = None
    size: int | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectAclOutput(Shape):
    """Answer of PutObjectAcl."""

    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectAnnotationOutput(Shape):
    """Answer of PutObjectAnnotation."""

    key: str | None = None
    annotation_name: str | None = None
    object_version_id: str | None = None
    e_tag: str | None = None
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
    server_side_encryption: str | None = None
    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectLegalHoldOutput(Shape):
    """Answer of PutObjectLegalHold."""

    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectLockConfigurationOutput(Shape):
    """Answer of PutObjectLockConfiguration."""

    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectRetentionOutput(Shape):
    """Answer of PutObjectRetention."""

    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PutObjectTaggingOutput(Shape):
    """Answer of PutObjectTagging."""

    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RenameObjectOutput(Shape):
    """Answer of RenameObject."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RestoreObjectOutput(Shape):
    """Answer of RestoreObject."""

    request_charged: str | None = None
    restore_output_path: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SelectObjectContentOutput(Shape):
    """Answer of SelectObjectContent."""

    payload: Stream | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UpdateObjectEncryptionOutput(Shape):
    """Answer of UpdateObjectEncryption."""

    request_charged: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UploadPartOutput(Shape):
    """Answer of UploadPart."""

    server_side_encryption: str | None = None
    e_tag: str | None = None
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
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    bucket_key_enabled: bool | None = None
    request_charged: str | None = None
    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class UploadPartCopyOutput(Shape):
    """Answer of UploadPartCopy."""

    copy_source_version_id: str | None = None
    copy_part_result: CopyPartResult | None = None
    server_side_encryption: str | None = None
    sse_customer_algorithm: str | None = None
    sse_customer_key_md5: str | None = None
    ssekms_key_id: str | None = None
    bucket_key_enabled: bool | None = None
    request_charged: str | None = None
    version_id: str | None = None
