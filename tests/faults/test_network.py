"""The network is cut, stalls, resets in the midst: between client, gateway, database, and service below."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.embedded import Embedded, start_embedded
from tests import upstream, wire
from tests.app.test_gateway import wait_until
from tests.conftest import _run
from tests.faults.uploads import Key, Writer, abort_all, violations
from tests.gateway import Gateway
from tests.streams import content
from tests.tcp_proxy import Proxy
from tests.wire import Signer

KIB, MIB = 1 << 10, 1 << 20
BUCKET = "net"
New = Callable[..., Gateway]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Embedded]:
    server = _run(start_embedded(tmp_path / "database"))
    yield server
    _run(server.stop())


@pytest.fixture
def line(database: Embedded, tmp_path: Path) -> Iterator[Proxy]:
    """Between gateways and the database."""
    (tmp_path / "line").mkdir()
    host = unquote(parse_qs(urlsplit(database.url).query)["host"][0])
    with Proxy(f"{host}/.s.PGSQL.5432", tmp_path / "line" / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def gateway(new_gateway: New, database: Embedded, line: Proxy, tmp_path: Path) -> Gateway:
    url = database.url.partition("?")[0] + "?host=" + quote(str(tmp_path / "line"))
    running = new_gateway(S3GW_DATABASE_URL=url, S3GW_BACKEND=(tmp_path / "packs").as_uri()).start()
    assert wire.request(running, "PUT", f"/{BUCKET}").status == 200
    return running


def test_the_line_to_the_database_is_cut_and_stalls(
    gateway: Gateway, line: Proxy, database: Embedded, tmp_path: Path
) -> None:
    """Clients go on writing, and nothing that was acknowledged is missing; the gateway is not restarted."""
    stop = threading.Event()
    writers = [Writer([gateway], BUCKET, number, 3, stop) for number in range(4)]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        for strike in (line.cut, line.reset_all, line.stall, line.reset_all, line.cut):
            enough = sum(writer.acknowledged for writer in writers) + 15
            wait_until(lambda: sum(one.acknowledged for one in writers) >= enough, "writes", 12000)  # noqa: B023
            strike()
            threading.Event().wait(0.3)
            line.mend()
    finally:
        line.mend()
        stop.set()
        for thread in threads:
            thread.join(120)
    assert [wrong for writer in writers for wrong in writer.wrong] == []
    for key in (key for writer in writers for key in writer.keys):
        assert key.judge(wire.request(gateway, "GET", key.path)) is None
    abort_all(gateway, BUCKET)
    assert gateway.stop() == 0
    gateway.restart()
    gateway.s3gw("gc", "--grace", "0")
    assert _run(violations(database.url, Disk(tmp_path / "packs"), None)) == []


def test_an_unknown_outcome_of_a_commit_is_never_a_200(gateway: Gateway, line: Proxy) -> None:
    """The database does what it was asked for, or not, and its answer is lost at every place."""
    key = Key(f"/{BUCKET}/unknown")
    refused = 0
    for turn in range(40):
        what = (turn, 6 * KIB if turn % 2 else 90 * KIB)
        key.unknown.add(what)
        line.reset_after(1 + 37 * turn)
        said = wire.request(gateway, "PUT", key.path, body=content(*what))
        if said.status == 200:
            key.last, key.unknown = what, set()
        else:
            assert (said.status, said.code) in {(503, "ServiceUnavailable"), (503, "SlowDown")}
            refused += 1
        with line._lock:
            line._budgets.clear()
        line.reset_all()  # those that may still fail by what was asked for
        assert key.judge(wire.request(gateway, "GET", key.path)) is None
    assert refused > 0, "no answer was lost where it mattered"


def test_nothing_gets_through_to_the_database(gateway: Gateway, line: Proxy) -> None:
    line.cut()
    for method in ("PUT", "GET", "DELETE"):
        said = wire.request(gateway, method, f"/{BUCKET}/any", body=b"x" if method == "PUT" else b"")
        assert said.status == 503
    wait_until(lambda: not gateway.answers("/-/ready"), "what the page says, which holds for a second", 600)
    assert gateway.answers("/-/live")
    line.mend()
    wait_until(lambda: gateway.answers("/-/ready"), "readiness", 3000)
    assert wire.request(gateway, "PUT", f"/{BUCKET}/any", body=b"x").status == 200


def test_the_line_to_the_service_below_fails_in_mid_answer(
    new_gateway: New,
    new_upstream: Callable[[str], upstream.Upstream],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a service sends is asked for again, or refused; never is anything else sent on."""
    for name, value in upstream.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    below = new_upstream("rclone")
    upstream.make_bucket(below, "packs")
    host = urlsplit(below.endpoint)
    assert host.hostname is not None
    assert host.port is not None
    with Proxy((host.hostname, host.port)) as line:
        place = f"s3://packs/all?endpoint=http://127.0.0.1:{line.port}&region=us-east-1"
        gateway = new_gateway(S3GW_BACKEND=place, S3GW_BACKEND_TIMEOUT="5", **upstream.CREDENTIALS).start()
        assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
        data = content(7, 3 * MIB)
        line.reset_after(1)  # the answer to a PUT of a pack
        assert wire.request(gateway, "PUT", f"/{BUCKET}/k", body=data).status == 200
        for after in (1, 100 * KIB, MIB, 2 * MIB):
            line.reset_after(after)
            found = wire.request(gateway, "GET", f"/{BUCKET}/k")
            assert (found.status, found.body) == (200, data)
        assert line.reset >= 2
        line.cut()
        assert wire.request(gateway, "PUT", f"/{BUCKET}/new", body=data[:MIB], timeout=120).status == 503
        assert wire.request(gateway, "GET", f"/{BUCKET}/new").status == 404
        line.mend()
        wait_until(
            lambda: wire.request(gateway, "GET", f"/{BUCKET}/k", timeout=120).body == data, "an answer", 60
        )
        assert wire.request(gateway, "PUT", f"/{BUCKET}/new", body=data[:MIB], timeout=120).status == 200
        assert gateway.stop() == 0


