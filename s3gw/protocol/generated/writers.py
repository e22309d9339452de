# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Structures written into the documents of answers."""

from __future__ import annotations

from s3gw.protocol.generated.structures import (
    SSEKMS,
    SSES3,
    AbacStatus,
    AbortIncompleteMultipartUpload,
    AccessControlTranslation,
    AnalyticsAndOperator,
    AnalyticsConfiguration,
    AnalyticsExportDestination,
    AnalyticsFilter,
    AnalyticsS3BucketDestination,
    AnnotationEntry,
    AnnotationTableConfigurationResult,
    BlockedEncryptionTypes,
    Bucket,
    Checksum,
    CloudFunctionConfiguration,
    CommonPrefix,
    Condition,
    CopyObjectResult,
    CopyPartResult,
    CORSRule,
    DefaultRetention,
    DeletedObject,
    DeleteMarkerEntry,
    DeleteMarkerReplication,
    Destination,
    DestinationResult,
    EncryptionConfiguration,
    Error,
    ErrorDetails,
    ErrorDocument,
    EventBridgeConfiguration,
    EventHoldDuration,
    ExistingObjectReplication,
    FilterRule,
    GetBucketMetadataConfigurationResult,
    GetBucketMetadataTableConfigurationResult,
    GetObjectAttributesParts,
    Grant,
    Grantee,
    IndexDocument,
    Initiator,
    IntelligentTieringAndOperator,
    IntelligentTieringConfiguration,
    IntelligentTieringFilter,
    InventoryConfiguration,
    InventoryDestination,
    InventoryEncryption,
    InventoryFilter,
    InventoryS3BucketDestination,
    InventorySchedule,
    InventoryTableConfigurationResult,
    JournalTableConfigurationResult,
    LambdaFunctionConfiguration,
    LifecycleExpiration,
    LifecycleRule,
    LifecycleRuleAndOperator,
    LifecycleRuleFilter,
    LoggingEnabled,
    MetadataConfigurationResult,
    MetadataTableConfigurationResult,
    Metrics,
    MetricsAndOperator,
    MetricsConfiguration,
    MetricsFilter,
    MultipartUpload,
    NoncurrentVersionExpiration,
    NoncurrentVersionTransition,
    NotificationConfigurationFilter,
    Object,
    ObjectLockConfiguration,
    ObjectLockLegalHold,
    ObjectLockRetention,
    ObjectLockRule,
    ObjectPart,
    ObjectVersion,
    Owner,
    OwnershipControls,
    OwnershipControlsRule,
    Part,
    PartitionedPrefix,
    PolicyStatus,
    PublicAccessBlockConfiguration,
    QueueConfiguration,
    QueueConfigurationDeprecated,
    RecordExpiration,
    Redirect,
    RedirectAllRequestsTo,
    ReplicaModifications,
    ReplicationConfiguration,
    ReplicationRule,
    ReplicationRuleAndOperator,
    ReplicationRuleFilter,
    ReplicationTime,
    ReplicationTimeValue,
    RestoreStatus,
    RoutingRule,
    Rule,
    S3KeyFilter,
    S3TablesDestinationResult,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
    SessionCredentials,
    SimplePrefix,
    SourceSelectionCriteria,
    SseKmsEncryptedObjects,
    StorageClassAnalysis,
    StorageClassAnalysisDataExport,
    Tag,
    TargetGrant,
    TargetObjectKeyFormat,
    Tiering,
    TopicConfiguration,
    TopicConfigurationDeprecated,
    Transition,
)
from s3gw.protocol.values import iso_date, precise_date
from s3gw.protocol.xml import escape


def write_abac_status(value: AbacStatus) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_abort_incomplete_multipart_upload(value: AbortIncompleteMultipartUpload) -> str:
    s = ""
    if value.days_after_initiation is not None:
        s += f"""<DaysAfterInitiation>{value.days_after_initiation}</DaysAfterInitiation>"""
    return s


def write_access_control_translation(value: AccessControlTranslation) -> str:
    s = ""
    if value.owner is not None:
        s += f"""<Owner>{escape(value.owner)}</Owner>"""
    return s


def write_analytics_and_operator(value: AnalyticsAndOperator) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tags is not None:
        for tags_item in value.tags:
            s += f"""<Tag>{write_tag(tags_item)}</Tag>"""
    return s


