"""Copies between everything that an object can be encrypted by, and parts that are copied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from s3gw import pauses
from s3gw.config import Margins
from s3gw.errors import Damaged
from s3gw.jobs.collect import collect_now
from s3gw.operations import copying
from s3gw.protocol import types
from tests.invariants import check_store
from tests.operations.encrypted import MASTER, NEEDED, OTHER, SECRET, WRONG, customer
from tests.operations.operation_calls import MIB, Operations, checksum, completed, md5
from tests.stores import random_bytes

Both = tuple[Operations, Operations]
DATA = random_bytes(1_300_000)
FORMS: Mapping[str, Mapping[str, Any]] = {
    "s3": {"server_side_encryption": "AES256"},
    "kms": {"server_side_encryption": "aws:kms"},
    "dsse": {"server_side_encryption": "aws:kms:dsse"},
    "customer": customer(SECRET),
    "other": customer(OTHER),
}


def of_customer(form: str) -> Mapping[str, Any]:
    """What reading an object of that form needs."""
    return FORMS[form] if form in ("customer", "other") else {}


def of_source(form: str) -> dict[str, Any]:
    return {f"copy_source_{name}": value for name, value in of_customer(form).items()}


def copy(source: str, key: str, **members: Any) -> types.CopyObjectInput:
    return types.CopyObjectInput(bucket="bucket", key=key, copy_source=f"bucket/{source}", **members)


async def keys_of(s3: Operations, key: str) -> set[tuple[int | None, int]]:
    """The data keys and the domains of an object's chunks."""
    rows = await s3.services.db.fetch(
        """
        SELECT DISTINCT c.key_id, c.domain_id FROM objects o JOIN chunks c ON c.id = o.chunk_id
            OR c.id IN (SELECT e.chunk_id FROM manifest_chunks e WHERE e.manifest_id = o.manifest_id)
        WHERE o.key = $1
        """,
        key,
    )
    return {(row["key_id"], row["domain_id"]) for row in rows}


async def put(both: Both, form: str, key: str, data: bytes) -> Any:
    plain, s3 = both
    if form == "plain":
        return await plain.put(key, data)
    return await s3.put(key, data, **FORMS[form])


def shown(output: Any) -> tuple[Any, ...]:
    return output.server_side_encryption, output.ssekms_key_id, output.sse_customer_key_md5


@pytest.mark.parametrize("source", ["plain", *FORMS])
async def test_copies_to_every_form(both: Both, source: str) -> None:
    _, s3 = both
    put_of_source = await put(both, source, "source", DATA)
    for target, members in FORMS.items():
        was = await put(both, target, "example", b"example")
        output = await s3.do(copy("source", target, **members, **of_source(source)))
        assert shown(output) == shown(was)
        got, body = await s3.get(target, **of_customer(target))
        assert (body, shown(got)) == (DATA, shown(was))
        assert got.e_tag == output.copy_object_result.e_tag
        assert (got.e_tag == md5(DATA)) == (target == "s3")
        if source != "plain" and target == source:
            assert got.e_tag == put_of_source.e_tag
            assert await keys_of(s3, target) == await keys_of(s3, "source")
        else:
            assert not await keys_of(s3, target) & await keys_of(s3, "source")
        _, part = await s3.get(target, range="bytes=1000000-1200000", **of_customer(target))
        assert part == DATA[1_000_000:1_200_001]
    chunks = "SELECT count(*) FROM chunks"
    before = await s3.services.db.fetchval(chunks)
    for members in FORMS.values():
        await s3.do(copy("source", "again", **members, **of_source(source)))
    assert await s3.services.db.fetchval(chunks) == before