def test_the_line_to_the_client_is_reset(new_gateway: New) -> None:
    """In the middle of a body nothing becomes visible; in the middle of an answer nothing is harmed."""
    gateway = new_gateway(S3GW_BODY_TIMEOUT="2").start()
    assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
    old, new = content(1, 3 * MIB), content(2, 3 * MIB)
    assert wire.request(gateway, "PUT", f"/{BUCKET}/k", body=old).status == 200
    for sent in (0, 100, MIB, 3 * MIB - 1):
        with (
            Proxy(("127.0.0.1", gateway.port)) as line,
            socket.create_connection(("127.0.0.1", line.port)) as client,
        ):
            client.sendall(put_head(gateway, len(new)) + new[:sent])
            threading.Event().wait(0.2)
            line.cut()
        assert wire.request(gateway, "GET", f"/{BUCKET}/k").body == old
    with (
        Proxy(("127.0.0.1", gateway.port)) as line,
        socket.create_connection(("127.0.0.1", line.port)) as client,
    ):
        client.sendall(put_head(gateway, len(new)) + new[:MIB])
        line.stall()
        wait_until(lambda: running(gateway) == 0, "the end of a body that stalls", 3000)
    assert wire.request(gateway, "GET", f"/{BUCKET}/k").body == old
    assert gateway.stop() == 0


def put_head(gateway: Gateway, length: int) -> bytes:
    """The head of a PUT of a body that is not signed."""
    signed = Signer(gateway).headers("PUT", f"/{BUCKET}/k", "", wire.UNSIGNED, {})
    return wire.head("PUT", f"/{BUCKET}/k", signed | {"content-length": str(length)})


def running(gateway: Gateway) -> int:
    """Connections that the gateway has open."""
    found = Path(f"/proc/{gateway.pid}/net/tcp").read_text().splitlines()[1:]
    port = f":{gateway.port:04X}"
    return sum(line.split()[1].endswith(port) and line.split()[3] == "01" for line in found)
