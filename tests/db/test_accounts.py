"""Accounts and their access keys in the database."""

from __future__ import annotations

import pytest

from s3gw.db import access_keys, accounts, buckets
from s3gw.db.accounts import Refused
from s3gw.db.records import Account
from s3gw.errors import Damaged
from s3gw.http.identities import Asked, RootKey, StoredKeys, seal_key_id, seal_secret
from tests.db.world import World

MASTER = bytes(range(32))


async def made(world: World, name: str = "alice", email: str | None = None) -> Account:
    return await accounts.create(world.db, accounts.new_canonical_id(), name, name.title(), email)


async def give_key(world: World, owner: Account, key: str, secret: str) -> bool:
    sealed = seal_secret(MASTER, key, secret)
    return await access_keys.create(world.db, key, owner.id, sealed, seal_key_id(MASTER))


def stored(world: World, master: bytes | None = MASTER) -> StoredKeys:
    return StoredKeys(RootKey("ROOTKEY", "root-secret", world.account), world.db, master)


async def test_what_is_unique_of_an_account(world: World) -> None:
    alice = await made(world, "alice", "a@example.com")
    for canonical_id, name, email, said in (
        (alice.canonical_id, "bob", None, f"the id {alice.canonical_id} is another user's"),
        (accounts.new_canonical_id(), "bob", "a@example.com", "the address a@example.com is another user's"),
        (accounts.new_canonical_id(), "alice", "b@example.com", "there is a user alice already"),
        (accounts.new_canonical_id(), "root", None, "there is a user root already"),
    ):
        with pytest.raises(Refused) as refused:
            await accounts.create(world.db, canonical_id, name, name, email)
        assert str(refused.value) == said
    listed = await accounts.all_accounts(world.db)
    assert [(one.account, one.email, one.disabled) for one in listed] == [
        (alice, "a@example.com", False),
        (world.account, None, False),
    ]


async def test_root_stays_as_it_is(world: World) -> None:
    for change in (
        accounts.delete(world.db, "root"),
        accounts.set_disabled(world.db, "root", True),
    ):
        with pytest.raises(Refused, match="root can be neither disabled nor deleted"):
            await change
    with pytest.raises(Refused, match="there is no user nobody"):
        await accounts.delete(world.db, "nobody")


async def test_an_owner_is_not_deleted(world: World) -> None:
    alice = await made(world)
    assert await give_key(world, alice, "AKIAALICE", "secret-of-alice")
    for number in range(5):
        await buckets.create(world.db, f"bucket-{number}", alice.id, "us-east-1", "cdc-256k", True)
    with pytest.raises(Refused) as refused:
        await accounts.delete(world.db, "alice")
    assert str(refused.value) == "user alice owns bucket bucket-0, bucket bucket-1, bucket bucket-2, more"
    for number in range(5):
        await buckets.delete(world.db, f"bucket-{number}")
    await accounts.delete(world.db, "alice")
    assert await access_keys.find(world.db, "AKIAALICE") is None
    assert await access_keys.all_keys(world.db) == []


async def test_an_owner_of_an_upload_is_not_deleted(world: World) -> None:
    alice = await made(world)
    await world.db.execute(
        "INSERT INTO uploads (bucket_id, key, account_id) VALUES ($1, 'k', $2)", world.bucket.id, alice.id
    )
    with pytest.raises(Refused, match="user alice owns uploads into bucket"):
        await accounts.delete(world.db, "alice")


async def test_a_key_is_obeyed_as_it_is_now(world: World) -> None:
    alice = await made(world)
    assert await give_key(world, alice, "AKIA1", "secret-1")
    assert await give_key(world, alice, "AKIA2", "secret-2")
    assert not await give_key(world, world.account, "AKIA1", "secret-3")
    identities = stored(world)

    async def secrets() -> list[str | None]:
        keys = ("AKIA1", "AKIA2", "ROOTKEY", "unknown", "a/b", "nul\0")
        return [await Asked(identities).secret(key) for key in keys]

    assert await secrets() == ["secret-1", "secret-2", "root-secret", None, None, None]
    for key, account in (("AKIA2", alice), ("ROOTKEY", world.account)):
        asked = Asked(identities)
        await asked.secret(key)
        identity = asked.known(key)
        assert identity is not None
        assert identity.account == account
    assert await access_keys.set_disabled(world.db, "AKIA1", True)
    assert (await secrets())[:2] == [None, "secret-2"]
    assert await access_keys.set_disabled(world.db, "AKIA1", False)
    await accounts.set_disabled(world.db, "alice", True)
    assert (await secrets())[:3] == [None, None, "root-secret"]
    await accounts.set_disabled(world.db, "alice", False)
    assert await access_keys.delete(world.db, "AKIA2")
    assert (await secrets())[:2] == ["secret-1", None]
    assert not await access_keys.delete(world.db, "AKIA2")
    assert not await access_keys.set_disabled(world.db, "AKIA2", True)


async def test_seals_belong_to_their_keys_and_master(world: World) -> None:
    alice = await made(world)
    assert await give_key(world, alice, "AKIA1", "secret-1")
    assert await give_key(world, alice, "AKIA2", "secret-2")
    for master in (None, bytes(32)):
        with pytest.raises(Damaged, match="access key AKIA1 does not open"):
            await stored(world, master).find("AKIA1")
    await world.db.execute(
        """
        UPDATE access_keys SET sealed_secret =
            (SELECT sealed_secret FROM access_keys WHERE access_key = 'AKIA1')
        """
    )
    with pytest.raises(Damaged, match="access key AKIA2 does not open"):
        await stored(world).find("AKIA2")
    assert await access_keys.sealed_otherwise(world.db, [seal_key_id(MASTER)]) == 0
    assert await access_keys.sealed_otherwise(world.db, [seal_key_id(bytes(32))]) == 2
    assert await access_keys.sealed_otherwise(world.db, []) == 2
    rows = await world.db.fetch("SELECT a::text FROM access_keys a")
    assert all("secret-" not in row[0] and b"secret-".hex() not in row[0] for row in rows)
    identity = await stored(world).find("AKIA1")
    assert identity is not None
    assert "secret-1" not in repr(identity)
