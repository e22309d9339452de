"""SIGHUP: workers are replaced one after another, and no client notices."""

from __future__ import annotations

import http.client
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from pathlib import Path

import pytest

import s3gw
from s3gw.app import handover
from s3gw.app.reload import merged
from s3gw.config import Margins, Settings
from tests import wire
from tests.app.test_gateway import wait_until, workers
from tests.gateway import Gateway
from tests.processes import is_running
from tests.streams import content

New = Callable[..., Gateway]
REPLACED = "every worker is replaced"


def reload(gateway: Gateway, times: int = 1) -> None:
    """Ask for a reload and wait until it is done."""
    for _ in range(times):
        before = gateway.logs().count(REPLACED)
        os.kill(gateway.pid, signal.SIGHUP)
        wait_until(lambda: gateway.logs().count(REPLACED) > before, "the end of a reload")  # noqa: B023


@dataclass
class Hammer:
    """Clients that ask without a pause and keep what went wrong."""

    gateway: Gateway
    path: str
    expected: bytes
    stop: threading.Event = field(default_factory=threading.Event)
    wrong: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def new_connections(self) -> None:
        """Each request on a connection of its own: every one must be answered."""
        while not self.stop.is_set():
            self._judge("new", wire.request(self.gateway, "GET", self.path))

    def kept_connection(self) -> None:
        """One connection for as long as it lasts; an answer may end it, or it ends between two requests."""
        while not self.stop.is_set():
            with wire.connect(self.gateway) as connection:
                for turn in range(1_000_000):
                    signed = wire.Signer(self.gateway).headers("GET", self.path, "", wire.EMPTY, {})
                    connection.sendall(wire.head("GET", self.path, signed))
                    said = http.client.HTTPResponse(connection, method="GET")
                    try:
                        said.begin()
                    except (http.client.RemoteDisconnected, ConnectionResetError):
                        if turn == 0:
                            self.wrong.append("a new connection was closed without an answer")
                        self.answers["closed between"] += 1
                        break
                    self._judge("kept", wire.Answer(said.status, said.headers, said.read()))
                    if said.headers["Connection"] == "close" or self.stop.is_set():
                        self.answers["closed by an answer"] += said.headers["Connection"] == "close"
                        break

    def _judge(self, kind: str, said: wire.Answer) -> None:
        self.answers[kind] += 1
        if said.status != 200 or said.body != self.expected:
            self.wrong.append(f"{kind}: {said.status} {said.code}")