@pytest.mark.parametrize("source", ["plain", *FORMS])
async def test_parts_copied_to_every_form(both: Both, source: str) -> None:
    _, s3 = both
    await put(both, source, "source", DATA)
    for target, members in FORMS.items():
        upload_id = await s3.begin("key", **members)
        of_upload = {"bucket": "bucket", "key": "key", "upload_id": upload_id, **of_customer(target)}
        request = types.UploadPartCopyInput(
            part_number=1,
            copy_source="bucket/source",
            copy_source_range="bytes=5-1200004",
            **of_upload,
            **of_source(source),
        )
        output = await s3.do(request)
        etag = output.copy_part_result.e_tag
        assert (etag == md5(DATA[5:1_200_005])) == (target == "s3")
        assert len(etag) == 34
        parts = [types.CompletedPart(part_number=1, e_tag=etag)]
        done = await s3.complete("key", upload_id, parts, **of_customer(target))
        assert done.e_tag == f'"{hashlib.md5(bytes.fromhex(etag.strip(chr(34)))).hexdigest()}-1"'
        by_reference = target == source and target != "s3"  # where no MD5 is wanted, nothing is read
        expected = None if by_reference else checksum("CRC64NVME", DATA[5:1_200_005])
        assert done.checksum_crc64_nvme == expected
        got, body = await s3.get("key", **of_customer(target))
        assert body == DATA[5:1_200_005]
        assert shown(got) == shown(output)


async def test_the_etag_of_a_part_is_never_that_of_an_encrypted_source(both: Both) -> None:
    """It is no MD5 there, although it looks like one."""
    _, s3 = both
    for form in ("kms", "customer"):
        source = await put(both, form, "source", DATA)
        upload_id = await s3.begin("key")
        of_upload: dict[str, Any] = {"bucket": "bucket", "key": "key", "upload_id": upload_id}
        request = types.UploadPartCopyInput(
            part_number=1, copy_source="bucket/source", **of_upload, **of_source(form)
        )
        output = await s3.do(request)
        assert output.copy_part_result.e_tag == md5(DATA) != source.e_tag


