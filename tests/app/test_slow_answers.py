"""Complete and copies that take long: the answer begins before the outcome is known, and SDKs understand it.

A lock in the database on what the operation needs makes it slow, for as long as the test wants.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway, database_url

Work = Callable[[asyncpg.Connection], Awaitable[Any]]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that lets nobody wait for more than an instant."""
    running = Gateway(tmp_path_factory.mktemp("slow"), {"S3GW_SLOW_ANSWER": "0.05"}).start()
    yield running
    running.remove()


async def _upload(s3: S3Client, bucket: str) -> tuple[str, str]:
    """A bucket with an upload of one part; the id of the upload and the document that completes it."""
    s3.create_bucket(Bucket=bucket)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"data")["ETag"]
    inside = f"<Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part>"
    return upload, f"<CompleteMultipartUpload>{inside}</CompleteMultipartUpload>"


async def _held(gateway: Gateway, sql: str, *arguments: Any) -> tuple[asyncpg.Connection, Any]:
    connection = await asyncpg.connect(database_url(gateway))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(sql, *arguments)
    return connection, transaction


def _start(gateway: Gateway, upload: str, bucket: str, document: str) -> Any:
    """Send a Complete and read the beginning of its answer, up to the second sign of life."""
    signer = wire.Signer(gateway)
    headers = signer.headers("POST", f"/{bucket}/k", f"uploadId={upload}", wire.UNSIGNED, {})
    connection = wire.connect(gateway)
    length = {"content-length": str(len(document))}
    connection.sendall(
        wire.head("POST", f"/{bucket}/k?uploadId={upload}", headers | length) + document.encode()
    )
    begun = b""
    while b"?>\n" not in begun or begun.count(b"1\r\n \r\n") < 2:
        received = connection.recv(65536)
        assert received, begun
        begun += received
    assert begun.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in begun
    assert b"\r\nx-amz-server-side-encryption: AES256\r\n" in begun
    return connection, begun


def _rest(connection: Any, begun: bytes) -> bytes:
    """The whole body of the answer, out of its chunks."""
    while not begun.endswith(b"0\r\n\r\n"):
        received = connection.recv(65536)
        assert received, begun
        begun += received
    connection.close()
    body, rest = b"", begun.partition(b"\r\n\r\n")[2]
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


@pytest.mark.slow
async def test_a_slow_completion_answers_before_it_ends(impatient: Gateway) -> None:
    s3 = impatient.client()
    upload, document = await _upload(s3, "completed")
    lock, transaction = await _held(impatient, "SELECT 1 FROM uploads WHERE id = $1 FOR UPDATE", upload)
    connection, begun = await asyncio.to_thread(_start, impatient, upload, "completed", document)
    await transaction.rollback()
    body = await asyncio.to_thread(_rest, connection, begun)
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n  ')
    assert b"<CompleteMultipartUploadResult" in body
    assert s3.get_object(Bucket="completed", Key="k")["Body"].read() == b"data"
    await lock.close()


async def test_a_slow_completion_that_fails_ends_with_an_error_document(impatient: Gateway) -> None:
    s3 = impatient.client()
    upload, document = await _upload(s3, "failed")
    sql = "SELECT abort_upload(bucket_id, key, id) FROM uploads WHERE id = $1"
    lock, transaction = await _held(impatient, sql, upload)
    connection, begun = await asyncio.to_thread(_start, impatient, upload, "failed", document)
    await transaction.commit()
    body = await asyncio.to_thread(_rest, connection, begun)
    assert body.count(b"<?xml") == 1
    assert b"<Error><Code>NoSuchUpload</Code>" in body
    while '"error": "NoSuchUpload"' not in impatient.logs():  # written when the answer has left
        await asyncio.sleep(0.01)
    await lock.close()


async def test_sdks_see_the_error_and_the_result_of_slow_answers(impatient: Gateway) -> None:
    s3 = impatient.client(retries={"max_attempts": 0})
    upload, _ = await _upload(s3, "sdk")
    s3.put_object(Bucket="sdk", Key="source", Body=b"data")
    sql = "SELECT abort_upload(bucket_id, key, id) FROM uploads WHERE id = $1"
    lock, transaction = await _held(impatient, sql, upload)
    done: list[bool] = []
    with ThreadPoolExecutor(1) as pool:
        etag = s3.head_object(Bucket="sdk", Key="source")["ETag"]
        parts: Any = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        given: Any = {"Bucket": "sdk", "Key": "k", "UploadId": upload, "MultipartUpload": parts}
        s3.meta.events.register("before-parse.s3.CompleteMultipartUpload", lambda **_: done.append(True))
        answer = pool.submit(s3.complete_multipart_upload, **given)
        await _wait_for_waiter(impatient)
        assert not done
        await transaction.commit()
        with pytest.raises(ClientError) as caught:
            answer.result(30)
    assert caught.value.response["Error"]["Code"] == "NoSuchUpload"
    await lock.close()


async def test_a_slow_copy_is_understood(impatient: Gateway) -> None:
    s3 = impatient.client()
    s3.create_bucket(Bucket="copied")
    s3.put_object(Bucket="copied", Key="k", Body=b"old")
    s3.put_object(Bucket="copied", Key="source", Body=b"new")
    lock, transaction = await _held(impatient, "SELECT 1 FROM objects WHERE key = 'k' FOR UPDATE")
    with ThreadPoolExecutor(1) as pool:
        given: Any = {"Bucket": "copied", "Key": "k", "CopySource": "copied/source"}
        answer = pool.submit(s3.copy_object, **given)
        await _wait_for_waiter(impatient)
        await transaction.rollback()
        assert (
            answer.result(30)["CopyObjectResult"]["ETag"] == s3.head_object(Bucket="copied", Key="k")["ETag"]
        )
    assert s3.get_object(Bucket="copied", Key="k")["Body"].read() == b"new"
    await lock.close()


async def _wait_for_waiter(gateway: Gateway) -> None:
    """Until some statement of the gateway waits for a lock."""
    connection = await asyncpg.connect(database_url(gateway))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not await connection.fetchval(waiting):
        await asyncio.sleep(0.01)
    await connection.close()
