"""Where S3 departs from its model: data, each entry with its reason.

An entry that no longer fits the model stops the generator, so that none outlives its cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Answers whose body is built from several members have a root element that the model does not name. These are
# the names of the "Response Syntax" in the API reference and of AWS's answers.
ROOTS: dict[str, str] = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CreateSession": "CreateSessionResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycle": "LifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotification": "NotificationConfiguration",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging",
    "ListBucketAnalyticsConfigurations": "ListBucketAnalyticsConfigurationResult",
    "ListBucketIntelligentTieringConfigurations": "ListBucketIntelligentTieringConfigurationsOutput",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
    "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectAnnotations": "ListObjectAnnotationsOutput",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
    "PutObjectAnnotation": "PutObjectAnnotationOutput",
}

_CONFIGURATION = "AWS answers a stored configuration that has an id with 204 No Content"
# The model gives no status here and so says 200.
STATUSES: dict[str, tuple[int, str]] = {
    "PutBucketAnalyticsConfiguration": (204, _CONFIGURATION),
    "PutBucketIntelligentTieringConfiguration": (204, _CONFIGURATION),
    "PutBucketInventoryConfiguration": (204, _CONFIGURATION),
    "PutBucketMetricsConfiguration": (204, _CONFIGURATION),
    "PutBucketPolicy": (204, "AWS answers a stored policy with 204 No Content"),
    "PutBucketTagging": (204, "AWS answers stored tags of a bucket with 204 No Content"),
}

# Reads have two statuses; the member that decides is the one a client can see.
PARTIAL_CONTENT: dict[str, tuple[str, str]] = {
    "GetObject": ("ContentRange", "an answer with Content-Range is 206 Partial Content"),
    "HeadObject": ("ContentRange", "AWS says of a HEAD what it would say of the GET"),
}

# The single member of the answer is the text of the root element instead of a child.
TEXT_OF_ROOT: dict[str, tuple[str, str]] = {
    "GetBucketLocation": (
        "LocationConstraint",
        "AWS answers <LocationConstraint>region</LocationConstraint>",
    ),
}

# Flattened lists whose elements S3 writes in one order, which lists by kind would lose: a further member of
# the output that holds them all.
MIXED_LISTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "ListObjectVersions": (
        "entries",
        ("Versions", "DeleteMarkers"),
        "AWS lists versions and delete markers of a key together, from the newest",
    ),
}

# Document types of payloads that are not XML.
CONTENT_TYPES: dict[str, tuple[str, str]] = {
    "GetBucketPolicy": ("application/json", "a policy is JSON"),
}

# Members whose value is passed on as it stands although the model gives it a type.
AS_TEXT: dict[tuple[str, str], str] = {
    ("GetObject", "ResponseExpires"): "becomes the header Expires, which is passed through as text",
    ("HeadObject", "ResponseExpires"): "becomes the header Expires, which is passed through as text",
}

# Query parameters that become response headers; a line break in one would split the answer.
HEADER_TEXT_PREFIX = "response-"

# Dates in these headers make a request conditional; HTTP says that one which cannot be read is ignored
# (RFC 9110, 13.1.3 and 13.1.4). Dates in all others are refused.
CONDITIONAL_DATES: dict[str, str] = {
    "If-Modified-Since": "condition on a read",
    "If-Unmodified-Since": "condition on a read",
    "x-amz-copy-source-if-modified-since": "condition on the source of a copy",
    "x-amz-copy-source-if-unmodified-since": "condition on the source of a copy",
    "x-amz-rename-source-if-modified-since": "condition on the source of a rename",
    "x-amz-rename-source-if-unmodified-since": "condition on the source of a rename",
}

# A lock's end is given in one form only, and shown to the millisecond: who sets again what was shown must not
# find that it would be shorter.
RETENTION_DATES: dict[str, str] = {
    "x-amz-object-lock-retain-until-date": "AWS refuses every other form by a message of its own",
    "RetainUntilDate": "AWS shows milliseconds where other dates have whole seconds",
}


# Members left out: two members of a structure cannot be told apart when they have one element name.
DIGEST_NOT_NEEDED: dict[str, str] = dict.fromkeys(
    (
        "PutBucketAcl",
        "PutBucketLogging",
        "PutBucketPolicy",
        "PutBucketRequestPayment",
        "PutBucketVersioning",
        "PutBucketWebsite",
        "PutObjectAcl",
    ),
    "clients that are older than the model's demand send none, and S3 takes them: s3cmd, boto 2",
)
"""Operations that the model has clients send Content-MD5 or a checksum with, which S3 does without."""

DROPPED_MEMBERS: dict[tuple[str, str], str] = {
    (shape, "Event"): "the deprecated single event has the same element name as the list of events"
    for shape in (
        "CloudFunctionConfiguration",
        "QueueConfigurationDeprecated",
        "TopicConfigurationDeprecated",
    )
}

# Headers that S3 heeds or sends and its model does not name, by structure and member.
ADDED_HEADERS: dict[tuple[str, str], tuple[str, str]] = {
    **{
        (shape, "IfRange"): ("If-Range", "a range only of the state that a client holds part of")
        for shape in ("GetObjectRequest", "HeadObjectRequest")
    },
    **{
        (shape, "BucketRegion"): ("x-amz-bucket-region", "AWS tells it with every page of keys")
        for shape in ("ListObjectsOutput", "ListObjectsV2Output")
    },
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several operations on one route, taken when `kind` `name` is there; the first that fits wins."""

    operation: str
    kind: Literal["header", "query", "otherwise"]
    name: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class SharedRoute:
    """Operations that the model puts on one method and sub-resource, and how to tell them apart."""

    method: str
    resource: str
    subresource: str | None
    choices: tuple[Choice, ...]
    reason: str
    unreachable: tuple[str, ...] = ()
    """Deprecated operations that another one has replaced on the wire."""


