"""`s3gw fsck` beside a running gateway, and a reader of packs that shares no code with what wrote them."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from s3gw.db.pool import Database
from tests.gateway import Gateway, database_url
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def fsck(gateway: Gateway, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Its exit status, and what it said."""
    done = subprocess.run(
        [str(gateway.command), "fsck", "--json", *arguments],
        env=gateway.environment(),
        capture_output=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def files(gateway: Gateway) -> list[Path]:
    return sorted(one for one in (gateway.data / "packs").rglob("*") if len(one.name) == 32)


def test_damage_is_told_by_objects_and_exit_status(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600").start()
    client = gateway.client()
    client.create_bucket(Bucket="kept")
    client.put_object(Bucket="kept", Key="one", Body=content(1, 3 * MIB))
    client.put_object(Bucket="kept", Key="small", Body=b"small")
    for depth in ((), ("--quick",), ("--read",)):
        status, said = fsck(gateway, *depth)
        assert (status, len(said)) == (0, 1)
        assert said[0]["summary"]["store"]["objects"] == 2
    assert "everything is as it should be" in gateway.s3gw("fsck")
    assert gateway.stop() == 0
    gateway.restart()
    (pack,) = files(gateway)
    with pack.open("r+b") as file:
        file.seek(MIB)
        byte = file.read(1)[0]
        file.seek(MIB)
        file.write(bytes([byte ^ 1]))
    assert fsck(gateway)[0] == 0  # of headers alone that cannot be told
    status, said = fsck(gateway, "--read")
    assert status == 1
    assert [one["kind"] for one in said[:-1]] == ["copy-damaged", "chunk-lost"]
    assert said[1]["objects"] == ["s3://kept/one (version null)"]
    pack.unlink()
    with pytest.raises(AssertionError, match="ended with 1"):
        gateway.s3gw("fsck", "--quick")
    (gateway.data / "master-key").rename(gateway.data / "elsewhere")
    status, said = fsck(gateway, "--quick")
    assert status == 1
    assert [one["kind"] for one in said[:-1]] == ["key-lost", "copy-missing", "chunk-lost"]
    assert "s3gw kms import" in said[0]["advice"]
    (gateway.data / "elsewhere").rename(gateway.data / "master-key")
    assert gateway.stop() == 0


def test_newer_packs_mend_an_older_export(new_gateway: Callable[..., Gateway]) -> None:
    """Compaction moved chunks after the export, and the old packs are gone: the new ones are taken back."""
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600").start()
    client = gateway.client()
    client.create_bucket(Bucket="kept")
    for seed in range(2):
        client.put_object(Bucket="kept", Key=f"gone-{seed}", Body=content(seed, 2 * MIB))
    client.put_object(Bucket="kept", Key="stays", Body=content(7, 2 * MIB))
    assert gateway.stop() == 0
    gateway.restart()
    client = gateway.client()
    for seed in range(2):
        client.delete_object(Bucket="kept", Key=f"gone-{seed}")
    gateway.s3gw("db", "export")
    before = files(gateway)
    gateway.s3gw("gc", "--grace", "0")
    gateway.s3gw("compact", "--grace", "0")
    assert not set(files(gateway)) & set(before)
    client.put_object(Bucket="kept", Key="later", Body=content(9, 2 * MIB))
    assert gateway.stop() == 0
    shutil.rmtree(gateway.data / "pg")
    gateway.s3gw("db", "restore")
    gateway.start()
    status, said = fsck(gateway)
    assert status == 1
    assert {"chunk-lost", "file-unnamed"} <= {one["kind"] for one in said[:-1]}
    lost = [one for one in said[:-1] if one["kind"] == "chunk-lost"]
    assert lost[0]["objects"] == ["s3://kept/stays (version null)"]

    status, said = fsck(gateway, "--rebuild", "--read")
    assert "chunk-lost" not in {one.get("kind") for one in said}
    assert said[-1]["summary"]["rebuilt"]["moved"] > 0
    client = gateway.client()
    assert client.get_object(Bucket="kept", Key="stays")["Body"].read() == content(7, 2 * MIB)
    assert "chunk-unneeded" in {one.get("kind") for one in said}  # of what was deleted, and is in the trash
    assert "chunk-leaked" in {one.get("kind") for one in fsck(gateway, "--repair")[1]}
    gateway.s3gw("jobs", "resume", "sightings")
    client.put_object(Bucket="kept", Key="more", Body=content(10, 2 * MIB))
    gateway.s3gw("gc", "--grace", "0")
    status, said = fsck(gateway, "--read")
    assert (status, len(said)) == (0, 1)
    assert client.get_object(Bucket="kept", Key="stays")["Body"].read() == content(7, 2 * MIB)
    assert client.get_object(Bucket="kept", Key="more")["Body"].read() == content(10, 2 * MIB)
    assert gateway.stop() == 0


# The independent reader: struct, the document, zstd and AES-GCM ------------------------------------------


def data_keys(rows: list[Mapping[str, Any]], master: bytes) -> dict[int, bytes]:
    """The data keys that the master key opens, by docs/security.md: a seal bound to the key's id."""
    found: dict[int, bytes] = {}
    for row in rows:
        if row["master"]:
            sealed, bound = bytes(row["sealed"]), b"s3gw data key\0" + row["uuid"].bytes
            found[row["id"]] = AESGCM(master).decrypt(sealed[:12], sealed[12:], bound)
    return found


def opened(payload: bytes, material: bytes, bound: bytes) -> bytes:
    """A key of 64 bytes is two: the first part has encrypted what the second had."""
    for at in range(0, len(material), 32):
        payload = AESGCM(material[at : at + 32]).decrypt(payload[:12], payload[12:], bound)
    return payload


def read_pack(data: bytes, keys: Mapping[int, bytes]) -> list[tuple[int, bytes, int, int, int, bytes | None]]:
    """(domain, digest, payload's offset, chunks in its frame, key id, plain bytes) of every chunk; bytes of
    keys that are missing are None."""
    assert struct.unpack_from("<8sHH", data) == (b"s3gwPACK", 1, 64)
    chunks: list[tuple[int, bytes, int, int, int, bytes | None]] = []
    at = 64
    while at < len(data):
        if data[at : at + 4] != b"\xf5FRM":
            end = min((at // 4096 + 1) * 4096, len(data))
            assert not any(data[at:end])
            at = end
            continue
        codec, zero, count, head, length, stored, key = struct.unpack_from("<BBHIIII", data, at + 4)
        assert (zero, head) == (0, 32 + 40 * count)
        records = [struct.unpack_from("<II32s", data, at + 32 + 40 * i) for i in range(count)]
        payload: bytes | None = data[at + head : at + head + stored]
        assert payload is not None
        if key:
            bound = b"s3gwAEAD" + data[32:48] + struct.pack("<II", records[0][0], key)
            payload = opened(payload, keys[key], bound) if key in keys else None
        plain = payload if payload is None or codec == 0 else zstandard.decompress(payload)
        assert plain is None or len(plain) == length
        start = 0
        for domain, size, digest in records:
            part = None if plain is None else plain[start : start + size]
            chunks.append((domain, digest, at + head, count, key, part))
            start += size
        at += head + stored
    return chunks


async def test_an_independent_reader_reads_every_kind_of_pack(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600", S3GW_CHUNKING="cdc-64k").start()
    client = gateway.client()
    client.create_bucket(Bucket="kept")
    text = b"".join(b"a line that compresses, number %d\n" % n for n in range(60_000))
    client.put_object(Bucket="kept", Key="text", Body=text)  # grouped frames, zstd
    client.put_object(Bucket="kept", Key="noise", Body=content(1, 3 * MIB))
    kms = gateway.s3gw("kms", "create", "mine").strip()
    client.put_object(
        Bucket="kept", Key="dual", Body=content(2, MIB), ServerSideEncryption="aws:kms:dsse", SSEKMSKeyId=kms
    )
    secret = bytes(range(32))
    client.put_object(
        Bucket="kept",
        Key="customer",
        Body=content(3, MIB),
        SSECustomerAlgorithm="AES256",
        SSECustomerKey=secret,
    )
    master = base64.b64decode((gateway.data / "master-key").read_text())
    db = await Database.connect(database_url(gateway))
    rows = await db.fetch(
        "SELECT d.id, d.master, d.sealed, k.uuid FROM data_keys d JOIN named_keys k ON k.id = d.key_id"
    )
    keys = data_keys([dict(row) for row in rows], master)
    in_rows = await db.fetch(
        "SELECT r.name, c.domain_id, c.digest, c.frame_offset, c.length, coalesce(c.key_id, 0) AS key_id"
        " FROM chunks c JOIN replicas r ON r.pack_id = c.pack_id"
    )
    await db.close()
    read: dict[tuple[str, int, bytes], tuple[int, int, int, bytes | None]] = {}
    for pack in files(gateway):
        for domain, digest, offset, count, key, plain in read_pack(pack.read_bytes(), keys):
            read[(pack.name, domain, digest)] = (offset, count, key, plain)
    assert len(in_rows) > 60
    unread = 0
    for row in in_rows:
        offset, _, key, plain = read[(row["name"].hex, row["domain_id"], row["digest"])]
        assert (offset, key) == (row["frame_offset"], row["key_id"])
        if plain is None:
            unread += row["length"]
            continue
        assert len(plain) == row["length"]
        assert hashlib.sha256(plain).digest() == row["digest"]
    assert unread == MIB  # the customer's, and nothing else
    counts = {count for _, count, _, _ in read.values()}
    assert 1 in counts
    assert max(counts) > 1
    assert any(len(keys[key]) == 64 for _, _, key, _ in read.values() if key in keys)
    by_digest = {digest: plain for (_, _, digest), (_, _, _, plain) in read.items()}
    assert any(plain is not None and plain in text for plain in by_digest.values())
    assert gateway.stop() == 0
