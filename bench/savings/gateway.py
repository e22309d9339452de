"""Measures what data sets take in a gateway that is started for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg

from bench.processes import cpu_seconds
from bench.savings.files import size, walk
from bench.savings.results import Figures, Parts
from tests.gateway import Gateway, database_url
from tests.processes import process_tree

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

BUCKET = "savings"
CONNECTIONS = 4
MIB = 1 << 20
FILE = 200 * MIB
PART_SIZES = (8 * MIB, 5 * MIB)


def one_put_each(gateway: Gateway, version: Path) -> None:
    """Send every file by one PUT, four at a time."""
    client = gateway.client()

    def put(path: Path) -> None:
        with path.open("rb") as body:
            client.put_object(Bucket=BUCKET, Key=str(path.relative_to(version.parent)), Body=body)

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in threads.map(put, walk(version)):
            pass


def by_aws_cli(gateway: Gateway, version: Path) -> None:
    """Send it as `aws s3 cp` does by default: in parts of 8 MiB, ten at a time."""
    recursive = ["--recursive"] if version.is_dir() else []
    target = f"s3://{BUCKET}/{version.name}"
    gateway.aws("s3", "cp", "--quiet", *recursive, str(version), target, timeout=1800)


@dataclass(frozen=True)
class Preset:
    """A way to set up a gateway and to send it data."""

    name: str
    settings: Mapping[str, str]
    upload: Callable[[Gateway, Path], None] = one_put_each

    @property
    def command(self) -> str:
        """How it is driven, for the document."""
        settings = " ".join(f"{name}={value}" for name, value in self.settings.items())
        how = "aws s3 cp" if self.upload is by_aws_cli else "one PutObject a file"
        return f"{settings} s3gw serve; {how}"

    def measure(self, versions: Sequence[Path], home: Path) -> Figures:
        """Store one version after the other in a new gateway below `home`."""
        with _running(home, self.settings) as gateway:
            empty = _database_bytes(gateway)
            before = _cpu(gateway)
            for version in versions:
                self.upload(gateway, version)
            _settle(gateway)
            cpu = round(_cpu(gateway) - before, 2)
            database = _database_bytes(gateway) - empty
            stats = _stats(gateway)
            total = size(gateway.data / "packs") + database
            return Figures(stats["unique_bytes"], stats["stored_bytes"], total, cpu)


HINTS = {"S3GW_ARCHIVE_HINTS": "on"}
NO_HINTS = {"S3GW_ARCHIVE_HINTS": "off"}
PRESETS = (
    Preset("s3gw", {"S3GW_CHUNKING": "cdc-256k", **HINTS}),
    Preset("s3gw, aws s3 cp", {"S3GW_CHUNKING": "cdc-256k", **HINTS}, by_aws_cli),
    Preset("cdc-256k, no hints", {"S3GW_CHUNKING": "cdc-256k", **NO_HINTS}),
    Preset("cdc-64k", {"S3GW_CHUNKING": "cdc-64k", **HINTS}),
    Preset("cdc-1m", {"S3GW_CHUNKING": "cdc-1m", **HINTS}),
    Preset("cdc-4m, no hints", {"S3GW_CHUNKING": "cdc-4m", **NO_HINTS}),
    Preset("fixed-4m", {"S3GW_CHUNKING": "fixed-4m", **NO_HINTS}),
    Preset("fixed-64k", {"S3GW_CHUNKING": "fixed-64k", **NO_HINTS}),
    Preset("fixed-8k", {"S3GW_CHUNKING": "fixed-8k", **NO_HINTS}),
)


def parts_saved(preset: str, home: Path, length: int = FILE) -> Parts:
    """What deduplication saves where one random file is sent whole, in 8 and in 5 MiB parts; if cuts did not
    depend on parts, it would be two thirds."""
    body = Random("parts").randbytes(length)
    with _running(home, {"S3GW_CHUNKING": preset, **HINTS}) as gateway:
        client = gateway.client()
        client.put_object(Bucket=BUCKET, Key="whole", Body=body)
        for part_size in PART_SIZES:
            name: dict[str, Any] = {"Bucket": BUCKET, "Key": f"parts of {part_size}"}
            upload = client.create_multipart_upload(**name)["UploadId"]
            parts: list[CompletedPartTypeDef] = []
            for number, at in enumerate(range(0, length, part_size), 1):
                piece = body[at : at + part_size]
                said = client.upload_part(**name, UploadId=upload, PartNumber=number, Body=piece)
                parts.append({"PartNumber": number, "ETag": said["ETag"]})
            client.complete_multipart_upload(**name, UploadId=upload, MultipartUpload={"Parts": parts})
        sent = _saved(gateway)
        _settle(gateway)
        return Parts(sent, _saved(gateway))


@contextmanager
def _running(home: Path, settings: Mapping[str, str]) -> Iterator[Gateway]:
    gateway = Gateway(home, settings).start()
    try:
        gateway.client().create_bucket(Bucket=BUCKET)
        yield gateway
    finally:
        gateway.stop()
        gateway.remove()


def _settle(gateway: Gateway) -> None:
    """Have the jobs do what they would do by and by: close seams, and give back what nothing needs then."""
    gateway.s3gw("jobs", "run", "rechunk", "--wait", timeout=3600)
    gateway.s3gw("compact", "--grace", "0", timeout=3600)


def _saved(gateway: Gateway) -> float:
    stats = _stats(gateway)
    return round(100 * (1 - int(stats["unique_bytes"]) / int(stats["logical_bytes"])), 1)


def _stats(gateway: Gateway) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gateway.s3gw("stats", "--json"))
    return told


def _database_bytes(gateway: Gateway) -> int:
    """The size of the database after VACUUM, which takes off the ends of tables and builds their maps of free
    space; nothing else is given back. The log before it (WAL) is room to work and not counted."""

    async def ask() -> int:
        connection = await asyncpg.connect(database_url(gateway))
        try:
            await connection.execute("VACUUM")
            return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def _cpu(gateway: Gateway) -> float:
    """Seconds of the gateway and its database."""
    return cpu_seconds(process_tree(gateway.pid))
