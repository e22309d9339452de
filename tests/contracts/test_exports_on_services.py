"""Exports of the metadata on every kind of backend: written in parts, found, read back; older ones go."""

from __future__ import annotations

import pytest

from s3gw.backends.base import Backend
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.jobs.export import Exporter
from s3gw.jobs.job import Progress
from s3gw.metadata import blobs
from s3gw.metadata.restore import restore
from s3gw.sealing import Masters
from tests.contracts.test_backend_contract import AZURE, backend
from tests.stores import Keys, count, open_store, random_bytes

__all__ = ["backend"]

SEALS = Masters.only(bytes(range(32)))


@pytest.mark.parametrize(
    "backend",
    [
        "disk",
        "s3 on moto",
        pytest.param("s3 on s3gw", marks=pytest.mark.slow),
        pytest.param(AZURE, marks=pytest.mark.client),
    ],
    indirect=True,
)
async def test_an_export_comes_back(
    database: Database, empty_dsn: str, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "PART", 4 << 10)
    row = await instances.ensure_backend(database, "local", "test:")
    exporter = Exporter(database, {row.id: backend}, SEALS, 1, 1)
    await exporter.export(Progress())
    keys = await Keys.create(database)
    async with open_store(database, backend) as store:
        await keys.put(store, "key", random_bytes(300_000))
    made = await exporter.export(Progress())
    assert made.parts > 1
    found = await blobs.find(backend, 0.0)
    assert ([one.id for one in found.whole], found.broken) == ([made.id], [])
    parts = {info.name async for info in backend.list() if info.name.startswith("db/")}
    assert parts == {f"db/{made.id}", *(blobs.part_name(made.id, part) for part in range(made.parts))}
    await restore(empty_dsn, SEALS, blobs.read(backend, found.whole[0]))
    restored = await Database.connect(empty_dsn)
    try:
        assert await count(restored, "objects") == 1
        async with open_store(restored, backend) as store:
            there = Keys(restored, keys.account_id, keys.bucket, keys.bucket_id)
            assert await there.get(store, "key") == random_bytes(300_000)
    finally:
        await restored.close()
