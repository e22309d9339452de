"""A proxy for streams of bytes, over TCP or Unix sockets, which a test cuts, stalls, or resets in the midst.

    with Proxy(("127.0.0.1", 9000)) as proxy: …connect to proxy.port…

Each connection is carried by two threads, and nothing of what it carries is looked at.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""

_PIECE = 64 << 10
_ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends a reset."""


class Proxy:
    """Passes everything on until it is told otherwise."""

    def __init__(self, target: Address, at: Path | None = None) -> None:
        """Listens on a free port, or on a Unix socket at `at`."""
        self.target = target
        self._flowing = threading.Event()
        self._flowing.set()
        self._refusing = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._budgets: list[int] = []
        self.reset = 0
        """Connections that were reset by a budget."""
        if at is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(at))
            self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def cut(self) -> None:
        """Reset every connection, and every new one."""
        self._refusing = True
        self.reset_all()

    def mend(self) -> None:
        """Take connections, and let flow what was stalled."""
        self._refusing = False
        self._flowing.set()

    def stall(self) -> None:
        """Connections stay, and nothing gets through."""
        self._flowing.clear()

    def reset_all(self) -> None:
        """Reset every connection that there is now."""
        with self._lock:
            victims, self._open = self._open, set()
        for victim in victims:
            _abort(victim)

    def reset_after(self, *answered: int) -> None:
        """Reset each of the next connections that answer when the target has sent it so many bytes more, of
        which the last piece is not passed on."""
        with self._lock:
            self._budgets += answered

    def stop(self) -> None:
        """End it with all its connections."""
        self._refusing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._flowing.set()
        self.reset_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _abort(client)
                continue
            try:
                target = self._connect()
            except OSError:
                _abort(client)
                continue
            with self._lock:
                self._open |= {client, target}
            pair = (client, target)
            for source, sink, passes in ((client, target, _all), (target, client, self._answers())):
                threading.Thread(target=self._carry, args=(source, sink, passes, pair), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, str):
            target = socket.socket(socket.AF_UNIX)
            target.connect(self.target)
            return target
        return socket.create_connection(self.target, 10)

    def _answers(self) -> Callable[[int], bool]:
        """Whether another piece of an answer passes, for one connection."""
        left: list[int] = []

        def passes(length: int) -> bool:
            with self._lock:
                if not left and self._budgets:
                    left.append(self._budgets.pop(0))
                if not left:
                    return True
                left[0] -= length
                if left[0] <= 0:
                    self.reset += 1
                return left[0] > 0

        return passes

    def _carry(
        self,
        source: socket.socket,
        sink: socket.socket,
        passes: Callable[[int], bool],
        pair: tuple[socket.socket, socket.socket],
    ) -> None:
        try:
            while data := source.recv(_PIECE):
                self._flowing.wait()
                if not passes(len(data)):
                    break
                sink.sendall(data)
            else:
                with contextlib.suppress(OSError):
                    sink.shutdown(socket.SHUT_WR)
                return
        except OSError:
            pass
        for one in pair:
            with self._lock:
                self._open.discard(one)
            _abort(one)


def _all(length: int) -> bool:
    return True


def _abort(victim: socket.socket) -> None:
    with contextlib.suppress(OSError):
        victim.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    with contextlib.suppress(OSError):
        victim.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
    victim.close()
