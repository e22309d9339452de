# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Parsers of the operations on a bucket."""

from __future__ import annotations

from s3gw.protocol import values, xml
from s3gw.protocol.generated.inputs import (
    CreateBucketInput,
    CreateBucketMetadataConfigurationInput,
    CreateBucketMetadataTableConfigurationInput,
    CreateSessionInput,
    DeleteBucketAnalyticsConfigurationInput,
    DeleteBucketCorsInput,
    DeleteBucketEncryptionInput,
    DeleteBucketInput,
    DeleteBucketIntelligentTieringConfigurationInput,
    DeleteBucketInventoryConfigurationInput,
    DeleteBucketLifecycleInput,
    DeleteBucketMetadataConfigurationInput,
    DeleteBucketMetadataTableConfigurationInput,
    DeleteBucketMetricsConfigurationInput,
    DeleteBucketOwnershipControlsInput,
    DeleteBucketPolicyInput,
    DeleteBucketReplicationInput,
    DeleteBucketTaggingInput,
    DeleteBucketWebsiteInput,
    DeleteObjectsInput,
    DeletePublicAccessBlockInput,
    GetBucketAbacInput,
    GetBucketAccelerateConfigurationInput,
    GetBucketAclInput,
    GetBucketAnalyticsConfigurationInput,
    GetBucketCorsInput,
    GetBucketEncryptionInput,
    GetBucketIntelligentTieringConfigurationInput,
    GetBucketInventoryConfigurationInput,
    GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleInput,
    GetBucketLocationInput,
    GetBucketLoggingInput,
    GetBucketMetadataConfigurationInput,
    GetBucketMetadataTableConfigurationInput,
    GetBucketMetricsConfigurationInput,
    GetBucketNotificationConfigurationInput,
    GetBucketNotificationInput,
    GetBucketOwnershipControlsInput,
    GetBucketPolicyInput,
    GetBucketPolicyStatusInput,
    GetBucketReplicationInput,
    GetBucketRequestPaymentInput,
    GetBucketTaggingInput,
    GetBucketVersioningInput,
    GetBucketWebsiteInput,
    GetObjectLockConfigurationInput,
    GetPublicAccessBlockInput,
    HeadBucketInput,
    ListBucketAnalyticsConfigurationsInput,
    ListBucketIntelligentTieringConfigurationsInput,
    ListBucketInventoryConfigurationsInput,
    ListBucketMetricsConfigurationsInput,
    ListMultipartUploadsInput,
    ListObjectsInput,
    ListObjectsV2Input,
    ListObjectVersionsInput,
    PutBucketAbacInput,
    PutBucketAccelerateConfigurationInput,
    PutBucketAclInput,
    PutBucketAnalyticsConfigurationInput,
    PutBucketCorsInput,
    PutBucketEncryptionInput,
    PutBucketIntelligentTieringConfigurationInput,
    PutBucketInventoryConfigurationInput,
    PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleInput,
    PutBucketLoggingInput,
    PutBucketMetricsConfigurationInput,
    PutBucketNotificationConfigurationInput,
    PutBucketNotificationInput,
    PutBucketOwnershipControlsInput,
    PutBucketPolicyInput,
    PutBucketReplicationInput,
    PutBucketRequestPaymentInput,
    PutBucketTaggingInput,
    PutBucketVersioningInput,
    PutBucketWebsiteInput,
    PutObjectLockConfigurationInput,
    PutPublicAccessBlockInput,
    UpdateBucketMetadataAnnotationTableConfigurationInput,
    UpdateBucketMetadataInventoryTableConfigurationInput,
    UpdateBucketMetadataJournalTableConfigurationInput,
)
from s3gw.protocol.generated.readers import (
    read_abac_status,
    read_accelerate_configuration,
    read_access_control_policy,
    read_analytics_configuration,
    read_annotation_table_configuration_updates,
    read_bucket_lifecycle_configuration,
    read_bucket_logging_status,
    read_cors_configuration,
    read_create_bucket_configuration,
    read_delete,
    read_intelligent_tiering_configuration,
    read_inventory_configuration,
    read_inventory_table_configuration_updates,
    read_journal_table_configuration_updates,
    read_lifecycle_configuration,
    read_metadata_configuration,
    read_metadata_table_configuration,
    read_metrics_configuration,
    read_notification_configuration,
    read_notification_configuration_deprecated,
    read_object_lock_configuration,
    read_ownership_controls,
    read_public_access_block_configuration,
    read_replication_configuration,
    read_request_payment_configuration,
    read_server_side_encryption_configuration,
    read_tagging,
    read_versioning_configuration,
    read_website_configuration,
)
from s3gw.protocol.operation import Head
from s3gw.protocol.values import Table, fill

