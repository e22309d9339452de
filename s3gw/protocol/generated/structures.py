# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Structures that occur inside of documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from s3gw.protocol.values import Shape


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AbacStatus(Shape):
    """AbacStatus of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AbortIncompleteMultipartUpload(Shape):
    """AbortIncompleteMultipartUpload of the S3 model."""

    days_after_initiation: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AccelerateConfiguration(Shape):
    """AccelerateConfiguration of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AccessControlPolicy(Shape):
    """AccessControlPolicy of the S3 model."""

    grants: list[Grant] | None = None
    owner: Owner | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AccessControlTranslation(Shape):
    """AccessControlTranslation of the S3 model."""

    owner: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnalyticsAndOperator(Shape):
    """AnalyticsAndOperator of the S3 model."""

    prefix: str | None = None
    tags: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnalyticsConfiguration(Shape):
    """AnalyticsConfiguration of the S3 model."""

    id: str | None = None
    filter: AnalyticsFilter | None = None
    storage_class_analysis: StorageClassAnalysis | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnalyticsExportDestination(Shape):
    """AnalyticsExportDestination of the S3 model."""

    s3_bucket_destination: AnalyticsS3BucketDestination | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnalyticsFilter(Shape):
    """AnalyticsFilter of the S3 model."""

    prefix: str | None = None
    tag: Tag | None = None
    and_: AnalyticsAndOperator | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnalyticsS3BucketDestination(Shape):
    """AnalyticsS3BucketDestination of the S3 model."""

    format: str | None = None
    bucket_account_id: str | None = None
    bucket: str | None = None
    prefix: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnnotationEntry(Shape):
    """AnnotationEntry of the S3 model."""

    annotation_name: str | None = None
    last_modified: datetime | None = None
    e_tag: str | None = None
    checksum_algorithm: list[str] | None = None
    size: int | None = None
    replication_status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnnotationTableConfiguration(Shape):
    """AnnotationTableConfiguration of the S3 model."""

    configuration_state: str | None = None
    encryption_configuration: MetadataTableEncryptionConfiguration | None = None
    role: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnnotationTableConfigurationResult(Shape):
    """AnnotationTableConfigurationResult of the S3 model."""

    configuration_state: str | None = None
    table_status: str | None = None
    error: ErrorDetails | None = None
    table_name: str | None = None
    table_arn: str | None = None
    role: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AnnotationTableConfigurationUpdates(Shape):
    """AnnotationTableConfigurationUpdates of the S3 model."""

    configuration_state: str | None = None
    encryption_configuration: MetadataTableEncryptionConfiguration | None = None
    role: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class BlockedEncryptionTypes(Shape):
    """BlockedEncryptionTypes of the S3 model."""

    encryption_type: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Bucket(Shape):
    """Bucket of the S3 model."""

    name: str | None = None
    creation_date: datetime | None = None
    bucket_region: str | None = None
    bucket_arn: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class BucketInfo(Shape):
    """BucketInfo of the S3 model."""

    data_redundancy: str | None = None
    type: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class BucketLifecycleConfiguration(Shape):
    """BucketLifecycleConfiguration of the S3 model."""

    rules: list[LifecycleRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class BucketLoggingStatus(Shape):
    """BucketLoggingStatus of the S3 model."""

    logging_enabled: LoggingEnabled | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CORSConfiguration(Shape):
    """CORSConfiguration of the S3 model."""

    cors_rules: list[CORSRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CORSRule(Shape):
    """CORSRule of the S3 model."""

    id: str | None = None
    allowed_headers: list[str] | None = None
    allowed_methods: list[str] | None = None
    allowed_origins: list[str] | None = None
    expose_headers: list[str] | None = None
    max_age_seconds: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CSVInput(Shape):
    """CSVInput of the S3 model."""

    file_header_info: str | None = None
    comments: str | None = None
    quote_escape_character: str | None = None
    record_delimiter: str | None = None
    field_delimiter: str | None = None
    quote_character: str | None = None
    allow_quoted_record_delimiter: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CSVOutput(Shape):
    """CSVOutput of the S3 model."""

    quote_fields: str | None = None
    quote_escape_character: str | None = None
    record_delimiter: str | None = None
    field_delimiter: str | None = None
    quote_character: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Checksum(Shape):
    """Checksum of the S3 model."""

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


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CloudFunctionConfiguration(Shape):
    """CloudFunctionConfiguration of the S3 model."""

    id: str | None = None
    events: list[str] | None = None
    cloud_function: str | None = None
    invocation_role: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CommonPrefix(Shape):
    """CommonPrefix of the S3 model."""

    prefix: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CompletedMultipartUpload(Shape):
    """CompletedMultipartUpload of the S3 model."""

    parts: list[CompletedPart] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CompletedPart(Shape):
    """CompletedPart of the S3 model."""

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
    part_number: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Condition(Shape):
    """Condition of the S3 model."""

    http_error_code_returned_equals: str | None = None
    key_prefix_equals: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CopyObjectResult(Shape):
    """CopyObjectResult of the S3 model."""

    e_tag: str | None = None
    last_modified: datetime | None = None
    checksum_type: str | None = None
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


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CopyPartResult(Shape):
    """CopyPartResult of the S3 model."""

    e_tag: str | None = None
    last_modified: datetime | None = None
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


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class CreateBucketConfiguration(Shape):
    """CreateBucketConfiguration of the S3 model."""

    location_constraint: str | None = None
    location: LocationInfo | None = None
    bucket: BucketInfo | None = None
    tags: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DefaultRetention(Shape):
    """DefaultRetention of the S3 model."""

    mode: str | None = None
    days: int | None = None
    years: int | None = None
    default_event_hold: EventHoldDuration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Delete(Shape):
    """Delete of the S3 model."""

    objects: list[ObjectIdentifier] | None = None
    quiet: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteMarkerEntry(Shape):
    """DeleteMarkerEntry of the S3 model."""

    owner: Owner | None = None
    key: str | None = None
    version_id: str | None = None
    is_latest: bool | None = None
    last_modified: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeleteMarkerReplication(Shape):
    """DeleteMarkerReplication of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DeletedObject(Shape):
    """DeletedObject of the S3 model."""

    key: str | None = None
    version_id: str | None = None
    delete_marker: bool | None = None
    delete_marker_version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Destination(Shape):
    """Destination of the S3 model."""

    bucket: str | None = None
    account: str | None = None
    storage_class: str | None = None
    access_control_translation: AccessControlTranslation | None = None
    encryption_configuration: EncryptionConfiguration | None = None
    replication_time: ReplicationTime | None = None
    metrics: Metrics | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DestinationResult(Shape):
    """DestinationResult of the S3 model."""

    table_bucket_type: str | None = None
    table_bucket_arn: str | None = None
    table_namespace: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Encryption(Shape):
    """Encryption of the S3 model."""

    encryption_type: str | None = None
    kms_key_id: str | None = None
    kms_context: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class EncryptionConfiguration(Shape):
    """EncryptionConfiguration of the S3 model."""

    replica_kms_key_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Error(Shape):
    """Error of the S3 model."""

    key: str | None = None
    version_id: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ErrorDetails(Shape):
    """ErrorDetails of the S3 model."""

    error_code: str | None = None
    error_message: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ErrorDocument(Shape):
    """ErrorDocument of the S3 model."""

    key: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class EventBridgeConfiguration(Shape):
    """EventBridgeConfiguration of the S3 model."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class EventHoldDuration(Shape):
    """EventHoldDuration of the S3 model."""

    days: int | None = None
    years: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ExistingObjectReplication(Shape):
    """ExistingObjectReplication of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class FilterRule(Shape):
    """FilterRule of the S3 model."""

    name: str | None = None
    value: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataConfigurationResult(Shape):
    """GetBucketMetadataConfigurationResult of the S3 model."""

    metadata_configuration_result: MetadataConfigurationResult | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetBucketMetadataTableConfigurationResult(Shape):
    """GetBucketMetadataTableConfigurationResult of the S3 model."""

    metadata_table_configuration_result: MetadataTableConfigurationResult | None = None
    status: str | None = None
    error: ErrorDetails | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GetObjectAttributesParts(Shape):
    """GetObjectAttributesParts of the S3 model."""

    total_parts_count: int | None = None
    part_number_marker: int | None = None
    next_part_number_marker: int | None = None
    max_parts: int | None = None
    is_truncated: bool | None = None
    parts: list[ObjectPart] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class GlacierJobParameters(Shape):
    """GlacierJobParameters of the S3 model."""

    tier: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Grant(Shape):
    """Grant of the S3 model."""

    grantee: Grantee | None = None
    permission: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Grantee(Shape):
    """Grantee of the S3 model."""

    display_name: str | None = None
    email_address: str | None = None
    id: str | None = None
    type: str | None = None
    uri: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class IndexDocument(Shape):
    """IndexDocument of the S3 model."""

    suffix: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Initiator(Shape):
    """Initiator of the S3 model."""

    id: str | None = None
    display_name: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InputSerialization(Shape):
    """InputSerialization of the S3 model."""

    csv: CSVInput | None = None
    compression_type: str | None = None
    json: JSONInput | None = None
    parquet: ParquetInput | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class IntelligentTieringAndOperator(Shape):
    """IntelligentTieringAndOperator of the S3 model."""

    prefix: str | None = None
    tags: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class IntelligentTieringConfiguration(Shape):
    """IntelligentTieringConfiguration of the S3 model."""

    id: str | None = None
    filter: IntelligentTieringFilter | None = None
    status: str | None = None
    tierings: list[Tiering] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class IntelligentTieringFilter(Shape):
    """IntelligentTieringFilter of the S3 model."""

    prefix: str | None = None
    tag: Tag | None = None
    and_: IntelligentTieringAndOperator | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryConfiguration(Shape):
    """InventoryConfiguration of the S3 model."""

    destination: InventoryDestination | None = None
    is_enabled: bool | None = None
    filter: InventoryFilter | None = None
    id: str | None = None
    included_object_versions: str | None = None
    optional_fields: list[str] | None = None
    schedule: InventorySchedule | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryDestination(Shape):
    """InventoryDestination of the S3 model."""

    s3_bucket_destination: InventoryS3BucketDestination | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryEncryption(Shape):
    """InventoryEncryption of the S3 model."""

    sses3: SSES3 | None = None
    ssekms: SSEKMS | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryFilter(Shape):
    """InventoryFilter of the S3 model."""

    prefix: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryS3BucketDestination(Shape):
    """InventoryS3BucketDestination of the S3 model."""

    account_id: str | None = None
    bucket: str | None = None
    format: str | None = None
    prefix: str | None = None
    encryption: InventoryEncryption | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventorySchedule(Shape):
    """InventorySchedule of the S3 model."""

    frequency: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryTableConfiguration(Shape):
    """InventoryTableConfiguration of the S3 model."""

    configuration_state: str | None = None
    encryption_configuration: MetadataTableEncryptionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryTableConfigurationResult(Shape):
    """InventoryTableConfigurationResult of the S3 model."""

    configuration_state: str | None = None
    table_status: str | None = None
    error: ErrorDetails | None = None
    table_name: str | None = None
    table_arn: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class InventoryTableConfigurationUpdates(Shape):
    """InventoryTableConfigurationUpdates of the S3 model."""

    configuration_state: str | None = None
    encryption_configuration: MetadataTableEncryptionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class JSONInput(Shape):
    """JSONInput of the S3 model."""

    type: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class JSONOutput(Shape):
    """JSONOutput of the S3 model."""

    record_delimiter: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class JournalTableConfiguration(Shape):
    """JournalTableConfiguration of the S3 model."""

    record_expiration: RecordExpiration | None = None
    encryption_configuration: MetadataTableEncryptionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class JournalTableConfigurationResult(Shape):
    """JournalTableConfigurationResult of the S3 model."""

    table_status: str | None = None
    error: ErrorDetails | None = None
    table_name: str | None = None
    table_arn: str | None = None
    record_expiration: RecordExpiration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class JournalTableConfigurationUpdates(Shape):
    """JournalTableConfigurationUpdates of the S3 model."""

    record_expiration: RecordExpiration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LambdaFunctionConfiguration(Shape):
    """LambdaFunctionConfiguration of the S3 model."""

    id: str | None = None
    lambda_function_arn: str | None = None
    events: list[str] | None = None
    filter: NotificationConfigurationFilter | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LifecycleConfiguration(Shape):
    """LifecycleConfiguration of the S3 model."""

    rules: list[Rule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LifecycleExpiration(Shape):
    """LifecycleExpiration of the S3 model."""

    date: datetime | None = None
    days: int | None = None
    expired_object_delete_marker: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LifecycleRule(Shape):
    """LifecycleRule of the S3 model."""

    expiration: LifecycleExpiration | None = None
    id: str | None = None
    prefix: str | None = None
    filter: LifecycleRuleFilter | None = None
    status: str | None = None
    transitions: list[Transition] | None = None
    noncurrent_version_transitions: list[NoncurrentVersionTransition] | None = None
    noncurrent_version_expiration: NoncurrentVersionExpiration | None = None
    abort_incomplete_multipart_upload: AbortIncompleteMultipartUpload | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LifecycleRuleAndOperator(Shape):
    """LifecycleRuleAndOperator of the S3 model."""

    prefix: str | None = None
    tags: list[Tag] | None = None
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LifecycleRuleFilter(Shape):
    """LifecycleRuleFilter of the S3 model."""

    prefix: str | None = None
    tag: Tag | None = None
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    and_: LifecycleRuleAndOperator | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LocationInfo(Shape):
    """LocationInfo of the S3 model."""

    type: str | None = None
    name: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class LoggingEnabled(Shape):
    """LoggingEnabled of the S3 model."""

    target_bucket: str | None = None
    target_grants: list[TargetGrant] | None = None
    target_prefix: str | None = None
    target_object_key_format: TargetObjectKeyFormat | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataConfiguration(Shape):
    """MetadataConfiguration of the S3 model."""

    journal_table_configuration: JournalTableConfiguration | None = None
    inventory_table_configuration: InventoryTableConfiguration | None = None
    annotation_table_configuration: AnnotationTableConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataConfigurationResult(Shape):
    """MetadataConfigurationResult of the S3 model."""

    destination_result: DestinationResult | None = None
    journal_table_configuration_result: JournalTableConfigurationResult | None = None
    inventory_table_configuration_result: InventoryTableConfigurationResult | None = None
    annotation_table_configuration_result: AnnotationTableConfigurationResult | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataEntry(Shape):
    """MetadataEntry of the S3 model."""

    name: str | None = None
    value: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataTableConfiguration(Shape):
    """MetadataTableConfiguration of the S3 model."""

    s3_tables_destination: S3TablesDestination | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataTableConfigurationResult(Shape):
    """MetadataTableConfigurationResult of the S3 model."""

    s3_tables_destination_result: S3TablesDestinationResult | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetadataTableEncryptionConfiguration(Shape):
    """MetadataTableEncryptionConfiguration of the S3 model."""

    sse_algorithm: str | None = None
    kms_key_arn: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Metrics(Shape):
    """Metrics of the S3 model."""

    status: str | None = None
    event_threshold: ReplicationTimeValue | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetricsAndOperator(Shape):
    """MetricsAndOperator of the S3 model."""

    prefix: str | None = None
    tags: list[Tag] | None = None
    access_point_arn: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetricsConfiguration(Shape):
    """MetricsConfiguration of the S3 model."""

    id: str | None = None
    filter: MetricsFilter | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MetricsFilter(Shape):
    """MetricsFilter of the S3 model."""

    prefix: str | None = None
    tag: Tag | None = None
    access_point_arn: str | None = None
    and_: MetricsAndOperator | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MultipartUpload(Shape):
    """MultipartUpload of the S3 model."""

    upload_id: str | None = None
    key: str | None = None
    initiated: datetime | None = None
    storage_class: str | None = None
    owner: Owner | None = None
    initiator: Initiator | None = None
    checksum_algorithm: str | None = None
    checksum_type: str | None = None
    version_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class NoncurrentVersionExpiration(Shape):
    """NoncurrentVersionExpiration of the S3 model."""

    noncurrent_days: int | None = None
    newer_noncurrent_versions: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class NoncurrentVersionTransition(Shape):
    """NoncurrentVersionTransition of the S3 model."""

    noncurrent_days: int | None = None
    storage_class: str | None = None
    newer_noncurrent_versions: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class NotificationConfiguration(Shape):
    """NotificationConfiguration of the S3 model."""

    topic_configurations: list[TopicConfiguration] | None = None
    queue_configurations: list[QueueConfiguration] | None = None
    lambda_function_configurations: list[LambdaFunctionConfiguration] | None = None
    event_bridge_configuration: EventBridgeConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class NotificationConfigurationDeprecated(Shape):
    """NotificationConfigurationDeprecated of the S3 model."""

    topic_configuration: TopicConfigurationDeprecated | None = None
    queue_configuration: QueueConfigurationDeprecated | None = None
    cloud_function_configuration: CloudFunctionConfiguration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class NotificationConfigurationFilter(Shape):
    """NotificationConfigurationFilter of the S3 model."""

    key: S3KeyFilter | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Object(Shape):
    """Object of the S3 model."""

    key: str | None = None
    last_modified: datetime | None = None
    e_tag: str | None = None
    checksum_algorithm: list[str] | None = None
    checksum_type: str | None = None
    size: int | None = None
    storage_class: str | None = None
    owner: Owner | None = None
    restore_status: RestoreStatus | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectEncryption(Shape):
    """ObjectEncryption of the S3 model."""

    ssekms: SSEKMSEncryption | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectIdentifier(Shape):
    """ObjectIdentifier of the S3 model."""

    key: str | None = None
    version_id: str | None = None
    e_tag: str | None = None
    last_modified_time: datetime | None = None
    size: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectLockConfiguration(Shape):
    """ObjectLockConfiguration of the S3 model."""

    object_lock_enabled: str | None = None
    rule: ObjectLockRule | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectLockLegalHold(Shape):
    """ObjectLockLegalHold of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectLockRetention(Shape):
    """ObjectLockRetention of the S3 model."""

    mode: str | None = None
    retain_until_date: datetime | None = None
    event_hold: str | None = None
    event_hold_duration: EventHoldDuration | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectLockRule(Shape):
    """ObjectLockRule of the S3 model."""

    default_retention: DefaultRetention | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectPart(Shape):
    """ObjectPart of the S3 model."""

    part_number: int | None = None
    size: int | None = None
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


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ObjectVersion(Shape):
    """ObjectVersion of the S3 model."""

    e_tag: str | None = None
    checksum_algorithm: list[str] | None = None
    checksum_type: str | None = None
    size: int | None = None
    storage_class: str | None = None
    key: str | None = None
    version_id: str | None = None
    is_latest: bool | None = None
    last_modified: datetime | None = None
    owner: Owner | None = None
    restore_status: RestoreStatus | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OutputLocation(Shape):
    """OutputLocation of the S3 model."""

    s3: S3Location | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OutputSerialization(Shape):
    """OutputSerialization of the S3 model."""

    csv: CSVOutput | None = None
    json: JSONOutput | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Owner(Shape):
    """Owner of the S3 model."""

    display_name: str | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OwnershipControls(Shape):
    """OwnershipControls of the S3 model."""

    rules: list[OwnershipControlsRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OwnershipControlsRule(Shape):
    """OwnershipControlsRule of the S3 model."""

    object_ownership: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ParquetInput(Shape):
    """ParquetInput of the S3 model."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Part(Shape):
    """Part of the S3 model."""

    part_number: int | None = None
    last_modified: datetime | None = None
    e_tag: str | None = None
    size: int | None = None
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


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PartitionedPrefix(Shape):
    """PartitionedPrefix of the S3 model."""

    partition_date_source: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PolicyStatus(Shape):
    """PolicyStatus of the S3 model."""

    is_public: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PublicAccessBlockConfiguration(Shape):
    """PublicAccessBlockConfiguration of the S3 model."""

    block_public_acls: bool | None = None
    ignore_public_acls: bool | None = None
    block_public_policy: bool | None = None
    restrict_public_buckets: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class QueueConfiguration(Shape):
    """QueueConfiguration of the S3 model."""

    id: str | None = None
    queue_arn: str | None = None
    events: list[str] | None = None
    filter: NotificationConfigurationFilter | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class QueueConfigurationDeprecated(Shape):
    """QueueConfigurationDeprecated of the S3 model."""

    id: str | None = None
    events: list[str] | None = None
    queue: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RecordExpiration(Shape):
    """RecordExpiration of the S3 model."""

    expiration: str | None = None
    days: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Redirect(Shape):
    """Redirect of the S3 model."""

    host_name: str | None = None
    http_redirect_code: str | None = None
    protocol: str | None = None
    replace_key_prefix_with: str | None = None
    replace_key_with: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RedirectAllRequestsTo(Shape):
    """RedirectAllRequestsTo of the S3 model."""

    host_name: str | None = None
    protocol: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicaModifications(Shape):
    """ReplicaModifications of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationConfiguration(Shape):
    """ReplicationConfiguration of the S3 model."""

    role: str | None = None
    rules: list[ReplicationRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationRule(Shape):
    """ReplicationRule of the S3 model."""

    id: str | None = None
    priority: int | None = None
    prefix: str | None = None
    filter: ReplicationRuleFilter | None = None
    status: str | None = None
    source_selection_criteria: SourceSelectionCriteria | None = None
    existing_object_replication: ExistingObjectReplication | None = None
    destination: Destination | None = None
    delete_marker_replication: DeleteMarkerReplication | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationRuleAndOperator(Shape):
    """ReplicationRuleAndOperator of the S3 model."""

    prefix: str | None = None
    tags: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationRuleFilter(Shape):
    """ReplicationRuleFilter of the S3 model."""

    prefix: str | None = None
    tag: Tag | None = None
    and_: ReplicationRuleAndOperator | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationTime(Shape):
    """ReplicationTime of the S3 model."""

    status: str | None = None
    time: ReplicationTimeValue | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReplicationTimeValue(Shape):
    """ReplicationTimeValue of the S3 model."""

    minutes: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RequestPaymentConfiguration(Shape):
    """RequestPaymentConfiguration of the S3 model."""

    payer: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RequestProgress(Shape):
    """RequestProgress of the S3 model."""

    enabled: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RestoreRequest(Shape):
    """RestoreRequest of the S3 model."""

    days: int | None = None
    glacier_job_parameters: GlacierJobParameters | None = None
    type: str | None = None
    tier: str | None = None
    description: str | None = None
    select_parameters: SelectParameters | None = None
    output_location: OutputLocation | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RestoreStatus(Shape):
    """RestoreStatus of the S3 model."""

    is_restore_in_progress: bool | None = None
    restore_expiry_date: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RoutingRule(Shape):
    """RoutingRule of the S3 model."""

    condition: Condition | None = None
    redirect: Redirect | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Rule(Shape):
    """Rule of the S3 model."""

    expiration: LifecycleExpiration | None = None
    id: str | None = None
    prefix: str | None = None
    status: str | None = None
    transition: Transition | None = None
    noncurrent_version_transition: NoncurrentVersionTransition | None = None
    noncurrent_version_expiration: NoncurrentVersionExpiration | None = None
    abort_incomplete_multipart_upload: AbortIncompleteMultipartUpload | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class S3KeyFilter(Shape):
    """S3KeyFilter of the S3 model."""

    filter_rules: list[FilterRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class S3Location(Shape):
    """S3Location of the S3 model."""

    bucket_name: str | None = None
    prefix: str | None = None
    encryption: Encryption | None = None
    canned_acl: str | None = None
    access_control_list: list[Grant] | None = None
    tagging: Tagging | None = None
    user_metadata: list[MetadataEntry] | None = None
    storage_class: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class S3TablesDestination(Shape):
    """S3TablesDestination of the S3 model."""

    table_bucket_arn: str | None = None
    table_name: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class S3TablesDestinationResult(Shape):
    """S3TablesDestinationResult of the S3 model."""

    table_bucket_arn: str | None = None
    table_name: str | None = None
    table_arn: str | None = None
    table_namespace: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SSEKMS(Shape):
    """SSEKMS of the S3 model."""

    key_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SSEKMSEncryption(Shape):
    """SSEKMSEncryption of the S3 model."""

    kms_key_arn: str | None = None
    bucket_key_enabled: bool | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SSES3(Shape):
    """SSES3 of the S3 model."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ScanRange(Shape):
    """ScanRange of the S3 model."""

    start: int | None = None
    end: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SelectParameters(Shape):
    """SelectParameters of the S3 model."""

    input_serialization: InputSerialization | None = None
    expression_type: str | None = None
    expression: str | None = None
    output_serialization: OutputSerialization | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ServerSideEncryptionByDefault(Shape):
    """ServerSideEncryptionByDefault of the S3 model."""

    sse_algorithm: str | None = None
    kms_master_key_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ServerSideEncryptionConfiguration(Shape):
    """ServerSideEncryptionConfiguration of the S3 model."""

    rules: list[ServerSideEncryptionRule] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ServerSideEncryptionRule(Shape):
    """ServerSideEncryptionRule of the S3 model."""

    apply_server_side_encryption_by_default: ServerSideEncryptionByDefault | None = None
    bucket_key_enabled: bool | None = None
    blocked_encryption_types: BlockedEncryptionTypes | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionCredentials(Shape):
    """SessionCredentials of the S3 model."""

    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None
    expiration: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SimplePrefix(Shape):
    """SimplePrefix of the S3 model."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SourceSelectionCriteria(Shape):
    """SourceSelectionCriteria of the S3 model."""

    sse_kms_encrypted_objects: SseKmsEncryptedObjects | None = None
    replica_modifications: ReplicaModifications | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SseKmsEncryptedObjects(Shape):
    """SseKmsEncryptedObjects of the S3 model."""

    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class StorageClassAnalysis(Shape):
    """StorageClassAnalysis of the S3 model."""

    data_export: StorageClassAnalysisDataExport | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class StorageClassAnalysisDataExport(Shape):
    """StorageClassAnalysisDataExport of the S3 model."""

    output_schema_version: str | None = None
    destination: AnalyticsExportDestination | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Tag(Shape):
    """Tag of the S3 model."""

    key: str | None = None
    value: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Tagging(Shape):
    """Tagging of the S3 model."""

    tag_set: list[Tag] | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TargetGrant(Shape):
    """TargetGrant of the S3 model."""

    grantee: Grantee | None = None
    permission: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TargetObjectKeyFormat(Shape):
    """TargetObjectKeyFormat of the S3 model."""

    simple_prefix: SimplePrefix | None = None
    partitioned_prefix: PartitionedPrefix | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Tiering(Shape):
    """Tiering of the S3 model."""

    days: int | None = None
    access_tier: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TopicConfiguration(Shape):
    """TopicConfiguration of the S3 model."""

    id: str | None = None
    topic_arn: str | None = None
    events: list[str] | None = None
    filter: NotificationConfigurationFilter | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TopicConfigurationDeprecated(Shape):
    """TopicConfigurationDeprecated of the S3 model."""

    id: str | None = None
    events: list[str] | None = None
    topic: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Transition(Shape):
    """Transition of the S3 model."""

    date: datetime | None = None
    days: int | None = None
    storage_class: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class VersioningConfiguration(Shape):
    """VersioningConfiguration of the S3 model."""

    mfa_delete: str | None = None
    status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class WebsiteConfiguration(Shape):
    """WebsiteConfiguration of the S3 model."""

    error_document: ErrorDocument | None = None
    index_document: IndexDocument | None = None
    redirect_all_requests_to: RedirectAllRequestsTo | None = None
    routing_rules: list[RoutingRule] | None = None
