"""Where the bytes of a body are, as far as the look-up of its version tells: `body_rows` in the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from s3gw.db.chunks import ManifestRow, Piece, StoredChunk
from s3gw.db.packs import Replica

MOST = 256
"""Rows of manifests, and pieces, that one look-up brings along."""


class Stretch(NamedTuple):
    """The bytes that are wanted: from `first`, which counts from the end where it is negative, to before
    `until`. Only a hint: whoever wants others looks them up."""

    first: int = 0
    until: int | None = None


WHOLE = Stretch()

_JOIN = """
LEFT JOIN LATERAL (
    SELECT * FROM body_rows(
        o.size, o.chunk_id, o.manifest_id, o.pieces_id, {first}, {until}, {most}
    ) WHERE c.id IS NULL LIMIT 1
) m ON true"""


def join(first: str, until: str) -> str:
    """The columns `m.*` of `objects o LEFT JOIN chunks c`, the latter joined where they are inline."""
    return _JOIN.format(first=first, until=until, most=MOST)


class BodyRows(NamedTuple):
    """The first rows of a stretch of a body."""

    pieces: Sequence[Piece]
    """Of a body that is made of pieces, those in the stretch."""
    rows: Mapping[int, tuple[list[ManifestRow], bool]]
    """By the number of the piece, 1 for a body without: the rows of its manifest or its chunk, and whether
    no others follow up to its end."""


def of(columns: Sequence[Any], stretch: Stretch) -> BodyRows | None:
    """What is in the columns of `join`; None where they say nothing."""
    pieces, places, offsets = columns[:5], columns[5], columns[6]
    if places is None:
        return None
    stored = _chunks(columns[7:18], _replicas(*columns[18:]))
    found = {}
    numbered = zip(places, map(ManifestRow, offsets, stored), strict=True)
    for place, group in groupby(numbered, key=lambda one: one[0]):
        found[place] = [row for _, row in group], True
    if len(places) >= MOST or stretch.until is not None:
        rows, _ = found[places[-1]]
        found[places[-1]] = rows, False
    return BodyRows([] if pieces[0] is None else list(map(Piece, *pieces)), found)


def _chunks(
    columns: Sequence[Sequence[Any]], replicas: Mapping[int, tuple[Replica, ...]]
) -> list[StoredChunk | None]:
    return [None if row[0] is None else _chunk(row, replicas) for row in zip(*columns, strict=True)]


def _chunk(row: Sequence[Any], replicas: Mapping[int, tuple[Replica, ...]]) -> StoredChunk:
    id_, digest, length, codec, key_id, data, pack_id, *frame = row
    if pack_id is None:
        return StoredChunk(id_, digest, length, codec, key_id, data)
    offset, stored, plain, start = frame
    found = replicas.get(pack_id, ())
    return StoredChunk(id_, digest, length, codec, key_id, data, pack_id, offset, stored, plain, start, found)


def _replicas(
    packs: Sequence[int] | None, backends: Sequence[int], names: Sequence[Any]
) -> dict[int, tuple[Replica, ...]]:
    found: dict[int, tuple[Replica, ...]] = {}
    for pack, backend, name in zip(packs or (), backends or (), names or (), strict=True):
        found[pack] = (*found.get(pack, ()), Replica(backend, name))
    return found
