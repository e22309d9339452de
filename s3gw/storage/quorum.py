"""The same call on several backends, of which enough must succeed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from s3gw.errors import Unavailable

K = TypeVar("K")
T = TypeVar("T")

PATIENCE = 2.0
"""Seconds that those which are late have, once enough have succeeded."""


async def quorum(
    calls: Mapping[K, Coroutine[Any, Any, T]], needed: int, patience: float | None = None
) -> tuple[dict[K, T], dict[K, Exception]]:
    """Make all calls at once; what they returned, and how the others failed.

    Returns when all have ended, or `patience` seconds (PATIENCE) after enough have succeeded: what is late by
    then is cancelled, and counts as Unavailable. Raises the first error where fewer than `needed` succeed.
    When the caller is cancelled, all calls are.
    """
    tasks = {key: asyncio.ensure_future(call) for key, call in calls.items()}
    pending = set(tasks.values())
    try:
        limit: float | None = None
        while pending:
            until = asyncio.FIRST_COMPLETED if limit is None else asyncio.ALL_COMPLETED
            _, pending = await asyncio.wait(pending, timeout=limit, return_when=until)
            if limit is not None:
                break
            if sum(_succeeded(task) for task in tasks.values()) >= needed:
                limit = PATIENCE if patience is None else patience
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    results: dict[K, T] = {}
    failures: dict[K, Exception] = {}
    for key, task in tasks.items():
        if task.cancelled():
            failures[key] = Unavailable("it took much longer than others")
        elif (error := task.exception()) is None:
            results[key] = task.result()
        elif isinstance(error, Exception):
            failures[key] = error
        else:
            raise error
    if len(results) < needed:
        raise next(iter(failures.values()), Unavailable("no backend takes packs"))
    return results, failures


def _succeeded(task: asyncio.Future[T]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
