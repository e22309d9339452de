"""An S3-compatible object gateway that stores every byte once.

`s3gw.ChunkStore` is the store as a library, without HTTP; everything else here serves the `s3gw` command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3gw.chunkstore import ChunkStore

__all__ = ["ChunkStore"]


def __getattr__(name: str) -> Any:
    """Import the library when it is asked for: the gateway's processes do not need it."""
    if name == "ChunkStore":
        from s3gw.chunkstore import ChunkStore

        return ChunkStore
    raise AttributeError(f"module 's3gw' has no attribute {name!r}")
