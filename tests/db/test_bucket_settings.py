"""Documents of buckets."""

from __future__ import annotations

from s3gw.db import bucket_settings, buckets
from tests.db.world import World


async def test_documents_travel_with_the_bucket(world: World) -> None:
    """Each kind has one document; all come with the bucket; none stays when it is deleted."""
    db, account = world.db, world.account.id
    made, created = await buckets.create(
        db, "with-documents", account, "us-east-1", "cdc-256k", True, {"a": {"x": 1}}
    )
    assert created
    assert await bucket_settings.put(db, made.id, "b", {"y": [2]})
    assert await bucket_settings.put(db, made.id, "b", {"y": [3]})
    assert await bucket_settings.get(db, made.id, "b") == {"y": [3]}
    found = await buckets.get(db, "with-documents")
    assert found is not None
    assert found.documents == {"a": {"x": 1}, "b": {"y": [3]}}
    await bucket_settings.delete(db, made.id, "b")
    assert await bucket_settings.get(db, made.id, "b") is None
    await buckets.delete(db, "with-documents")
    assert not await bucket_settings.put(db, made.id, "b", {})