_CREATE_BUCKET_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write": ("grant_write", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "x-amz-bucket-object-lock-enabled": ("object_lock_enabled_for_bucket", values.boolean),
    "x-amz-object-ownership": ("object_ownership", None),
    "x-amz-bucket-namespace": ("bucket_namespace", None),
}


def parse_create_bucket(head: Head) -> CreateBucketInput:
    request = CreateBucketInput(bucket=head.bucket or "")
    fill(request, _CREATE_BUCKET_HEADERS, head.headers)
    return request


def parse_create_bucket_document(request: CreateBucketInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.create_bucket_configuration = read_create_bucket_configuration(
        xml.parse(document, "CreateBucketConfiguration")
    )


_CREATE_BUCKET_METADATA_CONFIGURATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_create_bucket_metadata_configuration(head: Head) -> CreateBucketMetadataConfigurationInput:
    request = CreateBucketMetadataConfigurationInput(bucket=head.bucket or "")
    fill(request, _CREATE_BUCKET_METADATA_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_create_bucket_metadata_configuration_document(
    request: CreateBucketMetadataConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.metadata_configuration = read_metadata_configuration(xml.parse(document, "MetadataConfiguration"))


_CREATE_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_create_bucket_metadata_table_configuration(
    head: Head,
) -> CreateBucketMetadataTableConfigurationInput:
    request = CreateBucketMetadataTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _CREATE_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_create_bucket_metadata_table_configuration_document(
    request: CreateBucketMetadataTableConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.metadata_table_configuration = read_metadata_table_configuration(
        xml.parse(document, "MetadataTableConfiguration")
    )


_CREATE_SESSION_HEADERS: Table = {
    "x-amz-create-session-mode": ("session_mode", None),
    "x-amz-server-side-encryption": ("server_side_encryption", None),
    "x-amz-server-side-encryption-aws-kms-key-id": ("ssekms_key_id", None),
    "x-amz-server-side-encryption-context": ("ssekms_encryption_context", None),
    "x-amz-server-side-encryption-bucket-key-enabled": ("bucket_key_enabled", values.boolean),
}


def parse_create_session(head: Head) -> CreateSessionInput:
    request = CreateSessionInput(bucket=head.bucket or "")
    fill(request, _CREATE_SESSION_HEADERS, head.headers)
    return request


_DELETE_BUCKET_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket(head: Head) -> DeleteBucketInput:
    request = DeleteBucketInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_HEADERS, head.headers)
    return request


_DELETE_BUCKET_ANALYTICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_DELETE_BUCKET_ANALYTICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_delete_bucket_analytics_configuration(head: Head) -> DeleteBucketAnalyticsConfigurationInput:
    request = DeleteBucketAnalyticsConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_ANALYTICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_BUCKET_ANALYTICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_DELETE_BUCKET_CORS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_cors(head: Head) -> DeleteBucketCorsInput:
    request = DeleteBucketCorsInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_CORS_HEADERS, head.headers)
    return request


_DELETE_BUCKET_ENCRYPTION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_encryption(head: Head) -> DeleteBucketEncryptionInput:
    request = DeleteBucketEncryptionInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_ENCRYPTION_HEADERS, head.headers)
    return request


_DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_delete_bucket_intelligent_tiering_configuration(
    head: Head,
) -> DeleteBucketIntelligentTieringConfigurationInput:
    request = DeleteBucketIntelligentTieringConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_DELETE_BUCKET_INVENTORY_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_DELETE_BUCKET_INVENTORY_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_delete_bucket_inventory_configuration(head: Head) -> DeleteBucketInventoryConfigurationInput:
    request = DeleteBucketInventoryConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_INVENTORY_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_BUCKET_INVENTORY_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_DELETE_BUCKET_LIFECYCLE_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_lifecycle(head: Head) -> DeleteBucketLifecycleInput:
    request = DeleteBucketLifecycleInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_LIFECYCLE_HEADERS, head.headers)
    return request


_DELETE_BUCKET_METADATA_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_metadata_configuration(head: Head) -> DeleteBucketMetadataConfigurationInput:
    request = DeleteBucketMetadataConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_METADATA_CONFIGURATION_HEADERS, head.headers)
    return request


_DELETE_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_metadata_table_configuration(
    head: Head,
) -> DeleteBucketMetadataTableConfigurationInput:
    request = DeleteBucketMetadataTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


