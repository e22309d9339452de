"""Who may sign requests, as the pipeline asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from s3gw.db.records import Account


class Identities(Protocol):
    """Access keys, their secrets and the accounts behind them."""

    async def secret(self, access_key: str) -> str | None:
        """The secret of an access key, or None where it is unknown or disabled."""
        ...

    async def account(self, access_key: str) -> Account | None:
        """The account that owns the access key."""
        ...


@dataclass(frozen=True, slots=True)
class RootKey:
    """The one key of a gateway that has no further users: the root account's."""

    access_key: str
    secret_key: str = field(repr=False)
    root: Account

    async def secret(self, access_key: str) -> str | None:
        """The root secret, for the root key alone."""
        return self.secret_key if access_key == self.access_key else None

    async def account(self, access_key: str) -> Account | None:
        """The root account, for the root key alone."""
        return self.root if access_key == self.access_key else None
