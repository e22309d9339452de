"""How a bucket's objects are cut is changed by a command or by a tag, and every gateway heeds it at once."""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any

import asyncpg
import pytest

from tests.gateway import Gateway
from tests.several.conftest import Pair

KIB = 1 << 10
LENGTHS = {"fixed-64k": 64 * KIB, "fixed-8k": 8 * KIB}


def ask(gateway: Gateway, query: str, *arguments: str) -> list[Any]:
    """What the gateways' database answers."""

    async def asking() -> list[Any]:
        connection = await asyncpg.connect(gateway.settings["S3GW_DATABASE_URL"])
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    return asyncio.run(asking())


def lengths(gateway: Gateway, bucket: str, key: str) -> set[int]:
    """Of the chunks of an object, but for its last."""
    rows = ask(
        gateway,
        """
        SELECT c.length FROM buckets b JOIN objects o ON o.bucket_id = b.id
        JOIN manifest_chunks m USING (manifest_id) JOIN chunks c ON c.id = m.chunk_id
        WHERE b.name = $1 AND o.key = $2 ORDER BY m.byte_offset
        """,
        bucket,
        key,
    )
    return {row["length"] for row in rows[:-1]}


@pytest.mark.slow
def test_a_changed_preset_holds_at_both_gateways_at_once(pair: Pair) -> None:
    bucket = f"presets-{uuid.uuid4().hex[:12]}"
    clients: list[Any] = [gateway.client() for gateway in pair]
    clients[0].create_bucket(Bucket=bucket)

    def put_by_all(name: str) -> list[str]:
        """Through every worker, most likely: each has a connection to one."""
        keys = [f"{name}/{turn}" for turn in range(8)]
        for turn, key in enumerate(keys):
            clients[turn % 2].put_object(Bucket=bucket, Key=key, Body=os.urandom(200_000))
        return keys

    # The job would cut again what a gateway has cut by the preset of before.
    ask(pair[0], "UPDATE jobs SET paused_at = now() WHERE name = 'rechunk'")
    put_by_all("before")  # which all remember the bucket by
    pair[0].s3gw("bucket", "set", bucket, "--chunking", "fixed-64k")
    for key in put_by_all("command"):
        assert lengths(pair[0], bucket, key) == {LENGTHS["fixed-64k"]}
    tag = {"TagSet": [{"Key": "s3gw:chunking", "Value": "fixed-8k"}]}
    clients[1].put_bucket_tagging(Bucket=bucket, Tagging=tag)
    for key in put_by_all("tag"):
        assert lengths(pair[0], bucket, key) == {LENGTHS["fixed-8k"]}
    ask(pair[0], "UPDATE jobs SET paused_at = NULL WHERE name = 'rechunk'")