_DELETE_BUCKET_METRICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_DELETE_BUCKET_METRICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_delete_bucket_metrics_configuration(head: Head) -> DeleteBucketMetricsConfigurationInput:
    request = DeleteBucketMetricsConfigurationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_METRICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _DELETE_BUCKET_METRICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_DELETE_BUCKET_OWNERSHIP_CONTROLS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_ownership_controls(head: Head) -> DeleteBucketOwnershipControlsInput:
    request = DeleteBucketOwnershipControlsInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_OWNERSHIP_CONTROLS_HEADERS, head.headers)
    return request


_DELETE_BUCKET_POLICY_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_policy(head: Head) -> DeleteBucketPolicyInput:
    request = DeleteBucketPolicyInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_POLICY_HEADERS, head.headers)
    return request


_DELETE_BUCKET_REPLICATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_replication(head: Head) -> DeleteBucketReplicationInput:
    request = DeleteBucketReplicationInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_REPLICATION_HEADERS, head.headers)
    return request


_DELETE_BUCKET_TAGGING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_tagging(head: Head) -> DeleteBucketTaggingInput:
    request = DeleteBucketTaggingInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_TAGGING_HEADERS, head.headers)
    return request


_DELETE_BUCKET_WEBSITE_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_bucket_website(head: Head) -> DeleteBucketWebsiteInput:
    request = DeleteBucketWebsiteInput(bucket=head.bucket or "")
    fill(request, _DELETE_BUCKET_WEBSITE_HEADERS, head.headers)
    return request


_DELETE_OBJECTS_HEADERS: Table = {
    "x-amz-mfa": ("mfa", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-bypass-governance-retention": ("bypass_governance_retention", values.boolean),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
}


def parse_delete_objects(head: Head) -> DeleteObjectsInput:
    request = DeleteObjectsInput(bucket=head.bucket or "")
    fill(request, _DELETE_OBJECTS_HEADERS, head.headers)
    return request


def parse_delete_objects_document(request: DeleteObjectsInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.delete = read_delete(xml.parse(document, "Delete"))


_DELETE_PUBLIC_ACCESS_BLOCK_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_delete_public_access_block(head: Head) -> DeletePublicAccessBlockInput:
    request = DeletePublicAccessBlockInput(bucket=head.bucket or "")
    fill(request, _DELETE_PUBLIC_ACCESS_BLOCK_HEADERS, head.headers)
    return request


_GET_BUCKET_ABAC_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_abac(head: Head) -> GetBucketAbacInput:
    request = GetBucketAbacInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_ABAC_HEADERS, head.headers)
    return request


_GET_BUCKET_ACCELERATE_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-request-payer": ("request_payer", None),
}


def parse_get_bucket_accelerate_configuration(head: Head) -> GetBucketAccelerateConfigurationInput:
    request = GetBucketAccelerateConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_ACCELERATE_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_BUCKET_ACL_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_acl(head: Head) -> GetBucketAclInput:
    request = GetBucketAclInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_ACL_HEADERS, head.headers)
    return request


_GET_BUCKET_ANALYTICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_BUCKET_ANALYTICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_get_bucket_analytics_configuration(head: Head) -> GetBucketAnalyticsConfigurationInput:
    request = GetBucketAnalyticsConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_ANALYTICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_BUCKET_ANALYTICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_GET_BUCKET_CORS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_cors(head: Head) -> GetBucketCorsInput:
    request = GetBucketCorsInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_CORS_HEADERS, head.headers)
    return request


_GET_BUCKET_ENCRYPTION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_encryption(head: Head) -> GetBucketEncryptionInput:
    request = GetBucketEncryptionInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_ENCRYPTION_HEADERS, head.headers)
    return request


_GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_get_bucket_intelligent_tiering_configuration(
    head: Head,
) -> GetBucketIntelligentTieringConfigurationInput:
    request = GetBucketIntelligentTieringConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_GET_BUCKET_INVENTORY_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_BUCKET_INVENTORY_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_get_bucket_inventory_configuration(head: Head) -> GetBucketInventoryConfigurationInput:
    request = GetBucketInventoryConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_INVENTORY_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_BUCKET_INVENTORY_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_GET_BUCKET_LIFECYCLE_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_lifecycle(head: Head) -> GetBucketLifecycleInput:
    request = GetBucketLifecycleInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_LIFECYCLE_HEADERS, head.headers)
    return request


