"""Who may sign requests, as the pipeline asks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from s3gw import sealing
from s3gw.db import access_keys
from s3gw.db.assumed import Assumed, KnownKey
from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.errors import Damaged
from s3gw.sealing import Masters

ACCESS_KEY = re.compile(r"[!-.0-~]{3,128}", re.ASCII)
"""What an access key may be: visible characters, and no slash, which ends it in the scope of a signature."""


class Identity(NamedTuple):
    """The secret of an access key and the account behind it. Its representation shows no secret."""

    secret: str
    account: Account
    revision: int | None = None
    """Of an access key that may change: by which a statement tells whether it did."""

    def __repr__(self) -> str:
        """The account alone."""
        return f"Identity({self.account.name})"


class Identities(Protocol):
    """Access keys, their secrets and the accounts behind them."""

    async def find(self, access_key: str) -> Identity | None:
        """Who the access key is; None where it is unknown or disabled, or its account is."""
        ...

    def remembered(self, access_key: str) -> Identity | None:
        """Who it was when it was last looked up, where that is known."""
        ...


class Asked:
    """The identities as one request asks for them: each access key is looked up once in it.

    With `remember`, one that was looked up before is taken for what it was. Either way `assumed` then says
    which revision of which key the request goes by.
    """

    __slots__ = ("_assumed", "_found", "_identities", "_remember")

    def __init__(
        self, identities: Identities, assumed: Assumed | None = None, *, remember: bool = False
    ) -> None:
        self._identities = identities
        self._assumed = Assumed() if assumed is None else assumed
        self._remember = remember
        self._found: tuple[str, Identity | None] | None = None

    async def secret(self, access_key: str) -> str | None:
        """The secret of an access key, or None where it is unknown or disabled."""
        if self.known(access_key) is None and (self._found is None or self._found[0] != access_key):
            self._take(access_key, await self._identities.find(access_key))
        return self.known_secret(access_key)

    def known(self, access_key: str) -> Identity | None:
        """Who an access key is that was asked for already, or is remembered; None of any other."""
        if self._found is not None and self._found[0] == access_key:
            return self._found[1]
        found = self._identities.remembered(access_key) if self._remember else None
        if found is not None:
            self._take(access_key, found)
            self._assumed.remembered |= found.revision is not None
        return found

    def known_secret(self, access_key: str) -> str | None:
        """The secret of a key that is `known`."""
        found = self.known(access_key)
        return None if found is None else found.secret

    def _take(self, access_key: str, found: Identity | None) -> None:
        self._found = access_key, found
        if found is not None and found.revision is not None:
            self._assumed.access_key, self._assumed.key_revision = access_key, found.revision


@dataclass(frozen=True, slots=True)
class RootKey:
    """The key that the gateway itself has: the root account's."""

    access_key: str
    secret_key: str = field(repr=False)
    root: Account

    async def find(self, access_key: str) -> Identity | None:
        """Root, for the root key alone."""
        return self.remembered(access_key)

    def remembered(self, access_key: str) -> Identity | None:
        """The same: this key does not change."""
        return Identity(self.secret_key, self.root) if access_key == self.access_key else None


class StoredKeys:
    """The root key, and all those of the database.

    What is remembered of a key is compared by the request's first statement, so that every gateway obeys a
    revocation at once; requests that arrive together are looked up together.
    """

    def __init__(self, root: RootKey, db: Database, masters: Masters | bytes | None) -> None:
        """Without the master key that has sealed it no secret of the database can be unsealed."""
        self._root = root
        self._db = db
        self._masters = masters if isinstance(masters, Masters) else Masters.only(masters)

    async def find(self, access_key: str) -> Identity | None:
        """Who the access key is now. Raises Damaged where this gateway cannot unseal its secret."""
        if access_key == self._root.access_key:
            return Identity(self._root.secret_key, self._root.root)
        if ACCESS_KEY.fullmatch(access_key) is None:
            return None
        found = await access_keys.find(self._db, access_key)
        if found is None:
            self._db.memory.forget(None, access_key)
            return None
        master = self._masters.short(found.seal_key_id)
        secret = unseal_secret(master, access_key, found.sealed)
        self._db.memory.see_key(access_key, KnownKey(found.account, secret, found.revision))
        return Identity(secret, found.account, found.revision)

    def remembered(self, access_key: str) -> Identity | None:
        """Who the access key was when it was last looked up; root is who it is."""
        known = self._db.memory.key(access_key)
        if known is not None:
            return Identity(known.secret, known.account, known.revision)
        return self._root.remembered(access_key)


def seal_secret(master: bytes, access_key: str, secret: str) -> bytes:
    """The secret as the database keeps it, for that access key alone."""
    return sealing.seal(master, secret.encode(), _belongs_to(access_key))


def unseal_secret(master: bytes | None, access_key: str, sealed: bytes) -> str:
    """The secret of an access key. Raises Damaged where `master` has not sealed it, or not for that key."""
    try:
        if master is not None:
            return sealing.unseal(master, sealed, _belongs_to(access_key)).decode()
    except sealing.Sealed:
        pass
    raise Damaged(f"the secret of access key {access_key} does not open: master_key is not what sealed it")


def seal_key_id(master: bytes) -> int:
    """What tells in the database which master key has sealed a secret: 31 bits of its public id."""
    return sealing.short_id(sealing.master_id(master))


def _belongs_to(access_key: str) -> bytes:
    return b"s3gw access key\0" + access_key.encode()
