"""A TCP proxy in front of a service, whose line a test cuts, holds and mends."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

BLOCK = 1 << 16


class Proxy:
    """Passes bytes on, both ways, while the line is whole."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        """`target` is a host with a port, or the path of a socket."""
        self._target = target
        self._whole = threading.Event()
        self._whole.set()
        self._refuses = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    def of_database(cls, url: str) -> tuple[Self, str]:
        """A proxy before a PostgreSQL, and the URL of the same database through it."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        host = query.pop("host", None) or unquote(parts.hostname or "localhost")
        port = int(query.pop("port", 0) or parts.port or 5432)
        proxy = cls(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
        user = quote(unquote(parts.username or query.pop("user", "postgres")))
        secret = f":{quote(unquote(parts.password))}" if parts.password else ""
        query["sslmode"] = "disable"
        place = f"{user}{secret}@127.0.0.1:{proxy.port}"
        return proxy, parts._replace(netloc=place, query=urlencode(query)).geturl()

    def cut(self) -> None:
        """Break every connection, and refuse new ones until `mend`."""
        self._refuses = True
        with self._lock:
            broken, self._open = self._open, set()
        for one in broken:
            _end(one)
        self._whole.set()

    def hold(self) -> None:
        """Let nothing pass until `mend`; whoever waits is told nothing."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self._refuses = False
        self._whole.set()

    def close(self) -> None:
        """End it."""
        _end(self._listening)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._refuses:
                _end(near)
                continue
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = self._connect()
        except OSError:
            _end(near)
            return
        with self._lock:
            self._open |= {near, far}
        back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
        back.start()
        self._pass(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}

    def _connect(self) -> socket.socket:
        if isinstance(self._target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            return far
        return socket.create_connection(self._target)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK):
                self._whole.wait()
                sink.sendall(block)
        _end(source)
        _end(sink)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
