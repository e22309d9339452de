"""Copies on several disks: how fast they are scrubbed, and what clients notice where one is lost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.load import Body, Outcome, Request, Target, drive
from bench.store.gateways import BUCKET, MIB, running
from tests.gateway import Gateway

_SIZE = 64 << 10
_CONNECTIONS = 8
_DISKS = 3


@dataclass(frozen=True)
class Latency:
    """Of requests of 64 KiB at 8 connections. Milliseconds."""

    p50: float
    p99: float
    slowest: float


@dataclass(frozen=True)
class Copies:
    """Two copies of each pack on three disks, one of which goes away."""

    scrubbed: float
    """MB a second that `s3gw scrub` reads and verifies at full speed."""
    put: Latency
    put_without: Latency
    """While one disk is away."""
    get: Latency
    get_without: Latency


def measure(home: Path, size: int, seconds: float) -> Copies:
    """Scrub two copies of `size` bytes; then ask for `seconds` with all disks, and without one."""
    disks = [home / f"disk-{number}" for number in range(_DISKS)]
    for disk in disks:
        disk.mkdir(parents=True)
    backends = " ".join(disk.as_uri() for disk in disks)
    settings = {"S3GW_BACKEND": backends, "S3GW_REPLICAS": "2", "S3GW_WRITE_QUORUM": "1"}
    with running(home / "gateway", **settings) as gateway:
        load = _Load(gateway, size // _SIZE)
        load.fill()
        began = time.perf_counter()
        gateway.s3gw("scrub", timeout=3600)
        scrubbed = 2 * size / (time.perf_counter() - began) / 1e6
        put, get = load.puts("all", seconds), load.gets(seconds)
        disks[-1].rename(home / "away")
        (home / disks[-1].name).write_bytes(b"")  # nothing can be made there, nor found
        put_without, get_without = load.puts("without", seconds), load.gets(seconds)
        return Copies(scrubbed, put, put_without, get, get_without)


class _Load:
    """Requests to one gateway."""

    def __init__(self, gateway: Gateway, objects: int) -> None:
        self._target = Target(gateway.port, gateway.access_key, gateway.secret_key)
        self._objects = objects

    def fill(self) -> None:
        """Store what is scrubbed and asked for."""
        put = self._target.request
        requests = [put("PUT", f"/{BUCKET}/{at}", Body(at + 1, _SIZE)) for at in range(self._objects)]
        drive(self._target, requests, _CONNECTIONS)

    def puts(self, name: str, seconds: float) -> Latency:
        """Of new bytes."""
        first = {"all": 1, "without": 2}[name] << 24
        put, most = self._target.request, int(2000 * seconds)
        requests = [put("PUT", f"/{BUCKET}/{name}/{at}", Body(first + at, _SIZE)) for at in range(most)]
        return self._timed(requests, seconds)

    def gets(self, seconds: float) -> Latency:
        """Of what is stored, verified."""
        get, most = self._target.request, int(4000 * seconds)
        requests = [
            get("GET", f"/{BUCKET}/{at % self._objects}", length=_SIZE, age=at // self._objects)
            for at in range(most)
        ]
        return self._timed(requests, seconds)

    def _timed(self, requests: list[Request], seconds: float) -> Latency:
        outcome: Outcome = drive(self._target, requests, _CONNECTIONS, seconds=seconds)
        return Latency(*(1e3 * outcome.quantile(share) for share in (0.5, 0.99, 1.0)))


SCRUBBED = 1024 * MIB
