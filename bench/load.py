"""Load from several processes over kept connections, with requests that were signed before the clock runs."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Target:
    """A server under load."""

    port: int
    access_key: str
    secret_key: str

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """One signed request, ready to be sent; the payload's digest is signed as well."""
        host = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        request = AWSRequest(method=method, url=self.endpoint + path, data=body, headers=host)
        S3SigV4Auth(Credentials(self.access_key, self.secret_key), "s3", "us-east-1").add_auth(request)
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in request.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def drive(target: Target, batches: Sequence[Sequence[bytes]]) -> float:
    """Send each batch over a connection of its own, all at once; seconds until the last answer.

    Raises RuntimeError where any answer is not 200.
    """
    barrier = _FORK.Barrier(len(batches) + 1)
    queue = _FORK.SimpleQueue()
    clients = [
        _FORK.Process(target=_client, args=(target.port, batch, barrier, queue), daemon=True)
        for batch in batches
    ]
    for client in clients:
        client.start()
    barrier.wait(60)
    began = time.perf_counter()
    results: list[str] = [queue.get() for _ in clients]
    took = time.perf_counter() - began
    for client in clients:
        client.join()
    if failed := [result for result in results if result]:
        raise RuntimeError(failed[0])
    return took


def _client(
    port: int, batch: Sequence[bytes], barrier: Barrier, queue: multiprocessing.SimpleQueue[str]
) -> None:
    result = "a client ended early"
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = bytearray(4 << 20)
            barrier.wait(60)
            for request in batch:
                connection.sendall(request)
                _answer(connection, buffer)
        result = ""
    except (OSError, RuntimeError) as error:
        result = str(error) or repr(error)
    finally:
        queue.put(result)
        os._exit(0)


def _answer(connection: socket.socket, buffer: bytearray) -> None:
    filled = 0
    while (end := buffer.find(b"\r\n\r\n", 0, filled)) < 0:
        got = connection.recv_into(memoryview(buffer)[filled:])
        if not got:
            raise RuntimeError("the connection was closed")
        filled += got
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(bytes(buffer[:filled]).decode(errors="replace"))
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    left = length - (filled - end - 4)
    while left > 0:
        got = connection.recv_into(buffer)
        if not got:
            raise RuntimeError("the connection was closed within a body")
        left -= got
