"""What a whole gateway measures, against what its client did."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from s3gw.errors import CODES
from s3gw.metrics.catalogue import CATALOGUE
from s3gw.protocol import OPERATIONS
from tests import wire
from tests.app.test_gateway import wait_until
from tests.gateway import Gateway, free_port

New = Callable[..., Gateway]
TOKEN = "a-token-of-no-value"
OWN = {"Health", "Monitoring"}
"""Operations of the gateway's own pages, which the tests ask for while they wait."""

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(gateway: Gateway, *, by_main_port: bool = False) -> str:
    port = gateway.port if by_main_port else int(gateway.settings["S3GW_METRICS_LISTEN"].rpartition(":")[2])
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/-/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def by_operation(samples: Samples, name: str, *labels: str) -> Counter[tuple[str, ...]]:
    """Values of a counter by some of its labels, without the gateway's own pages."""
    found: Counter[tuple[str, ...]] = Counter()
    for (metric, of), value in samples.items():
        labelled = dict(of)
        if metric == name and labelled["operation"] not in OWN:
            found[tuple(labelled[label] for label in ("operation", *labels))] += int(value)
    return found


class Client:
    """Makes requests and keeps the accounts that the gateway must keep, too."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.requests: Counter[tuple[str, ...]] = Counter()
        self.received: Counter[tuple[str, ...]] = Counter()
        self.sent: Counter[tuple[str, ...]] = Counter()

    def ask(self, operation: str, method: str, path: str, body: bytes = b"", query: str = "") -> None:
        said = wire.request(self.gateway, method, path, query, body=body)
        self.note(operation, said, len(body))

    def note(self, operation: str, said: wire.Answer, size: int = 0) -> None:
        self.requests[operation, str(said.status), said.code] += 1
        self.received[operation,] += size
        self.sent[operation,] += len(said.body)

    def agrees(self, text: str) -> bool:
        samples = parsed(text)
        return (
            by_operation(samples, "s3gw_requests_total", "status", "code") == self.requests
            and by_operation(samples, "s3gw_received_bytes_total") == self.received
            and by_operation(samples, "s3gw_sent_bytes_total") == self.sent
        )


def work(client: Client, prefix: str) -> None:
    for number in range(6):
        client.ask("PutObject", "PUT", f"/bkt/{prefix}{number}", os.urandom(1000 + 9000 * number))
        client.ask("GetObject", "GET", f"/bkt/{prefix}{number}")
    client.ask("GetObject", "GET", f"/bkt/{prefix}-missing")
    client.ask("ListObjectsV2", "GET", "/bkt", query="list-type=2")
    client.ask("DeleteObject", "DELETE", f"/bkt/{prefix}0")
    unsigned = wire.raw(client.gateway, f"GET /bkt/{prefix}1 HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    client.note("GetObject", unsigned)


def worker_pids(gateway: Gateway) -> list[int]:
    return [
        pid for pid in gateway.gateway_pids() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def measured(new_gateway: New, **settings: str) -> Gateway:
    made = new_gateway(S3GW_METRICS_LISTEN=f"127.0.0.1:{free_port()}", S3GW_METRICS_TOKEN=TOKEN, **settings)
    return made.start()


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
@pytest.mark.slow
def test_counts_are_what_the_client_did(new_gateway: New, workers: int) -> None:
    gateway = measured(new_gateway, S3GW_WORKERS=str(workers), S3GW_INLINE_LIMIT="0")
    client = Client(gateway)
    client.ask("CreateBucket", "PUT", "/bkt")
    work(client, "first")
    wait_until(lambda: client.agrees(scrape(gateway)), "the counts of the client", turns=300)
    assert client.agrees(scrape(gateway, by_main_port=True))
    if workers > 1:
        os.kill(worker_pids(gateway)[0], signal.SIGKILL)
        restarts = ("s3gw_worker_restarts_total", frozenset[tuple[str, str]]())
        wait_until(lambda: parsed(scrape(gateway))[restarts] == 1, "the restart", turns=300)
        assert client.agrees(scrape(gateway))
        work(client, "second")
        wait_until(lambda: client.agrees(scrape(gateway)), "the counts after a kill", turns=300)
    samples = parsed(scrape(gateway))
    durations = by_operation(samples, "s3gw_request_duration_seconds_count")
    assert durations == _by_name(client.requests)
    expected = {"main"} if workers == 1 else {"main", "worker-1", "worker-2"}
    wait_until(lambda: _processes(gateway) == expected, "every process is shown", turns=300)
    written = {"s3gw_group_commit_bytes_total": 6 * 1000, "s3gw_database_batches_total": 1}
    for name, least in written.items():
        wait_until(partial(_has_reached, gateway, name, least), name, turns=300)
    wait_until(lambda: _appends(gateway) >= 5, "the calls of the backend", turns=300)
    assert gateway.stop() == 0


def _by_name(requests: Mapping[tuple[str, ...], int]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for (operation, *_), count in requests.items():
        found[operation,] += count
    return found


def _has_reached(gateway: Gateway, name: str, least: int) -> bool:
    return parsed(scrape(gateway))[name, frozenset()] >= least


def _appends(gateway: Gateway) -> float:
    labels = {"backend": "disk", "method": "append", "outcome": "ok"}
    return parsed(scrape(gateway)).get(("s3gw_backend_calls_total", frozenset(labels.items())), 0)


def _processes(gateway: Gateway) -> set[str]:
    samples = parsed(scrape(gateway))
    return {dict(of)["process"] for (name, of) in samples if name == "s3gw_process_open_fds"}


@pytest.mark.slow
def test_figures_of_the_store(new_gateway: New) -> None:
    gateway = measured(new_gateway)
    s3 = gateway.client()
    s3.create_bucket(Bucket="bkt")
    data = os.urandom(300_000)
    for number in range(3):
        s3.put_object(Bucket="bkt", Key=f"k{number}", Body=data)
    s3.create_multipart_upload(Bucket="bkt", Key="begun")

    def shown(name: str, **labels: str) -> float | None:
        return parsed(scrape(gateway)).get((name, frozenset(labels.items())))

    wait_until(lambda: shown("s3gw_store_objects") is not None, "a walk after the first scrape", turns=600)
    assert shown("s3gw_store_objects") == 3
    assert shown("s3gw_store_logical_bytes") == 900_000
    assert shown("s3gw_store_unique_bytes") == 300_000
    assert shown("s3gw_store_deduplication_ratio") == 3
    assert shown("s3gw_store_buckets") == 1
    assert shown("s3gw_store_multipart_uploads") == 1
    assert shown("s3gw_store_packs", state="open") == 1
    assert shown("s3gw_backend_free_bytes", backend="disk")
    wait_until(lambda: bool(shown("s3gw_job_runs_total", job="collect")), "a run of a job")
    assert shown("s3gw_job_failing", job="collect") == 0
    before = shown("s3gw_store_figures_timestamp_seconds")
    s3.put_object(Bucket="bkt", Key="later", Body=b"x")
    assert shown("s3gw_store_objects") == 3  # a scrape computes nothing
    assert shown("s3gw_store_figures_timestamp_seconds") == before


@pytest.mark.slow
def test_labels_are_bounded_and_tell_no_secret(new_gateway: New) -> None:
    gateway = measured(new_gateway, S3GW_DOMAINS="")
    for number in range(40):
        name = f"zebra{number}"
        wire.request(gateway, "GET", f"/{name}/{name}", f"{name}={name}&uploadId={name}")
        wire.raw(gateway, f"{name.upper()} /{name} HTTP/1.1\r\nhost: {name}\r\n\r\n".encode())
        wire.raw(gateway, f"GET /-/{name} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        wire.raw(gateway, f"{name}\r\n\r\n".encode())
        wire.raw(gateway, f"GET /%zz{name} HTTP/1.1\r\nx-{name}: {name}\r\n\r\n".encode())
    text = scrape(gateway)
    assert "zebra" not in text.lower()
    for secret in (TOKEN, gateway.secret_key, gateway.access_key, str(gateway.data)):
        assert secret not in text
    seen = [dict(of) for (name, of) in parsed(text) if name == "s3gw_requests_total"]
    assert {one["operation"] for one in seen} <= {*OPERATIONS, *OWN, "Unknown"}
    assert {one["code"] for one in seen} <= {*CODES, "", "ClientGone", "CancelledError"}
    assert len(seen) < 15
    for family in text_string_to_metric_families(text):
        assert family.name in CATALOGUE


def test_an_address_that_is_taken_stops_the_start(new_gateway: New, gateway: Gateway) -> None:
    other = new_gateway(S3GW_METRICS_LISTEN=f"127.0.0.1:{gateway.port}")
    with pytest.raises(AssertionError, match=r"metrics_listen: .*Address already in use"):
        other.start()
