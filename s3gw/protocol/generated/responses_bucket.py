# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Renderers of the operations on a bucket."""

from __future__ import annotations

from s3gw.protocol.generated.outputs import (
    CreateBucketOutput,
    CreateSessionOutput,
    DeleteObjectsOutput,
    GetBucketAbacOutput,
    GetBucketAccelerateConfigurationOutput,
    GetBucketAclOutput,
    GetBucketAnalyticsConfigurationOutput,
    GetBucketCorsOutput,
    GetBucketEncryptionOutput,
    GetBucketIntelligentTieringConfigurationOutput,
    GetBucketInventoryConfigurationOutput,
    GetBucketLifecycleConfigurationOutput,
    GetBucketLifecycleOutput,
    GetBucketLocationOutput,
    GetBucketLoggingOutput,
    GetBucketMetadataConfigurationOutput,
    GetBucketMetadataTableConfigurationOutput,
    GetBucketMetricsConfigurationOutput,
    GetBucketNotificationConfigurationOutput,
    GetBucketNotificationOutput,
    GetBucketOwnershipControlsOutput,
    GetBucketPolicyOutput,
    GetBucketPolicyStatusOutput,
    GetBucketReplicationOutput,
    GetBucketRequestPaymentOutput,
    GetBucketTaggingOutput,
    GetBucketVersioningOutput,
    GetBucketWebsiteOutput,
    GetObjectLockConfigurationOutput,
    GetPublicAccessBlockOutput,
    HeadBucketOutput,
    ListBucketAnalyticsConfigurationsOutput,
    ListBucketIntelligentTieringConfigurationsOutput,
    ListBucketInventoryConfigurationsOutput,
    ListBucketMetricsConfigurationsOutput,
    ListMultipartUploadsOutput,
    ListObjectsOutput,
    ListObjectsV2Output,
    ListObjectVersionsOutput,
    PutBucketLifecycleConfigurationOutput,
    PutObjectLockConfigurationOutput,
)
from s3gw.protocol.generated.structures import DeleteMarkerEntry, ObjectVersion
from s3gw.protocol.generated.writers import (
    write_abac_status,
    write_analytics_configuration,
    write_cloud_function_configuration,
    write_common_prefix,
    write_cors_rule,
    write_delete_marker_entry,
    write_deleted_object,
    write_error,
    write_error_document,
    write_event_bridge_configuration,
    write_get_bucket_metadata_configuration_result,
    write_get_bucket_metadata_table_configuration_result,
    write_grant,
    write_index_document,
    write_intelligent_tiering_configuration,
    write_inventory_configuration,
    write_lambda_function_configuration,
    write_lifecycle_rule,
    write_logging_enabled,
    write_metrics_configuration,
    write_multipart_upload,
    write_object,
    write_object_lock_configuration,
    write_object_version,
    write_owner,
    write_ownership_controls,
    write_policy_status,
    write_public_access_block_configuration,
    write_queue_configuration,
    write_queue_configuration_deprecated,
    write_redirect_all_requests_to,
    write_replication_configuration,
    write_routing_rule,
    write_rule,
    write_server_side_encryption_configuration,
    write_session_credentials,
    write_tag,
    write_topic_configuration,
    write_topic_configuration_deprecated,
)
from s3gw.protocol.operation import Reply
from s3gw.protocol.xml import DECLARATION, escape


