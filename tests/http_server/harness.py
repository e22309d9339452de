"""A server on a free port with operations that need no store, and a way to talk to it byte by byte."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from s3gw.app.measured import Measured
from s3gw.config import Settings
from s3gw.db.assumed import Memory
from s3gw.db.objects import Found
from s3gw.db.records import Account, Bucket
from s3gw.errors import Damaged, OutOfSpace, S3Error, Unavailable
from s3gw.http.identities import RootKey
from s3gw.http.server import Server, bind
from s3gw.operations.call import Buffer, Call, Registered, Services
from s3gw.operations.target import LookedUp
from s3gw.protocol import types
from tests import wire
from tests.gateway import Gateway

ACCESS_KEY = "AKTEST"
SECRET_KEY = "a-secret-that-must-never-be-logged"
ROOT = Account(id=1, canonical_id="c" * 64, name="root", display_name="root", is_root=True)
BLOCK = b"0123456789abcdef" * 4096
BREAKS_AFTER = 3 << 20


async def look_up(_db: Any, _operation: str, _target: Any, request: Any, _assumed: Any) -> LookedUp:
    """Whatever bucket is asked for is there, and root's."""
    bucket = Bucket(1, request.bucket, ROOT, "us-east-1", datetime.now(UTC), None, 0, "cdc-256k", True, True)
    return LookedUp(request.bucket, None, None, False, Found(bucket, None))


@dataclass
class Fakes:
    """The operations of one test, and what they saw."""

    stored: dict[str, bytes] = field(default_factory=dict)
    inputs: list[Any] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    """GetObject of "held" waits for it."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody waits for `hold`."""
    closed: list[str] = field(default_factory=list)
    """Keys whose stream was ended."""

    def registry(self) -> dict[str, Registered]:
        """For the registry of operations."""
        handlers = {
            "ListBuckets": self.list_buckets,
            "PutObject": self.put_object,
            "GetObject": self.get_object,
            "HeadObject": self.head_object,
            "DeleteObject": self.delete_object,
            "DeleteObjects": self.delete_objects,
        }
        return {name: Registered(name, handler, (f"s3:{name}",)) for name, handler in handlers.items()}

    async def list_buckets(self, call: Call, request: Any) -> Any:
        """No buckets."""
        self.inputs.append(request)
        return types.ListBucketsOutput(buckets=[])

    async def put_object(self, call: Call, request: Any) -> Any:
        """Keep the body, unless the key says "refuse", or "breaks" in the middle of it."""
        self.inputs.append(request)
        if request.key == "refuse":
            raise S3Error("NoSuchBucket")
        blocks: list[Buffer] = []
        async for block in call.body:
            blocks.append(block)
            if request.key == "breaks" and sum(map(len, blocks)) >= BREAKS_AFTER:
                raise S3Error("NoSuchBucket")
        data = b"".join(blocks)  # only now: blocks stay as they are
        self.stored[request.key] = data
        return types.PutObjectOutput(e_tag=f'"{hashlib.md5(data).hexdigest()}"')

    async def get_object(self, call: Call, request: Any) -> Any:
        """By key: a failure, a stream, or what was stored."""
        self.inputs.append(request)
        failures: Mapping[str, Exception] = {
            "missing": S3Error("NoSuchKey", fields={"Key": "missing"}),
            "unavailable": Unavailable("postgresql://root:hunter2@db/ does not answer"),
            "full": OutOfSpace("/secret/path is full"),
            "damaged": Damaged("chunk 17 differs"),
            "behind": ConnectionRefusedError("internal detail"),
            "bug": ZeroDivisionError("internal detail"),
            "unchanged": S3Error("NotModified", headers={"ETag": '"e"'}),
        }
        if request.key in failures:
            raise failures[request.key]
        if request.key == "held":
            self.held.set()
            await self.hold.wait()
            return types.GetObjectOutput(body=b"released", content_length=8)
        if request.key in self.stored:
            data = self.stored[request.key]
            return types.GetObjectOutput(body=data, content_length=len(data))
        count, _, kind = request.key.partition("-")
        return types.GetObjectOutput(
            body=self._stream(request.key, int(count), kind), content_length=int(count) * len(BLOCK)
        )

    async def _stream(self, key: str, count: int, kind: str) -> AsyncIterator[memoryview]:
        try:
            for number in range(count + (kind == "long")):
                if (kind == "broken" and number == count - 1) or kind == "early":
                    raise Damaged("the bytes are wrong")
                if kind == "short" and number == count - 1:
                    return
                yield memoryview(BLOCK)
        finally:
            self.closed.append(key)

    async def head_object(self, call: Call, request: Any) -> Any:
        """A missing object, or one of 12,345 bytes."""
        if request.key == "missing":
            raise S3Error("NoSuchKey")
        return types.HeadObjectOutput(content_length=12345, e_tag='"e"')

    async def delete_object(self, call: Call, request: Any) -> Any:
        """204."""
        return types.DeleteObjectOutput()

    async def delete_objects(self, call: Call, request: Any) -> Any:
        """What was asked for."""
        self.inputs.append(request)
        return types.DeleteObjectsOutput()


@dataclass
class Running:
    """A server on a port of its own."""

    server: Server
    port: int
    fakes: Fakes
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    connections: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        """What `tests.wire` needs of a gateway: its port and its key."""
        return cast("Gateway", self)

    async def request(self, method: str, path: str, query: str = "", **more: Any) -> wire.Answer:
        """One signed request on a connection of its own."""
        return await asyncio.to_thread(wire.request, self.gateway, method, path, query, **more)

    async def raw(self, data: bytes, method: str = "GET", **more: Any) -> wire.Answer:
        """Bytes as they are, and one answer."""
        return await asyncio.to_thread(wire.raw, self.gateway, data, method, **more)

    def signed(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, payload: str = wire.UNSIGNED
    ) -> bytes:
        """The head of a signed request; `headers` that are not to be signed come after."""
        return wire.head(
            method,
            path,
            {**wire.Signer(self.gateway).headers(method, path, "", payload, {}), **(headers or {})},
        )

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of the test's own, closed with the server."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.connections.append(writer)
        return reader, writer

    async def stop(self) -> None:
        """End the server and what is connected to it."""
        for writer in self.connections:
            writer.transport.abort()
        await self.server.stop(0.05)
        await asyncio.sleep(0)  # lets the loop close what was aborted


async def read_answer(reader: asyncio.StreamReader, method: str = "GET") -> wire.Answer:
    """The next answer on a connection that goes on; status 0 where it ended instead."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return wire.Answer(0, http.client.HTTPMessage(), b"")
    status_line, _, lines = head.partition(b"\r\n")
    headers = http.client.parse_headers(io.BytesIO(lines))
    status = int(status_line.split()[1])
    body = b""
    if method != "HEAD" and status not in (100, 204, 304):
        body = await reader.readexactly(int(headers.get("Content-Length", "0")))
    return wire.Answer(status, headers, body)


async def start(
    settings: Settings, fakes: Fakes, *, ready: bool = True, measured: Measured | None = None
) -> Running:
    """A server with `fakes`' operations, which must be in the registry."""

    async def probe() -> Mapping[str, Any]:
        return {"status": "ok", "version": "0", "database": {"status": "ok"}}

    server = Server(settings) if measured is None else measured.server()
    sockets = bind("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    await server.start(sockets)
    if ready:
        services = Services(
            settings, cast("Any", SimpleNamespace(memory=Memory())), cast("Any", SimpleNamespace())
        )
        server.serve(services, RootKey(ACCESS_KEY, SECRET_KEY, ROOT), probe)
    return Running(server, port, fakes)
