"""Gateways over one PostgreSQL and several disks, in a hurry; and whether all is well with what they keep."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from s3gw.backends.base import Backend
from s3gw.backends.disk import Disk
from s3gw.config import Margins
from s3gw.db.pool import Database
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.jobs.replicate import Balancer
from tests import wire
from tests.app.test_gateway import wait_until
from tests.gateway import Gateway
from tests.invariants import check_store
from tests.killable import KillableGateway
from tests.torture.client import BUCKETS, Client, md5

T = TypeVar("T")

DISKS = 3
REPLICAS = 2
MARGIN = 1.0
"""Seconds of every margin but those of leases."""
LEASE = 3.0
HURRY = {
    "S3GW_SHUTDOWN_TIMEOUT": "2",
    "S3GW_COLLECT_INTERVAL": "0.3",
    "S3GW_JOB_REST": "0.1",
    "S3GW_CHUNKING": "cdc-64k",
    "S3GW_MARGIN_LEASE": str(LEASE),
    "S3GW_MARGIN_READER": str(MARGIN),
    "S3GW_MARGIN_TOMBSTONE": str(MARGIN),
    "S3GW_MARGIN_SIGHTING": str(MARGIN),
    "S3GW_MARGIN_COMPLETED_UPLOAD": str(2 * MARGIN),
}
_TRIES = 20
_VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


class Field:
    """Gateways, and clients that never stop."""

    def __init__(
        self, home: Path, urls: Sequence[str], *, clients: int, workers: int, seed: int, url: str = ""
    ) -> None:
        """One gateway for each of the database's URLs; `url` is the one that the field itself goes by."""
        self.home = home
        self.url = url or urls[0]
        self.disks = [home / f"disk-{number}" for number in range(DISKS)]
        places = {
            "S3GW_BACKEND": " ".join(disk.as_uri() for disk in self.disks),
            "S3GW_REPLICAS": str(REPLICAS),
            "S3GW_WORKERS": str(workers),
        }
        self.gateways = [
            KillableGateway(home / f"gateway-{number}", {**places, **HURRY, "S3GW_DATABASE_URL": given})
            for number, given in enumerate(urls)
        ]
        self.stop = threading.Event()
        self.clients = [Client(self.gateways, number, seed, self.stop) for number in range(clients)]
        self.restarts = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the gateways, and make the buckets."""
        for gateway in self.gateways:
            gateway.start()
        for bucket in BUCKETS:
            assert wire.request(self.gateways[0], "PUT", f"/{bucket}").status == 200
        said = wire.request(
            self.gateways[0],
            "PUT",
            f"/{BUCKETS[1]}",
            "versioning=",
            headers={"Content-MD5": md5(_VERSIONED)},
            body=_VERSIONED,
        )
        assert said.status == 200

    def remove(self) -> None:
        """End everything."""
        self.rest()
        for gateway in self.gateways:
            gateway.kill9()

    # The clients --------------------------------------------------------------------------------------

    @property
    def done(self) -> int:
        """What clients were acknowledged so far."""
        return sum(client.done for client in self.clients)

    def load(self) -> None:
        """Let the clients work."""
        self.stop.clear()
        for client in self.clients:
            client.restarts = lambda: self.restarts
        self._threads = [threading.Thread(target=client.run) for client in self.clients]
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Let the clients end."""
        self.stop.set()
        for thread in self._threads:
            thread.join(120)
        self._threads = []

    def judge(self) -> None:
        """No client has seen what cannot be."""
        assert [wrong for client in self.clients for wrong in client.wrong] == []

    # Checks -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """With the clients at rest and all gateways started anew: every key is as it must be, before and
        after everything superfluous is collected, and then nothing is left or amiss."""
        self.look()
        abort_all(self.gateways[0])
        assert run(self._violations()) == []
        self.look()

    def look(self) -> None:
        """With the clients at rest and all gateways started anew: every key is as it must be. From then on
        it is certain what it is."""
        self.judge()
        for gateway in self.gateways:
            wait_until(lambda: gateway.answers("/-/ready"), "readiness")  # noqa: B023
            for client in self.clients:
                for key in client.keys:
                    found = wire.request(gateway, "GET", key.path)
                    wrong = key.judge(found)
                    assert wrong is None, wrong
                    key.settle(found)

    async def _violations(self) -> list[str]:
        """What does not go away however often is collected and repaired; the gateways' jobs run meanwhile."""
        db = await Database.connect(self.url)
        opened = {disk.as_posix(): Disk(disk) for disk in self.disks}
        try:
            backends: dict[int, Backend] = {
                row["id"]: opened[urlsplit(row["url"]).path]
                for row in await db.fetch("SELECT id, url FROM backends")
            }
            found: list[str] = []
            for _ in range(_TRIES):
                await collect_now(db, backends, Margins())
                balancer = Balancer(db, backends, REPLICAS)
                await balancer.repair(Progress())
                await balancer.rebalance(Progress())
                await collect_now(db, backends, Margins())
                found = await check_store(db, backends) + await _copies(db)
                if not found:
                    break
                await asyncio.sleep(0.2)
            return found
        finally:
            for backend in opened.values():
                await backend.close()
            await db.close()


async def _copies(db: Database) -> list[str]:
    """Sealed packs without all their copies."""
    rows = await db.fetch(
        """
        SELECT p.id FROM packs p WHERE p.lease_until IS NULL AND $1 <> (
            SELECT count(DISTINCT r.backend_id) FROM replicas r WHERE r.pack_id = p.id AND r.ready
        )
        """,
        REPLICAS,
    )
    return [f"packs without {REPLICAS} copies: {[row['id'] for row in rows]}"] if rows else []


def abort_all(gateway: Gateway) -> None:
    """End the uploads that were cut short."""
    client = gateway.client()
    for bucket in BUCKETS:
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for upload in page.get("Uploads", []):
                client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on a loop of its own, without disturbing that of the tests."""
    with asyncio.Runner() as runner:
        return runner.run(work)
