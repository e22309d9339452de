"""Buckets that say how their objects are stored: by tags, and apart from those of other accounts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from s3gw.db import accounts, bucket_chunking, buckets
from s3gw.db.bucket_chunking import Change
from s3gw.jobs.job import Progress
from s3gw.jobs.rechunk import Rechunker
from s3gw.operations import Services
from s3gw.protocol import types
from s3gw.storage.keys import Keys
from tests.operations.encrypted import MASTER, SECRET, customer
from tests.operations.operation_calls import MIB, Operations
from tests.stores import random_bytes

DATA = random_bytes(300_000)
Both = tuple[Operations, Operations]


def tagging(**tags: str) -> types.PutBucketTaggingInput:
    named = {name.replace("__", ":").replace("_", "-"): value for name, value in tags.items()}
    found = [types.Tag(key=name, value=value) for name, value in named.items()]
    return types.PutBucketTaggingInput(bucket="bucket", tagging=types.Tagging(tag_set=found))


async def bucket_of(s3: Operations, name: str = "bucket") -> Any:
    return await buckets.get(s3.services.db, name)


async def lengths(s3: Operations, key: str) -> list[int]:
    rows = await s3.services.db.fetch(
        """
        SELECT c.length FROM objects o JOIN manifest_chunks m USING (manifest_id)
        JOIN chunks c ON c.id = m.chunk_id WHERE o.key = $1 ORDER BY m.byte_offset
        """,
        key,
    )
    return [row["length"] for row in rows]


async def domains(s3: Operations, *keys: str) -> list[set[tuple[int, int | None]]]:
    """Domains and data keys of the chunks of objects."""
    found = []
    for key in keys:
        rows = await s3.services.db.fetch(
            """
            SELECT DISTINCT c.domain_id, c.key_id FROM objects o JOIN chunks c ON c.id = o.chunk_id
                OR c.id IN (SELECT e.chunk_id FROM manifest_chunks e WHERE e.manifest_id = o.manifest_id)
            WHERE o.key = $1
            """,
            key,
        )
        found.append({(row["domain_id"], row["key_id"]) for row in rows})
    return found


async def test_tags_say_how_objects_are_cut(s3: Operations) -> None:
    await s3.create()
    await s3.do(
        tagging(s3gw__chunking="fixed-64k", s3gw__archive_hints="off", s3gw__compression="12", team="x")
    )
    found = await bucket_of(s3)
    assert (found.chunking, found.archive_hints, found.level) == ("fixed-64k", False, 12)
    await s3.put("key", DATA)
    assert set((await lengths(s3, "key"))[:-1]) == {64 << 10}
    said = await s3.do(types.GetBucketTaggingInput(bucket="bucket"))
    assert len(said.tag_set) == 4
    await s3.do(tagging(s3gw__compression="off"))
    found = await bucket_of(s3)
    assert (found.chunking, found.level) == ("fixed-64k", False)
    await s3.do(types.DeleteBucketTaggingInput(bucket="bucket"))
    assert (await bucket_of(s3)).level is False


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("s3gw__chunking", "cdc-2m", "cdc-1m"),
        ("s3gw__chunking", "", "cdc-1m"),
        ("s3gw__archive_hints", "true", "neither on nor off"),
        ("s3gw__compression", "99", "1 to 19"),
        ("s3gw__dedup", "account", "no such setting"),
        ("S3GW__chunking", "cdc-1m", "no such setting"),
    ],
)
async def test_a_tag_that_says_nothing_is_refused(s3: Operations, name: str, value: str, word: str) -> None:
    await s3.create()
    await s3.do(tagging(s3gw__chunking="cdc-1m"))
    error = await s3.refused(tagging(team="x", **{name: value}))
    assert (error.status, error.code) == (400, "InvalidTag")
    assert word in error.message
    assert (await bucket_of(s3)).chunking == "cdc-1m"
    said = await s3.do(types.GetBucketTaggingInput(bucket="bucket"))
    assert [tag.key for tag in said.tag_set] == ["s3gw:chunking"]


async def of_another(s3: Operations) -> Operations:
    """Calls of another account, which has a bucket "other"."""
    db = s3.services.db
    account = await accounts.create(db, "ab" * 32, "tenant", "tenant", None)
    other = Operations(Services(s3.services.settings, db, s3.services.store), account)
    await other.do(types.CreateBucketInput(bucket="other"))
    return other


async def put(s3: Operations, bucket: str, key: str, data: bytes) -> None:
    await s3.do(types.PutObjectInput(bucket=bucket, key=key), data)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_an_account_by_itself(both: Both, encrypted: bool) -> None:
    s3 = both[encrypted]
    db = s3.services.db
    await s3.create()
    await s3.do(types.CreateBucketInput(bucket="second"))
    other = await of_another(s3)
    assert await bucket_chunking.change(db, "other", Change(dedup="account"))
    assert await bucket_chunking.change(db, "second", Change(dedup="account"))
    small = b"small" * 20
    for bucket, who in (("bucket", s3), ("second", s3), ("other", other)):
        await put(who, bucket, f"{bucket}-1", DATA)
        await put(who, bucket, f"{bucket}-2", DATA)
        await put(who, bucket, f"{bucket}-small", small)
        await put(who, bucket, f"{bucket}-long", random_bytes(2 * MIB, 5))
    found = await domains(s3, "bucket-1", "second-1", "other-1")
    assert all(len(one) == 1 for one in found)
    assert len({domain for one in found for domain, _ in one}) == 3
    assert len({key for one in found for _, key in one}) == (3 if encrypted else 1)
    assert await domains(s3, "other-1", "other-2", "other-small", "other-long") == [found[2]] * 4
    chunks = await db.fetchval("SELECT sum(length) FROM chunks")
    assert chunks == 3 * (len(DATA) + len(small) + 2 * MIB)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_copies_between_accounts_share_nothing(both: Both, encrypted: bool) -> None:
    s3 = both[encrypted]
    await s3.create()
    await s3.do(types.CreateBucketInput(bucket="second"))
    await bucket_chunking.change(s3.services.db, "second", Change(dedup="account"))
    await s3.put("source", DATA)
    await s3.do(types.CopyObjectInput(bucket="second", key="there", copy_source="bucket/source"))
    await s3.do(types.CopyObjectInput(bucket="second", key="again", copy_source="second/there"))
    await s3.do(types.CopyObjectInput(bucket="bucket", key="back", copy_source="second/there"))
    source, there, again, back = await domains(s3, "source", "there", "again", "back")
    assert source == back
    assert there == again
    assert not source & there
    upload = await s3.do(types.CreateMultipartUploadInput(bucket="second", key="parts"))
    part = await s3.do(
        types.UploadPartCopyInput(
            bucket="second",
            key="parts",
            upload_id=upload.upload_id,
            part_number=1,
            copy_source="bucket/source",
        )
    )
    rows = await s3.services.db.fetch(
        """
        SELECT DISTINCT c.domain_id FROM parts p JOIN manifest_chunks m USING (manifest_id)
        JOIN chunks c ON c.id = m.chunk_id
        """
    )
    assert {row["domain_id"] for row in rows} == {domain for domain, _ in there}
    assert part.copy_part_result is not None


async def test_two_gateways_have_one_domain_for_an_account(both: Both) -> None:
    _, s3 = both
    db = s3.services.db
    await s3.create()
    await bucket_chunking.change(db, "bucket", Change(dedup="account"))
    rings = [Keys(db, MASTER) for _ in range(3)]
    for ring in rings:
        await ring.load()
    account = (await bucket_of(s3)).owner.id
    found = await asyncio.gather(*(ring.of_account(account) for ring in rings))
    assert len({domain for domain, _ in found}) == 1
    await s3.put("key", DATA)
    assert (await s3.get("key"))[1] == DATA
    assert {domain for domain, _ in (await domains(s3, "key"))[0]} == {found[0][0]}
    plain = [Keys(db) for _ in range(3)]
    assert len(set(await asyncio.gather(*(ring.of_account(account) for ring in plain)))) == 1


@pytest.mark.parametrize("form", ["store", "kms", "disabled", "customer"])
async def test_parts_that_are_encrypted_are_cut_again_by_their_own_key(both: Both, form: str) -> None:
    _, s3 = both
    db, store = s3.services.db, s3.services.store
    await s3.create()
    given = {"store": {}, "customer": customer(SECRET)}.get(form, {"server_side_encryption": "aws:kms"})
    upload = await s3.do(types.CreateMultipartUploadInput(bucket="bucket", key="key", **given))
    parts = []
    data = random_bytes(11 * MIB, 3)
    for number, at in enumerate((0, 5 * MIB + 77), 1):
        part = types.UploadPartInput(
            bucket="bucket",
            key="key",
            upload_id=upload.upload_id,
            part_number=number,
            **(given if form == "customer" else {}),
        )
        said = await s3.do(part, data[at : 5 * MIB + 77] if at == 0 else data[at:])
        parts.append(types.CompletedPart(part_number=number, e_tag=said.e_tag))
    await s3.do(
        types.CompleteMultipartUploadInput(
            bucket="bucket",
            key="key",
            upload_id=upload.upload_id,
            multipart_upload=types.CompletedMultipartUpload(parts=parts),
        )
    )
    if form == "disabled":
        await db.execute("UPDATE named_keys SET enabled = false WHERE name LIKE 'aws/s3/%'")
    before = await db.fetch("SELECT DISTINCT domain_id, key_id FROM chunks")
    progress = Progress()
    await Rechunker(db, store).run(progress)
    cut = form in ("store", "kms")
    assert (progress.counts.get("objects", 0), progress.counts.get("skipped", 0)) == (int(cut), int(not cut))
    assert await db.fetch("SELECT DISTINCT domain_id, key_id FROM chunks") == before
    if form != "disabled":
        assert (await s3.get("key", **(given if form == "customer" else {})))[1] == data
