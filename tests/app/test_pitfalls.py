"""What bites those who implement S3, one test each, as clients see it.

Others of this kind stand where their subject is: `tests/http_server/test_client_quirks` (100-continue,
max-keys, encoding-type, unknown headers and sub-resources), `test_slow_answers`, `tests/operations` (parts,
checksums, versions, copies).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import forms, wire
from tests.gateway import Gateway

CONTROL = ["a/\x01", "a/\x1f\x7f", "a/\nb\r", "b\x02/c", "b\x02/d", "e\x85\u2028"]


def status_of(call: Any, **given: Any) -> tuple[int, str]:
    """The status and code of the error by which a call ends."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    said: Any = caught.value.response
    return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"]


def public(s3: S3Client, bucket: str, *actions: str) -> None:
    """Let everybody do these things."""
    s3.delete_public_access_block(Bucket=bucket)
    resources = [f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": resources}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": statement}))


@pytest.mark.parametrize("version", [2, 4])
def test_a_form_whose_every_field_has_a_filename(
    gateway: Gateway, s3: S3Client, bucket: str, version: int
) -> None:
    """As Python's requests sends them, and browsers' FormData with blobs."""
    given = {"key": "up/${filename}", "Content-Type": "text/plain", "x-amz-meta-a": "b"}
    said = forms.upload(gateway, bucket, given, filename="name.txt", filenames=True, version=version)
    assert said.status == 204
    found = s3.get_object(Bucket=bucket, Key="up/name.txt")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (
        b"content",
        "text/plain",
        {"a": "b"},
    )


def test_display_names(s3: S3Client, bucket: str) -> None:
    """Older SDKs and suites look for the name beside every owner's id."""
    owner = s3.list_buckets()["Owner"]
    assert set(owner) == {"ID", "DisplayName"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    s3.put_object(Bucket=bucket, Key="l")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="mp")["UploadId"]
    versions = s3.list_object_versions(Bucket=bucket)
    acl = s3.get_object_acl(Bucket=bucket, Key="l")
    parts = s3.list_parts(Bucket=bucket, Key="mp", UploadId=upload)
    begun = s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]
    shown: list[Any] = [
        s3.list_objects(Bucket=bucket)["Contents"][0]["Owner"],
        s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]["Owner"],
        versions["Versions"][0]["Owner"],
        versions["DeleteMarkers"][0]["Owner"],
        s3.get_bucket_acl(Bucket=bucket)["Owner"],
        acl["Owner"],
        *(parts["Owner"], parts["Initiator"], begun["Owner"], begun["Initiator"]),
    ]
    assert shown == [owner] * len(shown)
    assert acl["Grants"][0]["Grantee"] == {**owner, "Type": "CanonicalUser"}
    assert "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]


def test_control_characters_in_keys_and_markers(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    """No XML can hold them, so that every page and its marker must come encoded, and go back decoded."""
    for key in CONTROL:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
        path = f"/{bucket}/{quote(key, safe='/')}"
        assert wire.request(gateway, "POST", path, "uploads").status == 200
    ordered = sorted(CONTROL, key=str.encode)
    for name, member in (("list_objects", "Contents"), ("list_objects_v2", "Contents")):
        pages: Any = s3.get_paginator(name).paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})  # type: ignore[call-overload]
        assert [one["Key"] for page in pages for one in page.get(member, [])] == ordered
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    assert [one["Key"] for page in pages for one in page.get("Versions", [])] == ordered
    begun: list[str] = []
    where: Any = {}
    while len(begun) < len(ordered):
        page = s3.list_multipart_uploads(Bucket=bucket, EncodingType="url", MaxUploads=1, **where)
        begun += [unquote(one["Key"]) for one in page["Uploads"]]
        where = {"KeyMarker": unquote(page["NextKeyMarker"]), "UploadIdMarker": page["NextUploadIdMarker"]}
    assert (begun, page["IsTruncated"]) == (ordered, False)
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1}
    )
    assert [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])] == ["a/", "b\x02/"]
    said = s3.list_objects_v2(Bucket=bucket, Prefix="b\x02", StartAfter="b\x02/c")
    assert [one["Key"] for one in said["Contents"]] == ["b\x02/d"]