_GET_BUCKET_LIFECYCLE_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_lifecycle_configuration(head: Head) -> GetBucketLifecycleConfigurationInput:
    request = GetBucketLifecycleConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_LIFECYCLE_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_BUCKET_LOCATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_location(head: Head) -> GetBucketLocationInput:
    request = GetBucketLocationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_LOCATION_HEADERS, head.headers)
    return request


_GET_BUCKET_LOGGING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_logging(head: Head) -> GetBucketLoggingInput:
    request = GetBucketLoggingInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_LOGGING_HEADERS, head.headers)
    return request


_GET_BUCKET_METADATA_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_metadata_configuration(head: Head) -> GetBucketMetadataConfigurationInput:
    request = GetBucketMetadataConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_METADATA_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_metadata_table_configuration(head: Head) -> GetBucketMetadataTableConfigurationInput:
    request = GetBucketMetadataTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_METADATA_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_BUCKET_METRICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_GET_BUCKET_METRICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_get_bucket_metrics_configuration(head: Head) -> GetBucketMetricsConfigurationInput:
    request = GetBucketMetricsConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_METRICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _GET_BUCKET_METRICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


_GET_BUCKET_NOTIFICATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_notification(head: Head) -> GetBucketNotificationInput:
    request = GetBucketNotificationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_NOTIFICATION_HEADERS, head.headers)
    return request


_GET_BUCKET_NOTIFICATION_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_notification_configuration(head: Head) -> GetBucketNotificationConfigurationInput:
    request = GetBucketNotificationConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_NOTIFICATION_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_BUCKET_OWNERSHIP_CONTROLS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_ownership_controls(head: Head) -> GetBucketOwnershipControlsInput:
    request = GetBucketOwnershipControlsInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_OWNERSHIP_CONTROLS_HEADERS, head.headers)
    return request


_GET_BUCKET_POLICY_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_policy(head: Head) -> GetBucketPolicyInput:
    request = GetBucketPolicyInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_POLICY_HEADERS, head.headers)
    return request


_GET_BUCKET_POLICY_STATUS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_policy_status(head: Head) -> GetBucketPolicyStatusInput:
    request = GetBucketPolicyStatusInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_POLICY_STATUS_HEADERS, head.headers)
    return request


_GET_BUCKET_REPLICATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_replication(head: Head) -> GetBucketReplicationInput:
    request = GetBucketReplicationInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_REPLICATION_HEADERS, head.headers)
    return request


_GET_BUCKET_REQUEST_PAYMENT_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_request_payment(head: Head) -> GetBucketRequestPaymentInput:
    request = GetBucketRequestPaymentInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_REQUEST_PAYMENT_HEADERS, head.headers)
    return request


_GET_BUCKET_TAGGING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_tagging(head: Head) -> GetBucketTaggingInput:
    request = GetBucketTaggingInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_TAGGING_HEADERS, head.headers)
    return request


_GET_BUCKET_VERSIONING_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_versioning(head: Head) -> GetBucketVersioningInput:
    request = GetBucketVersioningInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_VERSIONING_HEADERS, head.headers)
    return request


_GET_BUCKET_WEBSITE_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_bucket_website(head: Head) -> GetBucketWebsiteInput:
    request = GetBucketWebsiteInput(bucket=head.bucket or "")
    fill(request, _GET_BUCKET_WEBSITE_HEADERS, head.headers)
    return request


_GET_OBJECT_LOCK_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_object_lock_configuration(head: Head) -> GetObjectLockConfigurationInput:
    request = GetObjectLockConfigurationInput(bucket=head.bucket or "")
    fill(request, _GET_OBJECT_LOCK_CONFIGURATION_HEADERS, head.headers)
    return request


_GET_PUBLIC_ACCESS_BLOCK_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_get_public_access_block(head: Head) -> GetPublicAccessBlockInput:
    request = GetPublicAccessBlockInput(bucket=head.bucket or "")
    fill(request, _GET_PUBLIC_ACCESS_BLOCK_HEADERS, head.headers)
    return request


_HEAD_BUCKET_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_head_bucket(head: Head) -> HeadBucketInput:
    request = HeadBucketInput(bucket=head.bucket or "")
    fill(request, _HEAD_BUCKET_HEADERS, head.headers)
    return request


_LIST_BUCKET_ANALYTICS_CONFIGURATIONS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_LIST_BUCKET_ANALYTICS_CONFIGURATIONS_QUERY: Table = {
    "continuation-token": ("continuation_token", None),
}