def render_create_bucket(output: CreateBucketOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.location is not None:
        headers.append(("Location", output.location))
    if output.bucket_arn is not None:
        headers.append(("x-amz-bucket-arn", output.bucket_arn))
    status = 200
    return Reply(status, headers, None)


def render_create_bucket_metadata_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_create_bucket_metadata_table_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_create_session(output: CreateSessionOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.server_side_encryption is not None:
        headers.append(("x-amz-server-side-encryption", output.server_side_encryption))
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
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.credentials is not None:
        s += f"""<Credentials>{write_session_credentials(output.credentials)}</Credentials>"""
    text = f"""{DECLARATION}<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</CreateSessionResult>"""
    return Reply(status, headers, text.encode())


def render_delete_bucket(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_analytics_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_cors(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_encryption(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_intelligent_tiering_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_inventory_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_lifecycle(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_metadata_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_metadata_table_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_metrics_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_ownership_controls(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_policy(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_replication(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_tagging(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_bucket_website(output: None) -> Reply:
    return Reply(204, [], None)


def render_delete_objects(output: DeleteObjectsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.deleted is not None:
        for deleted_item in output.deleted:
            s += f"""<Deleted>{write_deleted_object(deleted_item)}</Deleted>"""
    if output.errors is not None:
        for errors_item in output.errors:
            s += f"""<Error>{write_error(errors_item)}</Error>"""
    text = (
        f"""{DECLARATION}<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</DeleteResult>"""
    )
    return Reply(status, headers, text.encode())


def render_delete_public_access_block(output: None) -> Reply:
    return Reply(204, [], None)


def render_get_bucket_abac(output: GetBucketAbacOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.abac_status is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_abac_status(output.abac_status)
    text = f"""{DECLARATION}<AbacStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</AbacStatus>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_accelerate_configuration(output: GetBucketAccelerateConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.status is not None:
        s += f"""<Status>{escape(output.status)}</Status>"""
    text = f"""{DECLARATION}<AccelerateConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</AccelerateConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_acl(output: GetBucketAclOutput) -> Reply:
    headers: list[tuple[str, str]] = []
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


def render_get_bucket_analytics_configuration(output: GetBucketAnalyticsConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.analytics_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_analytics_configuration(output.analytics_configuration)
    text = f"""{DECLARATION}<AnalyticsConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</AnalyticsConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_cors(output: GetBucketCorsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.cors_rules is not None:
        for cors_rules_item in output.cors_rules:
            s += f"""<CORSRule>{write_cors_rule(cors_rules_item)}</CORSRule>"""
    text = f"""{DECLARATION}<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</CORSConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_encryption(output: GetBucketEncryptionOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.server_side_encryption_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_server_side_encryption_configuration(output.server_side_encryption_configuration)
    text = f"""{DECLARATION}<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ServerSideEncryptionConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_intelligent_tiering_configuration(
    output: GetBucketIntelligentTieringConfigurationOutput,
) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.intelligent_tiering_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_intelligent_tiering_configuration(output.intelligent_tiering_configuration)
    text = f"""{DECLARATION}<IntelligentTieringConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</IntelligentTieringConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_inventory_configuration(output: GetBucketInventoryConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.inventory_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_inventory_configuration(output.inventory_configuration)
    text = f"""{DECLARATION}<InventoryConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</InventoryConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_lifecycle(output: GetBucketLifecycleOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.rules is not None:
        for rules_item in output.rules:
            s += f"""<Rule>{write_rule(rules_item)}</Rule>"""
    text = f"""{DECLARATION}<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</LifecycleConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_lifecycle_configuration(output: GetBucketLifecycleConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.transition_default_minimum_object_size is not None:
        headers.append(
            ("x-amz-transition-default-minimum-object-size", output.transition_default_minimum_object_size)
        )
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.rules is not None:
        for rules_item in output.rules:
            s += f"""<Rule>{write_lifecycle_rule(rules_item)}</Rule>"""
    text = f"""{DECLARATION}<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</LifecycleConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_location(output: GetBucketLocationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = escape(output.location_constraint or "")
    text = f"""{DECLARATION}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</LocationConstraint>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_logging(output: GetBucketLoggingOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.logging_enabled is not None:
        s += f"""<LoggingEnabled>{write_logging_enabled(output.logging_enabled)}</LoggingEnabled>"""
    text = f"""{DECLARATION}<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</BucketLoggingStatus>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_metadata_configuration(output: GetBucketMetadataConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.get_bucket_metadata_configuration_result is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_get_bucket_metadata_configuration_result(output.get_bucket_metadata_configuration_result)
    text = f"""{DECLARATION}<GetBucketMetadataConfigurationResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</GetBucketMetadataConfigurationResult>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_metadata_table_configuration(
    output: GetBucketMetadataTableConfigurationOutput,
) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.get_bucket_metadata_table_configuration_result is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_get_bucket_metadata_table_configuration_result(
        output.get_bucket_metadata_table_configuration_result
    )
    text = f"""{DECLARATION}<GetBucketMetadataTableConfigurationResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</GetBucketMetadataTableConfigurationResult>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_metrics_configuration(output: GetBucketMetricsConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.metrics_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_metrics_configuration(output.metrics_configuration)
    text = f"""{DECLARATION}<MetricsConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</MetricsConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_notification(output: GetBucketNotificationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.topic_configuration is not None:
        s += f"""<TopicConfiguration>{write_topic_configuration_deprecated(output.topic_configuration)}</TopicConfiguration>"""
    if output.queue_configuration is not None:
        s += f"""<QueueConfiguration>{write_queue_configuration_deprecated(output.queue_configuration)}</QueueConfiguration>"""
    if output.cloud_function_configuration is not None:
        s += f"""<CloudFunctionConfiguration>{write_cloud_function_configuration(output.cloud_function_configuration)}</CloudFunctionConfiguration>"""
    text = f"""{DECLARATION}<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</NotificationConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_notification_configuration(output: GetBucketNotificationConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.topic_configurations is not None:
        for topic_configurations_item in output.topic_configurations:
            s += f"""<TopicConfiguration>{write_topic_configuration(topic_configurations_item)}</TopicConfiguration>"""
    if output.queue_configurations is not None:
        for queue_configurations_item in output.queue_configurations:
            s += f"""<QueueConfiguration>{write_queue_configuration(queue_configurations_item)}</QueueConfiguration>"""
    if output.lambda_function_configurations is not None:
        for lambda_function_configurations_item in output.lambda_function_configurations:
            s += f"""<CloudFunctionConfiguration>{write_lambda_function_configuration(lambda_function_configurations_item)}</CloudFunctionConfiguration>"""
    if output.event_bridge_configuration is not None:
        s += f"""<EventBridgeConfiguration>{write_event_bridge_configuration(output.event_bridge_configuration)}</EventBridgeConfiguration>"""
    text = f"""{DECLARATION}<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</NotificationConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_ownership_controls(output: GetBucketOwnershipControlsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.ownership_controls is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_ownership_controls(output.ownership_controls)
    text = f"""{DECLARATION}<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</OwnershipControls>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_policy(output: GetBucketPolicyOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.policy is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/json"))
    return Reply(status, headers, output.policy.encode())


def render_get_bucket_policy_status(output: GetBucketPolicyStatusOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.policy_status is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_policy_status(output.policy_status)
    text = (
        f"""{DECLARATION}<PolicyStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</PolicyStatus>"""
    )
    return Reply(status, headers, text.encode())


def render_get_bucket_replication(output: GetBucketReplicationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.replication_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_replication_configuration(output.replication_configuration)
    text = f"""{DECLARATION}<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ReplicationConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_request_payment(output: GetBucketRequestPaymentOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.payer is not None:
        s += f"""<Payer>{escape(output.payer)}</Payer>"""
    text = f"""{DECLARATION}<RequestPaymentConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</RequestPaymentConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_tagging(output: GetBucketTaggingOutput) -> Reply:
    headers: list[tuple[str, str]] = []
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


def render_get_bucket_versioning(output: GetBucketVersioningOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.status is not None:
        s += f"""<Status>{escape(output.status)}</Status>"""
    if output.mfa_delete is not None:
        s += f"""<MfaDelete>{escape(output.mfa_delete)}</MfaDelete>"""
    text = f"""{DECLARATION}<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</VersioningConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_bucket_website(output: GetBucketWebsiteOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.redirect_all_requests_to is not None:
        s += f"""<RedirectAllRequestsTo>{write_redirect_all_requests_to(output.redirect_all_requests_to)}</RedirectAllRequestsTo>"""
    if output.index_document is not None:
        s += f"""<IndexDocument>{write_index_document(output.index_document)}</IndexDocument>"""
    if output.error_document is not None:
        s += f"""<ErrorDocument>{write_error_document(output.error_document)}</ErrorDocument>"""
    if output.routing_rules is not None:
        s += "<RoutingRules>"
        for routing_rules_item in output.routing_rules:
            s += f"""<RoutingRule>{write_routing_rule(routing_rules_item)}</RoutingRule>"""
        s += "</RoutingRules>"
    text = f"""{DECLARATION}<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</WebsiteConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_object_lock_configuration(output: GetObjectLockConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.object_lock_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_object_lock_configuration(output.object_lock_configuration)
    text = f"""{DECLARATION}<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ObjectLockConfiguration>"""
    return Reply(status, headers, text.encode())


def render_get_public_access_block(output: GetPublicAccessBlockOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    if output.public_access_block_configuration is None:
        return Reply(status, headers, None)
    headers.append(("Content-Type", "application/xml"))
    s = write_public_access_block_configuration(output.public_access_block_configuration)
    text = f"""{DECLARATION}<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</PublicAccessBlockConfiguration>"""
    return Reply(status, headers, text.encode())


def render_head_bucket(output: HeadBucketOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.bucket_arn is not None:
        headers.append(("x-amz-bucket-arn", output.bucket_arn))
    if output.bucket_location_type is not None:
        headers.append(("x-amz-bucket-location-type", output.bucket_location_type))
    if output.bucket_location_name is not None:
        headers.append(("x-amz-bucket-location-name", output.bucket_location_name))
    if output.bucket_region is not None:
        headers.append(("x-amz-bucket-region", output.bucket_region))
    if output.access_point_alias is not None:
        headers.append(("x-amz-access-point-alias", "true" if output.access_point_alias else "false"))
    status = 200
    return Reply(status, headers, None)


def render_list_bucket_analytics_configurations(output: ListBucketAnalyticsConfigurationsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    if output.analytics_configuration_list is not None:
        for analytics_configuration_list_item in output.analytics_configuration_list:
            s += f"""<AnalyticsConfiguration>{write_analytics_configuration(analytics_configuration_list_item)}</AnalyticsConfiguration>"""
    text = f"""{DECLARATION}<ListBucketAnalyticsConfigurationResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListBucketAnalyticsConfigurationResult>"""
    return Reply(status, headers, text.encode())


def render_list_bucket_intelligent_tiering_configurations(
    output: ListBucketIntelligentTieringConfigurationsOutput,
) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    if output.intelligent_tiering_configuration_list is not None:
        for intelligent_tiering_configuration_list_item in output.intelligent_tiering_configuration_list:
            s += f"""<IntelligentTieringConfiguration>{write_intelligent_tiering_configuration(intelligent_tiering_configuration_list_item)}</IntelligentTieringConfiguration>"""
    text = f"""{DECLARATION}<ListBucketIntelligentTieringConfigurationsOutput xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListBucketIntelligentTieringConfigurationsOutput>"""
    return Reply(status, headers, text.encode())


def render_list_bucket_inventory_configurations(output: ListBucketInventoryConfigurationsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.inventory_configuration_list is not None:
        for inventory_configuration_list_item in output.inventory_configuration_list:
            s += f"""<InventoryConfiguration>{write_inventory_configuration(inventory_configuration_list_item)}</InventoryConfiguration>"""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    text = f"""{DECLARATION}<ListInventoryConfigurationsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListInventoryConfigurationsResult>"""
    return Reply(status, headers, text.encode())


def render_list_bucket_metrics_configurations(output: ListBucketMetricsConfigurationsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    if output.metrics_configuration_list is not None:
        for metrics_configuration_list_item in output.metrics_configuration_list:
            s += f"""<MetricsConfiguration>{write_metrics_configuration(metrics_configuration_list_item)}</MetricsConfiguration>"""
    text = f"""{DECLARATION}<ListMetricsConfigurationsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListMetricsConfigurationsResult>"""
    return Reply(status, headers, text.encode())


def render_list_multipart_uploads(output: ListMultipartUploadsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.bucket is not None:
        s += f"""<Bucket>{escape(output.bucket)}</Bucket>"""
    if output.key_marker is not None:
        s += f"""<KeyMarker>{escape(output.key_marker)}</KeyMarker>"""
    if output.upload_id_marker is not None:
        s += f"""<UploadIdMarker>{escape(output.upload_id_marker)}</UploadIdMarker>"""
    if output.next_key_marker is not None:
        s += f"""<NextKeyMarker>{escape(output.next_key_marker)}</NextKeyMarker>"""
    if output.prefix is not None:
        s += f"""<Prefix>{escape(output.prefix)}</Prefix>"""
    if output.delimiter is not None:
        s += f"""<Delimiter>{escape(output.delimiter)}</Delimiter>"""
    if output.next_upload_id_marker is not None:
        s += f"""<NextUploadIdMarker>{escape(output.next_upload_id_marker)}</NextUploadIdMarker>"""
    if output.max_uploads is not None:
        s += f"""<MaxUploads>{output.max_uploads}</MaxUploads>"""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.uploads is not None:
        for uploads_item in output.uploads:
            s += f"""<Upload>{write_multipart_upload(uploads_item)}</Upload>"""
    if output.common_prefixes is not None:
        for common_prefixes_item in output.common_prefixes:
            s += f"""<CommonPrefixes>{write_common_prefix(common_prefixes_item)}</CommonPrefixes>"""
    if output.encoding_type is not None:
        s += f"""<EncodingType>{escape(output.encoding_type)}</EncodingType>"""
    text = f"""{DECLARATION}<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListMultipartUploadsResult>"""
    return Reply(status, headers, text.encode())


def render_list_object_versions(output: ListObjectVersionsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.key_marker is not None:
        s += f"""<KeyMarker>{escape(output.key_marker)}</KeyMarker>"""
    if output.version_id_marker is not None:
        s += f"""<VersionIdMarker>{escape(output.version_id_marker)}</VersionIdMarker>"""
    if output.next_key_marker is not None:
        s += f"""<NextKeyMarker>{escape(output.next_key_marker)}</NextKeyMarker>"""
    if output.next_version_id_marker is not None:
        s += f"""<NextVersionIdMarker>{escape(output.next_version_id_marker)}</NextVersionIdMarker>"""
    if output.versions is not None:
        for versions_item in output.versions:
            s += f"""<Version>{write_object_version(versions_item)}</Version>"""
    if output.delete_markers is not None:
        for delete_markers_item in output.delete_markers:
            s += f"""<DeleteMarker>{write_delete_marker_entry(delete_markers_item)}</DeleteMarker>"""
    for entry in output.entries or ():
        if isinstance(entry, ObjectVersion):
            s += f"""<Version>{write_object_version(entry)}</Version>"""
        elif isinstance(entry, DeleteMarkerEntry):
            s += f"""<DeleteMarker>{write_delete_marker_entry(entry)}</DeleteMarker>"""
    if output.name is not None:
        s += f"""<Name>{escape(output.name)}</Name>"""
    if output.prefix is not None:
        s += f"""<Prefix>{escape(output.prefix)}</Prefix>"""
    if output.delimiter is not None:
        s += f"""<Delimiter>{escape(output.delimiter)}</Delimiter>"""
    if output.max_keys is not None:
        s += f"""<MaxKeys>{output.max_keys}</MaxKeys>"""
    if output.common_prefixes is not None:
        for common_prefixes_item in output.common_prefixes:
            s += f"""<CommonPrefixes>{write_common_prefix(common_prefixes_item)}</CommonPrefixes>"""
    if output.encoding_type is not None:
        s += f"""<EncodingType>{escape(output.encoding_type)}</EncodingType>"""
    text = f"""{DECLARATION}<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListVersionsResult>"""
    return Reply(status, headers, text.encode())


def render_list_objects(output: ListObjectsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.bucket_region is not None:
        headers.append(("x-amz-bucket-region", output.bucket_region))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.marker is not None:
        s += f"""<Marker>{escape(output.marker)}</Marker>"""
    if output.next_marker is not None:
        s += f"""<NextMarker>{escape(output.next_marker)}</NextMarker>"""
    if output.contents is not None:
        for contents_item in output.contents:
            s += f"""<Contents>{write_object(contents_item)}</Contents>"""
    if output.name is not None:
        s += f"""<Name>{escape(output.name)}</Name>"""
    if output.prefix is not None:
        s += f"""<Prefix>{escape(output.prefix)}</Prefix>"""
    if output.delimiter is not None:
        s += f"""<Delimiter>{escape(output.delimiter)}</Delimiter>"""
    if output.max_keys is not None:
        s += f"""<MaxKeys>{output.max_keys}</MaxKeys>"""
    if output.common_prefixes is not None:
        for common_prefixes_item in output.common_prefixes:
            s += f"""<CommonPrefixes>{write_common_prefix(common_prefixes_item)}</CommonPrefixes>"""
    if output.encoding_type is not None:
        s += f"""<EncodingType>{escape(output.encoding_type)}</EncodingType>"""
    text = f"""{DECLARATION}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListBucketResult>"""
    return Reply(status, headers, text.encode())


def render_list_objects_v2(output: ListObjectsV2Output) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    if output.bucket_region is not None:
        headers.append(("x-amz-bucket-region", output.bucket_region))
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.is_truncated is not None:
        s += f"""<IsTruncated>{"true" if output.is_truncated else "false"}</IsTruncated>"""
    if output.contents is not None:
        for contents_item in output.contents:
            s += f"""<Contents>{write_object(contents_item)}</Contents>"""
    if output.name is not None:
        s += f"""<Name>{escape(output.name)}</Name>"""
    if output.prefix is not None:
        s += f"""<Prefix>{escape(output.prefix)}</Prefix>"""
    if output.delimiter is not None:
        s += f"""<Delimiter>{escape(output.delimiter)}</Delimiter>"""
    if output.max_keys is not None:
        s += f"""<MaxKeys>{output.max_keys}</MaxKeys>"""
    if output.common_prefixes is not None:
        for common_prefixes_item in output.common_prefixes:
            s += f"""<CommonPrefixes>{write_common_prefix(common_prefixes_item)}</CommonPrefixes>"""
    if output.encoding_type is not None:
        s += f"""<EncodingType>{escape(output.encoding_type)}</EncodingType>"""
    if output.key_count is not None:
        s += f"""<KeyCount>{output.key_count}</KeyCount>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.next_continuation_token is not None:
        s += f"""<NextContinuationToken>{escape(output.next_continuation_token)}</NextContinuationToken>"""
    if output.start_after is not None:
        s += f"""<StartAfter>{escape(output.start_after)}</StartAfter>"""
    text = f"""{DECLARATION}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListBucketResult>"""
    return Reply(status, headers, text.encode())


def render_put_bucket_abac(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_accelerate_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_acl(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_analytics_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_cors(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_encryption(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_intelligent_tiering_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_inventory_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_lifecycle(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_lifecycle_configuration(output: PutBucketLifecycleConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.transition_default_minimum_object_size is not None:
        headers.append(
            ("x-amz-transition-default-minimum-object-size", output.transition_default_minimum_object_size)
        )
    status = 200
    return Reply(status, headers, None)


def render_put_bucket_logging(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_metrics_configuration(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_notification(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_notification_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_ownership_controls(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_policy(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_replication(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_request_payment(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_tagging(output: None) -> Reply:
    return Reply(204, [], None)


def render_put_bucket_versioning(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_bucket_website(output: None) -> Reply:
    return Reply(200, [], None)


def render_put_object_lock_configuration(output: PutObjectLockConfigurationOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    if output.request_charged is not None:
        headers.append(("x-amz-request-charged", output.request_charged))
    status = 200
    return Reply(status, headers, None)


def render_put_public_access_block(output: None) -> Reply:
    return Reply(200, [], None)


def render_update_bucket_metadata_annotation_table_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_update_bucket_metadata_inventory_table_configuration(output: None) -> Reply:
    return Reply(200, [], None)


def render_update_bucket_metadata_journal_table_configuration(output: None) -> Reply:
    return Reply(200, [], None)
