"""Who asks, and whom a policy means.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from s3gw.access.malformed import malformed
from s3gw.db.records import Account

_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN = re.compile(
    r"arn:aws:(iam|sts)::([A-Za-z0-9._$-]*):(root|user/.+|role/.+|assumed-role/.+|federated-user/.+)"
)
_CANONICAL = re.compile(r"[0-9a-f]{64}|[A-Za-z0-9._-]+")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
EVERYBODY = "*"


class Service(NamedTuple):
    """A service that acts by itself, as "logging.s3.amazonaws.com" does when it delivers logs."""

    name: str


Caller = Account | Service | None
"""None is somebody anonymous."""
_NOBODY = ("Service:", "Federated:")


def account_number(account: Account) -> str:
    """The twelve digits by which ARNs name an account."""
    return numbered(account.id)


def numbered(account_id: int) -> str:
    """The same of an account's id."""
    return f"{account_id:012d}"


def user_arn(account: Account) -> str:
    """The ARN of whoever uses the account's keys."""
    number = account_number(account)
    return f"arn:aws:iam::{number}:root" if account.is_root else f"arn:aws:iam::{number}:user/{account.name}"


class Wanted(NamedTuple):
    """How to find the accounts that some principals may mean."""

    numbers: list[int]
    texts: list[str]
    """Canonical ids and names of users."""


def wanted(principals: Collection[str]) -> Wanted:
    """What to look for, of the names by which a policy means accounts."""
    found = Wanted([], [])
    for principal in principals:
        arn = _ARN.fullmatch(principal)
        parts = (principal,) if arn is None else (arn[2], arn[3].rpartition("/")[2])
        for part in parts:
            if _ACCOUNT.fullmatch(part):
                found.numbers.append(int(part))
            found.texts.append(part)
    return found


def meant(principals: Collection[str], accounts: Collection[Account]) -> dict[str, str]:
    """The canonical ids of the accounts that the principals mean.

    Raises MalformedPolicy "Invalid principal in policy" for one that means none of the accounts.
    """
    known = {name: account.canonical_id for account in accounts for name in _names(account)}
    for principal in sorted(principals):
        if principal not in known:
            raise _invalid(principal)
    return {principal: known[principal] for principal in principals}


@lru_cache(maxsize=1024)
def _names(account: Account) -> frozenset[str]:
    """Every way in which a policy can name the account; a tenant of "" is that of Ceph without tenants."""
    number, canonical = account_number(account), account.canonical_id
    names = {number, canonical, f"arn:aws:iam::{number}:root", f"arn:aws:iam::{canonical}:root"}
    for user in (account.name, canonical):
        names |= {f"arn:aws:iam::{number}:user/{user}", f"arn:aws:iam:::user/{user}"}
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Principals:
    """The Principal element of a statement."""

    names: frozenset[str]

    @property
    def everybody(self) -> bool:
        """Whether it means anyone at all."""
        return EVERYBODY in self.names

    @property
    def accounts(self) -> frozenset[str]:
        """Those of the names that mean an account; a service or an identity provider is nobody here."""
        return frozenset(name for name in self.names if name != EVERYBODY and not name.startswith(_NOBODY))

    def bound(self, known: Mapping[str, str]) -> Principals:
        """The same, with canonical ids in place of the names that are `known`."""
        return Principals(frozenset(known.get(name, name) for name in self.names))

    def include(self, account: Caller) -> bool:
        """Whether the caller is among them."""
        if EVERYBODY in self.names:
            return True
        if isinstance(account, Service):
            return f"Service:{account.name}" in self.names
        return account is not None and not self.names.isdisjoint(_names(account))


def parse_principals(given: object) -> Principals:
    """A Principal or NotPrincipal element. Raises MalformedPolicy "Invalid principal in policy"."""
    if given == EVERYBODY:
        return Principals(frozenset({EVERYBODY}))
    if not isinstance(given, dict) or not given:
        raise _invalid(given)
    names: set[str] = set()
    for kind, values in given.items():
        values = values if isinstance(values, list) else [values]
        if not values:
            raise _invalid(given)
        for value in values:
            if not isinstance(value, str) or not _fits(kind, value):
                raise _invalid(value)
            # Services and identity providers are understood, and nobody here is one.
            names.add(value if kind in ("AWS", "CanonicalUser") else f"{kind}:{value}")
    return Principals(frozenset(names))


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "AWS":
            fits = value == EVERYBODY or _ACCOUNT.fullmatch(value) or _ARN.fullmatch(value)
            return value == EVERYBODY or (bool(fits) and "*" not in value) or _is_canonical(value)
        case "CanonicalUser":
            return _CANONICAL.fullmatch(value) is not None
        case "Service":
            return _SERVICE.fullmatch(value) is not None
        case "Federated":
            return bool(value)
        case _:
            return False


def _is_canonical(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", value) is not None


def _invalid(detail: object) -> Exception:
    return malformed("Invalid principal in policy", detail if isinstance(detail, str) else None)
