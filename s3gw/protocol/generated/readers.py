# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Structures read from the elements of request documents."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from s3gw.protocol.generated.structures import (
    SSEKMS,
    SSES3,
    AbacStatus,
    AbortIncompleteMultipartUpload,
    AccelerateConfiguration,
    AccessControlPolicy,
    AccessControlTranslation,
    AnalyticsAndOperator,
    AnalyticsConfiguration,
    AnalyticsExportDestination,
    AnalyticsFilter,
    AnalyticsS3BucketDestination,
    AnnotationTableConfiguration,
    AnnotationTableConfigurationUpdates,
    BlockedEncryptionTypes,
    BucketInfo,
    BucketLifecycleConfiguration,
    BucketLoggingStatus,
    CloudFunctionConfiguration,
    CompletedMultipartUpload,
    CompletedPart,
    Condition,
    CORSConfiguration,
    CORSRule,
    CreateBucketConfiguration,
    CSVInput,
    CSVOutput,
    DefaultRetention,
    Delete,
    DeleteMarkerReplication,
    Destination,
    Encryption,
    EncryptionConfiguration,
    ErrorDocument,
    EventBridgeConfiguration,
    EventHoldDuration,
    ExistingObjectReplication,
    FilterRule,
    GlacierJobParameters,
    Grant,
    Grantee,
    IndexDocument,
    InputSerialization,
    IntelligentTieringAndOperator,
    IntelligentTieringConfiguration,
    IntelligentTieringFilter,
    InventoryConfiguration,
    InventoryDestination,
    InventoryEncryption,
    InventoryFilter,
    InventoryS3BucketDestination,
    InventorySchedule,
    InventoryTableConfiguration,
    InventoryTableConfigurationUpdates,
    JournalTableConfiguration,
    JournalTableConfigurationUpdates,
    JSONInput,
    JSONOutput,
    LambdaFunctionConfiguration,
    LifecycleConfiguration,
    LifecycleExpiration,
    LifecycleRule,
    LifecycleRuleAndOperator,
    LifecycleRuleFilter,
    LocationInfo,
    LoggingEnabled,
    MetadataConfiguration,
    MetadataEntry,
    MetadataTableConfiguration,
    MetadataTableEncryptionConfiguration,
    Metrics,
    MetricsAndOperator,
    MetricsConfiguration,
    MetricsFilter,
    NoncurrentVersionExpiration,
    NoncurrentVersionTransition,
    NotificationConfiguration,
    NotificationConfigurationDeprecated,
    NotificationConfigurationFilter,
    ObjectEncryption,
    ObjectIdentifier,
    ObjectLockConfiguration,
    ObjectLockLegalHold,
    ObjectLockRetention,
    ObjectLockRule,
    OutputLocation,
    OutputSerialization,
    Owner,
    OwnershipControls,
    OwnershipControlsRule,
    ParquetInput,
    PartitionedPrefix,
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
    RequestPaymentConfiguration,
    RequestProgress,
    RestoreRequest,
    RoutingRule,
    Rule,
    S3KeyFilter,
    S3Location,
    S3TablesDestination,
    ScanRange,
    SelectParameters,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
    SimplePrefix,
    SourceSelectionCriteria,
    SseKmsEncryptedObjects,
    SSEKMSEncryption,
    StorageClassAnalysis,
    StorageClassAnalysisDataExport,
    Tag,
    Tagging,
    TargetGrant,
    TargetObjectKeyFormat,
    Tiering,
    TopicConfiguration,
    TopicConfigurationDeprecated,
    Transition,
    VersioningConfiguration,
    WebsiteConfiguration,
)
from s3gw.protocol.xml import XSI_TYPE, boolean, date, integer, malformed, text


def read_abac_status(element: Element) -> AbacStatus:
    value = AbacStatus()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    return value


def read_abort_incomplete_multipart_upload(element: Element) -> AbortIncompleteMultipartUpload:
    value = AbortIncompleteMultipartUpload()
    for child in element:
        tag = child.tag
        if tag == "DaysAfterInitiation":
            value.days_after_initiation = integer(child)
    return value


def read_accelerate_configuration(element: Element) -> AccelerateConfiguration:
    value = AccelerateConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    return value


def read_access_control_policy(element: Element) -> AccessControlPolicy:
    value = AccessControlPolicy()
    for child in element:
        tag = child.tag
        if tag == "AccessControlList":
            value.grants = []
            for item in child:
                if item.tag == "Grant":
                    value.grants.append(read_grant(item))
        elif tag == "Owner":
            value.owner = read_owner(child)
    return value


def read_access_control_translation(element: Element) -> AccessControlTranslation:
    value = AccessControlTranslation()
    for child in element:
        tag = child.tag
        if tag == "Owner":
            value.owner = text(child)
    if value.owner is None:
        raise malformed()
    return value


def read_analytics_and_operator(element: Element) -> AnalyticsAndOperator:
    value = AnalyticsAndOperator()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            if value.tags is None:
                value.tags = []
            value.tags.append(read_tag(child))
    return value


def read_analytics_configuration(element: Element) -> AnalyticsConfiguration:
    value = AnalyticsConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Filter":
            value.filter = read_analytics_filter(child)
        elif tag == "StorageClassAnalysis":
            value.storage_class_analysis = read_storage_class_analysis(child)
    if value.id is None or value.storage_class_analysis is None:
        raise malformed()
    return value


def read_analytics_export_destination(element: Element) -> AnalyticsExportDestination:
    value = AnalyticsExportDestination()
    for child in element:
        tag = child.tag
        if tag == "S3BucketDestination":
            value.s3_bucket_destination = read_analytics_s3_bucket_destination(child)
    if value.s3_bucket_destination is None:
        raise malformed()
    return value


def read_analytics_filter(element: Element) -> AnalyticsFilter:
    value = AnalyticsFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            value.tag = read_tag(child)
        elif tag == "And":
            value.and_ = read_analytics_and_operator(child)
    return value


def read_analytics_s3_bucket_destination(element: Element) -> AnalyticsS3BucketDestination:
    value = AnalyticsS3BucketDestination()
    for child in element:
        tag = child.tag
        if tag == "Format":
            value.format = text(child)
        elif tag == "BucketAccountId":
            value.bucket_account_id = text(child)
        elif tag == "Bucket":
            value.bucket = text(child)
        elif tag == "Prefix":
            value.prefix = text(child)
    if value.format is None or value.bucket is None:
        raise malformed()
    return value


