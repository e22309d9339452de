"""What is fetched and decoded together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from s3gw.db.chunks import StoredChunk
from s3gw.storage import codec
from s3gw.storage.layout import Extent
from s3gw.storage.segments import GAP, LEAST, MOST, SHARED, Segment, Share, grouped, segments

CHUNK = 256 << 10


def stored(number: int, offset: int, length: int = CHUNK, pack: int | None = 1) -> Extent:
    """A chunk that is a frame of its own, as it is."""
    chunk = StoredChunk(
        id=number,
        digest=number.to_bytes(32, "big"),
        length=length,
        codec=codec.RAW,
        pack_id=pack,
        frame_offset=offset,
        frame_length=length,
        frame_plain=length,
        frame_start=0,
        replicas=(),
        data=None if pack else b"",
        key_id=None,
    )
    return Extent(chunk, 0, length)


def in_a_row(count: int) -> list[Extent]:
    """Neighbours in one pack."""
    return [stored(number, number * CHUNK) for number in range(count)]


def found(batches: Sequence[list[Extent]], share: Share) -> list[Segment]:
    """All segments of one read."""

    async def given() -> AsyncGenerator[list[Extent], None]:
        for batch in batches:
            yield batch

    async def collected() -> list[Segment]:
        return [segment async for segment in segments(given(), share)]

    return asyncio.run(collected())


def test_a_lone_read_begins_with_little_and_goes_on_with_much() -> None:
    lengths = [segment.end - segment.start for segment in found([in_a_row(40)], Share())]
    assert lengths == [LEAST, MOST, MOST, LEAST]


def test_many_reads_take_no_more_memory_than_short_segments_would() -> None:
    share = Share()
    with ExitStack() as others:
        taken = [others.enter_context(share.among()) for _ in range(SHARED // LEAST)]
        assert [list(islice(one, 3)) for one in taken] == [[LEAST] * 3] * len(taken)
    with share.among() as alone:
        assert list(islice(alone, 3)) == [LEAST, MOST, MOST]


@given(st.integers(1, 100))
def test_the_share_is_kept_by_any_number_of_reads(count: int) -> None:
    share = Share()
    with ExitStack() as others:
        taken = [others.enter_context(share.among()) for _ in range(count)]
        each = [list(islice(one, 2))[1] for one in taken]
    assert all(LEAST <= one <= MOST for one in each)
    assert sum(each) <= max(SHARED, count * LEAST)


@given(st.lists(st.tuples(st.integers(0, 2 * GAP), st.integers(1, 2 * LEAST), st.sampled_from([1, 2, None]))))
def test_every_extent_is_in_one_segment_that_covers_it(drawn: list[tuple[int, int, int | None]]) -> None:
    offset, extents = 0, []
    for number, (gap, length, pack) in enumerate(drawn):
        extents.append(stored(number, offset + gap, length, pack))
        offset += gap + length
    made = list(grouped(extents))
    assert [extent for segment in made for extent in segment.extents] == extents
    for segment in made:
        chunks = [extent.chunk for extent in segment.extents if extent.chunk is not None]
        assert {chunk.pack_id for chunk in chunks} == {segment.pack_id}
        if segment.pack_id is not None:
            assert segment.start == chunks[0].frame_offset
            assert segment.end == chunks[-1].frame_offset + chunks[-1].length
            assert len(chunks) == 1 or segment.end - segment.start <= LEAST
