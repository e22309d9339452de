"""A part is published whole, also where what it counted on was collected meanwhile."""

from __future__ import annotations

import pytest

from s3gw import pauses
from tests.streams import content
from tests.trips.counted import Counting

KIB = 1 << 10
BUCKET = "/bucket"


async def test_a_part_is_stored_again_where_its_pack_was_condemned(
    gateway: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.ask("PUT", BUCKET)
    upload = await gateway.begin(f"{BUCKET}/parts")
    body, condemned = content(1, 300 * KIB), 0

    async def condemn(point: str) -> None:
        nonlocal condemned
        if point == "whole.safe" and not condemned:
            condemned = await gateway.db.fetchval(
                "WITH gone AS (DELETE FROM replicas RETURNING pack_id) SELECT count(*) FROM gone"
            )
            await gateway.db.execute("DELETE FROM packs")

    monkeypatch.setattr(pauses, "reach", condemn)
    said = await gateway.ask("PUT", f"{BUCKET}/parts", f"partNumber=1&uploadId={upload}", body=body)
    assert condemned == 1
    document = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{said.headers['ETag']}</ETag></Part></CompleteMultipartUpload>"
    ).encode()
    await gateway.ask("POST", f"{BUCKET}/parts", f"uploadId={upload}", body=document)
    assert (await gateway.ask("GET", f"{BUCKET}/parts")).body == body


async def test_a_part_of_an_upload_that_was_aborted_leaves_nothing(
    gateway: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.ask("PUT", BUCKET)
    upload = await gateway.begin(f"{BUCKET}/parts")

    async def abort(point: str) -> None:
        if point == "whole.safe":
            await gateway.db.execute("DELETE FROM uploads")

    monkeypatch.setattr(pauses, "reach", abort)
    query = f"partNumber=1&uploadId={upload}"
    said = await gateway.request("PUT", f"{BUCKET}/parts", query, body=content(1, 300 * KIB))
    assert (said.status, b"NoSuchUpload" in said.body) == (404, True)
    for table in ("manifests", "manifest_chunks", "parts", "chunks"):
        assert await gateway.db.fetchval(f"SELECT count(*) FROM {table}") == 0
