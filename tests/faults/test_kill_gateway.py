"""SIGKILL of the whole gateway while fifty uploads run: what was acknowledged stays, nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from mypy_boto3_s3 import S3Client

from s3gw.backends.disk import Disk
from tests.faults.uploads import violations
from tests.gateway import Gateway, database_url
from tests.processes import is_running
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20
UPLOADS = 50
PART = 5 * MIB

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Uploads:
    """Fifty writers, each with its own keys, and what they were told."""

    client: S3Client
    round: int
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Seed and size by key, of every upload that was answered 200."""
    attempted: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Every seed and size that was ever begun, by key."""
    enough: threading.Event = field(default_factory=threading.Event)
    """Set when it is time to pull the plug: many answered, many under way."""

    def run(self, writer: int) -> None:
        """Write until the gateway is gone: of all sizes, in parts, new and overwritten keys."""
        sizes = (600, 6 * KIB, 90 * KIB, 1 * MIB + writer, 3 * MIB)
        try:
            for turn in range(10_000):
                key = f"w{writer}/{turn % 7}"
                seed = (self.round * UPLOADS + writer) * 10_000 + turn
                size = PART + 70 * KIB if turn % 9 == 8 else sizes[(writer + turn) % len(sizes)]
                self.attempted.setdefault(key, set()).add((seed, size))
                self._upload(key, seed, size)
                self.acknowledged[key] = (seed, size)
                if len(self.acknowledged) >= 2 * UPLOADS:
                    self.enough.set()
        except (BotoCoreError, ClientError):
            self.enough.set()

    def _upload(self, key: str, seed: int, size: int) -> None:
        data = content(seed, size)
        if size <= PART:
            self.client.put_object(Bucket="kill", Key=key, Body=data)
            return
        upload = self.client.create_multipart_upload(Bucket="kill", Key=key)["UploadId"]
        parts = []
        for number, part in enumerate((data[:PART], data[PART:]), 1):
            answer = self.client.upload_part(
                Bucket="kill", Key=key, UploadId=upload, PartNumber=number, Body=part
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        self.client.complete_multipart_upload(
            Bucket="kill",
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
        )


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_kill_9_amid_fifty_uploads(new_gateway: Callable[..., Gateway], workers: str) -> None:
    gateway = new_gateway(S3GW_WORKERS=workers).start()
    gateway.client().create_bucket(Bucket="kill")
    expected: dict[str, tuple[int, int]] = {}
    for number in range(3):
        uploads = _write_until_killed(gateway, number)
        gateway.restart()
        client = gateway.client()
        for key, attempted in uploads.attempted.items():
            last = uploads.acknowledged.get(key) or expected.get(key)
            found = _whole(client, key, attempted | ({last} if last else set()))
            if last is not None:
                assert found is not None, f"{key} was acknowledged and is gone"
                assert found[0] >= last[0], f"{key} went back to an older version"
            if found is None:
                expected.pop(key, None)
            else:
                expected[key] = found
    for key, what in expected.items():
        assert _whole(gateway.client(), key, {what}) == what
    for upload in gateway.client().list_multipart_uploads(Bucket="kill").get("Uploads", []):
        gateway.client().abort_multipart_upload(Bucket="kill", Key=upload["Key"], UploadId=upload["UploadId"])
    gateway.s3gw("gc", "--grace", "0")
    assert await violations(database_url(gateway), Disk(gateway.data / "packs"), gateway.data) == []
    for key, what in expected.items():
        assert _whole(gateway.client(), key, {what}) == what


def test_postgresql_dies_with_the_gateway(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway().start()
    processes = gateway.postgres_pids()
    assert processes
    gateway.kill9()
    give_up = threading.Event()
    for _ in range(200):
        if not any(is_running(pid) for pid in processes):
            break
        give_up.wait(0.1)
    assert [pid for pid in processes if is_running(pid)] == []


def _write_until_killed(gateway: Gateway, number: int) -> Uploads:
    uploads = Uploads(gateway.client(max_pool_connections=UPLOADS), number)
    with ThreadPoolExecutor(UPLOADS) as threads:
        running = [threads.submit(uploads.run, writer) for writer in range(UPLOADS)]
        assert uploads.enough.wait(120)
        gateway.kill9(keep_clients=True)
        for one in running:
            one.result(120)
    assert len(uploads.acknowledged) >= UPLOADS
    return uploads


def _whole(client: S3Client, key: str, candidates: set[tuple[int, int]]) -> tuple[int, int] | None:
    """Which of the candidates the object is, byte for byte; None where there is no object."""
    try:
        data = client.get_object(Bucket="kill", Key=key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None
    for seed, size in candidates:
        if size == len(data) and data == content(seed, size):
            return seed, size
    raise AssertionError(f"{key} holds {len(data)} bytes that nobody wrote")