def parse_list_bucket_analytics_configurations(head: Head) -> ListBucketAnalyticsConfigurationsInput:
    request = ListBucketAnalyticsConfigurationsInput(bucket=head.bucket or "")
    fill(request, _LIST_BUCKET_ANALYTICS_CONFIGURATIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_BUCKET_ANALYTICS_CONFIGURATIONS_QUERY, head.query)
    return request


_LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS_QUERY: Table = {
    "continuation-token": ("continuation_token", None),
}


def parse_list_bucket_intelligent_tiering_configurations(
    head: Head,
) -> ListBucketIntelligentTieringConfigurationsInput:
    request = ListBucketIntelligentTieringConfigurationsInput(bucket=head.bucket or "")
    fill(request, _LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_BUCKET_INTELLIGENT_TIERING_CONFIGURATIONS_QUERY, head.query)
    return request


_LIST_BUCKET_INVENTORY_CONFIGURATIONS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_LIST_BUCKET_INVENTORY_CONFIGURATIONS_QUERY: Table = {
    "continuation-token": ("continuation_token", None),
}


def parse_list_bucket_inventory_configurations(head: Head) -> ListBucketInventoryConfigurationsInput:
    request = ListBucketInventoryConfigurationsInput(bucket=head.bucket or "")
    fill(request, _LIST_BUCKET_INVENTORY_CONFIGURATIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_BUCKET_INVENTORY_CONFIGURATIONS_QUERY, head.query)
    return request


_LIST_BUCKET_METRICS_CONFIGURATIONS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_LIST_BUCKET_METRICS_CONFIGURATIONS_QUERY: Table = {
    "continuation-token": ("continuation_token", None),
}


def parse_list_bucket_metrics_configurations(head: Head) -> ListBucketMetricsConfigurationsInput:
    request = ListBucketMetricsConfigurationsInput(bucket=head.bucket or "")
    fill(request, _LIST_BUCKET_METRICS_CONFIGURATIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_BUCKET_METRICS_CONFIGURATIONS_QUERY, head.query)
    return request


_LIST_MULTIPART_UPLOADS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-request-payer": ("request_payer", None),
}
_LIST_MULTIPART_UPLOADS_QUERY: Table = {
    "delimiter": ("delimiter", None),
    "encoding-type": ("encoding_type", None),
    "key-marker": ("key_marker", None),
    "max-uploads": ("max_uploads", values.integer),
    "prefix": ("prefix", None),
    "upload-id-marker": ("upload_id_marker", None),
}


def parse_list_multipart_uploads(head: Head) -> ListMultipartUploadsInput:
    request = ListMultipartUploadsInput(bucket=head.bucket or "")
    fill(request, _LIST_MULTIPART_UPLOADS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_MULTIPART_UPLOADS_QUERY, head.query)
    return request


_LIST_OBJECT_VERSIONS_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-optional-object-attributes": ("optional_object_attributes", values.text_list),
}
_LIST_OBJECT_VERSIONS_QUERY: Table = {
    "delimiter": ("delimiter", None),
    "encoding-type": ("encoding_type", None),
    "key-marker": ("key_marker", None),
    "max-keys": ("max_keys", values.integer),
    "prefix": ("prefix", None),
    "version-id-marker": ("version_id_marker", None),
}


def parse_list_object_versions(head: Head) -> ListObjectVersionsInput:
    request = ListObjectVersionsInput(bucket=head.bucket or "")
    fill(request, _LIST_OBJECT_VERSIONS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_OBJECT_VERSIONS_QUERY, head.query)
    return request


_LIST_OBJECTS_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-optional-object-attributes": ("optional_object_attributes", values.text_list),
}
_LIST_OBJECTS_QUERY: Table = {
    "delimiter": ("delimiter", None),
    "encoding-type": ("encoding_type", None),
    "marker": ("marker", None),
    "max-keys": ("max_keys", values.integer),
    "prefix": ("prefix", None),
}


def parse_list_objects(head: Head) -> ListObjectsInput:
    request = ListObjectsInput(bucket=head.bucket or "")
    fill(request, _LIST_OBJECTS_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_OBJECTS_QUERY, head.query)
    return request


_LIST_OBJECTS_V2_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-optional-object-attributes": ("optional_object_attributes", values.text_list),
}
_LIST_OBJECTS_V2_QUERY: Table = {
    "delimiter": ("delimiter", None),
    "encoding-type": ("encoding_type", None),
    "max-keys": ("max_keys", values.integer),
    "prefix": ("prefix", None),
    "continuation-token": ("continuation_token", None),
    "fetch-owner": ("fetch_owner", values.boolean),
    "start-after": ("start_after", None),
}


