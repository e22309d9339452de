"""Packs as documented: a reader written from docs/pack-format.md alone reads what the gateway writes."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from uuid import UUID

import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.backends.memory import Memory
from s3gw.errors import Damaged
from s3gw.keyring import DataKey
from s3gw.storage.packformat import (
    ALIGNMENT,
    ALONE,
    MAX_CHUNKS,
    TOGETHER,
    FrameChunk,
    build_frame,
    build_header,
    parse_header,
    plan_frames,
)
from s3gw.storage.packscan import PackScan, ScannedFrame, iterate_frames
from tests.storage.archives import noise

PACK = UUID("00112233-4455-6677-8899-aabbccddeeff")
STORE = UUID("ffeeddcc-bbaa-9988-7766-554433221100")
TEXT = b"".join(b"line %d\n" % i for i in range(10_000))


# The independent reader: nothing but struct, the document, and zstd. -------------------------------------


def crc32c(data: bytes) -> int:
    """RFC 3720's CRC32C, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def read_pack(
    pack: bytes, keys: Mapping[int, bytes] = MappingProxyType({})
) -> tuple[UUID, UUID, list[tuple[int, bytes, bytes]]]:
    """Pack id, store id, and (domain, digest, plain bytes) of every chunk."""
    assert pack[:8] == b"s3gwPACK"
    version, length = struct.unpack_from("<HH", pack, 8)
    assert (version, length) == (1, 64)
    assert struct.unpack_from("<I", pack, 60)[0] == crc32c(pack[:60])
    chunks: list[tuple[int, bytes, bytes]] = []
    at = length
    while at < len(pack):
        if pack[at : at + 4] != b"\xf5FRM":
            end = min((at // 4096 + 1) * 4096, len(pack))
            assert not any(pack[at:end])
            at = end
            continue
        codec, flags, count = struct.unpack_from("<BBH", pack, at + 4)
        head, plain_length, stored, key, payload_crc, head_crc = struct.unpack_from("<IIIIII", pack, at + 8)
        assert flags == 0
        assert head == 32 + 40 * count
        assert head_crc == crc32c(pack[at : at + 28] + pack[at + 32 : at + head])
        payload = pack[at + head : at + head + stored]
        assert payload_crc == crc32c(payload)
        if key:
            domain = struct.unpack_from("<I", pack, at + 32)[0]
            bound_to = b"s3gwAEAD" + pack[32:48] + struct.pack("<II", domain, key)
            payload = AESGCM(keys[key]).decrypt(payload[:12], payload[12:], bound_to)
        plain = payload if codec == 0 else zstandard.decompress(payload)
        assert len(plain) == plain_length
        start = 0
        for index in range(count):
            domain, size, digest = struct.unpack_from("<II32s", pack, at + 32 + 40 * index)
            chunks.append((domain, digest, plain[start : start + size]))
            start += size
        assert start == plain_length
        at += head + stored
    return UUID(bytes=pack[16:32]), UUID(bytes=pack[32:48]), chunks


# -------------------------------------------------------------------------------------------------------


def chunk(data: bytes, domain: int = 0) -> FrameChunk:
    return FrameChunk(domain, hashlib.sha256(data).digest(), data)


def frame(*datas: bytes, compress: bool = True) -> bytes:
    built = build_frame([chunk(data, 7) for data in datas], compress)
    joined = b"".join(built.buffers)
    assert len(joined) == built.length == built.payload_offset + built.stored_length
    return joined


def commit(*frames: bytes) -> bytes:
    joined = b"".join(frames)
    return joined + bytes(-len(joined) % ALIGNMENT)


def pack_of(first: bytes, *commits: bytes) -> bytes:
    """A pack of several group commits; the first has the header before its frames."""
    return b"".join([commit(build_header(PACK, STORE, 1_700_000_000_000_000), first), *commits])


async def scan(pack: bytes) -> tuple[PackScan, list[ScannedFrame]]:
    backend = Memory()
    await backend.put("aa", [pack])
    walk = iterate_frames(lambda offset, length: backend.read("aa", offset, length))
    return walk, [scanned async for scanned in walk]


SAMPLE = pack_of(
    frame(TEXT[:5000], b"x", TEXT[5000:9000]) + frame(noise(5000)),
    commit(frame(noise(200_000), compress=False), frame(TEXT)),
    commit(frame(b"end")),
)


async def test_the_documented_reader_reads_everything() -> None:
    pack_id, store_id, chunks = read_pack(SAMPLE)
    assert (pack_id, store_id) == (PACK, STORE)
    assert [data for _, _, data in chunks] == [
        TEXT[:5000],
        b"x",
        TEXT[5000:9000],
        noise(5000),
        noise(200_000),
        TEXT,
        b"end",
    ]
    assert all(domain == 7 and hashlib.sha256(data).digest() == digest for domain, digest, data in chunks)


async def test_the_scan_finds_the_same() -> None:
    walk, frames = await scan(SAMPLE)
    assert walk.header == parse_header(SAMPLE)
    assert (walk.torn, walk.damaged) == (None, [])
    assert all(scanned.intact for scanned in frames)
    entries = [entry for scanned in frames for entry in scanned.frame.chunks]
    assert [(entry.domain_id, entry.digest, entry.length) for entry in entries] == [
        (domain, digest, len(data)) for domain, digest, data in read_pack(SAMPLE)[2]
    ]
    assert all(scanned.frame.end <= walk.end for scanned in frames)


FROZEN = "8d4bd461e30e78a9e8fccf1197a8ddad761881af2f758dedcebb0ebe96cd2f21"


def test_a_frozen_pack() -> None:
    """Byte for byte: an accidental change of the format would make old packs unreadable."""
    pack = pack_of(frame(b"hello", b"world", compress=False))
    assert hashlib.sha256(pack).hexdigest() == FROZEN


def test_positions_of_an_encoded_frame() -> None:
    datas = [TEXT[:100], TEXT[100:5000], b"z"]
    built = build_frame([chunk(data) for data in datas], True)
    assert built.codec == 1
    assert list(built.starts) == [0, 100, 5000]
    assert built.plain_length == 5001
    assert zstandard.decompress(bytes(built.buffers[-1])) == b"".join(datas)


def test_raw_chunks_are_not_copied() -> None:
    data = memoryview(noise(100_000))
    assert build_frame([FrameChunk(0, bytes(32), data)], True).buffers[1] is data


def test_the_key_is_named_and_the_payload_needs_none() -> None:
    built = build_frame([chunk(b"secret")], False, DataKey(5, 0, STORE, bytes(32)))
    assert built.key_id == 5
    assert struct.unpack_from("<I", built.buffers[0], 20)[0] == 5


@pytest.mark.parametrize("compress", [True, False])
def test_an_encrypted_frame_is_as_documented(compress: bool) -> None:
    key = DataKey(5, 7, STORE, bytes(range(32)))
    built = build_frame([chunk(TEXT, 7), chunk(b"second", 7)], compress, key)
    pack = pack_of(b"".join(map(bytes, built.buffers)))
    _, _, chunks = read_pack(pack, {5: bytes(range(32))})
    assert [data for _, _, data in chunks] == [TEXT, b"second"]


@pytest.mark.parametrize("count", [0, MAX_CHUNKS + 1])
def test_a_frame_of_too_few_or_too_many_chunks(count: int) -> None:
    with pytest.raises(ValueError, match="chunks"):
        build_frame([chunk(b"a")] * count, False)


async def test_a_torn_end_at_every_byte() -> None:
    pack = pack_of(frame(b"first"), commit(frame(TEXT[:600], b"second", compress=False)))
    second = ALIGNMENT
    length = len(frame(TEXT[:600], b"second", compress=False))
    for end in range(second + 1, second + length, 7):
        walk, frames = await scan(pack[:end])
        assert [scanned.frame.offset for scanned in frames] == [64]
        assert walk.torn == second
        assert walk.end <= second


@pytest.mark.parametrize("filling", [bytes(ALIGNMENT), bytes(100), b""])
async def test_filling_at_the_end_is_no_tear(filling: bytes) -> None:
    walk, frames = await scan(SAMPLE + filling)
    assert walk.torn is None
    assert len(frames) == 5


async def test_a_damaged_payload_costs_one_frame() -> None:
    pack = bytearray(SAMPLE)
    at = pack.index(noise(5000)) + 77
    pack[at] ^= 1
    walk, frames = await scan(bytes(pack))
    assert [scanned.intact for scanned in frames] == [True, False, True, True, True]
    assert walk.damaged == []


async def test_a_damaged_frame_header_costs_its_group_commit() -> None:
    pack = bytearray(SAMPLE)
    pack[64 + 10] ^= 1
    walk, frames = await scan(bytes(pack))
    assert len(frames) == 3
    assert [start for start, _ in walk.damaged] == [64]
    assert walk.torn is None


async def test_a_damaged_pack_header_leaves_the_frames() -> None:
    walk, frames = await scan(b"\xff" + SAMPLE[1:])
    assert walk.header is None
    assert len(frames) == 5


async def test_an_empty_file_and_one_that_is_no_pack() -> None:
    for data in (b"", b"s3gw", noise(10_000)):
        walk, frames = await scan(data)
        assert (walk.header, frames) == (None, [])


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(SAMPLE) - 1), bit=st.integers(0, 7), end=st.integers(0, len(SAMPLE)))
async def test_damage_anywhere_never_yields_wrong_bytes(at: int, bit: int, end: int) -> None:
    """Any flipped bit and any cut-off end: what the scan calls intact is what was written."""
    pack = bytearray(SAMPLE)
    pack[at] ^= 1 << bit
    known = {(c.frame.offset, bytes(c.payload)) for c in (await scan(SAMPLE))[1]}
    _, frames = await scan(bytes(pack[:end]))
    assert {(s.frame.offset, bytes(s.payload)) for s in frames if s.intact} <= known