def test_control_characters_without_an_encoding(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    """Who asks for no encoding gets references, as from S3: few can read them, and nobody is misled."""
    s3.put_object(Bucket=bucket, Key="a\x01b\r\n")
    said = wire.request(gateway, "GET", f"/{bucket}")
    assert b"<Key>a&#x1;b&#xd;" in said.body
    assert b"\x01" not in said.body


def test_a_missing_key_is_404_or_403_by_the_right_to_list(
    gateway: Gateway, s3: S3Client, bucket: str
) -> None:
    anybody = gateway.client(signature_version=UNSIGNED)
    public(s3, bucket, "s3:GetObject")
    for call in (anybody.head_object, anybody.get_object):
        assert status_of(call, Bucket=bucket, Key="missing")[0] == 403
    allowed = [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        },
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
        },
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": allowed}))
    for call in (anybody.head_object, anybody.get_object):
        assert status_of(call, Bucket=bucket, Key="missing")[0] == 404
    assert status_of(s3.head_object, Bucket=bucket, Key="missing") == (404, "404")
    missing = f"{bucket}-2"
    assert status_of(anybody.head_object, Bucket=missing, Key="missing")[0] == 404


def test_links_have_bounds_where_everybody_may_read(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    """A signature that is there is checked, also where the request would be served without one."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    public(s3, bucket, "s3:GetObject")
    host = {"host": f"127.0.0.1:{gateway.port}"}

    def ask(target: str) -> tuple[int, str]:
        said = wire.raw(gateway, wire.head("GET", target, host))
        return said.status, said.code

    path = f"/{bucket}/k"
    assert ask(path) == (200, "")
    signer = wire.Signer(gateway)
    assert ask(signer.presigned("GET", path, 604800)) == (200, "")
    for expires in (604801, -1, "soon"):
        assert ask(signer.presigned("GET", path, expires)) == (400, "AuthorizationQueryParametersError")
    old = wire.Signer(gateway, now=datetime.now(UTC) - timedelta(hours=1))
    assert ask(old.presigned("GET", path, 60)) == (403, "AccessDenied")
    forged = wire.Signer(gateway, secret="not-the-secret")
    assert ask(forged.presigned("GET", path, 60)) == (403, "SignatureDoesNotMatch")


def test_a_bucket_of_another_region(gateway: Gateway) -> None:
    """The first region of S3 takes buckets for any other, and then serves those who sign for that."""
    s3 = gateway.client()
    there = gateway.client()
    there.meta.events.register("before-sign.s3.*", _sign_for("eu-central-1"))
    bucket = "of-another-region"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for client in (s3, there):
        assert client.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-central-1"
        assert client.head_bucket(Bucket=bucket)["BucketRegion"] == "eu-central-1"
        client.put_object(Bucket=bucket, Key="k", Body=b"data")
        assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    elsewhere = gateway.client()
    elsewhere.meta.events.register("before-sign.s3.*", _sign_for("ap-south-1"))
    with pytest.raises(ClientError) as caught:
        elsewhere.get_object(Bucket=bucket, Key="k")
    error: Any = caught.value.response["Error"]
    assert (error["Code"], error["Region"]) == ("AuthorizationHeaderMalformed", "eu-central-1")
    with pytest.raises(ClientError) as caught:
        elsewhere.head_object(Bucket=bucket, Key="k")
    said: Any = caught.value.response["ResponseMetadata"]
    assert said["HTTPHeaders"]["x-amz-bucket-region"] == "eu-central-1"
    assert status_of(there.list_buckets) == (400, "AuthorizationHeaderMalformed")
    s3.delete_object(Bucket=bucket, Key="k")
    there.delete_bucket(Bucket=bucket)


def _sign_for(region: str) -> Any:
    def change(request: Any, **_: Any) -> None:
        request.context["signing"]["region"] = region

    return change