@pytest.mark.slow
def test_no_request_fails_while_workers_are_replaced(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    client, data = gateway.client(), content(1, 20_000)
    client.create_bucket(Bucket="reload")
    client.put_object(Bucket="reload", Key="k", Body=data)
    hammer = Hammer(gateway, "/reload/k", data)
    running = [threading.Thread(target=hammer.new_connections) for _ in range(3)]
    running += [threading.Thread(target=hammer.kept_connection) for _ in range(3)]
    for one in running:
        one.start()
    try:
        before = workers(gateway)
        reload(gateway, times=3)
        assert not before & workers(gateway)
        assert len(workers(gateway)) == 2
    finally:
        hammer.stop.set()
        for one in running:
            one.join(60)
    assert hammer.wrong == []
    assert hammer.answers["new"] > 50
    assert hammer.answers["kept"] > 50
    assert hammer.answers["closed by an answer"] >= 6
    assert gateway.stop() == 0


@pytest.mark.slow
def test_an_upload_that_runs_is_finished_by_the_worker_that_was_replaced(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    client, data = gateway.client(), content(2, 2 << 20)
    client.create_bucket(Bucket="reload")
    signed = wire.Signer(gateway).headers("PUT", "/reload/k", "", wire.UNSIGNED, {})
    head = wire.head(
        "PUT", "/reload/k", signed | {"content-length": str(len(data)), "expect": "100-continue"}
    )
    before = workers(gateway)
    with wire.connect(gateway) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        os.kill(gateway.pid, signal.SIGHUP)
        # Both old workers finish in turn; the one with the upload waits for it.
        wait_until(lambda: bool(workers(gateway) - before), "a successor")
        connection.sendall(data)
        said = wire.answer(connection, "PUT")
        assert said.status == 200
    wait_until(lambda: REPLACED in gateway.logs(), "the end of the reload")
    assert client.get_object(Bucket="reload", Key="k")["Body"].read() == data


@pytest.mark.slow
def test_settings_are_read_afresh(new_gateway: New, tmp_path: Path) -> None:
    file = tmp_path / "s3gw.toml"
    file.write_text('workers = 2\naccess_key = "FIRST"\nsecret_key = "first-secret"\n')
    gateway = new_gateway(S3GW_CONFIG=str(file))
    gateway.access_key = gateway.secret_key = ""  # an empty variable counts as not given
    gateway.start()
    gateway.access_key, gateway.secret_key = "FIRST", "first-secret"
    assert wire.request(gateway, "GET", "/").status == 200

    before = workers(gateway)
    file.write_text("workers = 2\nchunking = 'by-hand'\n")
    os.kill(gateway.pid, signal.SIGHUP)
    wait_until(lambda: "nothing has changed" in gateway.logs(), "a line about the settings")
    assert "chunking: 'by-hand' is none of" in gateway.logs()
    assert workers(gateway) == before

    file.write_text('workers = 3\naccess_key = "SECOND"\nsecret_key = "second-secret"\n')
    reload(gateway)
    assert "a change of workers needs a restart" in gateway.logs()
    assert len(workers(gateway)) == 2
    assert wire.request(gateway, "GET", "/").code == "InvalidAccessKeyId"
    gateway.access_key, gateway.secret_key = "SECOND", "second-secret"
    assert wire.request(gateway, "GET", "/").status == 200


@pytest.mark.slow
def test_a_newer_release_takes_over_worker_by_worker(new_gateway: New, tmp_path: Path) -> None:
    """The parent is of the old release; new workers bring a setting and a migration that it does not know."""
    installed = tmp_path / "installed"
    source = Path(s3gw.__file__).parent
    shutil.copytree(source, installed / "s3gw", ignore=shutil.ignore_patterns("__pycache__", "schema"))
    shutil.copytree(source.parent / "schema", installed / "schema")
    gateway = new_gateway(S3GW_WORKERS="2", PYTHONPATH=str(installed), PYTHONDONTWRITEBYTECODE="1").start()
    live = b"GET /-/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    assert b"newer" not in wire.raw(gateway, live).body

    _edit(
        installed / "s3gw/settings.py",
        "    workers: int = 1\n",
        "    novelty: str = 'newer'\n    workers: int = 1\n",
    )
    _edit(
        installed / "s3gw/http/pipeline.py",
        "self.health = health\n",
        "self.health = health\n        health.newer = settings.novelty\n",
    )
    _edit(
        installed / "s3gw/http/health.py",
        '_json(200, {"status": "ok"})',
        '_json(200, {"status": "ok", "newer": self.newer})',
    )
    number = len(list((installed / "schema").glob("*.sql"))) + 1
    (installed / "schema" / f"{number:04d}_newer.sql").write_text("CREATE TABLE newer (id integer)")
    reload(gateway)
    assert {wire.raw(gateway, live).body for _ in range(20)} == {b'{"status": "ok", "newer": "newer"}\n'}
    before = workers(gateway)

    _edit(
        installed / "s3gw/http/server.py",
        "class Server:",
        "raise RuntimeError('half installed')\nclass Server:",
    )
    os.kill(gateway.pid, signal.SIGHUP)
    wait_until(lambda: "a new worker did not start" in gateway.logs(), "a line about the new worker")
    assert workers(gateway) == before
    assert wire.raw(gateway, live).status == 200
    assert gateway.stop() == 0


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


@pytest.mark.slow
@pytest.mark.parametrize("hangups", [1, 3])
def test_sigterm_during_a_reload_ends_everything(new_gateway: New, hangups: int) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    before = workers(gateway)
    for _ in range(hangups):
        os.kill(gateway.pid, signal.SIGHUP)
    wait_until(lambda: bool(workers(gateway) - before), "a successor")
    all_of_them = workers(gateway)
    assert gateway.stop() == 0
    assert [pid for pid in all_of_them if is_running(pid)] == []
    assert "Traceback" not in gateway.logs()


def test_one_process_says_why_it_does_not_reload(new_gateway: New) -> None:
    gateway = new_gateway().start()
    os.kill(gateway.pid, signal.SIGHUP)
    wait_until(lambda: "restart it, or run it with workers" in gateway.logs(), "a line about SIGHUP")
    assert gateway.answers("/-/ready")
    assert gateway.stop() == 0


@pytest.mark.slow
def test_it_ends_with_the_terminal_that_it_was_started_in(new_gateway: New) -> None:
    gateway = new_gateway()
    terminal, inside = pty.openpty()
    # A session of its own, whose terminal is the first that it opens.
    begin = "import os, sys; os.setsid(); os.close(os.open(sys.argv[1], os.O_RDWR))"
    start = f"{begin}; os.execv(sys.argv[2], sys.argv[2:])"
    with gateway.log.open("ab") as log:
        gateway.process = subprocess.Popen(
            [sys.executable, "-c", start, os.ttyname(inside), str(gateway.command), "serve"],
            env=gateway.environment(),
            cwd=gateway.home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(inside)
    wait_until(lambda: gateway.answers("/-/ready"), "readiness")
    os.kill(gateway.pid, signal.SIGHUP)
    wait_until(lambda: "restart it, or run it with workers" in gateway.logs(), "a line about SIGHUP")
    os.close(terminal)
    assert gateway.process.wait(60) == 0


def test_what_stands_under_the_workers_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    running = Settings()
    fresh = Settings(
        data=Path("elsewhere"),
        listen="0.0.0.0:1",
        region="r",
        shutdown_timeout=1.0,
        margins=Margins(lease=1.0),
    )
    assert merged(running, fresh) == with_changes(running, region="r", shutdown_timeout=1.0)
    (line,) = caplog.messages
    assert re.fullmatch("reload: a change of data, listen, margins needs a restart and is left out", line)
    caplog.clear()
    assert merged(running, with_changes(running, region="r")).region == "r"
    assert caplog.messages == []


def test_what_is_handed_over_arrives() -> None:
    settings = Settings(data=Path("x"), domains=("a", "b"), margins=Margins(lease=1.0))
    sent = handover.send((settings, 7))
    assert handover.receive(sent) == (settings, 7)


def test_what_is_handed_over_may_have_other_fields() -> None:
    sent = handover.send(Settings(region="r", margins=Margins(reader=5.0)))
    sent.values["of_an_older_release"] = 1
    del sent.values["workers"]
    del sent.values["margins"].values["lease"]
    assert handover.receive(sent) == Settings(region="r", margins=Margins(reader=5.0))
