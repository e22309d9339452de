"""Answers whose form clients depend on: what AWS sends, to the byte where it matters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from s3gw.errors import S3Error
from s3gw.protocol import OPERATIONS, types
from s3gw.protocol.errors import error_document
from s3gw.protocol.generated.routing_table import ROUTES

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NS = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


def body(operation: str, output: object) -> str:
    """The document of an answer."""
    reply = OPERATIONS[operation].render(output)
    assert isinstance(reply.body, bytes)
    assert ("Content-Type", "application/xml") in reply.headers
    return reply.body.decode()


def test_location() -> None:
    empty = body("GetBucketLocation", types.GetBucketLocationOutput())
    assert empty == f"{HEAD}<LocationConstraint{NS}></LocationConstraint>"
    there = body("GetBucketLocation", types.GetBucketLocationOutput(location_constraint="eu-west-1"))
    assert there == f"{HEAD}<LocationConstraint{NS}>eu-west-1</LocationConstraint>"


def test_listing() -> None:
    output = types.ListObjectsV2Output(
        name="b",
        prefix="",
        is_truncated=False,
        contents=[types.Object(key="a<b>&\r", last_modified=MOMENT, e_tag='"e"', size=0)],
        common_prefixes=[types.CommonPrefix(prefix="p/"), types.CommonPrefix(prefix="q/")],
    )
    assert body("ListObjectsV2", output) == (
        f"{HEAD}<ListBucketResult{NS}><IsTruncated>false</IsTruncated><Contents><Key>a&lt;b&gt;&amp;&#xd;</Key>"
        "<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>0</Size></Contents>"
        "<Name>b</Name><Prefix></Prefix><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>"
        "<CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes></ListBucketResult>"
    )


def test_acl_names_the_type_of_the_grantee() -> None:
    output = types.GetObjectAclOutput(
        grants=[types.Grant(grantee=types.Grantee(type="CanonicalUser", id="i"), permission="READ")]
    )
    assert body("GetObjectAcl", output) == (
        f"{HEAD}<AccessControlPolicy{NS}><AccessControlList><Grant>"
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
        "<ID>i</ID></Grantee>"
        "<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"
    )


@pytest.mark.parametrize(
    ("operation", "output", "root"),
    [
        ("ListBuckets", types.ListBucketsOutput(), "ListAllMyBucketsResult"),
        ("ListObjects", types.ListObjectsOutput(), "ListBucketResult"),
        ("ListObjectVersions", types.ListObjectVersionsOutput(), "ListVersionsResult"),
        ("ListParts", types.ListPartsOutput(), "ListPartsResult"),
        ("ListMultipartUploads", types.ListMultipartUploadsOutput(), "ListMultipartUploadsResult"),
        ("CreateMultipartUpload", types.CreateMultipartUploadOutput(), "InitiateMultipartUploadResult"),
        ("CompleteMultipartUpload", types.CompleteMultipartUploadOutput(), "CompleteMultipartUploadResult"),
        (
            "CopyObject",
            types.CopyObjectOutput(copy_object_result=types.CopyObjectResult()),
            "CopyObjectResult",
        ),
        (
            "UploadPartCopy",
            types.UploadPartCopyOutput(copy_part_result=types.CopyPartResult()),
            "CopyPartResult",
        ),
        ("DeleteObjects", types.DeleteObjectsOutput(), "DeleteResult"),
        ("GetBucketVersioning", types.GetBucketVersioningOutput(), "VersioningConfiguration"),
        ("GetObjectTagging", types.GetObjectTaggingOutput(), "Tagging"),
        ("GetBucketAcl", types.GetBucketAclOutput(), "AccessControlPolicy"),
        (
            "GetObjectLegalHold",
            types.GetObjectLegalHoldOutput(legal_hold=types.ObjectLockLegalHold()),
            "LegalHold",
        ),
        (
            "GetObjectRetention",
            types.GetObjectRetentionOutput(retention=types.ObjectLockRetention()),
            "Retention",
        ),
    ],
)
def test_root_elements(operation: str, output: object, root: str) -> None:
    assert body(operation, output) == f"{HEAD}<{root}{NS}></{root}>"


def test_statuses() -> None:
    assert OPERATIONS["PutBucketPolicy"].render(None).status == 204
    assert OPERATIONS["DeleteObject"].render(types.DeleteObjectOutput()).status == 204
    assert OPERATIONS["CreateBucket"].render(types.CreateBucketOutput(location="/b")).status == 200
    assert OPERATIONS["GetObject"].render(types.GetObjectOutput()).status == 200
    assert OPERATIONS["GetObject"].render(types.GetObjectOutput(content_range="bytes 0-1/2")).status == 206
    assert OPERATIONS["HeadObject"].render(types.HeadObjectOutput(content_range="bytes 0-1/2")).status == 206
    assert OPERATIONS["HeadObject"].render(types.HeadObjectOutput()).status == 200


def test_headers_of_an_object() -> None:
    output = types.GetObjectOutput(
        body=b"x",
        last_modified=MOMENT,
        content_length=1,
        e_tag='"e"',
        delete_marker=False,
        metadata={"a": "\u00e9"},
    )
    reply = OPERATIONS["GetObject"].render(output)
    assert reply.body == b"x"
    assert dict(reply.headers) == {
        "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT",
        "Content-Length": "1",
        "ETag": '"e"',
        "x-amz-delete-marker": "false",
        "x-amz-meta-a": "=?UTF-8?B?w6k=?=",
    }


def test_answers_without_a_body_have_no_content_type() -> None:
    reply = OPERATIONS["PutObject"].render(types.PutObjectOutput(e_tag='"e"'))
    assert (reply.body, reply.headers) == (None, [("ETag", '"e"')])


def test_a_policy_is_json() -> None:
    reply = OPERATIONS["GetBucketPolicy"].render(types.GetBucketPolicyOutput(policy="{}"))
    assert (reply.body, reply.headers) == (b"{}", [("Content-Type", "application/json")])


def test_form_uploads_answer_as_asked() -> None:
    render = OPERATIONS["PostObject"].render
    put = types.PutObjectOutput(e_tag='"e"')
    output = types.PostObjectOutput(bucket="b", key="k&", put=put, location="http://h/b/k%26")
    assert (render(output).status, render(output).body) == (204, None)
    output.status = 201
    reply = render(output)
    assert (
        reply.body
        == (
            f"{HEAD}<PostResponse><Location>http://h/b/k%26</Location><Bucket>b</Bucket><Key>k&amp;</Key>"
            "<ETag>&quot;e&quot;</ETag></PostResponse>"
        ).encode()
    )
    assert dict(reply.headers)["ETag"] == '"e"'


def test_every_operation_is_reachable_or_replaced() -> None:
    assert len(OPERATIONS) == 118
    assert len({c.operation for choices in ROUTES.values() for c in choices}) == 113


def test_error_document() -> None:
    error = S3Error("NoSuchKey", fields={"Key": "a<\x00\ud800"})
    assert (
        error_document(error, "/b/a<", "R1", "H1")
        == (
            f"{HEAD}<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
            "<Key>a&lt;&#x0;&#xd800;</Key><Resource>/b/a&lt;</Resource><RequestId>R1</RequestId>"
            "<HostId>H1</HostId></Error>"
        ).encode()
    )