def write_analytics_configuration(value: AnalyticsConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.filter is not None:
        s += f"""<Filter>{write_analytics_filter(value.filter)}</Filter>"""
    if value.storage_class_analysis is not None:
        s += f"""<StorageClassAnalysis>{write_storage_class_analysis(value.storage_class_analysis)}</StorageClassAnalysis>"""
    return s


def write_analytics_export_destination(value: AnalyticsExportDestination) -> str:
    s = ""
    if value.s3_bucket_destination is not None:
        s += f"""<S3BucketDestination>{write_analytics_s3_bucket_destination(value.s3_bucket_destination)}</S3BucketDestination>"""
    return s


def write_analytics_filter(value: AnalyticsFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tag is not None:
        s += f"""<Tag>{write_tag(value.tag)}</Tag>"""
    if value.and_ is not None:
        s += f"""<And>{write_analytics_and_operator(value.and_)}</And>"""
    return s


def write_analytics_s3_bucket_destination(value: AnalyticsS3BucketDestination) -> str:
    s = ""
    if value.format is not None:
        s += f"""<Format>{escape(value.format)}</Format>"""
    if value.bucket_account_id is not None:
        s += f"""<BucketAccountId>{escape(value.bucket_account_id)}</BucketAccountId>"""
    if value.bucket is not None:
        s += f"""<Bucket>{escape(value.bucket)}</Bucket>"""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    return s


def write_annotation_entry(value: AnnotationEntry) -> str:
    s = ""
    if value.annotation_name is not None:
        s += f"""<AnnotationName>{escape(value.annotation_name)}</AnnotationName>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.checksum_algorithm is not None:
        for checksum_algorithm_item in value.checksum_algorithm:
            s += f"""<ChecksumAlgorithm>{escape(checksum_algorithm_item)}</ChecksumAlgorithm>"""
    if value.size is not None:
        s += f"""<Size>{value.size}</Size>"""
    if value.replication_status is not None:
        s += f"""<ReplicationStatus>{escape(value.replication_status)}</ReplicationStatus>"""
    return s


def write_annotation_table_configuration_result(value: AnnotationTableConfigurationResult) -> str:
    s = ""
    if value.configuration_state is not None:
        s += f"""<ConfigurationState>{escape(value.configuration_state)}</ConfigurationState>"""
    if value.table_status is not None:
        s += f"""<TableStatus>{escape(value.table_status)}</TableStatus>"""
    if value.error is not None:
        s += f"""<Error>{write_error_details(value.error)}</Error>"""
    if value.table_name is not None:
        s += f"""<TableName>{escape(value.table_name)}</TableName>"""
    if value.table_arn is not None:
        s += f"""<TableArn>{escape(value.table_arn)}</TableArn>"""
    if value.role is not None:
        s += f"""<Role>{escape(value.role)}</Role>"""
    return s


def write_blocked_encryption_types(value: BlockedEncryptionTypes) -> str:
    s = ""
    if value.encryption_type is not None:
        for encryption_type_item in value.encryption_type:
            s += f"""<EncryptionType>{escape(encryption_type_item)}</EncryptionType>"""
    return s


def write_bucket(value: Bucket) -> str:
    s = ""
    if value.name is not None:
        s += f"""<Name>{escape(value.name)}</Name>"""
    if value.creation_date is not None:
        s += f"""<CreationDate>{iso_date(value.creation_date)}</CreationDate>"""
    if value.bucket_region is not None:
        s += f"""<BucketRegion>{escape(value.bucket_region)}</BucketRegion>"""
    if value.bucket_arn is not None:
        s += f"""<BucketArn>{escape(value.bucket_arn)}</BucketArn>"""
    return s


def write_cors_rule(value: CORSRule) -> str:
    s = ""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.allowed_headers is not None:
        for allowed_headers_item in value.allowed_headers:
            s += f"""<AllowedHeader>{escape(allowed_headers_item)}</AllowedHeader>"""
    if value.allowed_methods is not None:
        for allowed_methods_item in value.allowed_methods:
            s += f"""<AllowedMethod>{escape(allowed_methods_item)}</AllowedMethod>"""
    if value.allowed_origins is not None:
        for allowed_origins_item in value.allowed_origins:
            s += f"""<AllowedOrigin>{escape(allowed_origins_item)}</AllowedOrigin>"""
    if value.expose_headers is not None:
        for expose_headers_item in value.expose_headers:
            s += f"""<ExposeHeader>{escape(expose_headers_item)}</ExposeHeader>"""
    if value.max_age_seconds is not None:
        s += f"""<MaxAgeSeconds>{value.max_age_seconds}</MaxAgeSeconds>"""
    return s


def write_checksum(value: Checksum) -> str:
    s = ""
    if value.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(value.checksum_crc32)}</ChecksumCRC32>"""
    if value.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(value.checksum_crc32_c)}</ChecksumCRC32C>"""
    if value.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(value.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if value.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(value.checksum_sha1)}</ChecksumSHA1>"""
    if value.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(value.checksum_sha256)}</ChecksumSHA256>"""
    if value.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(value.checksum_sha512)}</ChecksumSHA512>"""
    if value.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(value.checksum_md5)}</ChecksumMD5>"""
    if value.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(value.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if value.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(value.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if value.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(value.checksum_xxhash128)}</ChecksumXXHASH128>"""
    if value.checksum_type is not None:
        s += f"""<ChecksumType>{escape(value.checksum_type)}</ChecksumType>"""
    return s


def write_cloud_function_configuration(value: CloudFunctionConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.cloud_function is not None:
        s += f"""<CloudFunction>{escape(value.cloud_function)}</CloudFunction>"""
    if value.invocation_role is not None:
        s += f"""<InvocationRole>{escape(value.invocation_role)}</InvocationRole>"""
    return s


def write_common_prefix(value: CommonPrefix) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    return s


def write_condition(value: Condition) -> str:
    s = ""
    if value.http_error_code_returned_equals is not None:
        s += f"""<HttpErrorCodeReturnedEquals>{escape(value.http_error_code_returned_equals)}</HttpErrorCodeReturnedEquals>"""
    if value.key_prefix_equals is not None:
        s += f"""<KeyPrefixEquals>{escape(value.key_prefix_equals)}</KeyPrefixEquals>"""
    return s


def write_copy_object_result(value: CopyObjectResult) -> str:
    s = ""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.checksum_type is not None:
        s += f"""<ChecksumType>{escape(value.checksum_type)}</ChecksumType>"""
    if value.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(value.checksum_crc32)}</ChecksumCRC32>"""
    if value.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(value.checksum_crc32_c)}</ChecksumCRC32C>"""
    if value.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(value.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if value.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(value.checksum_sha1)}</ChecksumSHA1>"""
    if value.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(value.checksum_sha256)}</ChecksumSHA256>"""
    if value.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(value.checksum_sha512)}</ChecksumSHA512>"""
    if value.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(value.checksum_md5)}</ChecksumMD5>"""
    if value.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(value.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if value.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(value.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if value.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(value.checksum_xxhash128)}</ChecksumXXHASH128>"""
    return s


def write_copy_part_result(value: CopyPartResult) -> str:
    s = ""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(value.checksum_crc32)}</ChecksumCRC32>"""
    if value.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(value.checksum_crc32_c)}</ChecksumCRC32C>"""
    if value.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(value.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if value.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(value.checksum_sha1)}</ChecksumSHA1>"""
    if value.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(value.checksum_sha256)}</ChecksumSHA256>"""
    if value.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(value.checksum_sha512)}</ChecksumSHA512>"""
    if value.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(value.checksum_md5)}</ChecksumMD5>"""
    if value.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(value.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if value.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(value.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if value.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(value.checksum_xxhash128)}</ChecksumXXHASH128>"""
    return s


def write_default_retention(value: DefaultRetention) -> str:
    s = ""
    if value.mode is not None:
        s += f"""<Mode>{escape(value.mode)}</Mode>"""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    if value.years is not None:
        s += f"""<Years>{value.years}</Years>"""
    if value.default_event_hold is not None:
        s += f"""<DefaultEventHold>{write_event_hold_duration(value.default_event_hold)}</DefaultEventHold>"""
    return s


