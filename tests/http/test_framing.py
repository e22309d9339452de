"""aws-chunked framing, cut at every place the network may cut it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.http.framing import MAX_LINE, ChunkEnd, Deframer
from tests.http.edge_requests import signed_chunks, unsigned_chunks

SEED = "5" * 64
TRAILER = ("x-amz-checksum-crc32c", "sOO8/Q==")
ANNOUNCED = frozenset((TRAILER[0],))
BIG = bytes(range(256)) * 32
KINDS = ["signed", "signed-trailer", "unsigned", "unsigned-trailer"]


def framed(kind: str, chunks: list[bytes]) -> bytes:
    """A body of `kind`."""
    trailer = TRAILER if kind.endswith("trailer") else None
    return (
        signed_chunks(SEED, chunks, trailer)
        if kind.startswith("signed")
        else unsigned_chunks(chunks, trailer)
    )


def deframer(kind: str, length: int) -> Deframer:
    """What takes it apart."""
    trailer = kind.endswith("trailer") or kind.startswith("unsigned")
    announced = ANNOUNCED if kind.endswith("trailer") else frozenset()
    return Deframer(length, signed=kind.startswith("signed"), trailer=trailer, announced=announced)


def run(subject: Deframer, *blocks: bytes) -> tuple[bytes, list[tuple[int, str]]]:
    """The data, and after how much of it which signature stood."""
    data = bytearray()
    marks = []
    for block in blocks:
        for piece in subject.feed(block):
            if isinstance(piece, ChunkEnd):
                marks.append((len(data), piece.signature))
            else:
                data += piece
    subject.finish()
    return bytes(data), marks


def refusal(subject: Deframer, *blocks: bytes) -> str:
    """The code of the error that the blocks end in."""
    with pytest.raises(S3Error) as caught:
        run(subject, *blocks)
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunks", [[], [b"x"], [BIG], [BIG, b"tail"], [BIG, BIG + b"1", b"2"]])
def test_cut_at_every_place(kind: str, chunks: list[bytes]) -> None:
    body = framed(kind, chunks)
    plain = b"".join(chunks)
    whole = run(deframer(kind, len(plain)), body)
    assert whole[0] == plain
    assert len(whole[1]) == (len(chunks) + 1 if kind.startswith("signed") else 0)
    places = (
        range(len(body))
        if len(body) < 2000
        else [*range(200), *range(8180, 8380), *range(len(body) - 300, len(body))]
    )
    for at in places:
        assert run(deframer(kind, len(plain)), body[:at], body[at:]) == whole


@pytest.mark.parametrize("kind", KINDS)
def test_byte_by_byte(kind: str) -> None:
    body = framed(kind, [BIG, b"tail"])
    subject = deframer(kind, len(BIG) + 4)
    assert run(subject, *(body[at : at + 1] for at in range(len(body))))[0] == BIG + b"tail"
    assert subject.trailers == (dict([TRAILER]) if kind.endswith("trailer") else {})
    assert (subject.trailer_signature is not None) == (kind == "signed-trailer")


@given(
    st.sampled_from(KINDS), st.lists(st.integers(8192, 20000), max_size=3), st.integers(0, 9000), st.data()
)
def test_any_chunks_cut_anywhere(kind: str, sizes: list[int], last: int, data: st.DataObject) -> None:
    chunks = [bytes([number % 251]) * size for number, size in enumerate([*sizes, last]) if size]
    body = framed(kind, chunks)
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    blocks = [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]
    plain = b"".join(chunks)
    got, marks = run(deframer(kind, len(plain)), *blocks)
    assert got == plain
    if kind.startswith("signed"):
        ends = [sum(map(len, chunks[: number + 1])) for number in range(len(chunks))]
        assert [at for at, _ in marks] == [*ends, len(plain)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_truncation_is_refused(kind: str) -> None:
    body = framed(kind, [b"some data"])
    for at in range(len(body)):
        assert refusal(deframer(kind, 9), body[:at]) == "IncompleteBody"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 8, 10, 1 << 40])
def test_a_length_that_differs(kind: str, length: int) -> None:
    assert refusal(deframer(kind, length), framed(kind, [b"some data"])) == "IncompleteBody"


@pytest.mark.parametrize(
    "body",
    [
        b"9\nsome data\r\n0\r\n\r\n",
        b"9\r\nsome data\n0\r\n\r\n",
        b"9\r\nsome dataX\r\n0\r\n\r\n",
        b"9 \r\nsome data\r\n0\r\n\r\n",
        b"+9\r\nsome data\r\n0\r\n\r\n",
        b"-9\r\nsome data\r\n0\r\n\r\n",
        b"0x9\r\nsome data\r\n0\r\n\r\n",
        b"0_9\r\nsome data\r\n0\r\n\r\n",
        b"\r\nsome data\r\n0\r\n\r\n",
        b"nine\r\nsome data\r\n0\r\n\r\n",
        b"\xd9\xa9\r\nsome data\r\n0\r\n\r\n",
        b"00000000000000009\r\nsome data\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\nsome data\r\n0\r\n\r\n",
        b"9;chunk-signature=" + b"0" * 64 + b"\r\nsome data\r\n0\r\n\r\n",
        b"9;\r\nsome data\r\n0\r\n\r\n",
        b"9" * 5000,
        b"9;" + b"x" * 5000,
    ],
)
def test_malformed_unsigned_framing(body: bytes) -> None:
    assert refusal(deframer("unsigned", 9), body) == "IncompleteBody"


@pytest.mark.parametrize(
    "extension",
    [
        b"",
        b";",
        b";chunk-signature",
        b";chunk-signature=",
        b";chunk-signature=" + b"0" * 63,
        b";chunk-signature=" + b"0" * 65,
        b";chunk-signature=" + b"g" * 64,
        b";signature=" + b"0" * 64,
        b"; chunk-signature=" + b"0" * 64,
    ],
)
def test_malformed_signed_framing(extension: bytes) -> None:
    assert refusal(deframer("signed", 1), b"1" + extension + b"\r\nx\r\n") == "IncompleteBody"


def test_a_small_chunk_that_is_not_the_last() -> None:
    body = unsigned_chunks([BIG, b"x" * 8191, b"y"])
    with pytest.raises(S3Error) as caught:
        run(deframer("unsigned", len(BIG) + 8192), body)
    assert (caught.value.code, caught.value.status) == ("InvalidChunkSizeError", 403)
    assert caught.value.fields == {"Chunk": "2", "BadChunkSize": "8191"}


@pytest.mark.parametrize(
    "trailer",
    [
        b"",
        b"x-amz-checksum-crc32c\r\n",
        b"x-amz-checksum-crc32:AAAAAA==\r\n",
        b"x-amz-checksum-crc32c:AAAAAA==\r\nx-amz-checksum-crc32c:AAAAAA==\r\n",
        b"x-amz-checksum-crc32c:AAAAAA==\r\nx-amz-meta-late:1\r\n",
        b"x-amz-checksum-crc32c:AAAAAA==\r\nx-amz-trailer-signature:" + b"0" * 64 + b"\r\n",
        b"x-amz-checksum-crc32c :AAAAAA==\r\n",
        b"x-amz-checksum-crc32c:\xff\r\n",
        b":\r\n",
        b"x-amz-checksum-crc32c:" + b"A" * 5000 + b"\r\n",
        b"not a header\r\n",
    ],
)
def test_malformed_trailers(trailer: bytes) -> None:
    body = b"1\r\nx\r\n0\r\n" + trailer + b"\r\n"
    assert refusal(deframer("unsigned-trailer", 1), body) == "MalformedTrailerError"


@pytest.mark.parametrize(
    "trailer",
    [
        b"x-amz-checksum-crc32c:AAAAAA==\r\n" + b"\r\n" * 20,
        b"x-amz-trailer-signature:" + b"0" * 64 + b"\r\n\r\n",
        b"x-amz-checksum-crc32c:AAAAAA==\r\nx-amz-trailer-signature:0\r\n\r\n",
        b"x-amz-trailer-signature:" + b"0" * 64 + b"\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n",
    ],
)
def test_malformed_signed_trailers(trailer: bytes) -> None:
    body = b"0;chunk-signature=" + b"0" * 64 + b"\r\n" + trailer
    assert refusal(deframer("signed-trailer", 0), body) == "MalformedTrailerError"


def test_a_trailer_where_none_belongs() -> None:
    body = b"0;chunk-signature=" + b"0" * 64 + b"\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n"
    assert refusal(deframer("signed", 0), body) == "IncompleteBody"


@pytest.mark.parametrize(
    "trailer",
    [
        b"x-amz-checksum-crc32c:sOO8/Q==\n\r\nx-amz-trailer-signature:" + b"0" * 64 + b"\r\n\r\n",
        b"X-Amz-Checksum-Crc32c: sOO8/Q== \r\nx-amz-trailer-signature:" + b"0" * 64 + b"\r\n\r\n\r\n",
    ],
)
def test_trailers_as_some_clients_write_them(trailer: bytes) -> None:
    subject = deframer("signed-trailer", 0)
    run(subject, b"0;chunk-signature=" + b"0" * 64 + b"\r\n" + trailer)
    assert subject.trailers == dict([TRAILER])


@pytest.mark.parametrize("more", [b"x", b"\r\n\r\n\r\n", b"1\r\nx\r\n0\r\n\r\n"])
def test_a_body_that_goes_on_after_its_end(more: bytes) -> None:
    assert refusal(deframer("unsigned", 1), b"1\r\nx\r\n0\r\n\r\n" + more) == "InvalidRequest"


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_rubbish_is_refused(rubbish: bytes, kind: str) -> None:
    assert refusal(deframer(kind, 7), b"zz" + rubbish) == "IncompleteBody"


def test_what_is_kept_of_unfinished_lines_is_bounded() -> None:
    subject = deframer("unsigned", 1)
    for _ in range(MAX_LINE // 100):
        subject.feed(b"0" * 100)
    with pytest.raises(S3Error, match="IncompleteBody"):
        subject.feed(b"0" * 100)
