"""The data keys that a process has: unsealed once, found by their number."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from s3gw import keyring, sealing
from s3gw.db import encryption_keys, packs, rekeying
from s3gw.db.encryption_keys import ACCOUNT, CUSTOMERS, DUAL, STORE, SealedKey
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, Damaged
from s3gw.keyring import DataKey
from s3gw.sealing import Masters, Sealed


class Keys:
    """Every data key of the database that the master key opens."""

    def __init__(self, db: Database, masters: Masters | bytes | None = None) -> None:
        """Without a master key nothing is encrypted, and nothing that is can be read."""
        self._db = db
        self._masters = masters if isinstance(masters, Masters) else Masters.only(masters)
        self._store_id: UUID | None = None
        self._ring: dict[int, DataKey] = {}
        self._current: dict[str, DataKey] = {}
        self._customers: bytes | None = None
        self._plain_domains: dict[int, int] = {}
        """Of accounts that have one where nothing is encrypted."""
        self._newest: tuple[int, float] | None = None

    @property
    def ring(self) -> Mapping[int, DataKey]:
        """The keys by their numbers."""
        return self._ring

    @property
    def default(self) -> DataKey | None:
        """What encrypts where no other key is asked for; None where that is not encrypted."""
        return self._current.get(STORE)

    async def load(self) -> None:
        """Read what there is now. Raises Sealed where it was sealed by a master key that is not known."""
        if not self._masters.ids and self._masters.to_seal() is None:
            return
        if self._store_id is None:
            self._store_id = await packs.store_id(self._db)
        for key in await encryption_keys.all_keys(self._db):
            if key.id not in self._ring:
                material = unsealed(key, self._masters)
                self._ring[key.id] = keyring.of_material(key.id, key.domain_id, self._store_id, material)
                if key.name == CUSTOMERS:
                    self._customers = material
            self._current[key.name] = self._ring[key.id]

    async def need(self, numbers: Sequence[int | None]) -> None:
        """Have these keys, also new ones of another gateway. Raises Damaged where one is missing."""
        if all(number is None or number in self._ring for number in numbers):
            return
        await self.load()
        for number in numbers:
            if number is not None and number not in self._ring:
                raise Damaged(f"key {number} is not in this database, or sealed by another master key")

    async def follow(self) -> bool:
        """Have what others made, and encrypt by it, where there is anything; whether there is, or a version
        of a key is to be left from now on."""
        newest = await rekeying.newest(self._db)
        changed = newest != self._newest
        if changed:
            await self.load()
        self._newest = newest
        return changed

    async def turning(self) -> dict[int, tuple[DataKey, DataKey]]:
        """The versions of keys that are to be left, each with the one to encrypt by instead. Raises Damaged,
        Sealed where this process cannot have one of them."""
        pairs = await rekeying.leaving(self._db)
        await self.need([*pairs, *pairs.values()])
        return {old: (self._ring[old], self._ring[new]) for old, new in pairs.items()}

    def along(self, key: DataKey) -> Keys:
        """These keys and one more, for one request."""
        more = Keys(self._db, self._masters)
        more._store_id = self._store_id
        more._ring = {**self._ring, key.id: key}
        return more

    async def current(self, number: int) -> DataKey:
        """The data key of that number, also one that another gateway or a command has just made."""
        await self.need((number,))
        return self._ring[number]

    async def of_domain(self, domain_id: int) -> DataKey | None:
        """The data key that encrypts in a domain; None where it is not known here."""

        def last() -> DataKey | None:
            found = [key for key in self._ring.values() if key.domain_id == domain_id]
            return max(found, key=lambda key: key.id, default=None)

        if last() is None:
            await self.load()
        return last()

    async def of_account(self, account_id: int) -> tuple[int, DataKey | None]:
        """The domain that belongs to an account alone, with its key where the store encrypts; made where they
        are missing."""
        if self.default is None:
            if account_id not in self._plain_domains:
                self._plain_domains[account_id] = await encryption_keys.account_domain(self._db, account_id)
            return self._plain_domains[account_id], None
        name = f"{ACCOUNT}{account_id}"
        if name not in self._current:
            await self.load()
        if name not in self._current:
            await self.make(name)
            await self.load()
        key = self._current[name]
        return key.domain_id, key

    async def make(self, name: str) -> None:
        """Have a named key, which is made where it is missing. Raises ConfigError without a master key."""
        master = self._masters.to_seal()
        if master is None:
            raise ConfigError("master_key: keys are sealed by it")
        await create(self._db, name, master)

    async def of_customer(self, secret: bytes, *, make: bool) -> DataKey | None:
        """The key that belongs to a customer's secret; None where nothing was encrypted by it yet, unless
        `make` begins it. The secret is not kept, only an HMAC of it by a key that the master key seals."""
        if self._customers is None:
            await self.load()
        if self._customers is None and make:
            await self.make(CUSTOMERS)
            await self.load()
        if self._customers is None or self._store_id is None:
            return None
        verifier = hmac.digest(self._customers, secret, "sha256").hex()
        found = await encryption_keys.of_customer(self._db, verifier, make=make)
        return None if found is None else keyring.of_customer(*found, self._store_id, secret)


def check(keys: Sequence[SealedKey], masters: Sequence[str]) -> None:
    """Raise ConfigError, naming what cannot be read, where master keys of these ids have not sealed all."""
    lost = {key.name: key.master for key in keys if key.master not in masters}
    if lost:
        raise ConfigError(
            f"master_key: what is encrypted by the keys {', '.join(sorted(lost))} cannot be read without the "
            f"master key {min(lost.values())}, and is lost if that is; give it as S3GW_MASTER_KEY, or "
            "restore the file master-key of the data directory"
        )


async def create(db: Database, name: str, master: bytes) -> bool:
    """Make a named key; False where the name is taken."""
    uuid = uuid4()
    sealed = _material(uuid, name, master)
    return await encryption_keys.create(db, uuid, name, sealing.master_id(master), sealed)


async def rotate(db: Database, name: str, master: bytes) -> bool:
    """Have a named key encrypt by a new data key; False where there is no such name."""
    found = await encryption_keys.named(db, name)
    if found is None:
        return False
    sealed = _material(found.uuid, name, master)
    await encryption_keys.rotate(db, found.id, sealing.master_id(master), sealed)
    return True


def unsealed(key: SealedKey, masters: Masters) -> bytes:
    """The bytes of a data key. Raises Sealed."""
    master = masters.find(key.master)
    if master is None:
        raise Sealed(f"the key {key.name} was sealed by the master key {key.master}, which is not known")
    return sealing.unseal(master, key.sealed, _belongs_to(key.uuid))


def resealed(key: SealedKey, masters: Masters, master: bytes) -> bytes:
    """The same bytes, sealed by `master`. Raises Sealed."""
    return sealing.seal(master, unsealed(key, masters), _belongs_to(key.uuid))


def _material(uuid: UUID, name: str, master: bytes) -> bytes:
    return sealing.seal(master, keyring.new_material(dual=name.startswith(DUAL)), _belongs_to(uuid))


def _belongs_to(uuid: UUID) -> bytes:
    return b"s3gw data key\0" + uuid.bytes
