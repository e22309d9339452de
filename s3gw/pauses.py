"""Named points between two steps, where a test can hold a task or kill the process.

Without a hook, reaching a point costs one comparison and does not yield to the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Hook = Callable[[str], Awaitable[None]]
_hook: Hook | None = None


def install(hook: Hook | None) -> None:
    """Have `hook` awaited with the point's name at every point; None removes it. For tests only."""
    global _hook
    _hook = hook


async def reach(point: str) -> None:
    """Announce that the running task stands at `point`, such as "put.synced"."""
    if _hook is not None:
        await _hook(point)