def write_delete_marker_entry(value: DeleteMarkerEntry) -> str:
    s = ""
    if value.owner is not None:
        s += f"""<Owner>{write_owner(value.owner)}</Owner>"""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.version_id is not None:
        s += f"""<VersionId>{escape(value.version_id)}</VersionId>"""
    if value.is_latest is not None:
        s += f"""<IsLatest>{"true" if value.is_latest else "false"}</IsLatest>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    return s


def write_delete_marker_replication(value: DeleteMarkerReplication) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_deleted_object(value: DeletedObject) -> str:
    s = ""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.version_id is not None:
        s += f"""<VersionId>{escape(value.version_id)}</VersionId>"""
    if value.delete_marker is not None:
        s += f"""<DeleteMarker>{"true" if value.delete_marker else "false"}</DeleteMarker>"""
    if value.delete_marker_version_id is not None:
        s += f"""<DeleteMarkerVersionId>{escape(value.delete_marker_version_id)}</DeleteMarkerVersionId>"""
    return s


def write_destination(value: Destination) -> str:
    s = ""
    if value.bucket is not None:
        s += f"""<Bucket>{escape(value.bucket)}</Bucket>"""
    if value.account is not None:
        s += f"""<Account>{escape(value.account)}</Account>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    if value.access_control_translation is not None:
        s += f"""<AccessControlTranslation>{write_access_control_translation(value.access_control_translation)}</AccessControlTranslation>"""
    if value.encryption_configuration is not None:
        s += f"""<EncryptionConfiguration>{write_encryption_configuration(value.encryption_configuration)}</EncryptionConfiguration>"""
    if value.replication_time is not None:
        s += f"""<ReplicationTime>{write_replication_time(value.replication_time)}</ReplicationTime>"""
    if value.metrics is not None:
        s += f"""<Metrics>{write_metrics(value.metrics)}</Metrics>"""
    return s


def write_destination_result(value: DestinationResult) -> str:
    s = ""
    if value.table_bucket_type is not None:
        s += f"""<TableBucketType>{escape(value.table_bucket_type)}</TableBucketType>"""
    if value.table_bucket_arn is not None:
        s += f"""<TableBucketArn>{escape(value.table_bucket_arn)}</TableBucketArn>"""
    if value.table_namespace is not None:
        s += f"""<TableNamespace>{escape(value.table_namespace)}</TableNamespace>"""
    return s


def write_encryption_configuration(value: EncryptionConfiguration) -> str:
    s = ""
    if value.replica_kms_key_id is not None:
        s += f"""<ReplicaKmsKeyID>{escape(value.replica_kms_key_id)}</ReplicaKmsKeyID>"""
    return s


def write_error(value: Error) -> str:
    s = ""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.version_id is not None:
        s += f"""<VersionId>{escape(value.version_id)}</VersionId>"""
    if value.code is not None:
        s += f"""<Code>{escape(value.code)}</Code>"""
    if value.message is not None:
        s += f"""<Message>{escape(value.message)}</Message>"""
    return s


def write_error_details(value: ErrorDetails) -> str:
    s = ""
    if value.error_code is not None:
        s += f"""<ErrorCode>{escape(value.error_code)}</ErrorCode>"""
    if value.error_message is not None:
        s += f"""<ErrorMessage>{escape(value.error_message)}</ErrorMessage>"""
    return s


def write_error_document(value: ErrorDocument) -> str:
    s = ""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    return s


def write_event_bridge_configuration(value: EventBridgeConfiguration) -> str:
    s = ""
    return s


def write_event_hold_duration(value: EventHoldDuration) -> str:
    s = ""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    if value.years is not None:
        s += f"""<Years>{value.years}</Years>"""
    return s


def write_existing_object_replication(value: ExistingObjectReplication) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_filter_rule(value: FilterRule) -> str:
    s = ""
    if value.name is not None:
        s += f"""<Name>{escape(value.name)}</Name>"""
    if value.value is not None:
        s += f"""<Value>{escape(value.value)}</Value>"""
    return s


def write_get_bucket_metadata_configuration_result(value: GetBucketMetadataConfigurationResult) -> str:
    s = ""
    if value.metadata_configuration_result is not None:
        s += f"""<MetadataConfigurationResult>{write_metadata_configuration_result(value.metadata_configuration_result)}</MetadataConfigurationResult>"""
    return s


def write_get_bucket_metadata_table_configuration_result(
    value: GetBucketMetadataTableConfigurationResult,
) -> str:
    s = ""
    if value.metadata_table_configuration_result is not None:
        s += f"""<MetadataTableConfigurationResult>{write_metadata_table_configuration_result(value.metadata_table_configuration_result)}</MetadataTableConfigurationResult>"""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.error is not None:
        s += f"""<Error>{write_error_details(value.error)}</Error>"""
    return s


