"""Checksums as botocore sends and verifies them, of objects and of uploads in parts."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from s3gw.protocol import checksums

PART = b"A" * (5 << 20)
LAST = b"B" * 100
KINDS = [
    ("CRC32", "COMPOSITE"),
    ("CRC32", "FULL_OBJECT"),
    ("CRC32C", "COMPOSITE"),
    ("CRC64NVME", "FULL_OBJECT"),
    ("SHA1", "COMPOSITE"),
    ("SHA256", "COMPOSITE"),
    ("XXHASH128", "COMPOSITE"),
]


def digest(algorithm: str, *blocks: bytes) -> bytes:
    checksum = checksums.new(algorithm)
    for block in blocks:
        checksum.update(block)
    return checksum.digest()


def code(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("algorithm", checksums.ALGORITHMS)
@pytest.mark.slow
def test_objects(s3: Any, bucket: str, algorithm: str) -> None:
    at = {"Bucket": bucket, "Key": "key"}
    member, value = f"Checksum{algorithm}", checksums.encode(digest(algorithm, b"data"))
    put = s3.put_object(**at, Body=b"data", ChecksumAlgorithm=algorithm, **{member: value})
    assert (put[member], put["ChecksumType"]) == (value, "FULL_OBJECT")
    wrong = checksums.encode(digest(algorithm, b"other"))
    assert code(s3.put_object, **at, Body=b"data", **{member: wrong}) == "BadDigest"
    assert code(s3.put_object, **at, Body=b"data", **{member: "bad"}) == "InvalidRequest"
    got = s3.get_object(**at, ChecksumMode="ENABLED")
    assert (got["Body"].read(), got[member], got["ChecksumType"]) == (b"data", value, "FULL_OBJECT")
    told = s3.get_object_attributes(**at, ObjectAttributes=["Checksum", "ObjectParts"])
    assert told["Checksum"] == {member: value, "ChecksumType": "FULL_OBJECT"}
    assert "ObjectParts" not in told
    (listed,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == ([algorithm], "FULL_OBJECT")


@pytest.mark.parametrize(("algorithm", "kind"), KINDS)
def test_uploads(s3: Any, bucket: str, algorithm: str, kind: str) -> None:
    at = {"Bucket": bucket, "Key": "key"}
    member = f"Checksum{algorithm}"
    created = s3.create_multipart_upload(**at, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert (created["ChecksumAlgorithm"], created["ChecksumType"]) == (algorithm, kind)
    upload = {**at, "UploadId": created["UploadId"]}
    digests = [digest(algorithm, block) for block in (PART, LAST)]
    parts = []
    for number, block in enumerate((PART, LAST), 1):
        value = checksums.encode(digests[number - 1])
        part = s3.upload_part(**upload, PartNumber=number, Body=block, **{member: value})
        assert part[member] == value
        parts.append({"PartNumber": number, "ETag": part["ETag"], member: value})
    whole = checksums.encode(digest(algorithm, PART, LAST))
    if kind == "COMPOSITE":
        whole = f"{checksums.encode(digest(algorithm, *digests))}-2"
    done = s3.complete_multipart_upload(
        **upload, MultipartUpload={"Parts": parts}, ChecksumType=kind, **{member: whole}
    )
    assert (done[member], done["ChecksumType"]) == (whole, kind)
    head = s3.head_object(**at, ChecksumMode="ENABLED")
    assert (head[member], head["ChecksumType"]) == (whole, kind)
    told = s3.get_object_attributes(**at, ObjectAttributes=["Checksum", "ObjectParts"])
    assert told["Checksum"] == {member: whole, "ChecksumType": kind}
    assert [part[member] for part in told["ObjectParts"]["Parts"]] == [
        checksums.encode(each) for each in digests
    ]
    got = s3.get_object(**at, PartNumber=2, ChecksumMode="ENABLED")
    assert (got["Body"].read(), got[member]) == (LAST, checksums.encode(digests[1]))
    assert member not in s3.get_object(**at, Range="bytes=0-9", ChecksumMode="ENABLED")
