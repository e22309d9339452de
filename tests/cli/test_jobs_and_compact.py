"""`s3gw jobs` and `s3gw compact` beside a running gateway and without one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from s3gw.cli.progress import text
from s3gw.jobs.job import Progress
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20
New = Callable[..., Gateway]
UNHURRIED = {"S3GW_JOB_REST": "0", "S3GW_MARGIN_READER": "0", "S3GW_MARGIN_TOMBSTONE": "0"}


def jobs_of(gateway: Gateway) -> dict[str, dict[str, object]]:
    """By name, as the command tells."""
    return {job["name"]: job for job in json.loads(gateway.s3gw("jobs", "--json"))}


def fails(gateway: Gateway, *arguments: str) -> tuple[int, str]:
    """Exit status and what is said of a command that must not succeed."""
    done = subprocess.run(
        [str(gateway.command), *arguments],
        env=gateway.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    return done.returncode, done.stderr


@pytest.mark.slow
def test_jobs_are_seen_run_paused_and_resumed(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600", **UNHURRIED).start()
    client = gateway.client()
    client.create_bucket(Bucket="jobs")
    client.put_object(Bucket="jobs", Key="k", Body=content(1, MIB))
    client.delete_object(Bucket="jobs", Key="k")
    gateway.s3gw("jobs", "run", "collect", "--wait")
    collected = jobs_of(gateway)["collect"]
    assert collected["state"] == "waiting"
    assert collected["error"] is None
    assert collected["counts"] == {"bodies": 1, "manifests": 1, "chunks": 4, **_packs(collected)}

    gateway.s3gw("jobs", "pause", "compact")
    assert jobs_of(gateway)["compact"]["state"] == "paused"
    assert "compact" in gateway.s3gw("jobs")
    gateway.s3gw("jobs", "run", "compact", "--wait")
    assert jobs_of(gateway)["compact"]["state"] == "paused"
    gateway.s3gw("jobs", "resume", "compact")
    assert jobs_of(gateway)["compact"]["state"] == "waiting"

    status, said = fails(gateway, "jobs", "pause", "nonsense")
    assert status == 2
    assert said.count("\n") == 1
    assert "collect, compact, " in said


def _packs(job: dict[str, object]) -> dict[str, object]:
    """What depends on whether the worker's pack is open still, and on how the content was cut."""
    counts = job["counts"]
    assert isinstance(counts, dict)
    return {name: counts[name] for name in counts if name in ("chunks", "packs", "blobs", "bytes")}


@pytest.mark.slow
def test_compact_beside_a_gateway_and_without_one(new_gateway: New) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600", S3GW_ARCHIVE_HINTS="off").start()
    client = gateway.client()
    client.create_bucket(Bucket="jobs")
    for number in range(20):
        client.put_object(Bucket="jobs", Key=f"k{number}", Body=content(number, 2 * MIB))
    for number in range(20):
        if number % 5:
            client.delete_object(Bucket="jobs", Key=f"k{number}")
    gateway.s3gw("gc")
    beside = gateway.s3gw("compact", "--grace", "0")
    assert beside.startswith("copied ")
    for number in range(0, 20, 5):
        assert client.get_object(Bucket="jobs", Key=f"k{number}")["Body"].read() == content(number, 2 * MIB)
    gateway.stop()  # seals the worker's own pack
    alone = gateway.s3gw("compact", "--dead", "10", "--rate", "1G", "--grace", "0")
    assert "copied" in alone
    found = json.loads(gateway.s3gw("stats", "--json"))
    assert found["stored_bytes"] < 1.05 * 8 * MIB
    again = gateway.s3gw("compact")
    assert again == "copied 0 B in 0 frames out of 0 packs\n"
    gateway.restart()
    client = gateway.client()
    for number in range(0, 20, 5):
        assert client.get_object(Bucket="jobs", Key=f"k{number}")["Body"].read() == content(number, 2 * MIB)


@pytest.mark.parametrize("given", [["--dead", "0"], ["--dead", "x"], ["--rate", "fast"], ["--grace", "-1"]])
@pytest.mark.slow
def test_wrong_usage_of_compact(new_gateway: New, given: list[str]) -> None:
    status, said = fails(new_gateway(), "compact", *given)
    assert status == 2
    assert "Traceback" not in said


def test_the_progress_bar() -> None:
    progress = Progress()
    assert text("compacting", progress, 0.0) == "compacting: 0 B"
    progress.expect(8 * MIB)
    progress.advance(2 * MIB)
    bar = text("compacting", progress, 2.0)
    assert "25%" in bar
    assert "2.0 MiB of 8.0 MiB 1.0 MiB/s" in bar
    assert bar.count("#") == 8
    progress.advance(100 * MIB)
    assert "100%" in text("compacting", progress, 2.0)