def write_get_object_attributes_parts(value: GetObjectAttributesParts) -> str:
    s = ""
    if value.total_parts_count is not None:
        s += f"""<PartsCount>{value.total_parts_count}</PartsCount>"""
    if value.part_number_marker is not None:
        s += f"""<PartNumberMarker>{value.part_number_marker}</PartNumberMarker>"""
    if value.next_part_number_marker is not None:
        s += f"""<NextPartNumberMarker>{value.next_part_number_marker}</NextPartNumberMarker>"""
    if value.max_parts is not None:
        s += f"""<MaxParts>{value.max_parts}</MaxParts>"""
    if value.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if value.is_truncated else "false"}</IsTruncated>"""
    if value.parts is not None:
        for parts_item in value.parts:
            s += f"""<Part>{write_object_part(parts_item)}</Part>"""
    return s


def write_grant(value: Grant) -> str:
    s = ""
    if value.grantee is not None:
        s += f'''<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{escape(value.grantee.type or "")}">{write_grantee(value.grantee)}</Grantee>'''
    if value.permission is not None:
        s += f"""<Permission>{escape(value.permission)}</Permission>"""
    return s


def write_grantee(value: Grantee) -> str:
    s = ""
    if value.display_name is not None:
        s += f"""<DisplayName>{escape(value.display_name)}</DisplayName>"""
    if value.email_address is not None:
        s += f"""<EmailAddress>{escape(value.email_address)}</EmailAddress>"""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.uri is not None:
        s += f"""<URI>{escape(value.uri)}</URI>"""
    return s


def write_index_document(value: IndexDocument) -> str:
    s = ""
    if value.suffix is not None:
        s += f"""<Suffix>{escape(value.suffix)}</Suffix>"""
    return s


def write_initiator(value: Initiator) -> str:
    s = ""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.display_name is not None:
        s += f"""<DisplayName>{escape(value.display_name)}</DisplayName>"""
    return s


def write_intelligent_tiering_and_operator(value: IntelligentTieringAndOperator) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tags is not None:
        for tags_item in value.tags:
            s += f"""<Tag>{write_tag(tags_item)}</Tag>"""
    return s


def write_intelligent_tiering_configuration(value: IntelligentTieringConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.filter is not None:
        s += f"""<Filter>{write_intelligent_tiering_filter(value.filter)}</Filter>"""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.tierings is not None:
        for tierings_item in value.tierings:
            s += f"""<Tiering>{write_tiering(tierings_item)}</Tiering>"""
    return s


def write_intelligent_tiering_filter(value: IntelligentTieringFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tag is not None:
        s += f"""<Tag>{write_tag(value.tag)}</Tag>"""
    if value.and_ is not None:
        s += f"""<And>{write_intelligent_tiering_and_operator(value.and_)}</And>"""
    return s


def write_inventory_configuration(value: InventoryConfiguration) -> str:
    s = ""
    if value.destination is not None:
        s += f"""<Destination>{write_inventory_destination(value.destination)}</Destination>"""
    if value.is_enabled is not None:
        s += f"""<IsEnabled>{"true" if value.is_enabled else "false"}</IsEnabled>"""
    if value.filter is not None:
        s += f"""<Filter>{write_inventory_filter(value.filter)}</Filter>"""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.included_object_versions is not None:
        s += f"""<IncludedObjectVersions>{escape(value.included_object_versions)}</IncludedObjectVersions>"""
    if value.optional_fields is not None:
        s += "<OptionalFields>"
        for optional_fields_item in value.optional_fields:
            s += f"""<Field>{escape(optional_fields_item)}</Field>"""
        s += "</OptionalFields>"
    if value.schedule is not None:
        s += f"""<Schedule>{write_inventory_schedule(value.schedule)}</Schedule>"""
    return s


def write_inventory_destination(value: InventoryDestination) -> str:
    s = ""
    if value.s3_bucket_destination is not None:
        s += f"""<S3BucketDestination>{write_inventory_s3_bucket_destination(value.s3_bucket_destination)}</S3BucketDestination>"""
    return s


def write_inventory_encryption(value: InventoryEncryption) -> str:
    s = ""
    if value.sses3 is not None:
        s += f"""<SSE-S3>{write_sses3(value.sses3)}</SSE-S3>"""
    if value.ssekms is not None:
        s += f"""<SSE-KMS>{write_ssekms(value.ssekms)}</SSE-KMS>"""
    return s


def write_inventory_filter(value: InventoryFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    return s


def write_inventory_s3_bucket_destination(value: InventoryS3BucketDestination) -> str:
    s = ""
    if value.account_id is not None:
        s += f"""<AccountId>{escape(value.account_id)}</AccountId>"""
    if value.bucket is not None:
        s += f"""<Bucket>{escape(value.bucket)}</Bucket>"""
    if value.format is not None:
        s += f"""<Format>{escape(value.format)}</Format>"""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.encryption is not None:
        s += f"""<Encryption>{write_inventory_encryption(value.encryption)}</Encryption>"""
    return s


def write_inventory_schedule(value: InventorySchedule) -> str:
    s = ""
    if value.frequency is not None:
        s += f"""<Frequency>{escape(value.frequency)}</Frequency>"""
    return s


def write_inventory_table_configuration_result(value: InventoryTableConfigurationResult) -> str:
    s = ""
    if value.configuration_state is not None:
        s += f"""<ConfigurationState>{escape(value.configuration_state)}</ConfigurationState>"""
    if value.table_status is not None:
        s += f"""<TableStatus>{escape(value.table_status)}</TableStatus>"""
    if value.error is not None:
        s += f"""<Error>{write_error_details(value.error)}</Error>"""
    if value.table_name is not None:
        s += f"""<TableName>{escape(value.table_name)}</TableName>"""
    if value.table_arn is not None:
        s += f"""<TableArn>{escape(value.table_arn)}</TableArn>"""
    return s


def write_journal_table_configuration_result(value: JournalTableConfigurationResult) -> str:
    s = ""
    if value.table_status is not None:
        s += f"""<TableStatus>{escape(value.table_status)}</TableStatus>"""
    if value.error is not None:
        s += f"""<Error>{write_error_details(value.error)}</Error>"""
    if value.table_name is not None:
        s += f"""<TableName>{escape(value.table_name)}</TableName>"""
    if value.table_arn is not None:
        s += f"""<TableArn>{escape(value.table_arn)}</TableArn>"""
    if value.record_expiration is not None:
        s += f"""<RecordExpiration>{write_record_expiration(value.record_expiration)}</RecordExpiration>"""
    return s


def write_lambda_function_configuration(value: LambdaFunctionConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.lambda_function_arn is not None:
        s += f"""<CloudFunction>{escape(value.lambda_function_arn)}</CloudFunction>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.filter is not None:
        s += f"""<Filter>{write_notification_configuration_filter(value.filter)}</Filter>"""
    return s


def write_lifecycle_expiration(value: LifecycleExpiration) -> str:
    s = ""
    if value.date is not None:
        s += f"""<Date>{iso_date(value.date)}</Date>"""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    if value.expired_object_delete_marker is not None:
        s += f"""<ExpiredObjectDeleteMarker>{"true" if value.expired_object_delete_marker else "false"}</ExpiredObjectDeleteMarker>"""
    return s


def write_lifecycle_rule(value: LifecycleRule) -> str:
    s = ""
    if value.expiration is not None:
        s += f"""<Expiration>{write_lifecycle_expiration(value.expiration)}</Expiration>"""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.filter is not None:
        s += f"""<Filter>{write_lifecycle_rule_filter(value.filter)}</Filter>"""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.transitions is not None:
        for transitions_item in value.transitions:
            s += f"""<Transition>{write_transition(transitions_item)}</Transition>"""
    if value.noncurrent_version_transitions is not None:
        for noncurrent_version_transitions_item in value.noncurrent_version_transitions:
            s += f"""<NoncurrentVersionTransition>{write_noncurrent_version_transition(noncurrent_version_transitions_item)}</NoncurrentVersionTransition>"""
    if value.noncurrent_version_expiration is not None:
        s += f"""<NoncurrentVersionExpiration>{write_noncurrent_version_expiration(value.noncurrent_version_expiration)}</NoncurrentVersionExpiration>"""
    if value.abort_incomplete_multipart_upload is not None:
        s += f"""<AbortIncompleteMultipartUpload>{write_abort_incomplete_multipart_upload(value.abort_incomplete_multipart_upload)}</AbortIncompleteMultipartUpload>"""
    return s


def write_lifecycle_rule_and_operator(value: LifecycleRuleAndOperator) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tags is not None:
        for tags_item in value.tags:
            s += f"""<Tag>{write_tag(tags_item)}</Tag>"""
    if value.object_size_greater_than is not None:
        s += f"""<ObjectSizeGreaterThan>{value.object_size_greater_than}</ObjectSizeGreaterThan>"""
    if value.object_size_less_than is not None:
        s += f"""<ObjectSizeLessThan>{value.object_size_less_than}</ObjectSizeLessThan>"""
    return s