def read_annotation_table_configuration(element: Element) -> AnnotationTableConfiguration:
    value = AnnotationTableConfiguration()
    for child in element:
        tag = child.tag
        if tag == "ConfigurationState":
            value.configuration_state = text(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_metadata_table_encryption_configuration(child)
        elif tag == "Role":
            value.role = text(child)
    if value.configuration_state is None:
        raise malformed()
    return value


def read_annotation_table_configuration_updates(element: Element) -> AnnotationTableConfigurationUpdates:
    value = AnnotationTableConfigurationUpdates()
    for child in element:
        tag = child.tag
        if tag == "ConfigurationState":
            value.configuration_state = text(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_metadata_table_encryption_configuration(child)
        elif tag == "Role":
            value.role = text(child)
    if value.configuration_state is None:
        raise malformed()
    return value


def read_blocked_encryption_types(element: Element) -> BlockedEncryptionTypes:
    value = BlockedEncryptionTypes()
    for child in element:
        tag = child.tag
        if tag == "EncryptionType":
            if value.encryption_type is None:
                value.encryption_type = []
            value.encryption_type.append(text(child))
    return value


def read_bucket_info(element: Element) -> BucketInfo:
    value = BucketInfo()
    for child in element:
        tag = child.tag
        if tag == "DataRedundancy":
            value.data_redundancy = text(child)
        elif tag == "Type":
            value.type = text(child)
    return value


def read_bucket_lifecycle_configuration(element: Element) -> BucketLifecycleConfiguration:
    value = BucketLifecycleConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Rule":
            if value.rules is None:
                value.rules = []
            value.rules.append(read_lifecycle_rule(child))
    if value.rules is None:
        raise malformed()
    return value


def read_bucket_logging_status(element: Element) -> BucketLoggingStatus:
    value = BucketLoggingStatus()
    for child in element:
        tag = child.tag
        if tag == "LoggingEnabled":
            value.logging_enabled = read_logging_enabled(child)
    return value


def read_cors_configuration(element: Element) -> CORSConfiguration:
    value = CORSConfiguration()
    for child in element:
        tag = child.tag
        if tag == "CORSRule":
            if value.cors_rules is None:
                value.cors_rules = []
            value.cors_rules.append(read_cors_rule(child))
    if value.cors_rules is None:
        raise malformed()
    return value


def read_cors_rule(element: Element) -> CORSRule:
    value = CORSRule()
    for child in element:
        tag = child.tag
        if tag == "ID":
            value.id = text(child)
        elif tag == "AllowedHeader":
            if value.allowed_headers is None:
                value.allowed_headers = []
            value.allowed_headers.append(text(child))
        elif tag == "AllowedMethod":
            if value.allowed_methods is None:
                value.allowed_methods = []
            value.allowed_methods.append(text(child))
        elif tag == "AllowedOrigin":
            if value.allowed_origins is None:
                value.allowed_origins = []
            value.allowed_origins.append(text(child))
        elif tag == "ExposeHeader":
            if value.expose_headers is None:
                value.expose_headers = []
            value.expose_headers.append(text(child))
        elif tag == "MaxAgeSeconds":
            value.max_age_seconds = integer(child)
    if value.allowed_methods is None or value.allowed_origins is None:
        raise malformed()
    return value


def read_csv_input(element: Element) -> CSVInput:
    value = CSVInput()
    for child in element:
        tag = child.tag
        if tag == "FileHeaderInfo":
            value.file_header_info = text(child)
        elif tag == "Comments":
            value.comments = text(child)
        elif tag == "QuoteEscapeCharacter":
            value.quote_escape_character = text(child)
        elif tag == "RecordDelimiter":
            value.record_delimiter = text(child)
        elif tag == "FieldDelimiter":
            value.field_delimiter = text(child)
        elif tag == "QuoteCharacter":
            value.quote_character = text(child)
        elif tag == "AllowQuotedRecordDelimiter":
            value.allow_quoted_record_delimiter = boolean(child)
    return value


def read_csv_output(element: Element) -> CSVOutput:
    value = CSVOutput()
    for child in element:
        tag = child.tag
        if tag == "QuoteFields":
            value.quote_fields = text(child)
        elif tag == "QuoteEscapeCharacter":
            value.quote_escape_character = text(child)
        elif tag == "RecordDelimiter":
            value.record_delimiter = text(child)
        elif tag == "FieldDelimiter":
            value.field_delimiter = text(child)
        elif tag == "QuoteCharacter":
            value.quote_character = text(child)
    return value


def read_cloud_function_configuration(element: Element) -> CloudFunctionConfiguration:
    value = CloudFunctionConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "CloudFunction":
            value.cloud_function = text(child)
        elif tag == "InvocationRole":
            value.invocation_role = text(child)
    return value


def read_completed_multipart_upload(element: Element) -> CompletedMultipartUpload:
    value = CompletedMultipartUpload()
    for child in element:
        tag = child.tag
        if tag == "Part":
            if value.parts is None:
                value.parts = []
            value.parts.append(read_completed_part(child))
    return value


def read_completed_part(element: Element) -> CompletedPart:
    value = CompletedPart()
    for child in element:
        tag = child.tag
        if tag == "ETag":
            value.e_tag = text(child)
        elif tag == "ChecksumCRC32":
            value.checksum_crc32 = text(child)
        elif tag == "ChecksumCRC32C":
            value.checksum_crc32_c = text(child)
        elif tag == "ChecksumCRC64NVME":
            value.checksum_crc64_nvme = text(child)
        elif tag == "ChecksumSHA1":
            value.checksum_sha1 = text(child)
        elif tag == "ChecksumSHA256":
            value.checksum_sha256 = text(child)
        elif tag == "ChecksumSHA512":
            value.checksum_sha512 = text(child)
        elif tag == "ChecksumMD5":
            value.checksum_md5 = text(child)
        elif tag == "ChecksumXXHASH64":
            value.checksum_xxhash64 = text(child)
        elif tag == "ChecksumXXHASH3":
            value.checksum_xxhash3 = text(child)
        elif tag == "ChecksumXXHASH128":
            value.checksum_xxhash128 = text(child)
        elif tag == "PartNumber":
            value.part_number = integer(child)
    return value


def read_condition(element: Element) -> Condition:
    value = Condition()
    for child in element:
        tag = child.tag
        if tag == "HttpErrorCodeReturnedEquals":
            value.http_error_code_returned_equals = text(child)
        elif tag == "KeyPrefixEquals":
            value.key_prefix_equals = text(child)
    return value


def read_create_bucket_configuration(element: Element) -> CreateBucketConfiguration:
    value = CreateBucketConfiguration()
    for child in element:
        tag = child.tag
        if tag == "LocationConstraint":
            value.location_constraint = text(child)
        elif tag == "Location":
            value.location = read_location_info(child)
        elif tag == "Bucket":
            value.bucket = read_bucket_info(child)
        elif tag == "Tags":
            value.tags = []
            for item in child:
                if item.tag == "Tag":
                    value.tags.append(read_tag(item))
    return value


def read_default_retention(element: Element) -> DefaultRetention:
    value = DefaultRetention()
    for child in element:
        tag = child.tag
        if tag == "Mode":
            value.mode = text(child)
        elif tag == "Days":
            value.days = integer(child)
        elif tag == "Years":
            value.years = integer(child)
        elif tag == "DefaultEventHold":
            value.default_event_hold = read_event_hold_duration(child)
    return value


def read_delete(element: Element) -> Delete:
    value = Delete()
    for child in element:
        tag = child.tag
        if tag == "Object":
            if value.objects is None:
                value.objects = []
            value.objects.append(read_object_identifier(child))
        elif tag == "Quiet":
            value.quiet = boolean(child)
    if value.objects is None:
        raise malformed()
    return value


def read_delete_marker_replication(element: Element) -> DeleteMarkerReplication:
    value = DeleteMarkerReplication()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    return value


def read_destination(element: Element) -> Destination:
    value = Destination()
    for child in element:
        tag = child.tag
        if tag == "Bucket":
            value.bucket = text(child)
        elif tag == "Account":
            value.account = text(child)
        elif tag == "StorageClass":
            value.storage_class = text(child)
        elif tag == "AccessControlTranslation":
            value.access_control_translation = read_access_control_translation(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_encryption_configuration(child)
        elif tag == "ReplicationTime":
            value.replication_time = read_replication_time(child)
        elif tag == "Metrics":
            value.metrics = read_metrics(child)
    if value.bucket is None:
        raise malformed()
    return value


def read_encryption(element: Element) -> Encryption:
    value = Encryption()
    for child in element:
        tag = child.tag
        if tag == "EncryptionType":
            value.encryption_type = text(child)
        elif tag == "KMSKeyId":
            value.kms_key_id = text(child)
        elif tag == "KMSContext":
            value.kms_context = text(child)
    if value.encryption_type is None:
        raise malformed()
    return value


def read_encryption_configuration(element: Element) -> EncryptionConfiguration:
    value = EncryptionConfiguration()
    for child in element:
        tag = child.tag
        if tag == "ReplicaKmsKeyID":
            value.replica_kms_key_id = text(child)
    return value


def read_error_document(element: Element) -> ErrorDocument:
    value = ErrorDocument()
    for child in element:
        tag = child.tag
        if tag == "Key":
            value.key = text(child)
    if value.key is None:
        raise malformed()
    return value


def read_event_bridge_configuration(element: Element) -> EventBridgeConfiguration:
    value = EventBridgeConfiguration()
    return value


def read_event_hold_duration(element: Element) -> EventHoldDuration:
    value = EventHoldDuration()
    for child in element:
        tag = child.tag
        if tag == "Days":
            value.days = integer(child)
        elif tag == "Years":
            value.years = integer(child)
    return value


def read_existing_object_replication(element: Element) -> ExistingObjectReplication:
    value = ExistingObjectReplication()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    if value.status is None:
        raise malformed()
    return value


def read_filter_rule(element: Element) -> FilterRule:
    value = FilterRule()
    for child in element:
        tag = child.tag
        if tag == "Name":
            value.name = text(child)
        elif tag == "Value":
            value.value = text(child)
    return value


def read_glacier_job_parameters(element: Element) -> GlacierJobParameters:
    value = GlacierJobParameters()
    for child in element:
        tag = child.tag
        if tag == "Tier":
            value.tier = text(child)
    if value.tier is None:
        raise malformed()
    return value


def read_grant(element: Element) -> Grant:
    value = Grant()
    for child in element:
        tag = child.tag
        if tag == "Grantee":
            value.grantee = read_grantee(child)
        elif tag == "Permission":
            value.permission = text(child)
    return value


def read_grantee(element: Element) -> Grantee:
    value = Grantee()
    value.type = element.get(XSI_TYPE)
    for child in element:
        tag = child.tag
        if tag == "DisplayName":
            value.display_name = text(child)
        elif tag == "EmailAddress":
            value.email_address = text(child)
        elif tag == "ID":
            value.id = text(child)
        elif tag == "URI":
            value.uri = text(child)
    if value.type is None:
        raise malformed()
    return value


def read_index_document(element: Element) -> IndexDocument:
    value = IndexDocument()
    for child in element:
        tag = child.tag
        if tag == "Suffix":
            value.suffix = text(child)
    if value.suffix is None:
        raise malformed()
    return value


def read_input_serialization(element: Element) -> InputSerialization:
    value = InputSerialization()
    for child in element:
        tag = child.tag
        if tag == "CSV":
            value.csv = read_csv_input(child)
        elif tag == "CompressionType":
            value.compression_type = text(child)
        elif tag == "JSON":
            value.json = read_json_input(child)
        elif tag == "Parquet":
            value.parquet = read_parquet_input(child)
    return value


def read_intelligent_tiering_and_operator(element: Element) -> IntelligentTieringAndOperator:
    value = IntelligentTieringAndOperator()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            if value.tags is None:
                value.tags = []
            value.tags.append(read_tag(child))
    return value


def read_intelligent_tiering_configuration(element: Element) -> IntelligentTieringConfiguration:
    value = IntelligentTieringConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Filter":
            value.filter = read_intelligent_tiering_filter(child)
        elif tag == "Status":
            value.status = text(child)
        elif tag == "Tiering":
            if value.tierings is None:
                value.tierings = []
            value.tierings.append(read_tiering(child))
    if value.id is None or value.status is None or value.tierings is None:
        raise malformed()
    return value


def read_intelligent_tiering_filter(element: Element) -> IntelligentTieringFilter:
    value = IntelligentTieringFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            value.tag = read_tag(child)
        elif tag == "And":
            value.and_ = read_intelligent_tiering_and_operator(child)
    return value


def read_inventory_configuration(element: Element) -> InventoryConfiguration:
    value = InventoryConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Destination":
            value.destination = read_inventory_destination(child)
        elif tag == "IsEnabled":
            value.is_enabled = boolean(child)
        elif tag == "Filter":
            value.filter = read_inventory_filter(child)
        elif tag == "Id":
            value.id = text(child)
        elif tag == "IncludedObjectVersions":
            value.included_object_versions = text(child)
        elif tag == "OptionalFields":
            value.optional_fields = []
            for item in child:
                if item.tag == "Field":
                    value.optional_fields.append(text(item))
        elif tag == "Schedule":
            value.schedule = read_inventory_schedule(child)
    if (
        value.destination is None
        or value.is_enabled is None
        or value.id is None
        or value.included_object_versions is None
        or value.schedule is None
    ):
        raise malformed()
    return value


def read_inventory_destination(element: Element) -> InventoryDestination:
    value = InventoryDestination()
    for child in element:
        tag = child.tag
        if tag == "S3BucketDestination":
            value.s3_bucket_destination = read_inventory_s3_bucket_destination(child)
    if value.s3_bucket_destination is None:
        raise malformed()
    return value


def read_inventory_encryption(element: Element) -> InventoryEncryption:
    value = InventoryEncryption()
    for child in element:
        tag = child.tag
        if tag == "SSE-S3":
            value.sses3 = read_sses3(child)
        elif tag == "SSE-KMS":
            value.ssekms = read_ssekms(child)
    return value


def read_inventory_filter(element: Element) -> InventoryFilter:
    value = InventoryFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
    if value.prefix is None:
        raise malformed()
    return value


def read_inventory_s3_bucket_destination(element: Element) -> InventoryS3BucketDestination:
    value = InventoryS3BucketDestination()
    for child in element:
        tag = child.tag
        if tag == "AccountId":
            value.account_id = text(child)
        elif tag == "Bucket":
            value.bucket = text(child)
        elif tag == "Format":
            value.format = text(child)
        elif tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Encryption":
            value.encryption = read_inventory_encryption(child)
    if value.bucket is None or value.format is None:
        raise malformed()
    return value


def read_inventory_schedule(element: Element) -> InventorySchedule:
    value = InventorySchedule()
    for child in element:
        tag = child.tag
        if tag == "Frequency":
            value.frequency = text(child)
    if value.frequency is None:
        raise malformed()
    return value


def read_inventory_table_configuration(element: Element) -> InventoryTableConfiguration:
    value = InventoryTableConfiguration()
    for child in element:
        tag = child.tag
        if tag == "ConfigurationState":
            value.configuration_state = text(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_metadata_table_encryption_configuration(child)
    if value.configuration_state is None:
        raise malformed()
    return value


def read_inventory_table_configuration_updates(element: Element) -> InventoryTableConfigurationUpdates:
    value = InventoryTableConfigurationUpdates()
    for child in element:
        tag = child.tag
        if tag == "ConfigurationState":
            value.configuration_state = text(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_metadata_table_encryption_configuration(child)
    if value.configuration_state is None:
        raise malformed()
    return value


def read_json_input(element: Element) -> JSONInput:
    value = JSONInput()
    for child in element:
        tag = child.tag
        if tag == "Type":
            value.type = text(child)
    return value


def read_json_output(element: Element) -> JSONOutput:
    value = JSONOutput()
    for child in element:
        tag = child.tag
        if tag == "RecordDelimiter":
            value.record_delimiter = text(child)
    return value


def read_journal_table_configuration(element: Element) -> JournalTableConfiguration:
    value = JournalTableConfiguration()
    for child in element:
        tag = child.tag
        if tag == "RecordExpiration":
            value.record_expiration = read_record_expiration(child)
        elif tag == "EncryptionConfiguration":
            value.encryption_configuration = read_metadata_table_encryption_configuration(child)
    if value.record_expiration is None:
        raise malformed()
    return value


def read_journal_table_configuration_updates(element: Element) -> JournalTableConfigurationUpdates:
    value = JournalTableConfigurationUpdates()
    for child in element:
        tag = child.tag
        if tag == "RecordExpiration":
            value.record_expiration = read_record_expiration(child)
    if value.record_expiration is None:
        raise malformed()
    return value


def read_lambda_function_configuration(element: Element) -> LambdaFunctionConfiguration:
    value = LambdaFunctionConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "CloudFunction":
            value.lambda_function_arn = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "Filter":
            value.filter = read_notification_configuration_filter(child)
    if value.lambda_function_arn is None or value.events is None:
        raise malformed()
    return value


def read_lifecycle_configuration(element: Element) -> LifecycleConfiguration:
    value = LifecycleConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Rule":
            if value.rules is None:
                value.rules = []
            value.rules.append(read_rule(child))
    if value.rules is None:
        raise malformed()
    return value


def read_lifecycle_expiration(element: Element) -> LifecycleExpiration:
    value = LifecycleExpiration()
    for child in element:
        tag = child.tag
        if tag == "Date":
            value.date = date(child)
        elif tag == "Days":
            value.days = integer(child)
        elif tag == "ExpiredObjectDeleteMarker":
            value.expired_object_delete_marker = boolean(child)
    return value


def read_lifecycle_rule(element: Element) -> LifecycleRule:
    value = LifecycleRule()
    for child in element:
        tag = child.tag
        if tag == "Expiration":
            value.expiration = read_lifecycle_expiration(child)
        elif tag == "ID":
            value.id = text(child)
        elif tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Filter":
            value.filter = read_lifecycle_rule_filter(child)
        elif tag == "Status":
            value.status = text(child)
        elif tag == "Transition":
            if value.transitions is None:
                value.transitions = []
            value.transitions.append(read_transition(child))
        elif tag == "NoncurrentVersionTransition":
            if value.noncurrent_version_transitions is None:
                value.noncurrent_version_transitions = []
            value.noncurrent_version_transitions.append(read_noncurrent_version_transition(child))
        elif tag == "NoncurrentVersionExpiration":
            value.noncurrent_version_expiration = read_noncurrent_version_expiration(child)
        elif tag == "AbortIncompleteMultipartUpload":
            value.abort_incomplete_multipart_upload = read_abort_incomplete_multipart_upload(child)
    if value.status is None:
        raise malformed()
    return value


def read_lifecycle_rule_and_operator(element: Element) -> LifecycleRuleAndOperator:
    value = LifecycleRuleAndOperator()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            if value.tags is None:
                value.tags = []
            value.tags.append(read_tag(child))
        elif tag == "ObjectSizeGreaterThan":
            value.object_size_greater_than = integer(child)
        elif tag == "ObjectSizeLessThan":
            value.object_size_less_than = integer(child)
    return value


def read_lifecycle_rule_filter(element: Element) -> LifecycleRuleFilter:
    value = LifecycleRuleFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            value.tag = read_tag(child)
        elif tag == "ObjectSizeGreaterThan":
            value.object_size_greater_than = integer(child)
        elif tag == "ObjectSizeLessThan":
            value.object_size_less_than = integer(child)
        elif tag == "And":
            value.and_ = read_lifecycle_rule_and_operator(child)
    return value


def read_location_info(element: Element) -> LocationInfo:
    value = LocationInfo()
    for child in element:
        tag = child.tag
        if tag == "Type":
            value.type = text(child)
        elif tag == "Name":
            value.name = text(child)
    return value


def read_logging_enabled(element: Element) -> LoggingEnabled:
    value = LoggingEnabled()
    for child in element:
        tag = child.tag
        if tag == "TargetBucket":
            value.target_bucket = text(child)
        elif tag == "TargetGrants":
            value.target_grants = []
            for item in child:
                if item.tag == "Grant":
                    value.target_grants.append(read_target_grant(item))
        elif tag == "TargetPrefix":
            value.target_prefix = text(child)
        elif tag == "TargetObjectKeyFormat":
            value.target_object_key_format = read_target_object_key_format(child)
    if value.target_bucket is None or value.target_prefix is None:
        raise malformed()
    return value


def read_metadata_configuration(element: Element) -> MetadataConfiguration:
    value = MetadataConfiguration()
    for child in element:
        tag = child.tag
        if tag == "JournalTableConfiguration":
            value.journal_table_configuration = read_journal_table_configuration(child)
        elif tag == "InventoryTableConfiguration":
            value.inventory_table_configuration = read_inventory_table_configuration(child)
        elif tag == "AnnotationTableConfiguration":
            value.annotation_table_configuration = read_annotation_table_configuration(child)
    if value.journal_table_configuration is None:
        raise malformed()
    return value


def read_metadata_entry(element: Element) -> MetadataEntry:
    value = MetadataEntry()
    for child in element:
        tag = child.tag
        if tag == "Name":
            value.name = text(child)
        elif tag == "Value":
            value.value = text(child)
    return value


def read_metadata_table_configuration(element: Element) -> MetadataTableConfiguration:
    value = MetadataTableConfiguration()
    for child in element:
        tag = child.tag
        if tag == "S3TablesDestination":
            value.s3_tables_destination = read_s3_tables_destination(child)
    if value.s3_tables_destination is None:
        raise malformed()
    return value


def read_metadata_table_encryption_configuration(element: Element) -> MetadataTableEncryptionConfiguration:
    value = MetadataTableEncryptionConfiguration()
    for child in element:
        tag = child.tag
        if tag == "SseAlgorithm":
            value.sse_algorithm = text(child)
        elif tag == "KmsKeyArn":
            value.kms_key_arn = text(child)
    if value.sse_algorithm is None:
        raise malformed()
    return value


def read_metrics(element: Element) -> Metrics:
    value = Metrics()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
        elif tag == "EventThreshold":
            value.event_threshold = read_replication_time_value(child)
    if value.status is None:
        raise malformed()
    return value


def read_metrics_and_operator(element: Element) -> MetricsAndOperator:
    value = MetricsAndOperator()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            if value.tags is None:
                value.tags = []
            value.tags.append(read_tag(child))
        elif tag == "AccessPointArn":
            value.access_point_arn = text(child)
    return value


def read_metrics_configuration(element: Element) -> MetricsConfiguration:
    value = MetricsConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Filter":
            value.filter = read_metrics_filter(child)
    if value.id is None:
        raise malformed()
    return value


def read_metrics_filter(element: Element) -> MetricsFilter:
    value = MetricsFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            value.tag = read_tag(child)
        elif tag == "AccessPointArn":
            value.access_point_arn = text(child)
        elif tag == "And":
            value.and_ = read_metrics_and_operator(child)
    return value


def read_noncurrent_version_expiration(element: Element) -> NoncurrentVersionExpiration:
    value = NoncurrentVersionExpiration()
    for child in element:
        tag = child.tag
        if tag == "NoncurrentDays":
            value.noncurrent_days = integer(child)
        elif tag == "NewerNoncurrentVersions":
            value.newer_noncurrent_versions = integer(child)
    return value


def read_noncurrent_version_transition(element: Element) -> NoncurrentVersionTransition:
    value = NoncurrentVersionTransition()
    for child in element:
        tag = child.tag
        if tag == "NoncurrentDays":
            value.noncurrent_days = integer(child)
        elif tag == "StorageClass":
            value.storage_class = text(child)
        elif tag == "NewerNoncurrentVersions":
            value.newer_noncurrent_versions = integer(child)
    return value


def read_notification_configuration(element: Element) -> NotificationConfiguration:
    value = NotificationConfiguration()
    for child in element:
        tag = child.tag
        if tag == "TopicConfiguration":
            if value.topic_configurations is None:
                value.topic_configurations = []
            value.topic_configurations.append(read_topic_configuration(child))
        elif tag == "QueueConfiguration":
            if value.queue_configurations is None:
                value.queue_configurations = []
            value.queue_configurations.append(read_queue_configuration(child))
        elif tag == "CloudFunctionConfiguration":
            if value.lambda_function_configurations is None:
                value.lambda_function_configurations = []
            value.lambda_function_configurations.append(read_lambda_function_configuration(child))
        elif tag == "EventBridgeConfiguration":
            value.event_bridge_configuration = read_event_bridge_configuration(child)
    return value


def read_notification_configuration_deprecated(element: Element) -> NotificationConfigurationDeprecated:
    value = NotificationConfigurationDeprecated()
    for child in element:
        tag = child.tag
        if tag == "TopicConfiguration":
            value.topic_configuration = read_topic_configuration_deprecated(child)
        elif tag == "QueueConfiguration":
            value.queue_configuration = read_queue_configuration_deprecated(child)
        elif tag == "CloudFunctionConfiguration":
            value.cloud_function_configuration = read_cloud_function_configuration(child)
    return value


def read_notification_configuration_filter(element: Element) -> NotificationConfigurationFilter:
    value = NotificationConfigurationFilter()
    for child in element:
        tag = child.tag
        if tag == "S3Key":
            value.key = read_s3_key_filter(child)
    return value


def read_object_encryption(element: Element) -> ObjectEncryption:
    value = ObjectEncryption()
    for child in element:
        tag = child.tag
        if tag == "SSE-KMS":
            value.ssekms = read_ssekms_encryption(child)
    return value


def read_object_identifier(element: Element) -> ObjectIdentifier:
    value = ObjectIdentifier()
    for child in element:
        tag = child.tag
        if tag == "Key":
            value.key = text(child)
        elif tag == "VersionId":
            value.version_id = text(child)
        elif tag == "ETag":
            value.e_tag = text(child)
        elif tag == "LastModifiedTime":
            value.last_modified_time = date(child)
        elif tag == "Size":
            value.size = integer(child)
    if value.key is None:
        raise malformed()
    return value


def read_object_lock_configuration(element: Element) -> ObjectLockConfiguration:
    value = ObjectLockConfiguration()
    for child in element:
        tag = child.tag
        if tag == "ObjectLockEnabled":
            value.object_lock_enabled = text(child)
        elif tag == "Rule":
            value.rule = read_object_lock_rule(child)
    return value


def read_object_lock_legal_hold(element: Element) -> ObjectLockLegalHold:
    value = ObjectLockLegalHold()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    return value


def read_object_lock_retention(element: Element) -> ObjectLockRetention:
    value = ObjectLockRetention()
    for child in element:
        tag = child.tag
        if tag == "Mode":
            value.mode = text(child)
        elif tag == "RetainUntilDate":
            value.retain_until_date = date(child)
        elif tag == "EventHold":
            value.event_hold = text(child)
        elif tag == "EventHoldDuration":
            value.event_hold_duration = read_event_hold_duration(child)
    return value


def read_object_lock_rule(element: Element) -> ObjectLockRule:
    value = ObjectLockRule()
    for child in element:
        tag = child.tag
        if tag == "DefaultRetention":
            value.default_retention = read_default_retention(child)
    return value


def read_output_location(element: Element) -> OutputLocation:
    value = OutputLocation()
    for child in element:
        tag = child.tag
        if tag == "S3":
            value.s3 = read_s3_location(child)
    return value


def read_output_serialization(element: Element) -> OutputSerialization:
    value = OutputSerialization()
    for child in element:
        tag = child.tag
        if tag == "CSV":
            value.csv = read_csv_output(child)
        elif tag == "JSON":
            value.json = read_json_output(child)
    return value


def read_owner(element: Element) -> Owner:
    value = Owner()
    for child in element:
        tag = child.tag
        if tag == "DisplayName":
            value.display_name = text(child)
        elif tag == "ID":
            value.id = text(child)
    return value


def read_ownership_controls(element: Element) -> OwnershipControls:
    value = OwnershipControls()
    for child in element:
        tag = child.tag
        if tag == "Rule":
            if value.rules is None:
                value.rules = []
            value.rules.append(read_ownership_controls_rule(child))
    if value.rules is None:
        raise malformed()
    return value


def read_ownership_controls_rule(element: Element) -> OwnershipControlsRule:
    value = OwnershipControlsRule()
    for child in element:
        tag = child.tag
        if tag == "ObjectOwnership":
            value.object_ownership = text(child)
    if value.object_ownership is None:
        raise malformed()
    return value


def read_parquet_input(element: Element) -> ParquetInput:
    value = ParquetInput()
    return value


def read_partitioned_prefix(element: Element) -> PartitionedPrefix:
    value = PartitionedPrefix()
    for child in element:
        tag = child.tag
        if tag == "PartitionDateSource":
            value.partition_date_source = text(child)
    return value


def read_public_access_block_configuration(element: Element) -> PublicAccessBlockConfiguration:
    value = PublicAccessBlockConfiguration()
    for child in element:
        tag = child.tag
        if tag == "BlockPublicAcls":
            value.block_public_acls = boolean(child)
        elif tag == "IgnorePublicAcls":
            value.ignore_public_acls = boolean(child)
        elif tag == "BlockPublicPolicy":
            value.block_public_policy = boolean(child)
        elif tag == "RestrictPublicBuckets":
            value.restrict_public_buckets = boolean(child)
    return value


def read_queue_configuration(element: Element) -> QueueConfiguration:
    value = QueueConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Queue":
            value.queue_arn = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "Filter":
            value.filter = read_notification_configuration_filter(child)
    if value.queue_arn is None or value.events is None:
        raise malformed()
    return value


def read_queue_configuration_deprecated(element: Element) -> QueueConfigurationDeprecated:
    value = QueueConfigurationDeprecated()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "Queue":
            value.queue = text(child)
    return value


def read_record_expiration(element: Element) -> RecordExpiration:
    value = RecordExpiration()
    for child in element:
        tag = child.tag
        if tag == "Expiration":
            value.expiration = text(child)
        elif tag == "Days":
            value.days = integer(child)
    if value.expiration is None:
        raise malformed()
    return value


def read_redirect(element: Element) -> Redirect:
    value = Redirect()
    for child in element:
        tag = child.tag
        if tag == "HostName":
            value.host_name = text(child)
        elif tag == "HttpRedirectCode":
            value.http_redirect_code = text(child)
        elif tag == "Protocol":
            value.protocol = text(child)
        elif tag == "ReplaceKeyPrefixWith":
            value.replace_key_prefix_with = text(child)
        elif tag == "ReplaceKeyWith":
            value.replace_key_with = text(child)
    return value


def read_redirect_all_requests_to(element: Element) -> RedirectAllRequestsTo:
    value = RedirectAllRequestsTo()
    for child in element:
        tag = child.tag
        if tag == "HostName":
            value.host_name = text(child)
        elif tag == "Protocol":
            value.protocol = text(child)
    if value.host_name is None:
        raise malformed()
    return value


def read_replica_modifications(element: Element) -> ReplicaModifications:
    value = ReplicaModifications()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    if value.status is None:
        raise malformed()
    return value


def read_replication_configuration(element: Element) -> ReplicationConfiguration:
    value = ReplicationConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Role":
            value.role = text(child)
        elif tag == "Rule":
            if value.rules is None:
                value.rules = []
            value.rules.append(read_replication_rule(child))
    if value.role is None or value.rules is None:
        raise malformed()
    return value


def read_replication_rule(element: Element) -> ReplicationRule:
    value = ReplicationRule()
    for child in element:
        tag = child.tag
        if tag == "ID":
            value.id = text(child)
        elif tag == "Priority":
            value.priority = integer(child)
        elif tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Filter":
            value.filter = read_replication_rule_filter(child)
        elif tag == "Status":
            value.status = text(child)
        elif tag == "SourceSelectionCriteria":
            value.source_selection_criteria = read_source_selection_criteria(child)
        elif tag == "ExistingObjectReplication":
            value.existing_object_replication = read_existing_object_replication(child)
        elif tag == "Destination":
            value.destination = read_destination(child)
        elif tag == "DeleteMarkerReplication":
            value.delete_marker_replication = read_delete_marker_replication(child)
    if value.status is None or value.destination is None:
        raise malformed()
    return value


def read_replication_rule_and_operator(element: Element) -> ReplicationRuleAndOperator:
    value = ReplicationRuleAndOperator()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            if value.tags is None:
                value.tags = []
            value.tags.append(read_tag(child))
    return value


def read_replication_rule_filter(element: Element) -> ReplicationRuleFilter:
    value = ReplicationRuleFilter()
    for child in element:
        tag = child.tag
        if tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Tag":
            value.tag = read_tag(child)
        elif tag == "And":
            value.and_ = read_replication_rule_and_operator(child)
    return value


def read_replication_time(element: Element) -> ReplicationTime:
    value = ReplicationTime()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
        elif tag == "Time":
            value.time = read_replication_time_value(child)
    if value.status is None or value.time is None:
        raise malformed()
    return value


def read_replication_time_value(element: Element) -> ReplicationTimeValue:
    value = ReplicationTimeValue()
    for child in element:
        tag = child.tag
        if tag == "Minutes":
            value.minutes = integer(child)
    return value


def read_request_payment_configuration(element: Element) -> RequestPaymentConfiguration:
    value = RequestPaymentConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Payer":
            value.payer = text(child)
    if value.payer is None:
        raise malformed()
    return value


def read_request_progress(element: Element) -> RequestProgress:
    value = RequestProgress()
    for child in element:
        tag = child.tag
        if tag == "Enabled":
            value.enabled = boolean(child)
    return value


def read_restore_request(element: Element) -> RestoreRequest:
    value = RestoreRequest()
    for child in element:
        tag = child.tag
        if tag == "Days":
            value.days = integer(child)
        elif tag == "GlacierJobParameters":
            value.glacier_job_parameters = read_glacier_job_parameters(child)
        elif tag == "Type":
            value.type = text(child)
        elif tag == "Tier":
            value.tier = text(child)
        elif tag == "Description":
            value.description = text(child)
        elif tag == "SelectParameters":
            value.select_parameters = read_select_parameters(child)
        elif tag == "OutputLocation":
            value.output_location = read_output_location(child)
    return value


def read_routing_rule(element: Element) -> RoutingRule:
    value = RoutingRule()
    for child in element:
        tag = child.tag
        if tag == "Condition":
            value.condition = read_condition(child)
        elif tag == "Redirect":
            value.redirect = read_redirect(child)
    if value.redirect is None:
        raise malformed()
    return value


def read_rule(element: Element) -> Rule:
    value = Rule()
    for child in element:
        tag = child.tag
        if tag == "Expiration":
            value.expiration = read_lifecycle_expiration(child)
        elif tag == "ID":
            value.id = text(child)
        elif tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Status":
            value.status = text(child)
        elif tag == "Transition":
            value.transition = read_transition(child)
        elif tag == "NoncurrentVersionTransition":
            value.noncurrent_version_transition = read_noncurrent_version_transition(child)
        elif tag == "NoncurrentVersionExpiration":
            value.noncurrent_version_expiration = read_noncurrent_version_expiration(child)
        elif tag == "AbortIncompleteMultipartUpload":
            value.abort_incomplete_multipart_upload = read_abort_incomplete_multipart_upload(child)
    if value.prefix is None or value.status is None:
        raise malformed()
    return value


def read_s3_key_filter(element: Element) -> S3KeyFilter:
    value = S3KeyFilter()
    for child in element:
        tag = child.tag
        if tag == "FilterRule":
            if value.filter_rules is None:
                value.filter_rules = []
            value.filter_rules.append(read_filter_rule(child))
    return value


def read_s3_location(element: Element) -> S3Location:
    value = S3Location()
    for child in element:
        tag = child.tag
        if tag == "BucketName":
            value.bucket_name = text(child)
        elif tag == "Prefix":
            value.prefix = text(child)
        elif tag == "Encryption":
            value.encryption = read_encryption(child)
        elif tag == "CannedACL":
            value.canned_acl = text(child)
        elif tag == "AccessControlList":
            value.access_control_list = []
            for item in child:
                if item.tag == "Grant":
                    value.access_control_list.append(read_grant(item))
        elif tag == "Tagging":
            value.tagging = read_tagging(child)
        elif tag == "UserMetadata":
            value.user_metadata = []
            for item in child:
                if item.tag == "MetadataEntry":
                    value.user_metadata.append(read_metadata_entry(item))
        elif tag == "StorageClass":
            value.storage_class = text(child)
    if value.bucket_name is None or value.prefix is None:
        raise malformed()
    return value


def read_s3_tables_destination(element: Element) -> S3TablesDestination:
    value = S3TablesDestination()
    for child in element:
        tag = child.tag
        if tag == "TableBucketArn":
            value.table_bucket_arn = text(child)
        elif tag == "TableName":
            value.table_name = text(child)
    if value.table_bucket_arn is None or value.table_name is None:
        raise malformed()
    return value


def read_ssekms(element: Element) -> SSEKMS:
    value = SSEKMS()
    for child in element:
        tag = child.tag
        if tag == "KeyId":
            value.key_id = text(child)
    if value.key_id is None:
        raise malformed()
    return value


def read_ssekms_encryption(element: Element) -> SSEKMSEncryption:
    value = SSEKMSEncryption()
    for child in element:
        tag = child.tag
        if tag == "KMSKeyArn":
            value.kms_key_arn = text(child)
        elif tag == "BucketKeyEnabled":
            value.bucket_key_enabled = boolean(child)
    if value.kms_key_arn is None:
        raise malformed()
    return value


def read_sses3(element: Element) -> SSES3:
    value = SSES3()
    return value


def read_scan_range(element: Element) -> ScanRange:
    value = ScanRange()
    for child in element:
        tag = child.tag
        if tag == "Start":
            value.start = integer(child)
        elif tag == "End":
            value.end = integer(child)
    return value


def read_select_parameters(element: Element) -> SelectParameters:
    value = SelectParameters()
    for child in element:
        tag = child.tag
        if tag == "InputSerialization":
            value.input_serialization = read_input_serialization(child)
        elif tag == "ExpressionType":
            value.expression_type = text(child)
        elif tag == "Expression":
            value.expression = text(child)
        elif tag == "OutputSerialization":
            value.output_serialization = read_output_serialization(child)
    if (
        value.input_serialization is None
        or value.expression_type is None
        or value.expression is None
        or value.output_serialization is None
    ):
        raise malformed()
    return value


def read_server_side_encryption_by_default(element: Element) -> ServerSideEncryptionByDefault:
    value = ServerSideEncryptionByDefault()
    for child in element:
        tag = child.tag
        if tag == "SSEAlgorithm":
            value.sse_algorithm = text(child)
        elif tag == "KMSMasterKeyID":
            value.kms_master_key_id = text(child)
    if value.sse_algorithm is None:
        raise malformed()
    return value


def read_server_side_encryption_configuration(element: Element) -> ServerSideEncryptionConfiguration:
    value = ServerSideEncryptionConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Rule":
            if value.rules is None:
                value.rules = []
            value.rules.append(read_server_side_encryption_rule(child))
    if value.rules is None:
        raise malformed()
    return value


def read_server_side_encryption_rule(element: Element) -> ServerSideEncryptionRule:
    value = ServerSideEncryptionRule()
    for child in element:
        tag = child.tag
        if tag == "ApplyServerSideEncryptionByDefault":
            value.apply_server_side_encryption_by_default = read_server_side_encryption_by_default(child)
        elif tag == "BucketKeyEnabled":
            value.bucket_key_enabled = boolean(child)
        elif tag == "BlockedEncryptionTypes":
            value.blocked_encryption_types = read_blocked_encryption_types(child)
    return value


def read_simple_prefix(element: Element) -> SimplePrefix:
    value = SimplePrefix()
    return value


def read_source_selection_criteria(element: Element) -> SourceSelectionCriteria:
    value = SourceSelectionCriteria()
    for child in element:
        tag = child.tag
        if tag == "SseKmsEncryptedObjects":
            value.sse_kms_encrypted_objects = read_sse_kms_encrypted_objects(child)
        elif tag == "ReplicaModifications":
            value.replica_modifications = read_replica_modifications(child)
    return value


def read_sse_kms_encrypted_objects(element: Element) -> SseKmsEncryptedObjects:
    value = SseKmsEncryptedObjects()
    for child in element:
        tag = child.tag
        if tag == "Status":
            value.status = text(child)
    if value.status is None:
        raise malformed()
    return value


def read_storage_class_analysis(element: Element) -> StorageClassAnalysis:
    value = StorageClassAnalysis()
    for child in element:
        tag = child.tag
        if tag == "DataExport":
            value.data_export = read_storage_class_analysis_data_export(child)
    return value


def read_storage_class_analysis_data_export(element: Element) -> StorageClassAnalysisDataExport:
    value = StorageClassAnalysisDataExport()
    for child in element:
        tag = child.tag
        if tag == "OutputSchemaVersion":
            value.output_schema_version = text(child)
        elif tag == "Destination":
            value.destination = read_analytics_export_destination(child)
    if value.output_schema_version is None or value.destination is None:
        raise malformed()
    return value


def read_tag(element: Element) -> Tag:
    value = Tag()
    for child in element:
        tag = child.tag
        if tag == "Key":
            value.key = text(child)
        elif tag == "Value":
            value.value = text(child)
    if value.key is None or value.value is None:
        raise malformed()
    return value


def read_tagging(element: Element) -> Tagging:
    value = Tagging()
    for child in element:
        tag = child.tag
        if tag == "TagSet":
            value.tag_set = []
            for item in child:
                if item.tag == "Tag":
                    value.tag_set.append(read_tag(item))
    if value.tag_set is None:
        raise malformed()
    return value


def read_target_grant(element: Element) -> TargetGrant:
    value = TargetGrant()
    for child in element:
        tag = child.tag
        if tag == "Grantee":
            value.grantee = read_grantee(child)
        elif tag == "Permission":
            value.permission = text(child)
    return value


def read_target_object_key_format(element: Element) -> TargetObjectKeyFormat:
    value = TargetObjectKeyFormat()
    for child in element:
        tag = child.tag
        if tag == "SimplePrefix":
            value.simple_prefix = read_simple_prefix(child)
        elif tag == "PartitionedPrefix":
            value.partitioned_prefix = read_partitioned_prefix(child)
    return value


def read_tiering(element: Element) -> Tiering:
    value = Tiering()
    for child in element:
        tag = child.tag
        if tag == "Days":
            value.days = integer(child)
        elif tag == "AccessTier":
            value.access_tier = text(child)
    if value.days is None or value.access_tier is None:
        raise malformed()
    return value


def read_topic_configuration(element: Element) -> TopicConfiguration:
    value = TopicConfiguration()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Topic":
            value.topic_arn = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "Filter":
            value.filter = read_notification_configuration_filter(child)
    if value.topic_arn is None or value.events is None:
        raise malformed()
    return value


def read_topic_configuration_deprecated(element: Element) -> TopicConfigurationDeprecated:
    value = TopicConfigurationDeprecated()
    for child in element:
        tag = child.tag
        if tag == "Id":
            value.id = text(child)
        elif tag == "Event":
            if value.events is None:
                value.events = []
            value.events.append(text(child))
        elif tag == "Topic":
            value.topic = text(child)
    return value


def read_transition(element: Element) -> Transition:
    value = Transition()
    for child in element:
        tag = child.tag
        if tag == "Date":
            value.date = date(child)
        elif tag == "Days":
            value.days = integer(child)
        elif tag == "StorageClass":
            value.storage_class = text(child)
    return value


def read_versioning_configuration(element: Element) -> VersioningConfiguration:
    value = VersioningConfiguration()
    for child in element:
        tag = child.tag
        if tag == "MfaDelete":
            value.mfa_delete = text(child)
        elif tag == "Status":
            value.status = text(child)
    return value


def read_website_configuration(element: Element) -> WebsiteConfiguration:
    value = WebsiteConfiguration()
    for child in element:
        tag = child.tag
        if tag == "ErrorDocument":
            value.error_document = read_error_document(child)
        elif tag == "IndexDocument":
            value.index_document = read_index_document(child)
        elif tag == "RedirectAllRequestsTo":
            value.redirect_all_requests_to = read_redirect_all_requests_to(child)
        elif tag == "RoutingRules":
            value.routing_rules = []
            for item in child:
                if item.tag == "RoutingRule":
                    value.routing_rules.append(read_routing_rule(item))
    return value
