"""A proxy in front of an S3 service that fails by script: it answers for it, cuts it off, or hangs."""

from __future__ import annotations

import http.client
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>by script</Message></Error>"


class FaultyProxy(ThreadingHTTPServer):
    """`script` says what happens to the next requests: a status with an error code of S3, "cut" (half of the
    body, then the end of the connection), "drop" (the end before any answer), "lose" (the same after the
    service has done it), "hang", or "" for nothing. When the script is over, everything is passed on."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(endpoint).netloc
        self.script: deque[str] = deque()
        self.seen: list[str] = []
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """End it, whatever hangs included."""
        self.released.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self.command)
        fault = self.server.script.popleft() if self.server.script else ""
        if fault == "hang":
            self.server.released.wait(30)
        if fault in ("hang", "drop"):
            self.close_connection = True
        elif fault[:1].isdigit():
            status, code = fault.split()
            self._answer(int(status), [("content-type", "application/xml")], ERROR.format(code).encode())
        else:
            self._forward(fault, body)

    def _forward(self, fault: str, body: bytes) -> None:
        upstream = http.client.HTTPConnection(self.server.target, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        self.close_connection = fault != ""
        if fault != "lose":
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OWN]
            length = answer.getheader("content-length") if self.command == "HEAD" else None
            self._answer(answer.status, kept, data, cut=fault == "cut", length=length)

    def _answer(
        self,
        status: int,
        headers: list[tuple[str, str]],
        data: bytes,
        *,
        cut: bool = False,
        length: str | None = None,
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", length or str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass  # noqa: N815 - the base class looks for these


_OWN = ("content-length", "transfer-encoding", "connection")
