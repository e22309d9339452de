"""Under which id the embedded PostgreSQL runs, which refuses to be root and must know its user's name."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from s3gw.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Identity:
    """What the launcher is to do; files must belong to `owner`, or stay as they are where that is None."""

    argument: str
    owner: tuple[int, int] | None = None


def identities(places: list[Path]) -> Iterator[Identity]:
    """Ways to run under `places`, best first; the launcher may refuse one, then the next is tried.

    An ordinary user runs as he is. Root, and a user whom the system has no name for, is mapped to an ordinary
    id in a user namespace: that needs no other user and leaves all modes and owners alone, but without root's
    privileges inside, so root must be able to enter every directory by its mode. Where that fails, root
    becomes an ordinary user who can enter them.
    """
    uid, gid = os.geteuid(), os.getegid()
    named = {entry.pw_uid: entry for entry in pwd.getpwall()}
    ordinary = _ordinary(named)
    if uid != 0 and uid in named:
        yield Identity("same")
        return
    if ordinary is not None and all(_may_enter(place, uid, gid) for place in places):
        yield Identity(f"map:{ordinary.pw_uid}:{ordinary.pw_gid}")
    if uid != 0:
        return
    owners = [named[owner] for place in places for owner in _owners(place) if owner in named]
    for entry in [*owners, *([ordinary] if ordinary else [])]:
        if entry.pw_uid != 0 and all(_may_enter(place, entry.pw_uid, entry.pw_gid) for place in places):
            yield Identity(f"become:{entry.pw_uid}:{entry.pw_gid}", (entry.pw_uid, entry.pw_gid))


def refused(place: Path, reasons: list[str]) -> ConfigError:
    """The error where no way is left."""
    why = "; ".join(reasons) or "no ordinary user can enter that directory"
    return ConfigError(
        f"the embedded PostgreSQL cannot run as root and found no other way under {place}: {why}. "
        "Run as an ordinary user, choose another --data, or give --database-url."
    )


def _ordinary(named: dict[int, pwd.struct_passwd]) -> pwd.struct_passwd | None:
    """The user to appear as: one made for such things where it exists."""
    by_name = {entry.pw_name: entry for entry in named.values() if entry.pw_uid != 0}
    for name in ("s3gw", "postgres", "nobody"):
        if name in by_name:
            return by_name[name]
    return next(iter(by_name.values()), None)


def _chain(place: Path) -> Iterator[os.stat_result]:
    for directory in (place, *place.parents):
        if directory.exists():
            yield directory.stat()


def _owners(place: Path) -> Iterator[int]:
    for status in _chain(place):
        yield status.st_uid


def _may_enter(place: Path, uid: int, gid: int) -> bool:
    """Whether the modes alone let that user pass all directories down to the parent of `place`."""
    return all(_passes(status, uid, gid) for status in _chain(place.parent))


def _passes(status: os.stat_result, uid: int, gid: int) -> bool:
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
