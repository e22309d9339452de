"""Which operation a request names, and which requests name none."""

from __future__ import annotations

import pytest

from s3gw.errors import S3Error
from s3gw.protocol import OPERATIONS, route
from s3gw.protocol.generated.routing_table import ROUTES, SUBRESOURCES


def query_of(text: str) -> dict[str, str]:
    """A query as the edge gives it: "a&b=1"."""
    return {name: value for name, _, value in (part.partition("=") for part in text.split("&") if part)}


def name_of(method: str, path: str, query: str = "", **headers: str) -> str:
    """The operation named by a request; header names with underscores."""
    bucket, _, key = path.strip("/").partition("/")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return route(method, bucket or None, key or None, query_of(query), given).name


def refused(method: str, path: str, query: str = "") -> S3Error:
    """The error of a request that names no operation."""
    with pytest.raises(S3Error) as caught:
        name_of(method, path, query)
    return caught.value


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", "/", "", "ListBuckets"),
        ("GET", "/", "max-directory-buckets=5", "ListDirectoryBuckets"),
        ("GET", "/", "max-buckets=5&prefix=a", "ListBuckets"),
        ("PUT", "/b", "", "CreateBucket"),
        ("HEAD", "/b", "", "HeadBucket"),
        ("DELETE", "/b", "", "DeleteBucket"),
        ("GET", "/b", "", "ListObjects"),
        ("GET", "/b", "list-type=1", "ListObjects"),
        ("GET", "/b", "list-type=2", "ListObjectsV2"),
        ("GET", "/b", "versions", "ListObjectVersions"),
        ("GET", "/b", "uploads", "ListMultipartUploads"),
        ("GET", "/b", "location", "GetBucketLocation"),
        ("GET", "/b", "lifecycle", "GetBucketLifecycleConfiguration"),
        ("PUT", "/b", "lifecycle", "PutBucketLifecycleConfiguration"),
        ("GET", "/b", "notification", "GetBucketNotificationConfiguration"),
        ("GET", "/b", "metrics", "ListBucketMetricsConfigurations"),
        ("GET", "/b", "metrics&id=x", "GetBucketMetricsConfiguration"),
        ("GET", "/b", "session", "CreateSession"),
        ("POST", "/b", "delete", "DeleteObjects"),
        ("POST", "/b", "delete=", "DeleteObjects"),
        ("POST", "/b", "", "PostObject"),
        ("OPTIONS", "/b/k", "", "OptionsObject"),
        ("OPTIONS", "/b", "anything", "OptionsObject"),
        ("PUT", "/b/k", "", "PutObject"),
        ("PUT", "/b/k", "x-id=PutObject", "PutObject"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", "UploadPart"),
        ("GET", "/b/k", "", "GetObject"),
        ("GET", "/b/k", "partNumber=1", "GetObject"),
        ("GET", "/b/k", "versionId=", "GetObject"),
        ("GET", "/b/k", "response-content-type=a&X-Amz-Signature=b&X-Amz-Date=", "GetObject"),
        ("GET", "/b/k", "utm_source=x&flag", "GetObject"),
        ("GET", "/b/k", "uploadId=u", "ListParts"),
        ("GET", "/b/k", "uploadId=", "ListParts"),
        ("GET", "/b/k", "attributes", "GetObjectAttributes"),
        ("GET", "/b/k", "annotation", "ListObjectAnnotations"),
        ("GET", "/b/k", "annotation&annotationName=x", "GetObjectAnnotation"),
        ("HEAD", "/b/k", "versionId=3", "HeadObject"),
        ("DELETE", "/b/k", "", "DeleteObject"),
        ("DELETE", "/b/k", "versionId=", "DeleteObject"),
        ("DELETE", "/b/k", "uploadId=", "AbortMultipartUpload"),
        ("DELETE", "/b/k", "tagging", "DeleteObjectTagging"),
        ("POST", "/b/k", "uploads", "CreateMultipartUpload"),
        ("POST", "/b/k", "uploadId=u", "CompleteMultipartUpload"),
        ("POST", "/b/k", "select&select-type=2", "SelectObjectContent"),
        ("POST", "/b/k", "restore&versionId=1", "RestoreObject"),
        ("PUT", "/b/k", "renameObject", "RenameObject"),
        ("PUT", "/b/k", "encryption", "UpdateObjectEncryption"),
        ("PUT", "/b", "encryption", "PutBucketEncryption"),
        ("POST", "/WriteGetObjectResponse", "", "WriteGetObjectResponse"),
    ],
)
def test_routes(method: str, path: str, query: str, expected: str) -> None:
    assert name_of(method, path, query) == expected


def test_a_copy_source_makes_a_copy() -> None:
    assert name_of("PUT", "/b/k", x_amz_copy_source="") == "CopyObject"
    assert name_of("PUT", "/b/k", "partNumber=1&uploadId=u", x_amz_copy_source="a/b") == "UploadPartCopy"
    assert name_of("PUT", "/b/k", "tagging", x_amz_copy_source="a/b") == "PutObjectTagging"


def test_every_operation_has_a_route() -> None:
    named = {choice.operation for choices in ROUTES.values() for choice in choices}
    unnamed = set(OPERATIONS) - named
    deprecated = {
        "GetBucketLifecycle",
        "PutBucketLifecycle",
        "GetBucketNotification",
        "PutBucketNotification",
    }
    assert unnamed == deprecated | {"WriteGetObjectResponse"}
    assert all(choices[-1].kind == "otherwise" for choices in ROUTES.values())


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/b", "/b/k"])
@pytest.mark.parametrize("query", ["taging", "taging=", "append", "unknown&versionId=1"])
def test_an_unknown_subresource_never_becomes_the_plain_operation(method: str, path: str, query: str) -> None:
    assert refused(method, path, query).code in ("NotImplemented", "MethodNotAllowed")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/b", "/b/k"])
@pytest.mark.parametrize("name", sorted(SUBRESOURCES))
def test_a_subresource_never_becomes_the_plain_operation(method: str, path: str, name: str) -> None:
    resource = {"/": "service", "/b": "bucket", "/b/k": "object"}[path]
    known = {choice.operation for choice in ROUTES.get((method, resource, name), ())}
    if known:
        assert name_of(method, path, name) in known
    else:
        assert refused(method, path, name).code == "MethodNotAllowed"


def test_a_known_subresource_with_another_method() -> None:
    error = refused("PUT", "/b", "location")
    assert error.status == 405
    assert error.fields == {"Method": "PUT", "ResourceType": "LOCATION"}
    assert error.headers == {"Allow": "GET"}
    assert refused("POST", "/b/k").fields["ResourceType"] == "OBJECT"
    assert refused("DELETE", "/").fields["ResourceType"] == "SERVICE"
    assert refused("PROPFIND", "/b/k").code == "MethodNotAllowed"


def test_two_subresources_conflict() -> None:
    error = refused("DELETE", "/b/k", "tagging&acl")
    assert (error.code, error.message) == (
        "InvalidArgument",
        "Conflicting query string parameters: acl, tagging",
    )
    assert error.fields == {"ArgumentName": "ResourceType", "ArgumentValue": "acl"}


def test_a_part_without_an_upload_is_not_an_object() -> None:
    error = refused("PUT", "/b/k", "partNumber=3")
    message = "This operation does not accept partNumber without uploadId"
    assert (error.code, error.message) == ("InvalidArgument", message)
