"""What a connection must withstand and aiohttp's server does not bound by itself.

With `direct`, this is the module that reaches round aiohttp's public API: it overrides methods of the
protocol class and reads some of its fields. With the setting `guard_connections` off, aiohttp's own class
serves instead, for the day on which a release of aiohttp changes what is used here.

Bounded here: the time and the bytes until the headers of a request are complete, the number of connections,
and the time a closed connection waits for a client that does not read. And a refusal by the HTTP parser is
answered with the same error document as any other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp.http import HttpRequestParser
from aiohttp.http_exceptions import ContentLengthError
from aiohttp.http_parser import RawRequestMessage
from aiohttp.http_writer import StreamWriter
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import PayloadAccessError, RequestPayloadError

from s3gw.errors import S3Error
from s3gw.http.refusals import LastAnswer, Refusals, refusal
from s3gw.http.whole import Written

log = logging.getLogger("s3gw.http")

FLUSH_WITHIN = 10.0
"""Seconds that the rest of an answer may take to leave after the connection was told to close."""

LINGER = 5.0
"""Seconds for which bytes that nobody wants are read and dropped: a socket closed with unread bytes is reset,
and the client might never see the answer."""

LOOK_EVERY = 0.05
"""Seconds between two looks at which connections are left, while a worker comes to its end."""

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one worker's connections; seconds and bytes."""

    connections: int
    header_time: float
    header_size: int
    idle_time: float


class Listener(web.Server):
    """aiohttp's low-level server, with connections that keep within `bounds`."""

    def __init__(self, handler: Handler, refusals: Refusals, bounds: Bounds, *, guard: bool = True) -> None:
        self._options: dict[str, Any] = {
            "auto_decompress": False,
            "keepalive_timeout": bounds.idle_time,
            "lingering_time": LINGER,
            "max_line_size": bounds.header_size,
            "max_field_size": bounds.header_size,
            "access_log": None,
        }
        super().__init__(handler, **self._options)
        self.refusals = refusals
        self.bounds = bounds
        self._guard = guard

    def __call__(self) -> web.RequestHandler:
        """The protocol of one new connection."""
        if not self._guard:
            return super().__call__()
        return Connection(self, loop=self._loop, **self._options)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    @property
    def is_full(self) -> bool:
        """Whether there are as many connections as may be."""
        return self.open >= self.bounds.connections

    async def emptied(self, within: float) -> None:
        """Return when there is no connection any more, at the latest after `within` seconds."""
        for _ in range(max(1, round(within / LOOK_EVERY))):
            if not self._connections:
                return
            await asyncio.sleep(LOOK_EVERY)

    def close_idle(self, *, silent: bool = False) -> None:
        """Close the connections on which no request runs; `silent` spares those that sent a part of one."""
        for connection in self.connections:
            if not isinstance(connection, Connection):
                connection.close()
            elif connection.is_silent if silent else connection.is_idle:
                connection.force_close()


