"""The end of a process: the first signal asks it to finish, the second ends it at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable


class Ending:
    """Hears SIGTERM and SIGINT for the running task, which is cancelled where it is not `finishing` yet.

    `at_once` is called before a second signal ends the process. Ending at once is safe: the store is made
    for it, as for a power cut.
    """

    def __init__(self, at_once: Callable[[], None] = lambda: None) -> None:
        self._at_once = at_once
        self._task = asyncio.current_task()
        self._asked = asyncio.Event()
        self._waiting = False

    def listen(self, *signals: signal.Signals) -> None:
        """Hear the signals from now on."""
        loop = asyncio.get_running_loop()
        for number in signals:
            loop.add_signal_handler(number, self.ask, number)

    @property
    def asked(self) -> bool:
        """Whether the process is to end."""
        return self._asked.is_set()

    def ask(self, number: int) -> None:
        """What a signal does."""
        if self._asked.is_set():
            self._at_once()
            logging.shutdown()
            os._exit(128 + number)
        self._asked.set()
        if not self._waiting and self._task is not None:
            self._task.cancel()  # it is still starting

    async def wait(self) -> None:
        """Return when the process is asked to end."""
        self._waiting = True
        await self._asked.wait()