def write_lifecycle_rule_filter(value: LifecycleRuleFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tag is not None:
        s += f"""<Tag>{write_tag(value.tag)}</Tag>"""
    if value.object_size_greater_than is not None:
        s += f"""<ObjectSizeGreaterThan>{value.object_size_greater_than}</ObjectSizeGreaterThan>"""
    if value.object_size_less_than is not None:
        s += f"""<ObjectSizeLessThan>{value.object_size_less_than}</ObjectSizeLessThan>"""
    if value.and_ is not None:
        s += f"""<And>{write_lifecycle_rule_and_operator(value.and_)}</And>"""
    return s


def write_logging_enabled(value: LoggingEnabled) -> str:
    s = ""
    if value.target_bucket is not None:
        s += f"""<TargetBucket>{escape(value.target_bucket)}</TargetBucket>"""
    if value.target_grants is not None:
        s += "<TargetGrants>"
        for target_grants_item in value.target_grants:
            s += f"""<Grant>{write_target_grant(target_grants_item)}</Grant>"""
        s += "</TargetGrants>"
    if value.target_prefix is not None:
        s += f"""<TargetPrefix>{escape(value.target_prefix)}</TargetPrefix>"""
    if value.target_object_key_format is not None:
        s += f"""<TargetObjectKeyFormat>{write_target_object_key_format(value.target_object_key_format)}</TargetObjectKeyFormat>"""
    return s


def write_metadata_configuration_result(value: MetadataConfigurationResult) -> str:
    s = ""
    if value.destination_result is not None:
        s += (
            f"""<DestinationResult>{write_destination_result(value.destination_result)}</DestinationResult>"""
        )
    if value.journal_table_configuration_result is not None:
        s += f"""<JournalTableConfigurationResult>{write_journal_table_configuration_result(value.journal_table_configuration_result)}</JournalTableConfigurationResult>"""
    if value.inventory_table_configuration_result is not None:
        s += f"""<InventoryTableConfigurationResult>{write_inventory_table_configuration_result(value.inventory_table_configuration_result)}</InventoryTableConfigurationResult>"""
    if value.annotation_table_configuration_result is not None:
        s += f"""<AnnotationTableConfigurationResult>{write_annotation_table_configuration_result(value.annotation_table_configuration_result)}</AnnotationTableConfigurationResult>"""
    return s


def write_metadata_table_configuration_result(value: MetadataTableConfigurationResult) -> str:
    s = ""
    if value.s3_tables_destination_result is not None:
        s += f"""<S3TablesDestinationResult>{write_s3_tables_destination_result(value.s3_tables_destination_result)}</S3TablesDestinationResult>"""
    return s


def write_metrics(value: Metrics) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.event_threshold is not None:
        s += f"""<EventThreshold>{write_replication_time_value(value.event_threshold)}</EventThreshold>"""
    return s


def write_metrics_and_operator(value: MetricsAndOperator) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tags is not None:
        for tags_item in value.tags:
            s += f"""<Tag>{write_tag(tags_item)}</Tag>"""
    if value.access_point_arn is not None:
        s += f"""<AccessPointArn>{escape(value.access_point_arn)}</AccessPointArn>"""
    return s


def write_metrics_configuration(value: MetricsConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.filter is not None:
        s += f"""<Filter>{write_metrics_filter(value.filter)}</Filter>"""
    return s


def write_metrics_filter(value: MetricsFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tag is not None:
        s += f"""<Tag>{write_tag(value.tag)}</Tag>"""
    if value.access_point_arn is not None:
        s += f"""<AccessPointArn>{escape(value.access_point_arn)}</AccessPointArn>"""
    if value.and_ is not None:
        s += f"""<And>{write_metrics_and_operator(value.and_)}</And>"""
    return s


def write_multipart_upload(value: MultipartUpload) -> str:
    s = ""
    if value.upload_id is not None:
        s += f"""<UploadId>{escape(value.upload_id)}</UploadId>"""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.initiated is not None:
        s += f"""<Initiated>{iso_date(value.initiated)}</Initiated>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    if value.owner is not None:
        s += f"""<Owner>{write_owner(value.owner)}</Owner>"""
    if value.initiator is not None:
        s += f"""<Initiator>{write_initiator(value.initiator)}</Initiator>"""
    if value.checksum_algorithm is not None:
        s += f"""<ChecksumAlgorithm>{escape(value.checksum_algorithm)}</ChecksumAlgorithm>"""
    if value.checksum_type is not None:
        s += f"""<ChecksumType>{escape(value.checksum_type)}</ChecksumType>"""
    if value.version_id is not None:
        s += f"""<VersionId>{escape(value.version_id)}</VersionId>"""
    return s


def write_noncurrent_version_expiration(value: NoncurrentVersionExpiration) -> str:
    s = ""
    if value.noncurrent_days is not None:
        s += f"""<NoncurrentDays>{value.noncurrent_days}</NoncurrentDays>"""
    if value.newer_noncurrent_versions is not None:
        s += f"""<NewerNoncurrentVersions>{value.newer_noncurrent_versions}</NewerNoncurrentVersions>"""
    return s


def write_noncurrent_version_transition(value: NoncurrentVersionTransition) -> str:
    s = ""
    if value.noncurrent_days is not None:
        s += f"""<NoncurrentDays>{value.noncurrent_days}</NoncurrentDays>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    if value.newer_noncurrent_versions is not None:
        s += f"""<NewerNoncurrentVersions>{value.newer_noncurrent_versions}</NewerNoncurrentVersions>"""
    return s


def write_notification_configuration_filter(value: NotificationConfigurationFilter) -> str:
    s = ""
    if value.key is not None:
        s += f"""<S3Key>{write_s3_key_filter(value.key)}</S3Key>"""
    return s


def write_object(value: Object) -> str:
    s = ""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.checksum_algorithm is not None:
        for checksum_algorithm_item in value.checksum_algorithm:
            s += f"""<ChecksumAlgorithm>{escape(checksum_algorithm_item)}</ChecksumAlgorithm>"""
    if value.checksum_type is not None:
        s += f"""<ChecksumType>{escape(value.checksum_type)}</ChecksumType>"""
    if value.size is not None:
        s += f"""<Size>{value.size}</Size>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    if value.owner is not None:
        s += f"""<Owner>{write_owner(value.owner)}</Owner>"""
    if value.restore_status is not None:
        s += f"""<RestoreStatus>{write_restore_status(value.restore_status)}</RestoreStatus>"""
    return s


def write_object_lock_configuration(value: ObjectLockConfiguration) -> str:
    s = ""
    if value.object_lock_enabled is not None:
        s += f"""<ObjectLockEnabled>{escape(value.object_lock_enabled)}</ObjectLockEnabled>"""
    if value.rule is not None:
        s += f"""<Rule>{write_object_lock_rule(value.rule)}</Rule>"""
    return s


def write_object_lock_legal_hold(value: ObjectLockLegalHold) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_object_lock_retention(value: ObjectLockRetention) -> str:
    s = ""
    if value.mode is not None:
        s += f"""<Mode>{escape(value.mode)}</Mode>"""
    if value.retain_until_date is not None:
        s += f"""<RetainUntilDate>{precise_date(value.retain_until_date)}</RetainUntilDate>"""
    if value.event_hold is not None:
        s += f"""<EventHold>{escape(value.event_hold)}</EventHold>"""
    if value.event_hold_duration is not None:
        s += f"""<EventHoldDuration>{write_event_hold_duration(value.event_hold_duration)}</EventHoldDuration>"""
    return s


def write_object_lock_rule(value: ObjectLockRule) -> str:
    s = ""
    if value.default_retention is not None:
        s += f"""<DefaultRetention>{write_default_retention(value.default_retention)}</DefaultRetention>"""
    return s


def write_object_part(value: ObjectPart) -> str:
    s = ""
    if value.part_number is not None:
        s += f"""<PartNumber>{value.part_number}</PartNumber>"""
    if value.size is not None:
        s += f"""<Size>{value.size}</Size>"""
    if value.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(value.checksum_crc32)}</ChecksumCRC32>"""
    if value.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(value.checksum_crc32_c)}</ChecksumCRC32C>"""
    if value.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(value.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if value.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(value.checksum_sha1)}</ChecksumSHA1>"""
    if value.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(value.checksum_sha256)}</ChecksumSHA256>"""
    if value.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(value.checksum_sha512)}</ChecksumSHA512>"""
    if value.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(value.checksum_md5)}</ChecksumMD5>"""
    if value.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(value.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if value.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(value.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if value.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(value.checksum_xxhash128)}</ChecksumXXHASH128>"""
    return s


