"""Changing the master key: beside what runs, cut off at any point, and what is left of the old one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from s3gw import sealing
from s3gw.app import masters
from s3gw.app.data_directory import DataDirectory
from s3gw.config import Settings, load
from s3gw.db import access_keys, accounts, encryption_keys
from s3gw.db.encryption_keys import STORE
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.http.identities import RootKey, StoredKeys, seal_key_id, seal_secret
from s3gw.storage import keys
from s3gw.storage.keys import Keys
from tests.gateway import Gateway

SECRET = bytes(range(32))


class World:
    """A database with sealed secrets, and the data directory of their master key."""

    def __init__(self, db: Database, data: Path) -> None:
        self.db = db
        self.settings = Settings(data=data)
        self.directory = DataDirectory.create(data)

    async def fill(self) -> None:
        """Have a key of every kind, and the secret of an access key."""
        master = self.directory.master_key(self.settings, make=True)
        assert master is not None
        for name in (STORE, "payroll", "dsse/x"):
            assert await keys.create(self.db, name, master)
        await keys.rotate(self.db, "payroll", master)
        root = await accounts.ensure_root(self.db)
        sealed = seal_secret(master, "AKIA1", "secret-1")
        assert await access_keys.create(self.db, "AKIA1", root.id, sealed, seal_key_id(master))

    async def running(self) -> tuple[Keys, StoredKeys]:
        """What a gateway has of it."""
        known = self.directory.masters(self.settings)
        root = RootKey("ROOT", "root-secret", await accounts.ensure_root(self.db))
        await masters.check(self.db, known)
        return Keys(self.db, known), StoredKeys(root, self.db, known)

    async def opens(self, gateway: tuple[Keys, StoredKeys]) -> bool:
        """Whether everything can still be used."""
        ring, stored = gateway
        await ring.load()
        found = await stored.find("AKIA1")
        customer = await ring.of_customer(SECRET, make=True)
        assert found is not None
        assert customer is not None
        return found.secret == "secret-1" and customer.id == await self.customer_id()

    async def customer_id(self) -> int:
        rows = await self.db.fetch(
            "SELECT d.id FROM data_keys d JOIN named_keys k ON k.id = d.key_id WHERE k.name LIKE 'customer/%'"
        )
        [row] = rows
        number: int = row["id"]
        return number

    def files(self) -> list[str]:
        return sorted(path.name.partition("old-")[0] for path in self.directory.path.glob("master-key*"))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    made = World(database, tmp_path / "data")
    await made.fill()
    return made


async def test_the_master_key_is_changed_beside_a_gateway(world: World) -> None:
    running = await world.running()
    assert await world.opens(running)
    before = {key.id: await _material(world, key.id) for key in await encryption_keys.all_keys(world.db)}
    old = (world.directory.path / "master-key").read_text()
    done, kept = await masters.change(world.db, world.settings)
    assert done == (5, 1)  # the store's, two of payroll, that of two layers, that of customers
    assert kept.read_text() == old != (world.directory.path / "master-key").read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert world.files() == ["master-key", "master-key-"]
    assert await world.opens(running)  # it is told nothing
    assert await world.opens(await world.running())
    kept.unlink()
    assert await world.opens(await world.running())
    after = {key.id: await _material(world, key.id) for key in await encryption_keys.all_keys(world.db)}
    assert after == before
    assert await masters.reseal(world.db, world.settings) == (0, 0)
    # What a gateway makes from now on is sealed by the new one.
    await running[0].make("aws/s3/000000000001")
    [made] = [key for key in await encryption_keys.all_keys(world.db) if key.name.startswith("aws/")]
    assert made.master == sealing.master_id(
        sealing.parse_master((world.directory.path / "master-key").read_text())
    )


async def _material(world: World, number: int) -> bytes:
    [key] = [key for key in await encryption_keys.all_keys(world.db) if key.id == number]
    return keys.unsealed(key, world.directory.masters(world.settings))


@pytest.mark.parametrize("point", ["next", "half", "resealed", "kept"])
async def test_a_change_that_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """At each point everything opens, to what runs and to what is started; and the change can go on."""
    running = await world.running()
    assert await world.opens(running)

    class CutOffError(Exception):
        pass

    def cut(*_: Any) -> Any:
        raise CutOffError

    with monkeypatch.context() as patch:
        match point:
            case "next":
                patch.setattr("s3gw.db.resealing.reseal", cut)
            case "half":
                patch.setattr("s3gw.app.masters.seal_secret", cut)
            case "resealed":
                patch.setattr(DataDirectory, "change_master", cut)
            case "kept":
                patch.setattr(Path, "rename", _only_drafts(Path.rename, cut))
        with pytest.raises(CutOffError):
            await masters.change(world.db, world.settings)
    assert "master-key-next" in world.files()
    chosen = (world.directory.path / "master-key-next").read_text()
    assert await world.opens(running)
    assert await world.opens(await world.running())
    await masters.change(world.db, world.settings)
    assert (world.directory.path / "master-key").read_text() == chosen
    assert world.files() == ["master-key", "master-key-"]
    assert await world.opens(running)
    for old in world.directory.path.glob("master-key-old-*"):
        old.unlink()
    assert await world.opens(await world.running())


def _only_drafts(rename: Callable[..., Any], cut: Callable[..., Any]) -> Callable[..., Any]:
    def renamed(path: Path, target: Path) -> Any:
        return cut() if path.name == "master-key-next" else rename(path, target)

    return renamed


async def test_a_master_key_that_is_a_setting(world: World) -> None:
    """All gateways are given both, then everything is sealed anew, then they are given the new one."""
    old = (world.directory.path / "master-key").read_text().strip()
    (world.directory.path / "master-key").unlink()
    new = sealing.show_master(sealing.new_master())
    environment = {"S3GW_DATA": str(world.directory.path), "S3GW_MASTER_KEY": old}
    world.settings = load({}, environment)
    running = await world.running()
    with pytest.raises(ConfigError, match="S3GW_OTHER_MASTER_KEYS"):
        await masters.change(world.db, world.settings)
    world.settings = load({}, environment | {"S3GW_MASTER_KEY": new})
    with pytest.raises(ConfigError, match="cannot be read without the master key"):
        await world.running()
    world.settings = load({}, environment | {"S3GW_MASTER_KEY": new, "S3GW_OTHER_MASTER_KEYS": f"{old},"})
    assert await world.opens(await world.running())
    # Not that of customers, which was made just now.
    assert await masters.reseal(world.db, world.settings) == (4, 1)
    assert await masters.reseal(world.db, world.settings) == (0, 0)
    world.settings = load({}, environment | {"S3GW_MASTER_KEY": new})
    assert await world.opens(await world.running())
    with pytest.raises(sealing.Sealed, match="not known"):
        await running[0].load()
    for wrong in ({"S3GW_OTHER_MASTER_KEYS": new}, {"S3GW_MASTER_KEY": new, "S3GW_OTHER_MASTER_KEYS": "x"}):
        with pytest.raises(ConfigError, match="other_master_keys"):
            load({}, wrong)


@pytest.mark.slow
def test_a_gateway_goes_on_while_its_master_key_is_changed(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_WORKERS="2").start()
    root: Any = gateway.client()
    gateway.s3gw("user", "create", "alice")
    gateway.s3gw("key", "create", "alice", "--access-key", "ALICE", "--secret-key", "secret-of-alice")
    gateway.access_key, gateway.secret_key = "ALICE", "secret-of-alice"
    alice: Any = gateway.client()
    mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    kms = {"ServerSideEncryption": "aws:kms"}
    alice.create_bucket(Bucket="bucket")
    alice.put_object(Bucket="bucket", Key="mine", Body=b"data", **mine)
    alice.put_object(Bucket="bucket", Key="kms", Body=b"data", **kms)
    said = gateway.s3gw("kms", "reseal", "--new-master")
    assert "1 secrets of access keys" in said

    def check() -> None:
        for _ in range(4):  # both workers
            assert alice.get_object(Bucket="bucket", Key="mine", **mine)["Body"].read() == b"data"
            assert alice.get_object(Bucket="bucket", Key="kms")["Body"].read() == b"data"
        root.put_object(Bucket="bucket", Key="new", Body=b"data", **kms)
        with pytest.raises(ClientError, match="AccessDenied"):
            alice.get_object(Bucket="bucket", Key="mine", **mine | {"SSECustomerKey": "x" * 32})

    check()
    gateway.stop()
    [old] = gateway.data.glob("master-key-old-*")
    secret = old.read_text().strip()
    assert len(base64.b64decode(secret)) == 32
    old.unlink()
    gateway.access_key, gateway.secret_key = "AKTESTGATEWAY", "test-secret-of-no-value"
    gateway.restart()
    root = gateway.client()
    gateway.access_key, gateway.secret_key = "ALICE", "secret-of-alice"
    alice = gateway.client()
    check()
    assert secret not in gateway.logs()
    assert "sealed anew: 0 keys, 0 secrets" in gateway.s3gw("kms", "reseal")
