"""Rows as the layers above see them; named tuples where every request makes some, which takes a third."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple


class Body(NamedTuple):
    """What an object version or part is made of: one chunk, one manifest, a list of pieces, or nothing."""

    size: int
    chunk_id: int | None = None
    manifest_id: int | None = None
    pieces_id: int | None = None


class InlineChunk(NamedTuple):
    """A chunk whose bytes go into its row; `data` as stored, `length` plain."""

    domain_id: int
    digest: bytes
    length: int
    codec: int
    data: bytes
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk whose bytes are safe: in a frame of a pack, or in `data` as stored."""

    digest: bytes
    length: int
    codec: int
    pack_id: int | None = None
    frame_offset: int | None = None
    frame_length: int | None = None
    frame_plain: int | None = None
    frame_start: int | None = None
    data: bytes | None = None
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class WholeManifest:
    """A manifest that is written by the statement that publishes it."""

    domain_id: int
    new: Sequence[NewChunk]
    """In the order of their digests, each once."""
    rows: Sequence[tuple[int, bytes | None]]
    """Offsets in the body, and the digest of the chunk that begins there; None where a hole does."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Bytes that are safe but named by nothing yet: an inline chunk still to insert, a leased manifest, or a
    whole one that is still to be written."""

    size: int
    inline: InlineChunk | None = None
    manifest_id: int | None = None
    whole: WholeManifest | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns buckets and objects, as S3 shows it."""

    id: int
    canonical_id: str
    name: str
    display_name: str
    is_root: bool


_NONE: Mapping[str, Any] = MappingProxyType({})


@lru_cache(maxsize=1024)
def _documents(settings: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(settings))


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket with what every write needs of its settings."""

    id: int
    name: str
    owner: Account
    region: str
    created_at: datetime
    versioning: str | None
    domain_id: int
    chunking: str
    archive_hints: bool
    compression: bool
    compression_level: int | None = None
    """zstd's; None for the usual one."""
    dedup: str = "store"
    """With whom its objects share chunks: all of the "store", or what its "account" owns."""
    settings: str | None = None
    """Its documents as JSON, so that records that say the same are equal."""
    object_lock: bool = False
    revision: int = 0
    """Another one after each change of what is in this record."""

    @property
    def level(self) -> bool | int:
        """At which of zstd's levels its chunks are compressed: True for the usual one, False for none."""
        return self.compression and (self.compression_level or True)

    @property
    def apart_for(self) -> int | None:
        """The account whose chunks are kept apart from those of others, if the bucket's are."""
        return self.owner.id if self.dedup == "account" else None

    @property
    def documents(self) -> Mapping[str, Any]:
        """Its documents by kind, such as "policy" or "tags": see `db/bucket_settings`. Not to be changed."""
        return _NONE if self.settings is None else _documents(self.settings)


NULL_VERSION = "null"
"""How S3 names the version of a key that was written without versioning."""


class Properties(NamedTuple):
    """What a client gave with an object, kept as given."""

    headers: Mapping[str, str] = _NONE
    metadata: Mapping[str, str] = _NONE
    checksums: Mapping[str, str] = _NONE
    storage_class: str = "STANDARD"
    extra: Mapping[str, Any] = _NONE
    """tags, acl, encryption and lock, by these names."""


class ObjectVersion(NamedTuple):
    """One version of a key."""

    bucket_id: int
    key: str
    body: Body
    etag: str
    modified_at: datetime
    properties: Properties
    version_id: str | None = None
    """As S3 shows it: None where the bucket never had versioning."""
    delete_marker: bool = False
    parts_count: int | None = None
    owner: Account | None = None

    @property
    def size(self) -> int:
        """Bytes of the object, as S3 shows them."""
        return self.body.size