def write_object_version(value: ObjectVersion) -> str:
    s = ""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.checksum_algorithm is not None:
        for checksum_algorithm_item in value.checksum_algorithm:
            s += f"""<ChecksumAlgorithm>{escape(checksum_algorithm_item)}</ChecksumAlgorithm>"""
    if value.checksum_type is not None:
        s += f"""<ChecksumType>{escape(value.checksum_type)}</ChecksumType>"""
    if value.size is not None:
        s += f"""<Size>{value.size}</Size>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.version_id is not None:
        s += f"""<VersionId>{escape(value.version_id)}</VersionId>"""
    if value.is_latest is not None:
        s += f"""<IsLatest>{"true" if value.is_latest else "false"}</IsLatest>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.owner is not None:
        s += f"""<Owner>{write_owner(value.owner)}</Owner>"""
    if value.restore_status is not None:
        s += f"""<RestoreStatus>{write_restore_status(value.restore_status)}</RestoreStatus>"""
    return s


def write_owner(value: Owner) -> str:
    s = ""
    if value.display_name is not None:
        s += f"""<DisplayName>{escape(value.display_name)}</DisplayName>"""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    return s


def write_ownership_controls(value: OwnershipControls) -> str:
    s = ""
    if value.rules is not None:
        for rules_item in value.rules:
            s += f"""<Rule>{write_ownership_controls_rule(rules_item)}</Rule>"""
    return s


def write_ownership_controls_rule(value: OwnershipControlsRule) -> str:
    s = ""
    if value.object_ownership is not None:
        s += f"""<ObjectOwnership>{escape(value.object_ownership)}</ObjectOwnership>"""
    return s


def write_part(value: Part) -> str:
    s = ""
    if value.part_number is not None:
        s += f"""<PartNumber>{value.part_number}</PartNumber>"""
    if value.last_modified is not None:
        s += f"""<LastModified>{iso_date(value.last_modified)}</LastModified>"""
    if value.e_tag is not None:
        s += f"""<ETag>{escape(value.e_tag)}</ETag>"""
    if value.size is not None:
        s += f"""<Size>{value.size}</Size>"""
    if value.checksum_crc32 is not None:
        s += f"""<ChecksumCRC32>{escape(value.checksum_crc32)}</ChecksumCRC32>"""
    if value.checksum_crc32_c is not None:
        s += f"""<ChecksumCRC32C>{escape(value.checksum_crc32_c)}</ChecksumCRC32C>"""
    if value.checksum_crc64_nvme is not None:
        s += f"""<ChecksumCRC64NVME>{escape(value.checksum_crc64_nvme)}</ChecksumCRC64NVME>"""
    if value.checksum_sha1 is not None:
        s += f"""<ChecksumSHA1>{escape(value.checksum_sha1)}</ChecksumSHA1>"""
    if value.checksum_sha256 is not None:
        s += f"""<ChecksumSHA256>{escape(value.checksum_sha256)}</ChecksumSHA256>"""
    if value.checksum_sha512 is not None:
        s += f"""<ChecksumSHA512>{escape(value.checksum_sha512)}</ChecksumSHA512>"""
    if value.checksum_md5 is not None:
        s += f"""<ChecksumMD5>{escape(value.checksum_md5)}</ChecksumMD5>"""
    if value.checksum_xxhash64 is not None:
        s += f"""<ChecksumXXHASH64>{escape(value.checksum_xxhash64)}</ChecksumXXHASH64>"""
    if value.checksum_xxhash3 is not None:
        s += f"""<ChecksumXXHASH3>{escape(value.checksum_xxhash3)}</ChecksumXXHASH3>"""
    if value.checksum_xxhash128 is not None:
        s += f"""<ChecksumXXHASH128>{escape(value.checksum_xxhash128)}</ChecksumXXHASH128>"""
    return s


def write_partitioned_prefix(value: PartitionedPrefix) -> str:
    s = ""
    if value.partition_date_source is not None:
        s += f"""<PartitionDateSource>{escape(value.partition_date_source)}</PartitionDateSource>"""
    return s


def write_policy_status(value: PolicyStatus) -> str:
    s = ""
    if value.is_public is not None:
        s += f"""<IsPublic>{"true" if value.is_public else "false"}</IsPublic>"""
    return s


