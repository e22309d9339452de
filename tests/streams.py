"""Large bodies that are made while they are sent and checked while they come back, never held.

The bytes are an AES-CTR key stream: new to any deduplicating store, cheap to make, and at any offset.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 1 << 20


def blocks(seed: int, size: int, start: int = 0) -> Iterator[memoryview]:
    """`size` bytes of stream `seed` from `start`, a multiple of 16. Each block is valid until the next."""
    counter = (start // 16).to_bytes(16, "big")
    cipher = Cipher(algorithms.AES(seed.to_bytes(16, "big")), modes.CTR(counter)).encryptor()
    zeros, made = bytes(BLOCK), bytearray(BLOCK + 15)
    while size > 0:
        length = min(BLOCK, size)
        cipher.update_into(zeros[:length], made)
        yield memoryview(made)[:length]
        size -= length


def content(seed: int, size: int, start: int = 0) -> bytes:
    """The same, all at once."""
    return b"".join(bytes(block) for block in blocks(seed, size, start))


def put(url: str, seed: int, size: int, start: int = 0, timeout: float = 600) -> str:
    """PUT the stream to a presigned URL; the ETag of the answer."""
    connection, target = _open(url, timeout)
    try:
        connection.putrequest("PUT", target)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        for block in blocks(seed, size, start):
            connection.send(block)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return answer.headers["ETag"]
    finally:
        connection.close()


def check(url: str, seed: int, size: int, timeout: float = 600) -> None:
    """GET a presigned URL; every byte must be the stream's."""
    connection, target = _open(url, timeout)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        assert int(answer.headers["Content-Length"]) == size
        received = bytearray(BLOCK)
        for number, expected in enumerate(blocks(seed, size)):
            into = memoryview(received)[: len(expected)]
            filled = 0
            while filled < len(into):
                got = answer.readinto(into[filled:])
                assert got, f"ended after {number * BLOCK + filled} of {size} bytes"
                filled += got
            # By memcmp, which two memoryviews are not compared by.
            assert received[: len(expected)] == expected, (
                f"differs within {BLOCK} bytes from {number * BLOCK}"
            )
        assert not answer.read(1)
    finally:
        connection.close()


def _open(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    return connection, f"{parts.path}?{parts.query}"
