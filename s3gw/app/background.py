"""The background jobs of a gateway, which run beside its workers in the parent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from s3gw.app.foundation import Foundation


@asynccontextmanager
async def background(ground: Foundation) -> AsyncIterator[None]:
    """Run the jobs until the context is left."""
    yield
