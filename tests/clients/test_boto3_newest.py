"""The newest boto3 with its defaults, which send a checksum with everything."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, 4096, 70_000, 3 * MIB + 5])
def test_an_object_comes_back_with_its_checksum(s3: S3Client, bucket: str, size: int) -> None:
    data = content(3, size)
    put = s3.put_object(Bucket=bucket, Key="k", Body=data)
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == data
    assert got["ChecksumCRC32"] == put["ChecksumCRC32"]
    assert got["ETag"] == put["ETag"]


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_algorithm(s3: S3Client, bucket: str, algorithm: Any) -> None:
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"summed", ChecksumAlgorithm=algorithm)
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    name = f"Checksum{algorithm}"
    assert name in put
    assert head.get(name) == put.get(name)
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"summed"


def test_a_body_of_unknown_length_goes_up_in_parts(s3: S3Client, bucket: str) -> None:
    data = content(4, 12 * MIB + 3)
    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=3)
    s3.upload_fileobj(io.BytesIO(data), bucket, "parts", Config=parts)
    back = io.BytesIO()
    s3.download_fileobj(bucket, "parts", back, Config=parts)
    assert back.getvalue() == data
    second = s3.get_object(Bucket=bucket, Key="parts", PartNumber=2)
    assert (second["PartsCount"], second["Body"].read()) == (3, data[5 * MIB : 10 * MIB])


def test_ranges_and_conditions(s3: S3Client, bucket: str) -> None:
    data = content(5, 2 * MIB)
    etag = s3.put_object(Bucket=bucket, Key="k", Body=data)["ETag"]
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=1000000-1000099")
    assert part["Body"].read() == data[1_000_000:1_000_100]
    assert part["ContentRange"] == f"bytes 1000000-1000099/{2 * MIB}"
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=-7")["Body"].read() == data[-7:]
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    assert _status(refused.value) == 304
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*")
    assert _status(refused.value) == 412


def test_lists_pages_in_byte_order_and_deletes_many(s3: S3Client, bucket: str) -> None:
    keys = [f"{folder}/{number:03}" for folder in ("a", "b", "Z", "ä") for number in range(30)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 17})
    found = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert found == sorted(keys, key=str.encode)
    top = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [prefix["Prefix"] for prefix in top["CommonPrefixes"]] == ["Z/", "a/", "b/", "ä/"]
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert {entry["Key"] for entry in gone["Deleted"]} == set(keys)
    s3.delete_bucket(Bucket=bucket)


def test_a_copy_keeps_what_came_with_the_object(s3: S3Client, bucket: str) -> None:
    data = content(6, MIB)
    s3.put_object(
        Bucket=bucket, Key="from", Body=data, Metadata={"note": "a few words"}, CacheControl="max-age=5"
    )
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from"})
    copy = s3.get_object(Bucket=bucket, Key="to")
    assert (copy["Body"].read(), copy["Metadata"], copy["CacheControl"]) == (
        data,
        {"note": "a few words"},
        "max-age=5",
    )


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names under s3.test are this machine, without a name server."""
    resolve: Callable[..., Any] = socket.getaddrinfo

    def local(host: Any, *arguments: Any, **named: Any) -> Any:
        inside = isinstance(host, str) and host.endswith("s3.test")
        return resolve("127.0.0.1" if inside else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.mark.usefixtures("names")
def test_the_host_may_name_the_bucket(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    virtual = gateway.client(endpoint=f"http://s3.test:{gateway.port}", s3={"addressing_style": "virtual"})
    virtual.put_object(Bucket=bucket, Key="folder/key", Body=b"by host")
    assert virtual.get_object(Bucket=bucket, Key="folder/key")["Body"].read() == b"by host"
    assert s3.get_object(Bucket=bucket, Key="folder/key")["Body"].read() == b"by host"
    virtual.put_object(Bucket=bucket, Key="-/ready", Body=b"a key like any other")
    assert virtual.get_object(Bucket=bucket, Key="-/ready")["Body"].read() == b"a key like any other"


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
