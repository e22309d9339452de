"""A database with a bucket, content for it, and a look at what is left in the tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from s3gw.db import objects
from s3gw.db.pool import Database
from s3gw.db.records import Account, Body, Bucket, Draft, InlineChunk, NewChunk, Properties, WholeManifest


def inline(data: bytes) -> Draft:
    """A draft whose bytes go into the database."""
    return Draft(len(data), InlineChunk(0, hashlib.sha256(data).digest(), len(data), 0, data))


def whole(*parts: bytes, new: bool = True, pack_id: int | None = None) -> Draft:
    """A draft of a manifest that is still to be written, of one chunk a part; an empty part is a hole of one
    byte. The chunks are `new`, in rows or a pack, or known."""
    rows: list[tuple[int, bytes | None]] = []
    chunks: dict[bytes, NewChunk] = {}
    offset = 0
    for part in parts:
        digest = hashlib.sha256(part).digest() if part else None
        rows.append((offset, digest))
        offset += len(part) or 1
        if digest is not None and pack_id is None:
            chunks[digest] = NewChunk(digest, len(part), 0, data=part)
        elif digest is not None:
            chunks[digest] = NewChunk(digest, len(part), 0, pack_id, 64, len(part), len(part), 0)
    found = [chunks[digest] for digest in sorted(chunks)] if new else []
    return Draft(offset, whole=WholeManifest(0, found, rows))


@dataclass(frozen=True, slots=True)
class World:
    """A database with the root account and one bucket."""

    db: Database
    account: Account
    bucket: Bucket

    async def put(self, key: str, data: bytes, **more: Any) -> objects.PublishResult:
        """Publish `data` inline under `key`, with an ETag of "e-" and the data."""
        return await objects.publish(
            self.db,
            self.bucket.id,
            key,
            self.account.id,
            more.pop("content", inline(data)),
            "e-" + data.decode(),
            more.pop("properties", Properties()),
            **more,
        )

    async def get(self, key: str) -> objects.Found:
        """Look the key up in the bucket."""
        return await objects.get(self.db, self.bucket.name, key)

    async def body(self, key: str) -> Body:
        """The body of the key, which must exist."""
        version = (await self.get(key)).version
        assert version is not None
        return version.body

    async def manifest(self, *parts: bytes, leased: bool = True) -> Draft:
        """A leased manifest of one inline chunk a part, as an upload leaves it before it is published."""
        manifest = await self.db.fetchval("SELECT begin_manifest(gen_random_uuid(), 1, 60)")
        if not leased:
            await self.db.execute("UPDATE manifests SET lease_until = NULL WHERE id = $1", manifest)
        offset = 0
        for part in parts:
            chunk = inline(part).inline
            assert chunk is not None
            await self.db.execute(
                "INSERT INTO manifest_chunks VALUES ($1, $2, inline_chunk($3, $4, $5, $6, $7, NULL))",
                manifest,
                offset,
                chunk.domain_id,
                chunk.digest,
                chunk.length,
                chunk.codec,
                chunk.data,
            )
            offset += len(part)
        return Draft(offset, manifest_id=manifest)

    async def bytes_of(self, body: Body) -> bytes:
        """Everything the body names, read chunk by chunk in plain SQL."""
        if body.chunk_id is not None:
            data: bytes = await self.db.fetchval("SELECT data FROM chunks WHERE id = $1", body.chunk_id)
            return data
        if body.manifest_id is not None:
            rows = await self.db.fetch(
                "SELECT data FROM manifest_chunks JOIN chunks ON id = chunk_id "
                "WHERE manifest_id = $1 ORDER BY byte_offset",
                body.manifest_id,
            )
            return b"".join(row["data"] for row in rows)
        pieces = await self.db.fetch(
            "SELECT * FROM pieces WHERE pieces_id = $1 ORDER BY byte_offset", body.pieces_id
        )
        found = b""
        for piece in pieces:
            assert piece["byte_offset"] == len(found)
            whole = await self.bytes_of(Body(0, piece["chunk_id"], piece["manifest_id"]))
            found += whole[piece["start"] : piece["start"] + piece["length"]]
        return found

    async def count(self, table: str) -> int:
        """Rows of a table."""
        number: int = await self.db.fetchval(f"SELECT count(*) FROM {table}")
        return number

    async def trash(self) -> list[Body]:
        """The bodies in the trash, oldest first."""
        rows = await self.db.fetch("SELECT * FROM trash ORDER BY id")
        return [Body(0, row["chunk_id"], row["manifest_id"], row["pieces_id"]) for row in rows]
