"""Losing the database does not lose the data: it is restored from an export that lies beside the packs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.pool import Database
from s3gw.sealing import parse_master
from tests.gateway import Gateway, database_url, run
from tests.invariants import check_store
from tests.streams import content

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

KIB, MIB = 1 << 10, 1 << 20
SIZES = {"small": 700, "middle": 90 * KIB, "large": 9 * MIB}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def put_all(gateway: Gateway) -> None:
    client = gateway.client()
    client.create_bucket(Bucket="kept")
    client.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    for seed, (key, size) in enumerate(SIZES.items()):
        client.put_object(Bucket="kept", Key=key, Body=content(seed, size), Metadata={"seed": str(seed)})
    upload = client.create_multipart_upload(Bucket="kept", Key="parts")["UploadId"]
    parts: list[CompletedPartTypeDef] = []
    for number in (1, 2):
        tag = client.upload_part(
            Bucket="kept", Key="parts", UploadId=upload, PartNumber=number, Body=content(number, 5 * MIB)
        )["ETag"]
        parts.append({"ETag": tag, "PartNumber": number})
    client.complete_multipart_upload(
        Bucket="kept", Key="parts", UploadId=upload, MultipartUpload={"Parts": parts}
    )


def assert_all_there(gateway: Gateway) -> None:
    client = gateway.client()
    for seed, (key, size) in enumerate(SIZES.items()):
        found = client.get_object(Bucket="kept", Key=key)
        assert found["Body"].read() == content(seed, size)
        assert found["Metadata"] == {"seed": str(seed)}
    whole = client.get_object(Bucket="kept", Key="parts")["Body"].read()
    assert whole == content(1, 5 * MIB) + content(2, 5 * MIB)


async def violations(gateway: Gateway) -> list[str]:
    db, disk = await Database.connect(database_url(gateway)), Disk(gateway.data / "packs")
    try:
        backends = {row["id"]: disk for row in await db.fetch("SELECT id FROM backends")}
        # What was exported lies there as well.
        found = await check_store(db, backends, gateway_master(gateway))
        return [one for one in found if "blob db/" not in one]
    finally:
        await disk.close()
        await db.close()


def gateway_master(gateway: Gateway) -> bytes:
    return parse_master((gateway.data / "master-key").read_text())


async def test_a_lost_database_is_restored_from_the_newest_export(
    new_gateway: Callable[..., Gateway],
) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="3600").start()
    put_all(gateway)
    first = gateway.s3gw("db", "export").strip()
    client = gateway.client()
    client.put_object(Bucket="kept", Key="small", Body=b"acknowledged later, in the newest export")
    last = gateway.s3gw("db", "export").strip()
    assert first < last
    listed = gateway.s3gw("db", "exports")
    assert first in listed
    assert last in listed
    client.put_object(Bucket="kept", Key="later", Body=content(9, 2 * MIB))
    with pytest.raises(AssertionError, match="in use by another gateway"):
        gateway.s3gw("db", "restore")
    gateway.kill9()
    with pytest.raises(AssertionError, match="holds a store already"):
        gateway.s3gw("db", "restore")

    shutil.rmtree(gateway.data / "pg")
    said = gateway.s3gw("db", "restore", "--export", first)
    assert "sightings is paused" in said
    gateway.start()
    assert_all_there(gateway)
    client = gateway.client()
    assert "later" not in [entry["Key"] for entry in client.list_objects_v2(Bucket="kept")["Contents"]]
    jobs = {one["name"]: one for one in json.loads(gateway.s3gw("jobs", "--json"))}
    assert jobs["sightings"]["paused"]

    for seed in range(3):  # numbers go on, bytes are written, and what is deleted is collected
        client.put_object(Bucket="kept", Key=f"more-{seed}", Body=content(20 + seed, 3 * MIB))
    client.delete_object(Bucket="kept", Key="large")
    gateway.s3gw("gc", "--grace", "0")
    client.put_object(Bucket="kept", Key="large", Body=content(2, SIZES["large"]), Metadata={"seed": "2"})
    assert_all_there(gateway)
    for seed in range(3):
        body = client.get_object(Bucket="kept", Key=f"more-{seed}")["Body"].read()
        assert body == content(20 + seed, 3 * MIB)
    assert await violations(gateway) == []
    assert gateway.stop() == 0


def test_a_file_restores_a_store_on_another_machine(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    gateway = new_gateway().start()
    put_all(gateway)
    file = tmp_path / "export"
    gateway.s3gw("db", "export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    piped = run([str(gateway.command), "db", "export", "-"], gateway.environment())
    assert piped.startswith(b"s3gwMETA")
    with pytest.raises(AssertionError, match="File exists"):
        gateway.s3gw("db", "export", str(file))
    gateway.stop()

    other = new_gateway()
    other.data.mkdir(parents=True)
    shutil.copytree(gateway.data / "packs", other.data / "packs")
    with pytest.raises(AssertionError, match="S3GW_MASTER_KEY"):
        other.s3gw("db", "restore", str(file))
    other.settings["S3GW_MASTER_KEY"] = (gateway.data / "master-key").read_text().strip()
    run([str(other.command), "db", "restore", "-"], other.environment(), stdin=file.read_bytes())
    assert_all_there(other.start())
    assert other.stop() == 0


def test_the_job_exports_and_keeps_the_newest(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_EXPORT_INTERVAL="3600", S3GW_EXPORT_KEEP="2").start()
    put_all(gateway)
    for _ in range(3):
        gateway.s3gw("jobs", "run", "export", "--wait")
    lines = gateway.s3gw("db", "exports").splitlines()
    assert len(lines) == 3
    assert all("yes" in line for line in lines[1:])
    assert gateway.stop() == 0
    shutil.rmtree(gateway.data / "pg")
    gateway.s3gw("db", "restore")
    assert_all_there(gateway.start())
    assert gateway.stop() == 0
