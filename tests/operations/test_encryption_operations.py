"""Server-side encryption as operations see it, in a store that encrypts and in one that did not always."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from s3gw.protocol import types
from tests.operations.encrypted import NEEDED, OTHER, SECRET, WRONG, configuration, customer, key_ids
from tests.operations.operation_calls import MIB, Operations, md5
from tests.stores import random_bytes


@pytest.mark.parametrize("asked", [None, "AES256"])
@pytest.mark.parametrize("size", [0, 5, 100_000, 2 * MIB])
async def test_every_answer_says_aes256(
    both: tuple[Operations, Operations], asked: str | None, size: int
) -> None:
    _, s3 = both
    data = random_bytes(size)
    put = types.PutObjectInput(bucket="bucket", key="key", server_side_encryption=asked)
    assert (await s3.do(put, data)).server_side_encryption == "AES256"
    got, body = await s3.get("key")
    assert (got.server_side_encryption, body) == ("AES256", data)
    assert (await s3.do(types.HeadObjectInput(bucket="bucket", key="key"))).server_side_encryption == "AES256"
    copy = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key")
    assert (await s3.do(copy)).server_side_encryption == "AES256"
    assert (await s3.get("copy"))[0].server_side_encryption == "AES256"
    assert await key_ids(s3) <= {1}


async def test_multipart_uploads_say_so_at_every_step(both: tuple[Operations, Operations]) -> None:
    plain, s3 = both
    data = random_bytes(5 * MIB)
    await plain.put("plain", data)
    created = await s3.do(types.CreateMultipartUploadInput(bucket="bucket", key="key"))
    assert created.server_side_encryption == "AES256"
    of_upload = {"bucket": "bucket", "key": "key", "upload_id": created.upload_id}
    part = await s3.do(types.UploadPartInput(part_number=2, **of_upload), b"the end")
    assert part.server_side_encryption == "AES256"
    copy = types.UploadPartCopyInput(part_number=1, copy_source="bucket/plain", **of_upload)
    copied = await s3.do(copy)
    assert copied.server_side_encryption == "AES256"
    parts = [
        types.CompletedPart(part_number=1, e_tag=copied.copy_part_result.e_tag),
        types.CompletedPart(part_number=2, e_tag=part.e_tag),
    ]
    complete = types.CompleteMultipartUploadInput(
        multipart_upload=types.CompletedMultipartUpload(parts=parts), **of_upload
    )
    for _ in range(2):
        assert (await s3.do(complete)).server_side_encryption == "AES256"
    got, body = await s3.get("key")
    assert (got.server_side_encryption, body) == ("AES256", data + b"the end")


async def test_what_was_plain_is_encrypted_when_it_is_asked_for(both: tuple[Operations, Operations]) -> None:
    plain, s3 = both
    data = random_bytes(100_000)
    await plain.put("key", data)
    assert (await s3.get("key"))[0].server_side_encryption is None
    copy = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key")
    assert (await plain.do(copy)).server_side_encryption is None
    assert await key_ids(s3) == {None}
    assert (await s3.do(copy)).server_side_encryption == "AES256"
    assert await key_ids(s3) == {None, 1}
    onto_itself = types.CopyObjectInput(
        bucket="bucket", key="key", copy_source="bucket/key", server_side_encryption="AES256"
    )
    assert (await s3.do(onto_itself)).server_side_encryption == "AES256"
    got, body = await s3.get("key")
    assert (got.server_side_encryption, got.e_tag, body) == ("AES256", md5(data), data)
    assert await key_ids(s3) == {None, 1}


async def test_methods_that_are_refused(both: tuple[Operations, Operations]) -> None:
    plain, s3 = both
    put = types.PutObjectInput(bucket="bucket", key="key", server_side_encryption="aes256")
    error = await s3.refused(put, b"data")
    assert (error.code, error.message) == (
        "InvalidArgument",
        "The encryption method specified is not supported",
    )
    assert (await s3.refused(replace(put, server_side_encryption=""), b"")).code == "InvalidArgument"
    assert (await plain.refused(replace(put, server_side_encryption="aws:kms"), b"")).code == "NotImplemented"
    assert (await plain.refused(replace(put, server_side_encryption="AES256"), b"")).code == "NotImplemented"


async def test_the_documents_of_buckets(both: tuple[Operations, Operations]) -> None:
    plain, s3 = both
    get = types.GetBucketEncryptionInput(bucket="bucket")
    assert (await plain.refused(get)).code == "ServerSideEncryptionConfigurationNotFoundError"

    async def shown() -> tuple[str | None, bool | None]:
        [rule] = (await s3.do(get)).server_side_encryption_configuration.rules
        return rule.apply_server_side_encryption_by_default.sse_algorithm, rule.bucket_key_enabled

    assert await shown() == ("AES256", False)
    put = configuration()
    assert put.server_side_encryption_configuration is not None
    assert put.server_side_encryption_configuration.rules is not None
    put.server_side_encryption_configuration.rules[0].bucket_key_enabled = True
    await s3.do(put)
    assert await shown() == ("AES256", True)
    await s3.do(types.DeleteBucketEncryptionInput(bucket="bucket"))
    assert await shown() == ("AES256", False)
    for refused, code in (
        (configuration("AES128"), "MalformedXML"),
        (configuration(None), "MalformedXML"),
        (configuration(kms_master_key_id="x"), "InvalidArgument"),
        (configuration("aws:fsx"), "MalformedXML"),
        (types.PutBucketEncryptionInput(bucket="bucket"), "MalformedXML"),
    ):
        assert (await s3.refused(refused)).code == code
    assert (await plain.refused(configuration())).code == "NotImplemented"


@pytest.mark.parametrize("size", [0, 5, 9000, 100_000, 3 * MIB])
async def test_a_customers_key(both: tuple[Operations, Operations], size: int) -> None:
    _, s3 = both
    data = random_bytes(size)
    put = await s3.do(types.PutObjectInput(bucket="bucket", key="key", **customer(SECRET)), data)
    assert put.server_side_encryption is None
    assert (put.sse_customer_algorithm, put.sse_customer_key_md5) == (
        "AES256",
        customer(SECRET)["sse_customer_key_md5"],
    )
    assert put.e_tag != md5(data)
    got, body = await s3.get("key", **customer(SECRET))
    assert (body, got.e_tag, got.server_side_encryption) == (data, put.e_tag, None)
    assert got.sse_customer_algorithm == "AES256"
    head = await s3.do(types.HeadObjectInput(bucket="bucket", key="key", **customer(SECRET)))
    assert (head.content_length, head.sse_customer_algorithm) == (size, "AES256")
    if size:
        _, body = await s3.get("key", range=f"bytes={size // 2}-{size}", **customer(SECRET))
        assert body == data[size // 2 :]
    for kind in (types.GetObjectInput, types.HeadObjectInput):
        error = await s3.refused(kind(bucket="bucket", key="key"))
        assert (error.code, error.message) == ("InvalidRequest", NEEDED)
        error = await s3.refused(kind(bucket="bucket", key="key", **customer(OTHER)))
        assert (error.code, error.message) == ("AccessDenied", WRONG)
    copy = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key")
    assert (await s3.refused(copy)).code == "InvalidRequest"


async def test_nothing_is_shared_between_customers_keys(both: tuple[Operations, Operations]) -> None:
    _, s3 = both
    data = random_bytes(100_000)
    await s3.put("store", data)
    for key, secret in (("a", SECRET), ("b", OTHER), ("c", SECRET)):
        await s3.do(types.PutObjectInput(bucket="bucket", key=key, **customer(secret)), data)
    rows = await s3.services.db.fetch("SELECT domain_id, digest, key_id FROM chunks")
    chunks = len([row for row in rows if row["key_id"] == 1])
    assert len(rows) == 3 * chunks
    assert len({row["digest"] for row in rows}) == len(rows)
    assert len({row["domain_id"] for row in rows}) == 3
    for table in ("named_keys", "data_keys", "objects"):
        kept = str([tuple(row.values()) for row in await s3.services.db.fetch(f"SELECT * FROM {table}")])
        for secret in (SECRET, OTHER):
            assert secret.hex() not in kept
            assert repr(secret)[2:-1] not in kept
            assert base64.b64encode(secret).decode() not in kept


async def test_headers_of_customers_keys_that_are_refused(both: tuple[Operations, Operations]) -> None:
    plain, s3 = both
    incomplete = "Requests specifying Server Side Encryption with Customer provided keys must provide "
    for members, code, message in (
        (customer(SECRET, sse_customer_algorithm="AES128"), "InvalidEncryptionAlgorithmError", ""),
        (customer(SECRET, sse_customer_algorithm=""), "InvalidArgument", incomplete),
        (customer(SECRET, sse_customer_key=""), "InvalidArgument", incomplete),
        (customer(SECRET, sse_customer_key_md5=""), "InvalidArgument", incomplete),
        (
            customer(bytes(16)),
            "InvalidArgument",
            "The secret key was invalid for the specified algorithm.",
        ),
        (
            customer(SECRET, sse_customer_key_md5=customer(OTHER)["sse_customer_key_md5"]),
            "InvalidArgument",
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ),
        (customer(SECRET, server_side_encryption="AES256"), "InvalidArgument", "Server Side Encryption with"),
    ):
        error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key", **members), b"data")
        assert error.code == code
        assert error.message.startswith(message)
    request = types.PutObjectInput(bucket="bucket", key="key", **customer(SECRET))
    assert (await plain.refused(request, b"data")).code == "NotImplemented"
    await s3.put("plain", b"data")
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="plain", **customer(SECRET)))
    assert error.code == "InvalidRequest"
    assert error.message == "The encryption parameters are not applicable to this object."