def write_public_access_block_configuration(value: PublicAccessBlockConfiguration) -> str:
    s = ""
    if value.block_public_acls is not None:
        s += f"""<BlockPublicAcls>{"true" if value.block_public_acls else "false"}</BlockPublicAcls>"""
    if value.ignore_public_acls is not None:
        s += f"""<IgnorePublicAcls>{"true" if value.ignore_public_acls else "false"}</IgnorePublicAcls>"""
    if value.block_public_policy is not None:
        s += f"""<BlockPublicPolicy>{"true" if value.block_public_policy else "false"}</BlockPublicPolicy>"""
    if value.restrict_public_buckets is not None:
        s += f"""<RestrictPublicBuckets>{"true" if value.restrict_public_buckets else "false"}</RestrictPublicBuckets>"""
    return s


def write_queue_configuration(value: QueueConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.queue_arn is not None:
        s += f"""<Queue>{escape(value.queue_arn)}</Queue>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.filter is not None:
        s += f"""<Filter>{write_notification_configuration_filter(value.filter)}</Filter>"""
    return s


def write_queue_configuration_deprecated(value: QueueConfigurationDeprecated) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.queue is not None:
        s += f"""<Queue>{escape(value.queue)}</Queue>"""
    return s


def write_record_expiration(value: RecordExpiration) -> str:
    s = ""
    if value.expiration is not None:
        s += f"""<Expiration>{escape(value.expiration)}</Expiration>"""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    return s


def write_redirect(value: Redirect) -> str:
    s = ""
    if value.host_name is not None:
        s += f"""<HostName>{escape(value.host_name)}</HostName>"""
    if value.http_redirect_code is not None:
        s += f"""<HttpRedirectCode>{escape(value.http_redirect_code)}</HttpRedirectCode>"""
    if value.protocol is not None:
        s += f"""<Protocol>{escape(value.protocol)}</Protocol>"""
    if value.replace_key_prefix_with is not None:
        s += f"""<ReplaceKeyPrefixWith>{escape(value.replace_key_prefix_with)}</ReplaceKeyPrefixWith>"""
    if value.replace_key_with is not None:
        s += f"""<ReplaceKeyWith>{escape(value.replace_key_with)}</ReplaceKeyWith>"""
    return s


def write_redirect_all_requests_to(value: RedirectAllRequestsTo) -> str:
    s = ""
    if value.host_name is not None:
        s += f"""<HostName>{escape(value.host_name)}</HostName>"""
    if value.protocol is not None:
        s += f"""<Protocol>{escape(value.protocol)}</Protocol>"""
    return s


def write_replica_modifications(value: ReplicaModifications) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_replication_configuration(value: ReplicationConfiguration) -> str:
    s = ""
    if value.role is not None:
        s += f"""<Role>{escape(value.role)}</Role>"""
    if value.rules is not None:
        for rules_item in value.rules:
            s += f"""<Rule>{write_replication_rule(rules_item)}</Rule>"""
    return s


def write_replication_rule(value: ReplicationRule) -> str:
    s = ""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.priority is not None:
        s += f"""<Priority>{value.priority}</Priority>"""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.filter is not None:
        s += f"""<Filter>{write_replication_rule_filter(value.filter)}</Filter>"""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.source_selection_criteria is not None:
        s += f"""<SourceSelectionCriteria>{write_source_selection_criteria(value.source_selection_criteria)}</SourceSelectionCriteria>"""
    if value.existing_object_replication is not None:
        s += f"""<ExistingObjectReplication>{write_existing_object_replication(value.existing_object_replication)}</ExistingObjectReplication>"""
    if value.destination is not None:
        s += f"""<Destination>{write_destination(value.destination)}</Destination>"""
    if value.delete_marker_replication is not None:
        s += f"""<DeleteMarkerReplication>{write_delete_marker_replication(value.delete_marker_replication)}</DeleteMarkerReplication>"""
    return s


def write_replication_rule_and_operator(value: ReplicationRuleAndOperator) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tags is not None:
        for tags_item in value.tags:
            s += f"""<Tag>{write_tag(tags_item)}</Tag>"""
    return s


def write_replication_rule_filter(value: ReplicationRuleFilter) -> str:
    s = ""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.tag is not None:
        s += f"""<Tag>{write_tag(value.tag)}</Tag>"""
    if value.and_ is not None:
        s += f"""<And>{write_replication_rule_and_operator(value.and_)}</And>"""
    return s


def write_replication_time(value: ReplicationTime) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.time is not None:
        s += f"""<Time>{write_replication_time_value(value.time)}</Time>"""
    return s


def write_replication_time_value(value: ReplicationTimeValue) -> str:
    s = ""
    if value.minutes is not None:
        s += f"""<Minutes>{value.minutes}</Minutes>"""
    return s


def write_restore_status(value: RestoreStatus) -> str:
    s = ""
    if value.is_restore_in_progress is not None:
        s += f"""<IsRestoreInProgress>{"true" if value.is_restore_in_progress else "false"}</IsRestoreInProgress>"""
    if value.restore_expiry_date is not None:
        s += f"""<RestoreExpiryDate>{iso_date(value.restore_expiry_date)}</RestoreExpiryDate>"""
    return s


def write_routing_rule(value: RoutingRule) -> str:
    s = ""
    if value.condition is not None:
        s += f"""<Condition>{write_condition(value.condition)}</Condition>"""
    if value.redirect is not None:
        s += f"""<Redirect>{write_redirect(value.redirect)}</Redirect>"""
    return s


def write_rule(value: Rule) -> str:
    s = ""
    if value.expiration is not None:
        s += f"""<Expiration>{write_lifecycle_expiration(value.expiration)}</Expiration>"""
    if value.id is not None:
        s += f"""<ID>{escape(value.id)}</ID>"""
    if value.prefix is not None:
        s += f"""<Prefix>{escape(value.prefix)}</Prefix>"""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    if value.transition is not None:
        s += f"""<Transition>{write_transition(value.transition)}</Transition>"""
    if value.noncurrent_version_transition is not None:
        s += f"""<NoncurrentVersionTransition>{write_noncurrent_version_transition(value.noncurrent_version_transition)}</NoncurrentVersionTransition>"""
    if value.noncurrent_version_expiration is not None:
        s += f"""<NoncurrentVersionExpiration>{write_noncurrent_version_expiration(value.noncurrent_version_expiration)}</NoncurrentVersionExpiration>"""
    if value.abort_incomplete_multipart_upload is not None:
        s += f"""<AbortIncompleteMultipartUpload>{write_abort_incomplete_multipart_upload(value.abort_incomplete_multipart_upload)}</AbortIncompleteMultipartUpload>"""
    return s


def write_s3_key_filter(value: S3KeyFilter) -> str:
    s = ""
    if value.filter_rules is not None:
        for filter_rules_item in value.filter_rules:
            s += f"""<FilterRule>{write_filter_rule(filter_rules_item)}</FilterRule>"""
    return s


def write_s3_tables_destination_result(value: S3TablesDestinationResult) -> str:
    s = ""
    if value.table_bucket_arn is not None:
        s += f"""<TableBucketArn>{escape(value.table_bucket_arn)}</TableBucketArn>"""
    if value.table_name is not None:
        s += f"""<TableName>{escape(value.table_name)}</TableName>"""
    if value.table_arn is not None:
        s += f"""<TableArn>{escape(value.table_arn)}</TableArn>"""
    if value.table_namespace is not None:
        s += f"""<TableNamespace>{escape(value.table_namespace)}</TableNamespace>"""
    return s


def write_ssekms(value: SSEKMS) -> str:
    s = ""
    if value.key_id is not None:
        s += f"""<KeyId>{escape(value.key_id)}</KeyId>"""
    return s


def write_sses3(value: SSES3) -> str:
    s = ""
    return s


def write_server_side_encryption_by_default(value: ServerSideEncryptionByDefault) -> str:
    s = ""
    if value.sse_algorithm is not None:
        s += f"""<SSEAlgorithm>{escape(value.sse_algorithm)}</SSEAlgorithm>"""
    if value.kms_master_key_id is not None:
        s += f"""<KMSMasterKeyID>{escape(value.kms_master_key_id)}</KMSMasterKeyID>"""
    return s


def write_server_side_encryption_configuration(value: ServerSideEncryptionConfiguration) -> str:
    s = ""
    if value.rules is not None:
        for rules_item in value.rules:
            s += f"""<Rule>{write_server_side_encryption_rule(rules_item)}</Rule>"""
    return s


def write_server_side_encryption_rule(value: ServerSideEncryptionRule) -> str:
    s = ""
    if value.apply_server_side_encryption_by_default is not None:
        s += f"""<ApplyServerSideEncryptionByDefault>{write_server_side_encryption_by_default(value.apply_server_side_encryption_by_default)}</ApplyServerSideEncryptionByDefault>"""
    if value.bucket_key_enabled is not None:
        s += f"""<BucketKeyEnabled>{"true" if value.bucket_key_enabled else "false"}</BucketKeyEnabled>"""
    if value.blocked_encryption_types is not None:
        s += f"""<BlockedEncryptionTypes>{write_blocked_encryption_types(value.blocked_encryption_types)}</BlockedEncryptionTypes>"""
    return s


def write_session_credentials(value: SessionCredentials) -> str:
    s = ""
    if value.access_key_id is not None:
        s += f"""<AccessKeyId>{escape(value.access_key_id)}</AccessKeyId>"""
    if value.secret_access_key is not None:
        s += f"""<SecretAccessKey>{escape(value.secret_access_key)}</SecretAccessKey>"""
    if value.session_token is not None:
        s += f"""<SessionToken>{escape(value.session_token)}</SessionToken>"""
    if value.expiration is not None:
        s += f"""<Expiration>{iso_date(value.expiration)}</Expiration>"""
    return s


def write_simple_prefix(value: SimplePrefix) -> str:
    s = ""
    return s


def write_source_selection_criteria(value: SourceSelectionCriteria) -> str:
    s = ""
    if value.sse_kms_encrypted_objects is not None:
        s += f"""<SseKmsEncryptedObjects>{write_sse_kms_encrypted_objects(value.sse_kms_encrypted_objects)}</SseKmsEncryptedObjects>"""
    if value.replica_modifications is not None:
        s += f"""<ReplicaModifications>{write_replica_modifications(value.replica_modifications)}</ReplicaModifications>"""
    return s


def write_sse_kms_encrypted_objects(value: SseKmsEncryptedObjects) -> str:
    s = ""
    if value.status is not None:
        s += f"""<Status>{escape(value.status)}</Status>"""
    return s


def write_storage_class_analysis(value: StorageClassAnalysis) -> str:
    s = ""
    if value.data_export is not None:
        s += f"""<DataExport>{write_storage_class_analysis_data_export(value.data_export)}</DataExport>"""
    return s


def write_storage_class_analysis_data_export(value: StorageClassAnalysisDataExport) -> str:
    s = ""
    if value.output_schema_version is not None:
        s += f"""<OutputSchemaVersion>{escape(value.output_schema_version)}</OutputSchemaVersion>"""
    if value.destination is not None:
        s += f"""<Destination>{write_analytics_export_destination(value.destination)}</Destination>"""
    return s


def write_tag(value: Tag) -> str:
    s = ""
    if value.key is not None:
        s += f"""<Key>{escape(value.key)}</Key>"""
    if value.value is not None:
        s += f"""<Value>{escape(value.value)}</Value>"""
    return s


def write_target_grant(value: TargetGrant) -> str:
    s = ""
    if value.grantee is not None:
        s += f'''<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{escape(value.grantee.type or "")}">{write_grantee(value.grantee)}</Grantee>'''
    if value.permission is not None:
        s += f"""<Permission>{escape(value.permission)}</Permission>"""
    return s


def write_target_object_key_format(value: TargetObjectKeyFormat) -> str:
    s = ""
    if value.simple_prefix is not None:
        s += f"""<SimplePrefix>{write_simple_prefix(value.simple_prefix)}</SimplePrefix>"""
    if value.partitioned_prefix is not None:
        s += (
            f"""<PartitionedPrefix>{write_partitioned_prefix(value.partitioned_prefix)}</PartitionedPrefix>"""
        )
    return s


def write_tiering(value: Tiering) -> str:
    s = ""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    if value.access_tier is not None:
        s += f"""<AccessTier>{escape(value.access_tier)}</AccessTier>"""
    return s


def write_topic_configuration(value: TopicConfiguration) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.topic_arn is not None:
        s += f"""<Topic>{escape(value.topic_arn)}</Topic>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.filter is not None:
        s += f"""<Filter>{write_notification_configuration_filter(value.filter)}</Filter>"""
    return s


def write_topic_configuration_deprecated(value: TopicConfigurationDeprecated) -> str:
    s = ""
    if value.id is not None:
        s += f"""<Id>{escape(value.id)}</Id>"""
    if value.events is not None:
        for events_item in value.events:
            s += f"""<Event>{escape(events_item)}</Event>"""
    if value.topic is not None:
        s += f"""<Topic>{escape(value.topic)}</Topic>"""
    return s


def write_transition(value: Transition) -> str:
    s = ""
    if value.date is not None:
        s += f"""<Date>{iso_date(value.date)}</Date>"""
    if value.days is not None:
        s += f"""<Days>{value.days}</Days>"""
    if value.storage_class is not None:
        s += f"""<StorageClass>{escape(value.storage_class)}</StorageClass>"""
    return s