class Connection(web.RequestHandler):
    """One connection within its bounds."""

    __slots__ = ("_begun", "_gone", "_head_bytes", "_head_timer", "_last_payload", "_listener")

    def __init__(self, listener: Listener, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(listener, loop=loop, **options)
        self._listener = listener
        self._begun = False
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] | None = None
        self._last_payload: StreamReader | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a request: none is running, and no headers are complete."""
        if not self._begun:  # bytes may come before the task that waits for them has run
            return not self._messages
        return self._waiter is not None and not self._waiter.done()

    @property
    def is_silent(self) -> bool:
        """Whether it is idle and has not begun to send headers either."""
        return self.is_idle and not self._head_bytes

    def expects_only_body(self, payload: StreamReader) -> bool:
        """Whether all that has come was handed on, and what comes next is more of `payload`."""
        return not (
            self.transport is None
            or self.transport.is_closing()
            or self._close
            or self._messages
            or self._upgraded
            or self._reading_paused
            or self._buffer_paused
            or payload is not self._last_payload
            or payload.is_eof()
            or payload.exception() is not None
            or payload._buffer
        )

    def renew_parser(self) -> None:
        """What comes next is a new request, although the parser has not seen the end of the last."""
        if self._parser is None:  # the connection is lost
            return
        self._parser = HttpRequestParser(
            self,
            self._loop,
            self._read_bufsize,
            max_line_size=self.max_line_size,
            max_field_size=self.max_field_size,
            max_headers=self.max_headers,
            payload_exception=RequestPayloadError,
            auto_decompress=False,
            max_msg_queue_size=self._max_msg_queue_size,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection, and give it its time for the first request's headers."""
        if self._listener.is_full:
            refused = cast("asyncio.Transport", transport)
            refused.write(self._listener.refusals.raw(S3Error("SlowDown")))
            refused.close()
            return
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and bound what it may hold of headers that are not complete."""
        if self._close:  # the last answer is given
            return
        super().data_received(data)
        if self._messages:
            self._last_payload = self._messages[-1][1]
        if not self.is_idle:
            self._stop_head_timer()
            return
        if not data:
            return
        self._head_bytes += len(data)
        if self._head_timer is None:
            self._start_head_timer()
        if self._head_bytes > self._listener.bounds.header_size:
            self._refuse(S3Error("RequestHeaderSectionTooLarge"))

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A client that has said all it will say still gets its answer; a body that is cut short fails."""
        payload = self._last_payload
        if payload is None or self.is_idle or self._gone is not None:
            return None
        if not payload.is_eof():
            payload.set_exception(ContentLengthError("the client ended the connection in the body"))
        self._close = True
        return True

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Not for a client that leaves while the rest of its body is dropped."""
        if not isinstance(kw.get("exc_info"), ContentLengthError | ConnectionError):
            super().log_exception(*args, **kw)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timers."""
        self._stop_head_timer()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        super().connection_lost(exc)

    def force_close(self) -> None:
        """Close now; what is still to be sent must leave soon."""
        transport = self.transport
        super().force_close()
        self._bound_flush(transport)

    async def start(self) -> None:
        """Serve the connection's requests one after another until it closes."""
        self._begun = True
        try:
            await self._serve()
        finally:
            self._bound_flush(self.transport)

    async def _serve(self) -> None:
        """aiohttp's `start` without a task for each request, which costs two rounds of the event loop.

        What the parser refused is left to the original, which then serves to the connection's end.
        """
        while not self._force_close:
            if not self._messages:
                self._waiter = self._loop.create_future()
                try:
                    await self._waiter
                finally:
                    self._waiter = None
            if not isinstance(self._messages[0][0], RawRequestMessage):
                await super().start()
                return
            try:
                if not await self._serve_one():
                    break
            except ConnectionError:
                break
            except asyncio.CancelledError:
                self.force_close()
                raise
            except Exception as error:  # noqa: BLE001 - it has no answer any more
                self.log_exception("Unhandled exception", exc_info=error)
                self.force_close()
        if not self._force_close:
            self._task_handler = None
            if self.transport is not None:
                self.transport.close()

    async def _serve_one(self) -> bool:
        """Answer the next request; whether another may follow."""
        manager, handler = self._manager, self._request_handler
        if manager is None or handler is None or self._task_handler is None:
            return False  # the connection is lost
        message, payload = self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        manager.requests_count += 1
        writer = StreamWriter(self, self._loop)
        request = web.BaseRequest(
            cast("RawRequestMessage", message), payload, self, writer, self._task_handler, self._loop
        )
        reset = False
        self._request_in_progress = True
        try:
            self._current_request = request
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - it becomes an answer, if there is still one to give
                response = self.handle_error(request, 500, error)
            finally:
                self._current_request = None
            # What has left needs nothing more, unless bytes behind the request wait for the parser.
            if not isinstance(response, Written) or self._upgraded:
                response, reset = await self.finish_response(request, response, None)
        finally:
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)
        if reset:
            return False
        self._keepalive = bool(response.keep_alive)
        if not payload.is_eof():
            await self._drop_rest(payload)
        if payload is not EMPTY_PAYLOAD:
            payload.set_exception(PayloadAccessError())
        if not self._keepalive or self._close or self._force_close:
            return False
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(
                self._next_keepalive_close_time, self._process_keepalive
            )
        return True

    async def _drop_rest(self, payload: StreamReader) -> None:
        """Read what the handler left of a body, so that the next request can follow it; or close."""
        if not self._force_close:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._lingering_time):
                    while not payload.is_eof():
                        await payload.readany()
        if not payload.is_eof() and not self._force_close:
            self.close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what the parser refused, or cut the connection where an answer has begun."""
        if status >= 500 and not isinstance(exc, ConnectionError):
            log.error("a request failed outside the pipeline", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        status, headers, body = self._listener.refusals.answer(request, refusal(status, exc, message))
        return LastAnswer(self, status, headers, body)

    async def linger(self) -> None:
        """Say that nothing more is sent, and for a while drop what the client still sends."""
        self._close = True
        if self.transport is None:
            return
        self._gone = self._loop.create_future()
        self.transport.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                await self._gone

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._listener.bounds.header_time, self._head_is_late)

    def _stop_head_timer(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._head_bytes:
            self._refuse(S3Error("RequestTimeout"))
        elif self.is_idle:
            self.force_close()

    def _refuse(self, error: S3Error) -> None:
        if self.transport is None:
            return
        self._close = True
        self._stop_head_timer()
        self.transport.write(self._listener.refusals.raw(error))
        self.transport.write_eof()
        self._loop.call_later(LINGER, self.force_close)

    def _bound_flush(self, transport: asyncio.Transport | None) -> None:
        if transport is not None and transport.get_write_buffer_size():
            self._loop.call_later(FLUSH_WITHIN, transport.abort)
