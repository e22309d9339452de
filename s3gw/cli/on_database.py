"""Running something on the gateway's database, for the commands that do no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from s3gw import app
from s3gw.config import Settings
from s3gw.db.pool import Database

T = TypeVar("T")


def on_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """The result of `work` on the gateway's database."""

    async def run() -> T:
        async with app.database(settings) as db:
            return await work(db)

    return asyncio.run(run())