SHARED_ROUTES: tuple[SharedRoute, ...] = (
    SharedRoute(
        "GET",
        "service",
        None,
        (
            Choice("ListDirectoryBuckets", "query", "max-directory-buckets"),
            Choice("ListBuckets", "otherwise"),
        ),
        "directory buckets are listed at another host; only this parameter tells the requests apart",
    ),
    SharedRoute(
        "GET",
        "bucket",
        None,
        (Choice("ListObjectsV2", "query", "list-type", "2"), Choice("ListObjects", "otherwise")),
        "the second version of the listing is asked for by list-type=2",
    ),
    SharedRoute(
        "PUT",
        "object",
        None,
        (Choice("CopyObject", "header", "x-amz-copy-source"), Choice("PutObject", "otherwise")),
        "a copy has a source",
    ),
    SharedRoute(
        "PUT",
        "object",
        "uploadId",
        (Choice("UploadPartCopy", "header", "x-amz-copy-source"), Choice("UploadPart", "otherwise")),
        "a copy has a source",
    ),
    SharedRoute(
        "GET",
        "bucket",
        "analytics",
        (
            Choice("GetBucketAnalyticsConfiguration", "query", "id"),
            Choice("ListBucketAnalyticsConfigurations", "otherwise"),
        ),
        "one configuration is named by its id",
    ),
    SharedRoute(
        "GET",
        "bucket",
        "intelligent-tiering",
        (
            Choice("GetBucketIntelligentTieringConfiguration", "query", "id"),
            Choice("ListBucketIntelligentTieringConfigurations", "otherwise"),
        ),
        "one configuration is named by its id",
    ),
    SharedRoute(
        "GET",
        "bucket",
        "inventory",
        (
            Choice("GetBucketInventoryConfiguration", "query", "id"),
            Choice("ListBucketInventoryConfigurations", "otherwise"),
        ),
        "one configuration is named by its id",
    ),
    SharedRoute(
        "GET",
        "bucket",
        "metrics",
        (
            Choice("GetBucketMetricsConfiguration", "query", "id"),
            Choice("ListBucketMetricsConfigurations", "otherwise"),
        ),
        "one configuration is named by its id",
    ),
    SharedRoute(
        "GET",
        "object",
        "annotation",
        (
            Choice("GetObjectAnnotation", "query", "annotationName"),
            Choice("ListObjectAnnotations", "otherwise"),
        ),
        "one annotation is named",
    ),
    SharedRoute(
        "GET",
        "bucket",
        "lifecycle",
        (Choice("GetBucketLifecycleConfiguration", "otherwise"),),
        "the deprecated form differs only in what it leaves out",
        ("GetBucketLifecycle",),
    ),
    SharedRoute(
        "PUT",
        "bucket",
        "lifecycle",
        (Choice("PutBucketLifecycleConfiguration", "otherwise"),),
        "the deprecated form differs only in what it leaves out",
        ("PutBucketLifecycle",),
    ),
    SharedRoute(
        "GET",
        "bucket",
        "notification",
        (Choice("GetBucketNotificationConfiguration", "otherwise"),),
        "the deprecated form differs only in what it leaves out",
        ("GetBucketNotification",),
    ),
    SharedRoute(
        "PUT",
        "bucket",
        "notification",
        (Choice("PutBucketNotificationConfiguration", "otherwise"),),
        "the deprecated form differs only in what it leaves out",
        ("PutBucketNotification",),
    ),
)

# The upload's id is a sub-resource on the wire, although the model lists it as an ordinary parameter.
SUBRESOURCE_PARAMETERS: dict[str, tuple[str, str]] = {
    "AbortMultipartUpload": ("uploadId", "or else it would be DeleteObject"),
    "CompleteMultipartUpload": ("uploadId", "it has no other mark"),
    "ListParts": ("uploadId", "or else it would be GetObject"),
    "UploadPart": ("uploadId", "or else it would be PutObject"),
    "UploadPartCopy": ("uploadId", "or else it would be CopyObject"),
}

# The one operation whose path is a fixed word; no bucket can have capitals in its name.
FIXED_PATHS: dict[str, tuple[str, str]] = {
    "WriteGetObjectResponse": (
        "WriteGetObjectResponse",
        "answers a transforming function's client, at a fixed path",
    ),
}

# Operations of the HTTP interface that the model does not describe, written by hand in s3gw.protocol.beyond.
BEYOND_MODEL: dict[str, tuple[str, str, str]] = {
    "OptionsObject": ("OPTIONS", "*", "the preflight request of browsers, on every resource"),
    "PostObject": ("POST", "bucket", "the upload by an HTML form"),
}
