"""Backup and restore as docs/operations.md tells it: the database first, then the packs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.embedded import start_embedded
from s3gw.db.embedded_cluster import binary
from s3gw.db.pool import Database
from tests.gateway import Gateway, clean_environment, run
from tests.invariants import check_store
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20
SIZES = {"small": 700, "middle": 90 * KIB, "large": 9 * MIB}


@pytest.mark.slow
async def test_what_the_dump_names_is_there_after_a_restore(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    server = await start_embedded(tmp_path / "server", durable=False)
    before, after = (server.url.replace("/postgres?", f"/{name}?") for name in ("before", "after"))
    tools = clean_environment(tmp_path)
    try:
        for url in (before, after):
            run(
                [str(binary("psql")), server.url, "-c", f"CREATE DATABASE {url.split('/')[3].split('?')[0]}"],
                tools,
            )
        gateway = new_gateway(S3GW_DATABASE_URL=before, S3GW_MARGIN_TOMBSTONE="604800").start()
        client = gateway.client()
        client.create_bucket(Bucket="kept")
        for seed, (key, size) in enumerate(SIZES.items()):
            client.put_object(Bucket="kept", Key=key, Body=content(seed, size))

        dump = tmp_path / "dump"
        run([str(binary("pg_dump")), "--format=custom", f"--file={dump}", before], tools)
        for key in SIZES:  # what happens between the dump and the copy of the packs
            client.put_object(Bucket="kept", Key=key, Body=b"replaced")
        client.put_object(Bucket="kept", Key="later", Body=content(9, 2 * MIB))
        copy = new_gateway(S3GW_DATABASE_URL=after)
        shutil.copytree(gateway.data / "packs", copy.data / "packs")
        gateway.kill9()

        run([str(binary("pg_restore")), "--dbname", after, str(dump)], tools)
        client = copy.start().client()
        listed = [entry["Key"] for entry in client.list_objects_v2(Bucket="kept")["Contents"]]
        assert listed == sorted(SIZES)
        for _ in range(2):
            for seed, (key, size) in enumerate(SIZES.items()):
                assert client.get_object(Bucket="kept", Key=key)["Body"].read() == content(seed, size)
            copy.s3gw("gc", "--grace", "0")
        assert await _violations(after, copy) == []
        copy.stop()
    finally:
        await server.stop()


@pytest.mark.slow
def test_a_data_directory_is_whole_by_itself(new_gateway: Callable[..., Gateway]) -> None:
    gateway, copy = new_gateway(), new_gateway()
    gateway.start()
    client = gateway.client()
    client.create_bucket(Bucket="kept")
    for seed, (key, size) in enumerate(SIZES.items()):
        client.put_object(Bucket="kept", Key=key, Body=content(seed, size))
    assert gateway.stop() == 0
    shutil.copytree(gateway.data, copy.data)
    client = copy.start().client()
    for seed, (key, size) in enumerate(SIZES.items()):
        assert client.get_object(Bucket="kept", Key=key)["Body"].read() == content(seed, size)


async def _violations(url: str, gateway: Gateway) -> list[str]:
    db, disk = await Database.connect(url), Disk(gateway.data / "packs")
    try:
        backends = {row["id"]: disk for row in await db.fetch("SELECT id FROM backends")}
        return await check_store(db, backends)
    finally:
        await disk.close()
        await db.close()
