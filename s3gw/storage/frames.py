"""Cut chunks into frames, and frames at their place in a pack into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from s3gw.backends.base import Buffer
from s3gw.buffers import Room
from s3gw.db.records import NewChunk
from s3gw.keyring import OVERHEAD, DataKey
from s3gw.storage import packformat
from s3gw.storage.packformat import EncodedFrame, FrameChunk

PARALLEL = 1 << 20
"""Plain bytes that one thread compresses at a time."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A chunk of the upload at its offset; its digest is empty where it is all zeros."""

    offset: int
    data: Buffer
    digest: bytes


@dataclass(frozen=True, slots=True)
class FilledFrame:
    """A frame and the cuts that it holds."""

    encoded: EncodedFrame
    cuts: Sequence[Cut]


def plan(cuts: Sequence[Cut]) -> list[list[Sequence[Cut]]]:
    """Which cuts share a frame, small neighbours together; and which frames one thread should build."""
    shares: list[list[Sequence[Cut]]] = [[]]
    held = 0
    for indices in packformat.plan_frames(len(cut.data) for cut in cuts):
        if held >= PARALLEL:
            shares.append([])
            held = 0
        frame = cuts[indices.start : indices.stop]
        shares[-1].append(frame)
        held += sum(len(cut.data) for cut in frame)
    return shares


def build(
    share: Sequence[Sequence[Cut]], *, domain_id: int, compress: bool | int, key: DataKey | None
) -> list[FilledFrame]:
    """The frames of one thread. Processor work."""
    room = Room(sum(len(cut.data) for cuts in share for cut in cuts) + len(share) * OVERHEAD)
    return [
        FilledFrame(
            packformat.build_frame(
                [FrameChunk(domain_id, cut.digest, cut.data) for cut in cuts], compress, key, room
            ),
            cuts,
        )
        for cuts in share
    ]


def place(filled: Sequence[FilledFrame], pack_id: int, offset: int) -> list[NewChunk]:
    """The chunks of frames that were appended to a pack at `offset`."""
    chunks: list[NewChunk] = []
    for frame in filled:
        encoded = frame.encoded
        for cut, start in zip(frame.cuts, encoded.starts, strict=True):
            chunks.append(
                NewChunk(
                    digest=cut.digest,
                    length=len(cut.data),
                    codec=encoded.codec,
                    pack_id=pack_id,
                    frame_offset=offset + encoded.payload_offset,
                    frame_length=encoded.stored_length,
                    frame_plain=encoded.plain_length,
                    frame_start=start,
                    key_id=encoded.key_id,
                )
            )
        offset += encoded.length
    return chunks
