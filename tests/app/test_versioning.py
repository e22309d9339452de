"""Versioning as a client sees it: what boto3 makes of the answers, and their headers and documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway


def failed(call: Callable[..., Any], **arguments: Any) -> tuple[int, str, dict[str, str]]:
    """Status, code and headers of an answer that is an error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    metadata: Any = caught.value.response["ResponseMetadata"]
    return metadata["HTTPStatusCode"], caught.value.response["Error"]["Code"], metadata["HTTPHeaders"]


def test_versions_and_delete_markers(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    s3.put_object(**at, Body=b"null")
    s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"}
    )
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_object(**at)["VersionId"] == "null"
    kept = s3.put_object(**at, Body=b"kept")["VersionId"]
    assert re.fullmatch(r"[A-Za-z0-9._-]{32}", kept)
    marker = s3.delete_object(**at)
    assert marker["DeleteMarker"] is True

    status, code, headers = failed(s3.get_object, **at)
    assert (status, code) == (404, "NoSuchKey")
    assert (headers["x-amz-delete-marker"], headers["x-amz-version-id"]) == ("true", marker["VersionId"])
    status, _, headers = failed(s3.head_object, **at)
    assert (status, headers["x-amz-delete-marker"]) == (404, "true")
    for call in (s3.get_object, s3.head_object):
        status, _, headers = failed(call, **at, VersionId=marker["VersionId"])
        assert (status, headers["allow"], headers["x-amz-delete-marker"]) == (405, "DELETE", "true")
        assert headers["last-modified"]
    assert failed(s3.get_object, **at, VersionId="0" * 32)[:2] == (404, "NoSuchVersion")
    assert failed(s3.get_object, **at, VersionId="0")[:2] == (400, "InvalidArgument")

    raw: list[str] = []
    s3.meta.events.register(
        "before-parse.s3.ListObjectVersions",
        lambda response_dict, **_: raw.append(response_dict["body"].decode()),
    )
    page = s3.list_object_versions(Bucket=bucket)
    assert [version["VersionId"] for version in page["Versions"]] == [kept, "null"]
    assert [one["VersionId"] for one in page["DeleteMarkers"]] == [marker["VersionId"]]
    assert page["DeleteMarkers"][0]["IsLatest"] is True
    assert re.findall(r"<VersionId>(.*?)<", raw[0]) == [marker["VersionId"], kept, "null"]

    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource={**at, "VersionId": "null"})
    assert copied["CopySourceVersionId"] == "null"
    gone = s3.delete_objects(
        Bucket=bucket,
        Delete={"Objects": [{"Key": "key", "VersionId": marker["VersionId"]}, {"Key": "copy"}]},
    )["Deleted"]
    assert gone[0] == {
        "Key": "key",
        "VersionId": marker["VersionId"],
        "DeleteMarker": True,
        "DeleteMarkerVersionId": marker["VersionId"],
    }
    assert gone[1]["DeleteMarker"] is True
    assert s3.get_object(**at)["Body"].read() == b"kept"
    assert failed(s3.delete_bucket, Bucket=bucket)[:2] == (409, "BucketNotEmpty")


def test_writers_at_once_make_versions_that_a_client_can_clear(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with ThreadPoolExecutor(8) as threads:
        bodies = [str(number).encode() for number in range(20)]
        made = list(threads.map(lambda body: s3.put_object(Bucket=bucket, Key="key", Body=body), bodies))
        assert len({answer["VersionId"] for answer in made}) == 20
        pages = s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": 7}
        )
        listed = [version for page in pages for version in page["Versions"]]
        assert len(listed) == 20
        assert {version["VersionId"] for version in listed} == {answer["VersionId"] for answer in made}
        assert [version["IsLatest"] for version in listed] == [True] + [False] * 19
        list(
            threads.map(
                lambda version: s3.delete_object(Bucket=bucket, Key="key", VersionId=version["VersionId"]),
                listed,
            )
        )
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)
    s3.delete_bucket(Bucket=bucket)
