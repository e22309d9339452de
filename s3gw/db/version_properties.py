"""Changing what may be changed of a version once it is written: its tags, its ACL, its lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Literal

from s3gw.db.events import Wanted, telling
from s3gw.db.pool import Database, retrying


class Change(Enum):
    """How a change of a version ended."""

    SET = "set"
    MISSING = "missing"
    DELETE_MARKER = "delete-marker"
    """The version is a delete marker, which has no such properties."""
    CHANGED = "changed"
    """The property is not any more what it was expected to be: look again."""


Name = Literal["tags", "acl", "lock"]
_SET = "SELECT set_version_property($1, $2, $3, $4, $5, $6, $7) AS ended"


async def replace(
    db: Database,
    bucket_id: int,
    key: str,
    version_id: str | None,
    name: Name,
    value: Mapping[str, Any] | None,
    *,
    wanted: Sequence[Wanted] = (),
) -> Change:
    """Replace a property of a version (as S3 shows its id), or of the current one; None takes it away.

    `wanted` are the events to be told with it.
    """
    return await _set(db, bucket_id, key, version_id, name, value, False, None, wanted)


async def exchange(
    db: Database,
    bucket_id: int,
    key: str,
    version_id: str | None,
    name: Name,
    expected: Mapping[str, Any] | None,
    value: Mapping[str, Any] | None,
) -> Change:
    """The same where whether it may be replaced depends on what it is: only if that is `expected`."""
    return await _set(db, bucket_id, key, version_id, name, value, True, expected)


async def _set(
    db: Database,
    bucket_id: int,
    key: str,
    version_id: str | None,
    name: Name,
    value: Mapping[str, Any] | None,
    check: bool,
    expected: Mapping[str, Any] | None,
    wanted: Sequence[Wanted] = (),
) -> Change:
    arguments = (bucket_id, key, version_id, name, _plain(value), check, _plain(expected))
    statement, given = telling(_SET, arguments, wanted, happened="done.ended = 'set'", version="NULL")
    return await retrying(lambda: _asked(db, statement, given))


async def _asked(db: Database, statement: str, arguments: tuple[Any, ...]) -> Change:
    return Change(await db.fetchval(statement, *arguments))


def _plain(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)
