"""Whole gateways as processes: how they start, what they survive, how they end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests import wire
from tests.gateway import BIN, Gateway, clean_environment, run
from tests.processes import is_running
from tests.streams import content

MIB = 1 << 20
New = Callable[..., Gateway]


def wait_until(true: Callable[[], bool], what: str, turns: int = 6000) -> None:
    """Poll, since processes tell nobody when something became so."""
    for _ in range(turns):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError(f"did not come true: {what}")


@pytest.mark.slow
def test_it_prints_what_to_paste(new_gateway: New) -> None:
    gateway = new_gateway()
    gateway.access_key = gateway.secret_key = ""
    gateway.start()
    wait_until(lambda: "s3 mb" in gateway.logs(), "the lines to paste")
    printed = dict(re.findall(r"^export (\w+)=(\S+)$", gateway.logs(), re.MULTILINE))
    assert printed["AWS_ENDPOINT_URL"] == gateway.endpoint
    assert (gateway.data / "root-key.json").stat().st_mode & 0o777 == 0o600
    environment = clean_environment(gateway.home, **printed)
    run([str(BIN / "aws"), "s3", "mb", "s3://backup"], environment)
    assert b"backup" in run([str(BIN / "aws"), "s3", "ls"], environment)
    assert gateway.stop() == 0
    key = printed["AWS_ACCESS_KEY_ID"]
    gateway.restart()
    wait_until(lambda: gateway.logs().count("s3 mb") == 2, "the lines to paste, again")
    assert gateway.logs().count(f"AWS_ACCESS_KEY_ID={key}") == 2


def test_a_second_gateway_on_the_same_data_stops_with_a_line(gateway: Gateway) -> None:
    environment = gateway.environment() | {"S3GW_LISTEN": "127.0.0.1:0"}
    done = subprocess.run(
        [str(gateway.command), "serve"], env=environment, capture_output=True, check=False, text=True
    )
    assert done.returncode == 2
    assert re.fullmatch(r"s3gw: data: .* is in use by another gateway \(process \d+\)\n", done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_upload_that_runs_is_finished_at_the_end(new_gateway: New, workers: str) -> None:
    gateway = new_gateway(S3GW_WORKERS=workers).start()
    client = gateway.client()
    client.create_bucket(Bucket="ending")
    data = content(1, 2 * MIB)
    head = wire.head(
        "PUT",
        "/ending/k",
        wire.Signer(gateway).headers("PUT", "/ending/k", "", wire.UNSIGNED, {})
        | {"content-length": str(len(data)), "expect": "100-continue"},
    )
    with wire.connect(gateway) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(data[:MIB])
        os.kill(gateway.pid, signal.SIGTERM)
        wait_until(lambda: not gateway.answers("/-/live"), "the end of listening")
        connection.sendall(data[MIB:])
        said = wire.answer(connection, "PUT")
        assert said.status == 200
    assert gateway.process is not None
    assert gateway.process.wait(60) == 0
    gateway.restart()
    assert gateway.client().get_object(Bucket="ending", Key="k")["Body"].read() == data


@pytest.mark.slow
def test_the_second_signal_ends_it_at_once(new_gateway: New) -> None:
    gateway = new_gateway().start()
    gateway.client().create_bucket(Bucket="ending")
    postgres = gateway.postgres_pids()
    signed = wire.Signer(gateway).headers("PUT", "/ending/k", "", wire.UNSIGNED, {})
    head = wire.head("PUT", "/ending/k", signed | {"content-length": "1000000", "expect": "100-continue"})
    with wire.connect(gateway) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        os.kill(gateway.pid, signal.SIGTERM)
        wait_until(lambda: not gateway.answers("/-/live"), "the end of listening")
        os.kill(gateway.pid, signal.SIGTERM)
        assert gateway.process is not None
        assert gateway.process.wait(60) == 128 + signal.SIGTERM
    wait_until(lambda: not any(map(is_running, postgres)), "the end of PostgreSQL")


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    client = gateway.client()
    client.create_bucket(Bucket="workers")
    client.put_object(Bucket="workers", Key="k", Body=b"kept")
    before = workers(gateway)
    assert len(before) == 2
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(workers(gateway) - before) == 2, "two new workers")
    wait_until(lambda: gateway.answers("/-/ready"), "readiness")
    assert gateway.client().get_object(Bucket="workers", Key="k")["Body"].read() == b"kept"
    assert gateway.stop() == 0


def test_it_waits_for_its_database(new_gateway: New, tmp_path: Path) -> None:
    gateway = new_gateway(S3GW_DATABASE_URL=f"postgresql://nobody@/nothing?host={tmp_path}")
    with gateway.log.open("ab") as log:
        gateway.process = subprocess.Popen(
            [str(gateway.command), "serve"], env=gateway.environment(), stdout=log, stderr=log
        )
    wait_until(lambda: "waiting for the database" in gateway.logs(), "a line about the database")
    assert gateway.answers("/-/live")
    assert wire.raw(gateway, b"GET /-/ready HTTP/1.1\r\nhost: x\r\n\r\n").status == 503
    assert wire.raw(gateway, b"GET /bkt/k HTTP/1.1\r\nhost: x\r\n\r\n").code == "ServiceUnavailable"
    assert gateway.stop() == 0


@pytest.mark.slow
def test_workers_end_with_their_parent(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_WORKERS="2", S3GW_SHUTDOWN_TIMEOUT="1").start()
    left = workers(gateway)
    assert gateway.process is not None
    gateway.process.kill()
    gateway.process.wait(60)
    wait_until(lambda: not any(map(is_running, left)), "the end of the workers")


@pytest.mark.slow
def test_postgresql_that_ends_is_started_again(new_gateway: New) -> None:
    gateway = new_gateway().start()
    client = gateway.client()
    client.create_bucket(Bucket="again")
    client.put_object(Bucket="again", Key="k", Body=b"kept")
    before = set(gateway.postgres_pids())
    for pid in before:
        with contextlib.suppress(ProcessLookupError):  # it went with the first of them
            os.kill(pid, signal.SIGKILL)

    def reads() -> bool:
        try:
            return client.get_object(Bucket="again", Key="k")["Body"].read() == b"kept"
        except (ClientError, BotoCoreError) as error:
            status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 503)
            assert status == 503
            return False

    wait_until(reads, "an answer after PostgreSQL was started again")
    assert not before & set(gateway.postgres_pids())


@pytest.mark.slow
def test_no_worker_answers_before_it_can_serve(new_gateway: New) -> None:
    """Once one worker has said that it is ready, no other takes a connection and says that it is not."""
    gateway = new_gateway(S3GW_WORKERS="2").start()
    ready = b"GET /-/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    assert {wire.raw(gateway, ready).status for _ in range(300)} == {200}


@pytest.mark.slow
def test_every_worker_takes_part(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    found: set[str | None] = set()
    lock = threading.Lock()

    def ask() -> None:
        said = wire.raw(gateway, b"GET /-/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        with lock:
            found.add(said.headers["x-amz-id-2"])

    def both() -> bool:
        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(found) == 2

    wait_until(both, "an answer from each worker")


def workers(gateway: Gateway) -> set[int]:
    """The processes that serve for the parent."""
    found = set()
    for pid in gateway.gateway_pids():
        if pid != gateway.pid:
            try:
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.add(pid)
            except OSError:
                continue
    return found