@pytest.mark.parametrize("at", range(64))
def test_every_byte_of_the_pack_header_is_checked(at: int) -> None:
    header = bytearray(build_header(PACK, STORE, 5))
    header[at] ^= 0x10
    with pytest.raises(Damaged):
        parse_header(header)


@settings(max_examples=100, deadline=None)
@given(lengths=st.lists(st.one_of(st.integers(1, 300_000), st.integers(1, 5_000)), max_size=60))
def test_frames_are_planned_as_documented(lengths: Sequence[int]) -> None:
    groups = plan_frames(lengths)
    assert [index for group in groups for index in group] == list(range(len(lengths)))
    sizes = [sum(lengths[index] for index in group) for group in groups]
    for group, size in zip(groups, sizes, strict=True):
        assert len(group) == 1 or (size <= TOGETHER and all(lengths[index] < ALONE for index in group))
    for (one, size), (other, more) in pairwise(zip(groups, sizes, strict=True)):
        small = all(lengths[index] < ALONE for index in (*one, *other))
        assert not small or size + lengths[other[0]] > TOGETHER or len(one) == MAX_CHUNKS, more


def test_very_many_tiny_chunks_fill_several_frames() -> None:
    assert [len(group) for group in plan_frames([1] * 10_000)] == [4096, 4096, 1808]
