"""Objects far larger than the memory that they may take: 10 GiB in parts, 4 GiB at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from mypy_boto3_s3 import S3Client

from tests import streams
from tests.gateway import Gateway, database_url

MIB = 1 << 20
GIB = 1 << 30
PART = 128 * MIB
BOUND = 200 * MIB

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.xdist_group("big")]


@pytest.fixture(scope="module")
def big_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway for this module, whose idle memory nothing else has touched."""
    home = tmp_path_factory.mktemp("big")
    gateway = Gateway(home).start()
    yield gateway
    gateway.remove()


@pytest.fixture(scope="module")
def client(big_gateway: Gateway) -> S3Client:
    """A client with a bucket called `big`."""
    client = big_gateway.client()
    client.create_bucket(Bucket="big")
    return client


@pytest.fixture(scope="module")
def idle(big_gateway: Gateway, client: S3Client) -> int:
    """Resident bytes of the gateway before the first large object."""
    client.put_object(Bucket="big", Key="first", Body=b"so that everything is loaded")
    return big_gateway.reset_peak()


@contextmanager
def bounded(gateway: Gateway, idle: int) -> Iterator[None]:
    """What runs inside may take at most `BOUND` more than idle."""
    gateway.reset_peak()
    yield
    above = gateway.peak() - idle
    print(f"peak {above / MIB:.0f} MiB above {idle / MIB:.0f} MiB idle")
    assert above <= BOUND, f"{above / MIB:.0f} MiB above idle"


def test_4_gib_by_one_put(big_gateway: Gateway, client: S3Client, idle: int) -> None:
    size = 4 * GIB
    with bounded(big_gateway, idle):
        streams.put(_presigned(client, "put_object", "one"), seed=4, size=size)
    assert client.head_object(Bucket="big", Key="one")["ContentLength"] == size
    with bounded(big_gateway, idle):
        streams.check(_presigned(client, "get_object", "one"), seed=4, size=size)
    client.delete_object(Bucket="big", Key="one")


async def test_10_gib_in_parts_and_its_copy(big_gateway: Gateway, client: S3Client, idle: int) -> None:
    size = 10 * GIB
    big_gateway.s3gw("jobs", "pause", "rechunk")  # which would write rows besides
    with bounded(big_gateway, idle):
        etag = _upload_in_parts(client, "ten", seed=10, size=size)
    assert etag.endswith(f'-{size // PART}"')
    with bounded(big_gateway, idle):
        streams.check(_presigned(client, "get_object", "ten"), seed=10, size=size)

    database = await asyncpg.connect(database_url(big_gateway))
    try:
        before = await _chunk_rows(database)
        with bounded(big_gateway, idle):
            client.copy_object(Bucket="big", Key="copy", CopySource={"Bucket": "big", "Key": "ten"})
        assert await _chunk_rows(database) == before
    finally:
        await database.close()
        big_gateway.s3gw("jobs", "resume", "rechunk")
    client.delete_object(Bucket="big", Key="ten")
    for start in (0, size // 2, size - 4096):
        wanted = f"bytes={start}-{start + 4095}"
        found = client.get_object(Bucket="big", Key="copy", Range=wanted)["Body"].read()
        assert found == streams.content(10, 4096, start=start)


def test_half_a_gib_encrypted_anew(big_gateway: Gateway, client: S3Client, idle: int) -> None:
    """By another key in one copy, and in parts by a third: read and stored at once, a little at a time."""
    size = GIB // 2
    mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    of_source = {f"CopySource{name}": value for name, value in mine.items()}
    streams.put(_presigned(client, "put_object", "plain"), seed=5, size=size)
    s3: Any = big_gateway.client(read_timeout=900)
    source = {"Bucket": "big", "Key": "plain"}
    with bounded(big_gateway, idle):
        s3.copy_object(Bucket="big", Key="mine", CopySource=source, **mine)
    client.delete_object(Bucket="big", Key="plain")
    upload = s3.create_multipart_upload(Bucket="big", Key="kms", ServerSideEncryption="aws:kms")["UploadId"]
    of_upload = {"Bucket": "big", "Key": "kms", "UploadId": upload}
    source["Key"] = "mine"
    with bounded(big_gateway, idle):
        part = s3.upload_part_copy(**of_upload, PartNumber=1, CopySource=source, **of_source)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]}
    s3.complete_multipart_upload(**of_upload, MultipartUpload=parts)
    with bounded(big_gateway, idle):
        streams.check(_presigned(client, "get_object", "kms"), seed=5, size=size)


def _upload_in_parts(client: S3Client, key: str, seed: int, size: int) -> str:
    upload = client.create_multipart_upload(Bucket="big", Key=key)["UploadId"]

    def part(number: int) -> str:
        url = _presigned(client, "upload_part", key, UploadId=upload, PartNumber=number)
        return streams.put(url, seed, PART, start=(number - 1) * PART)

    numbers = range(1, size // PART + 1)
    with ThreadPoolExecutor(4) as threads:
        etags = list(threads.map(part, numbers))
    done = client.complete_multipart_upload(
        Bucket="big",
        Key=key,
        UploadId=upload,
        MultipartUpload={
            "Parts": [{"PartNumber": n, "ETag": etag} for n, etag in zip(numbers, etags, strict=True)]
        },
    )
    return done["ETag"]


async def _chunk_rows(database: asyncpg.Connection) -> tuple[object, ...]:
    """Counts, newest ids and versions of every row that holds or lists chunks: any write shows."""
    row = await database.fetchrow(
        """SELECT (SELECT (count(*), max(id), max(xmin::text::bigint)) FROM chunks),
                  (SELECT (count(*), max(manifest_id), max(xmin::text::bigint)) FROM manifest_chunks),
                  (SELECT (count(*), max(id)) FROM manifests),
                  (SELECT (count(*), max(id)) FROM packs)"""
    )
    assert row is not None
    return tuple(row)


def _presigned(client: S3Client, operation: str, key: str, **parameters: object) -> str:
    given = {"Bucket": "big", "Key": key, **parameters}
    return client.generate_presigned_url(operation, Params=given, ExpiresIn=3600)
