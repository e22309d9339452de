"""The background jobs of a gateway, which run in the parent beside its workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from s3gw.app.foundation import Foundation
from s3gw.db.pool import Database
from s3gw.jobs.collect import jobs
from s3gw.jobs.job import Runner

CONNECTIONS = 6
"""Every running job holds one to be alone with it, and works on another."""


@asynccontextmanager
async def background(ground: Foundation) -> AsyncIterator[None]:
    """Run the jobs until the context is left; they may be broken off at any point."""
    async with AsyncExitStack() as stack:
        db = await Database.connect(ground.url, size=CONNECTIONS)
        stack.push_async_callback(db.close)
        backends = ground.backends()
        for backend in backends.values():
            stack.push_async_callback(backend.close)
        runner = Runner(db, jobs(db, backends, ground.settings))
        stack.push_async_callback(runner.stop)
        runner.start()
        yield