async def test_bytes_are_read_once(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, s3 = both
    await plain.put("source", DATA)
    upload_id = await s3.begin("key", checksum_algorithm="SHA256")
    read: list[tuple[int, int]] = []
    of_store = s3.services.store.read

    def counting(body: Any, start: int, length: int, **more: Any) -> Any:
        read.append((start, length))
        return of_store(body, start, length, **more)

    monkeypatch.setattr(s3.services.store, "read", counting)
    request = types.UploadPartCopyInput(
        bucket="bucket", key="key", upload_id=upload_id, part_number=1, copy_source="bucket/source"
    )
    output = await s3.do(request)
    assert output.copy_part_result.e_tag == md5(DATA)
    assert output.copy_part_result.checksum_sha256 == checksum("SHA256", DATA)
    await s3.do(copy("source", "copy", checksum_algorithm="SHA1", **FORMS["customer"]))
    assert read == [(0, len(DATA))] * 2


@pytest.mark.parametrize("kind", [types.CopyObjectInput, types.UploadPartCopyInput])
async def test_sources_that_cannot_be_decrypted(both: Both, kind: Any) -> None:
    _, s3 = both
    await put(both, "customer", "source", b"data")
    await put(both, "s3", "unkeyed", b"data")
    members: dict[str, Any] = {"bucket": "bucket", "key": "key"}
    if kind is types.UploadPartCopyInput:
        members |= {"part_number": 1, "upload_id": await s3.begin("key")}
    algorithm = "copy_source_sse_customer_algorithm"
    cases: list[tuple[str, dict[str, Any], str, str]] = [
        ("source", {}, "InvalidRequest", NEEDED),
        ("source", of_source("other"), "AccessDenied", WRONG),
        ("source", of_source("customer") | {algorithm: "AES128"}, "", "The Encryption"),
        ("source", {algorithm: "AES256"}, "InvalidArgument", "Requests specifying"),
        ("unkeyed", of_source("customer"), "InvalidRequest", "The encryption parameters are not applicable"),
    ]
    for source, given, code, message in cases:
        error = await s3.refused(kind(copy_source=f"bucket/{source}", **members, **given))
        assert error.code == (code or "InvalidEncryptionAlgorithmError")
        assert error.message.startswith(message)
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"


async def test_a_copy_onto_itself_to_change_the_encryption(both: Both) -> None:
    _, s3 = both
    await put(both, "s3", "key", DATA)
    forms = ["customer", "kms", "other", "dsse", "s3"]
    for before, after in zip(["s3", *forms], forms, strict=False):
        await s3.do(copy("key", "key", **FORMS[after], **of_source(before)))
        got, body = await s3.get("key", **of_customer(after))
        assert body == DATA
    assert got.e_tag == md5(DATA)
    assert (await s3.refused(copy("key", "key"))).code == "InvalidRequest"


async def test_what_the_copy_of_a_multipart_object_keeps(both: Both) -> None:
    """By reference its parts; encrypted anew it is one piece, with checksums of that."""
    _, s3 = both
    blobs = [DATA * 5, b"end"]
    data = b"".join(blobs)
    upload_id = await s3.begin("source", checksum_algorithm="SHA256", server_side_encryption="aws:kms")
    parts = []
    for number, blob in enumerate(blobs, 1):
        sums = {"checksum_sha256": checksum("SHA256", blob)}
        parts.append(completed(number, await s3.part("source", upload_id, number, blob, **sums)))
    done = await s3.complete("source", upload_id, parts)
    await s3.do(copy("source", "same", server_side_encryption="aws:kms"))
    await s3.do(copy("source", "other", server_side_encryption="AES256"))
    same = await s3.head("same", checksum_mode="ENABLED", part_number=1)
    assert (same.e_tag, same.parts_count) == (done.e_tag, 2)
    other = await s3.head("other", checksum_mode="ENABLED")
    assert (other.e_tag, other.parts_count) == (md5(data), None)
    assert (other.checksum_sha256, other.checksum_type) == (checksum("SHA256", data), "FULL_OBJECT")
    assert (await s3.get("other"))[1] == (await s3.get("same"))[1] == data


@pytest.mark.parametrize("target", FORMS)
async def test_empty_objects(both: Both, target: str) -> None:
    _, s3 = both
    for source in FORMS:
        await put(both, source, "source", b"")
        output = await s3.do(copy("source", "copy", **FORMS[target], **of_source(source)))
        if target == "s3" and source != "s3":
            assert output.copy_object_result.e_tag == md5(b"")
        assert (await s3.get("copy", **of_customer(target)))[1] == b""


async def test_a_copy_that_is_not_published_leaves_nothing_leased(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, s3 = both
    await put(both, "customer", "source", DATA)
    discarded: list[Any] = []
    of_store = s3.services.store.discard

    async def discard(draft: Any) -> None:
        discarded.append(draft)
        await of_store(draft)

    rewrite = copying.rewrite

    async def slowly(call: Any, *arguments: Any) -> Any:
        found = await rewrite(call, *arguments)
        await s3.put("key", b"was faster")
        return found

    monkeypatch.setattr(s3.services.store, "discard", discard)
    monkeypatch.setattr("s3gw.operations.copy.rewrite", slowly)
    request = copy("source", "key", if_none_match="*", **of_source("customer"))
    assert (await s3.refused(request)).code == "PreconditionFailed"
    assert [draft.size for draft in discarded] == [len(DATA)]
    assert (await s3.get("key"))[1] == b"was faster"


@pytest.mark.parametrize("point", ["put.begun", "put.inserted", "put.stored"])
async def test_a_source_that_is_deleted_and_collected_meanwhile(both: Both, point: str) -> None:
    """What was stored is leased as that of an upload is; what is missing is told, and nothing published."""
    _, s3 = both
    data = random_bytes(9 * MIB)
    await s3.put("source", data)
    db, backends = s3.services.db, s3.services.store._backends
    reached = 0

    async def collect(at: str) -> None:
        nonlocal reached
        if at == point and not reached:
            reached = 1
            await s3.do(types.DeleteObjectInput(bucket="bucket", key="source"))
            await collect_now(db, backends, Margins(reader=0, tombstone=0, sighting=0), grace=0)

    pauses.install(collect)
    try:
        await s3.do(copy("source", "copy", server_side_encryption="aws:kms"))
    except Damaged:
        assert point != "put.stored"
        assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="copy"))).code == "NoSuchKey"
    else:
        assert (await s3.get("copy"))[1] == data
    finally:
        pauses.install(None)
    assert reached
    assert await check_store(db, backends, MASTER) == []
