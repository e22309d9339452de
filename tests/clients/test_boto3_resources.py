"""boto3's resources, waiters and forms, as programs use them that never see a client."""

from __future__ import annotations

import urllib.request
import uuid
from typing import Any

import pytest
from botocore.config import Config

from tests.boto import session
from tests.gateway import Gateway


@pytest.fixture
def resources(gateway: Gateway) -> Any:
    """The resources of S3 on the shared gateway."""
    return session().resource(
        "s3",
        endpoint_url=gateway.endpoint,
        aws_access_key_id=gateway.access_key,
        aws_secret_access_key=gateway.secret_key,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


def test_a_bucket_and_its_objects(resources: Any) -> None:
    bucket = resources.Bucket(f"resources-{uuid.uuid4().hex[:8]}")
    bucket.create()
    bucket.wait_until_exists()
    assert bucket.name in [each.name for each in resources.buckets.all()]
    one = bucket.Object("folder/a")
    one.put(Body=b"one", Metadata={"kept": "yes"}, ContentType="text/x-test")
    one.wait_until_exists()
    assert (one.content_length, one.metadata, one.content_type) == (3, {"kept": "yes"}, "text/x-test")
    bucket.copy({"Bucket": bucket.name, "Key": "folder/a"}, "folder/b")
    bucket.Object("c").copy_from(CopySource=f"{bucket.name}/folder/a")
    assert [each.key for each in bucket.objects.all()] == ["c", "folder/a", "folder/b"]
    found = list(bucket.objects.filter(Prefix="folder/").page_size(1))
    assert [(each.key, each.size, each.storage_class) for each in found] == [
        ("folder/a", 3, "STANDARD"),
        ("folder/b", 3, "STANDARD"),
    ]
    assert [grant["Permission"] for grant in one.Acl().grants] == ["FULL_CONTROL"]
    bucket.objects.delete()
    bucket.delete()
    bucket.wait_until_not_exists()


def test_versions_and_uploads(resources: Any) -> None:
    bucket = resources.create_bucket(Bucket=f"resources-{uuid.uuid4().hex[:8]}")
    bucket.Versioning().enable()
    assert bucket.Versioning().status == "Enabled"
    for body in (b"old", b"new"):
        bucket.put_object(Key="k", Body=body)
    newest, oldest = bucket.object_versions.filter(Prefix="k")
    assert (newest.is_latest, oldest.is_latest) == (True, False)
    assert oldest.get()["Body"].read() == b"old"
    upload = bucket.Object("parts").initiate_multipart_upload()
    part = upload.Part(1)
    tag = part.upload(Body=b"a part")["ETag"]
    assert [each.size for each in upload.parts.all()] == [6]
    assert [each.id for each in bucket.multipart_uploads.all()] == [upload.id]
    done = upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    assert done.get()["Body"].read() == b"a part"
    bucket.object_versions.delete()
    bucket.delete()


@pytest.mark.slow
def test_settings(resources: Any, bucket: str) -> None:
    settings = resources.Bucket(bucket)
    settings.Tagging().put(Tagging={"TagSet": [{"Key": "team", "Value": "a b"}]})
    assert settings.Tagging().tag_set == [{"Key": "team", "Value": "a b"}]
    rule = {"ID": "r", "Filter": {}, "Status": "Enabled", "Expiration": {"Days": 1}}
    settings.LifecycleConfiguration().put(LifecycleConfiguration={"Rules": [rule]})
    assert settings.LifecycleConfiguration().rules == [rule]
    settings.Website().put(WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert settings.Website().index_document == {"Suffix": "index.html"}
    assert settings.RequestPayment().payer == "BucketOwner"
    assert settings.Logging().logging_enabled is None


def test_a_form_made_by_boto3(resources: Any, bucket: str) -> None:
    form = resources.meta.client.generate_presigned_post(
        bucket,
        "forms/${filename}",
        Fields={"Content-Type": "text/plain", "success_action_status": "201"},
        Conditions=[
            ["starts-with", "$Content-Type", "text/"],
            {"success_action_status": "201"},
            ["content-length-range", 1, 10],
        ],
    )
    parts = [(f'name="{name}"', value) for name, value in form["fields"].items()]
    parts.append(('name="file"; filename="a.txt"', "content"))
    body = "".join(
        f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    request = urllib.request.Request(form["url"], f"{body}--b--\r\n".encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201
    assert resources.Object(bucket, "forms/a.txt").get()["Body"].read() == b"content"
