"""UpdateObjectEncryption: objects that are there, encrypted by another key and the same in all else."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.db import encryption_keys
from s3gw.db.encryption_keys import NamedKey
from s3gw.protocol import types
from s3gw.storage import keys
from tests.operations import locks
from tests.operations.encrypted import MASTER, SECRET, customer
from tests.operations.operation_calls import MIB, Operations
from tests.stores import random_bytes

Both = tuple[Operations, Operations]
DATA = random_bytes(300_000)


async def make(s3: Operations, name: str = "payroll") -> NamedKey:
    """A key as `s3gw kms create` makes it."""
    assert await keys.create(s3.services.db, name, MASTER)
    found = await encryption_keys.named(s3.services.db, name)
    assert found is not None
    return found


def arn(s3: Operations, key: NamedKey) -> str:
    return f"arn:aws:kms:us-east-1:{s3.account.id:012d}:key/{key.uuid}"


def update(
    given: str | None, version_id: str | None = None, **members: Any
) -> types.UpdateObjectEncryptionInput:
    """A request for `key`."""
    wanted = types.SSEKMSEncryption(kms_key_arn=given, **members)
    return types.UpdateObjectEncryptionInput(
        bucket="bucket",
        key="key",
        version_id=version_id,
        object_encryption=types.ObjectEncryption(ssekms=wanted),
    )


async def used(s3: Operations, key: str = "key") -> set[int | None]:
    """The numbers of the keys by which the chunks of an object are encrypted."""
    rows = await s3.services.db.fetch(
        "SELECT DISTINCT c.key_id FROM objects o LEFT JOIN pieces p ON p.pieces_id = o.pieces_id "
        "LEFT JOIN manifest_chunks m ON m.manifest_id IN (o.manifest_id, p.manifest_id) "
        "JOIN chunks c ON c.id IN (o.chunk_id, p.chunk_id, m.chunk_id) WHERE o.key = $1",
        key,
    )
    return {row["key_id"] for row in rows}


@pytest.mark.parametrize("size", [0, 5, 300_000, 3 * MIB])
async def test_from_s3s_keys_to_a_kms_key_and_to_another(both: Both, size: int) -> None:
    _, s3 = both
    data = random_bytes(size)
    put = await s3.put("key", data, metadata={"kept": "yes"}, tagging="a=b", checksum_algorithm="SHA256")
    before = await s3.head("key")
    for name in ("payroll", "other"):
        key = await make(s3, name)
        output = await s3.do(update(arn(s3, key), bucket_key_enabled=name == "other" or None))
        assert output.request_charged is None
        got, body = await s3.get("key", checksum_mode="ENABLED")
        assert body == data
        assert (got.server_side_encryption, got.ssekms_key_id) == ("aws:kms", arn(s3, key))
        assert got.bucket_key_enabled == (True if name == "other" else None)
        assert (got.e_tag, got.last_modified, got.metadata) == (
            put.e_tag,
            before.last_modified,
            {"kept": "yes"},
        )
        assert (got.checksum_sha256, got.tag_count) == (put.checksum_sha256, 1)
        assert await used(s3) == ({key.data_key_id} if size else set())


async def test_parts_stay(both: Both) -> None:
    _, s3 = both
    blobs = [random_bytes(5 * MIB), random_bytes(70_000)]
    await s3.multipart("key", blobs)
    before = await s3.head("key")
    key = await make(s3)
    await s3.do(update(arn(s3, key)))
    got, body = await s3.get("key")
    assert (body, got.e_tag, got.last_modified) == (b"".join(blobs), before.e_tag, before.last_modified)
    for number, blob in enumerate(blobs, 1):
        part, body = await s3.get("key", part_number=number)
        assert (body, part.parts_count) == (blob, 2)
    assert await used(s3) == {key.data_key_id}


async def test_the_same_key_moves_no_bytes(both: Both) -> None:
    _, s3 = both
    key = await make(s3)
    await s3.put("key", DATA, server_side_encryption="aws:kms", ssekms_key_id=arn(s3, key))
    body = await s3.services.db.fetchrow("SELECT chunk_id, manifest_id, pieces_id FROM objects")
    await s3.do(update(arn(s3, key), bucket_key_enabled=True))
    assert (await s3.head("key")).bucket_key_enabled is True
    assert await s3.services.db.fetchrow("SELECT chunk_id, manifest_id, pieces_id FROM objects") == body
    assert (await s3.get("key"))[1] == DATA


async def test_what_was_there_is_collected(both: Both) -> None:
    _, s3 = both
    await s3.put("key", DATA)
    await s3.put("copied", DATA)
    key = await make(s3)
    await s3.do(update(arn(s3, key)))
    assert await s3.services.db.fetchval("SELECT count(*) FROM trash") == 1
    assert (await s3.get("copied"))[1] == DATA  # by the store's key, still


async def test_versions(both: Both) -> None:
    _, s3 = both
    versioned = types.VersioningConfiguration(status="Enabled")
    await s3.put("key", b"null")
    await s3.do(types.PutBucketVersioningInput(bucket="bucket", versioning_configuration=versioned))
    old = (await s3.put("key", b"old")).version_id
    new = (await s3.put("key", b"new")).version_id
    key = await make(s3)
    for version, data in ((old, b"old"), ("null", b"null")):
        await s3.do(update(arn(s3, key), version))
        got, body = await s3.get("key", version_id=version)
        assert (body, got.server_side_encryption) == (data, "aws:kms")
    assert (await s3.head("key")).server_side_encryption == "AES256"
    listed = await s3.do(types.ListObjectVersionsInput(bucket="bucket"))
    assert [one.version_id for one in listed.entries] == [new, old, "null"]
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    assert (await s3.refused(update(arn(s3, key)))).code == "MethodNotAllowed"


async def test_what_is_locked(both: Both) -> None:
    _, s3 = both
    versioned = types.VersioningConfiguration(status="Enabled")
    await s3.do(types.PutBucketVersioningInput(bucket="bucket", versioning_configuration=versioned))
    await locks.configure(s3)
    await locks.put(s3)
    key = await make(s3)
    await s3.do(locks.retention("GOVERNANCE", locks.SOON))
    error = await s3.refused(update(arn(s3, key)))
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert "protected by S3 Object Lock" in error.message
    assert (await s3.head("key")).server_side_encryption == "AES256"


async def test_refused(both: Both) -> None:
    plain, s3 = both
    key = await make(s3)
    await plain.put("key", b"data")
    assert (await plain.refused(update(arn(s3, key)))).code == "NotImplemented"
    error = await s3.refused(update(arn(s3, key)))
    assert (error.code, "unencrypted source objects" in error.message) == ("InvalidRequest", True)
    for members in (customer(SECRET), {"server_side_encryption": "aws:kms:dsse"}):
        await s3.put("key", b"data", **members)
        error = await s3.refused(update(arn(s3, key)))
        assert (error.code, "DSSE-KMS or SSE-C" in error.message) == ("InvalidRequest", True)
    await s3.put("key", b"data")
    for request, code, message in (
        (update(None), "InvalidRequest", "require an AWS KMS key Amazon Resource Name"),
        (update("payroll"), "InvalidRequest", "require a valid AWS KMS key Amazon Resource Name"),
        (update(arn(s3, key).replace(f"{s3.account.id:012d}", "9" * 12)), "AccessDenied", "same account"),
        (update(f"arn:aws:kms:us-east-1:{'1' * 12}:key/{'0' * 8}"), "KMS.NotFoundException", "Invalid keyId"),
        (
            types.UpdateObjectEncryptionInput(bucket="bucket", key="key"),
            "InvalidRequest",
            "Valid values are SSEKMS",
        ),
    ):
        error = await s3.refused(request)
        assert (error.code, message in error.message) == (code, True), error
    error = await s3.refused(update(arn(s3, key)), signature=2)
    assert (error.code, "Signature Version 4" in error.message) == ("InvalidRequest", True)
    await encryption_keys.set_enabled(s3.services.db, key.id, False)
    assert (await s3.refused(update(arn(s3, key)))).code == "KMS.DisabledException"
    assert (await s3.head("key")).server_side_encryption == "AES256"


async def test_an_object_that_changes_meanwhile(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    _, s3 = both
    key = await make(s3)
    await s3.put("key", b"before")
    write = s3.services.store.write
    overwritten: list[Any] = []

    async def slow(*arguments: Any, **named: Any) -> Any:
        draft = await write(*arguments, **named)
        if not overwritten:
            overwritten.append(await s3.put("key", b"after"))
        return draft

    monkeypatch.setattr(s3.services.store, "write", slow)
    await s3.do(update(arn(s3, key)))
    got, body = await s3.get("key")
    assert (body, got.server_side_encryption) == (b"after", "aws:kms")
