"""A real browser, Chromium without a window, and the site whose pages it shows."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = "chromium"
PATIENCE = 90
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--mute-audio",
)


class Site:
    """A web server with one page. What the page posts to `/report` is its report."""

    def __init__(self, page: str) -> None:
        reports: queue.Queue[Any] = queue.Queue()
        self.reports = reports

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(page.encode() if self.path == "/" else b"")

            def do_POST(self) -> None:
                reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Site]:
        """Serve for as long as the context lasts."""
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def script(body: str, values: Mapping[str, Any]) -> str:
    """A page that runs `body`, the inside of an asynchronous function, and reports what it returns."""
    return f"""<!doctype html><script>
const given = {json.dumps(values)};
(async () => {{ {body} }})()
    .catch(error => ({{failed: String(error)}}))
    .then(report => fetch("/report", {{method: "POST", body: JSON.stringify(report)}}));
</script>"""


def report_of(site: Site, home: Path) -> Any:
    """Have the browser open the site, and wait for its report."""
    command = [CHROMIUM, *ARGUMENTS, f"--user-data-dir={home}", "--remote-debugging-port=0", site.origin]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            return site.reports.get(timeout=PATIENCE)
        finally:
            process.terminate()


def shown(url: str, home: Path, *arguments: str) -> str:
    """The document that the browser shows when it has followed `url` to its end."""
    command = [CHROMIUM, *ARGUMENTS, *arguments, f"--user-data-dir={home}", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    return done.stdout.decode()