def parse_list_objects_v2(head: Head) -> ListObjectsV2Input:
    request = ListObjectsV2Input(bucket=head.bucket or "")
    fill(request, _LIST_OBJECTS_V2_HEADERS, head.headers)
    if head.query:
        fill(request, _LIST_OBJECTS_V2_QUERY, head.query)
    return request


_PUT_BUCKET_ABAC_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_abac(head: Head) -> PutBucketAbacInput:
    request = PutBucketAbacInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_ABAC_HEADERS, head.headers)
    return request


def parse_put_bucket_abac_document(request: PutBucketAbacInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.abac_status = read_abac_status(xml.parse(document, "AbacStatus"))


_PUT_BUCKET_ACCELERATE_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
}


def parse_put_bucket_accelerate_configuration(head: Head) -> PutBucketAccelerateConfigurationInput:
    request = PutBucketAccelerateConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_ACCELERATE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_put_bucket_accelerate_configuration_document(
    request: PutBucketAccelerateConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.accelerate_configuration = read_accelerate_configuration(
        xml.parse(document, "AccelerateConfiguration")
    )


_PUT_BUCKET_ACL_HEADERS: Table = {
    "x-amz-acl": ("acl", None),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-grant-full-control": ("grant_full_control", None),
    "x-amz-grant-read": ("grant_read", None),
    "x-amz-grant-read-acp": ("grant_read_acp", None),
    "x-amz-grant-write": ("grant_write", None),
    "x-amz-grant-write-acp": ("grant_write_acp", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_acl(head: Head) -> PutBucketAclInput:
    request = PutBucketAclInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_ACL_HEADERS, head.headers)
    return request


def parse_put_bucket_acl_document(request: PutBucketAclInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.access_control_policy = read_access_control_policy(xml.parse(document, "AccessControlPolicy"))


_PUT_BUCKET_ANALYTICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_BUCKET_ANALYTICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_put_bucket_analytics_configuration(head: Head) -> PutBucketAnalyticsConfigurationInput:
    request = PutBucketAnalyticsConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_ANALYTICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_BUCKET_ANALYTICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


def parse_put_bucket_analytics_configuration_document(
    request: PutBucketAnalyticsConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.analytics_configuration = read_analytics_configuration(
        xml.parse(document, "AnalyticsConfiguration")
    )


_PUT_BUCKET_CORS_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_cors(head: Head) -> PutBucketCorsInput:
    request = PutBucketCorsInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_CORS_HEADERS, head.headers)
    return request


def parse_put_bucket_cors_document(request: PutBucketCorsInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.cors_configuration = read_cors_configuration(xml.parse(document, "CORSConfiguration"))


_PUT_BUCKET_ENCRYPTION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_encryption(head: Head) -> PutBucketEncryptionInput:
    request = PutBucketEncryptionInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_ENCRYPTION_HEADERS, head.headers)
    return request


def parse_put_bucket_encryption_document(request: PutBucketEncryptionInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.server_side_encryption_configuration = read_server_side_encryption_configuration(
        xml.parse(document, "ServerSideEncryptionConfiguration")
    )


_PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_put_bucket_intelligent_tiering_configuration(
    head: Head,
) -> PutBucketIntelligentTieringConfigurationInput:
    request = PutBucketIntelligentTieringConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_BUCKET_INTELLIGENT_TIERING_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


def parse_put_bucket_intelligent_tiering_configuration_document(
    request: PutBucketIntelligentTieringConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.intelligent_tiering_configuration = read_intelligent_tiering_configuration(
        xml.parse(document, "IntelligentTieringConfiguration")
    )


_PUT_BUCKET_INVENTORY_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_BUCKET_INVENTORY_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_put_bucket_inventory_configuration(head: Head) -> PutBucketInventoryConfigurationInput:
    request = PutBucketInventoryConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_INVENTORY_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_BUCKET_INVENTORY_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


def parse_put_bucket_inventory_configuration_document(
    request: PutBucketInventoryConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.inventory_configuration = read_inventory_configuration(
        xml.parse(document, "InventoryConfiguration")
    )


_PUT_BUCKET_LIFECYCLE_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_lifecycle(head: Head) -> PutBucketLifecycleInput:
    request = PutBucketLifecycleInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_LIFECYCLE_HEADERS, head.headers)
    return request


def parse_put_bucket_lifecycle_document(request: PutBucketLifecycleInput, document: bytes) -> None:
    if xml.is_empty(document):
        return
    request.lifecycle_configuration = read_lifecycle_configuration(
        xml.parse(document, "LifecycleConfiguration")
    )


_PUT_BUCKET_LIFECYCLE_CONFIGURATION_HEADERS: Table = {
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-transition-default-minimum-object-size": ("transition_default_minimum_object_size", None),
}


def parse_put_bucket_lifecycle_configuration(head: Head) -> PutBucketLifecycleConfigurationInput:
    request = PutBucketLifecycleConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_LIFECYCLE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_put_bucket_lifecycle_configuration_document(
    request: PutBucketLifecycleConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        return
    request.lifecycle_configuration = read_bucket_lifecycle_configuration(
        xml.parse(document, "LifecycleConfiguration")
    )


_PUT_BUCKET_LOGGING_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_logging(head: Head) -> PutBucketLoggingInput:
    request = PutBucketLoggingInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_LOGGING_HEADERS, head.headers)
    return request


def parse_put_bucket_logging_document(request: PutBucketLoggingInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.bucket_logging_status = read_bucket_logging_status(xml.parse(document, "BucketLoggingStatus"))


_PUT_BUCKET_METRICS_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}
_PUT_BUCKET_METRICS_CONFIGURATION_QUERY: Table = {
    "id": ("id", None),
}


def parse_put_bucket_metrics_configuration(head: Head) -> PutBucketMetricsConfigurationInput:
    request = PutBucketMetricsConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_METRICS_CONFIGURATION_HEADERS, head.headers)
    if head.query:
        fill(request, _PUT_BUCKET_METRICS_CONFIGURATION_QUERY, head.query)
    if request.id is None:
        raise values.missing_argument("id")
    return request


def parse_put_bucket_metrics_configuration_document(
    request: PutBucketMetricsConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.metrics_configuration = read_metrics_configuration(xml.parse(document, "MetricsConfiguration"))


_PUT_BUCKET_NOTIFICATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_notification(head: Head) -> PutBucketNotificationInput:
    request = PutBucketNotificationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_NOTIFICATION_HEADERS, head.headers)
    return request


def parse_put_bucket_notification_document(request: PutBucketNotificationInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.notification_configuration = read_notification_configuration_deprecated(
        xml.parse(document, "NotificationConfiguration")
    )


_PUT_BUCKET_NOTIFICATION_CONFIGURATION_HEADERS: Table = {
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-skip-destination-validation": ("skip_destination_validation", values.boolean),
}


def parse_put_bucket_notification_configuration(head: Head) -> PutBucketNotificationConfigurationInput:
    request = PutBucketNotificationConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_NOTIFICATION_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_put_bucket_notification_configuration_document(
    request: PutBucketNotificationConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.notification_configuration = read_notification_configuration(
        xml.parse(document, "NotificationConfiguration")
    )


_PUT_BUCKET_OWNERSHIP_CONTROLS_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
}


def parse_put_bucket_ownership_controls(head: Head) -> PutBucketOwnershipControlsInput:
    request = PutBucketOwnershipControlsInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_OWNERSHIP_CONTROLS_HEADERS, head.headers)
    return request


def parse_put_bucket_ownership_controls_document(
    request: PutBucketOwnershipControlsInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.ownership_controls = read_ownership_controls(xml.parse(document, "OwnershipControls"))


_PUT_BUCKET_POLICY_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-confirm-remove-self-bucket-access": ("confirm_remove_self_bucket_access", values.boolean),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_policy(head: Head) -> PutBucketPolicyInput:
    request = PutBucketPolicyInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_POLICY_HEADERS, head.headers)
    return request


def parse_put_bucket_policy_document(request: PutBucketPolicyInput, document: bytes) -> None:
    request.policy = xml.utf8(document)


_PUT_BUCKET_REPLICATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-bucket-object-lock-token": ("token", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_replication(head: Head) -> PutBucketReplicationInput:
    request = PutBucketReplicationInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_REPLICATION_HEADERS, head.headers)
    return request


def parse_put_bucket_replication_document(request: PutBucketReplicationInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.replication_configuration = read_replication_configuration(
        xml.parse(document, "ReplicationConfiguration")
    )


_PUT_BUCKET_REQUEST_PAYMENT_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_request_payment(head: Head) -> PutBucketRequestPaymentInput:
    request = PutBucketRequestPaymentInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_REQUEST_PAYMENT_HEADERS, head.headers)
    return request


def parse_put_bucket_request_payment_document(request: PutBucketRequestPaymentInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.request_payment_configuration = read_request_payment_configuration(
        xml.parse(document, "RequestPaymentConfiguration")
    )


_PUT_BUCKET_TAGGING_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_tagging(head: Head) -> PutBucketTaggingInput:
    request = PutBucketTaggingInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_TAGGING_HEADERS, head.headers)
    return request


def parse_put_bucket_tagging_document(request: PutBucketTaggingInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.tagging = read_tagging(xml.parse(document, "Tagging"))


_PUT_BUCKET_VERSIONING_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-mfa": ("mfa", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_versioning(head: Head) -> PutBucketVersioningInput:
    request = PutBucketVersioningInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_VERSIONING_HEADERS, head.headers)
    return request


def parse_put_bucket_versioning_document(request: PutBucketVersioningInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.versioning_configuration = read_versioning_configuration(
        xml.parse(document, "VersioningConfiguration")
    )


_PUT_BUCKET_WEBSITE_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_bucket_website(head: Head) -> PutBucketWebsiteInput:
    request = PutBucketWebsiteInput(bucket=head.bucket or "")
    fill(request, _PUT_BUCKET_WEBSITE_HEADERS, head.headers)
    return request


def parse_put_bucket_website_document(request: PutBucketWebsiteInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.website_configuration = read_website_configuration(xml.parse(document, "WebsiteConfiguration"))


_PUT_OBJECT_LOCK_CONFIGURATION_HEADERS: Table = {
    "x-amz-request-payer": ("request_payer", None),
    "x-amz-bucket-object-lock-token": ("token", None),
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_object_lock_configuration(head: Head) -> PutObjectLockConfigurationInput:
    request = PutObjectLockConfigurationInput(bucket=head.bucket or "")
    fill(request, _PUT_OBJECT_LOCK_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_put_object_lock_configuration_document(
    request: PutObjectLockConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        return
    request.object_lock_configuration = read_object_lock_configuration(
        xml.parse(document, "ObjectLockConfiguration")
    )


_PUT_PUBLIC_ACCESS_BLOCK_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_put_public_access_block(head: Head) -> PutPublicAccessBlockInput:
    request = PutPublicAccessBlockInput(bucket=head.bucket or "")
    fill(request, _PUT_PUBLIC_ACCESS_BLOCK_HEADERS, head.headers)
    return request


def parse_put_public_access_block_document(request: PutPublicAccessBlockInput, document: bytes) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.public_access_block_configuration = read_public_access_block_configuration(
        xml.parse(document, "PublicAccessBlockConfiguration")
    )


_UPDATE_BUCKET_METADATA_ANNOTATION_TABLE_CONFIGURATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_update_bucket_metadata_annotation_table_configuration(
    head: Head,
) -> UpdateBucketMetadataAnnotationTableConfigurationInput:
    request = UpdateBucketMetadataAnnotationTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _UPDATE_BUCKET_METADATA_ANNOTATION_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_update_bucket_metadata_annotation_table_configuration_document(
    request: UpdateBucketMetadataAnnotationTableConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.annotation_table_configuration = read_annotation_table_configuration_updates(
        xml.parse(document, "AnnotationTableConfiguration")
    )


_UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_update_bucket_metadata_inventory_table_configuration(
    head: Head,
) -> UpdateBucketMetadataInventoryTableConfigurationInput:
    request = UpdateBucketMetadataInventoryTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _UPDATE_BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_update_bucket_metadata_inventory_table_configuration_document(
    request: UpdateBucketMetadataInventoryTableConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.inventory_table_configuration = read_inventory_table_configuration_updates(
        xml.parse(document, "InventoryTableConfiguration")
    )


_UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION_HEADERS: Table = {
    "content-md5": ("content_md5", None),
    "x-amz-sdk-checksum-algorithm": ("checksum_algorithm", None),
    "x-amz-expected-bucket-owner": ("expected_bucket_owner", None),
}


def parse_update_bucket_metadata_journal_table_configuration(
    head: Head,
) -> UpdateBucketMetadataJournalTableConfigurationInput:
    request = UpdateBucketMetadataJournalTableConfigurationInput(bucket=head.bucket or "")
    fill(request, _UPDATE_BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION_HEADERS, head.headers)
    return request


def parse_update_bucket_metadata_journal_table_configuration_document(
    request: UpdateBucketMetadataJournalTableConfigurationInput, document: bytes
) -> None:
    if xml.is_empty(document):
        raise xml.missing_document()
    request.journal_table_configuration = read_journal_table_configuration_updates(
        xml.parse(document, "JournalTableConfiguration")
    )
