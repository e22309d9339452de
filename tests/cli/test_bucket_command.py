"""`s3gw bucket` on a database, without a gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from s3gw.db import accounts, bucket_settings, buckets
from s3gw.db.pool import Database
from tests.cli import test_users_and_keys
from tests.cli.test_users_and_keys import Shell
from tests.stores import count

_settings = test_users_and_keys._settings
shell = test_users_and_keys.shell


async def aside(work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """In a thread: commands have event loops of their own."""
    return await asyncio.to_thread(partial(work, *arguments, **more))


async def make(database: Database, name: str) -> int:
    account = await accounts.ensure_root(database)
    made, _ = await buckets.create(database, name, account.id, "us-east-1", "cdc-256k", True)
    return made.id


async def shown(shell: Shell, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await aside(shell.done, "bucket", "show", name, "--json"))
    return document


async def test_a_new_bucket_and_every_setting_of_it(shell: Shell, database: Database) -> None:
    await make(database, "a")
    found = await shown(shell, "a")
    assert (found["name"], found["owner"], found["versioning"]) == ("a", "root", "never")
    usual = {"chunking": "cdc-256k", "archive_hints": "on", "compression": "on", "dedup": "store"}
    assert {name: found[name] for name in usual} == usual
    given = ("--chunking", "fixed-64k", "--archive-hints", "off", "--compression", "9", "--dedup", "account")
    said = await aside(shell.done, "bucket", "set", "a", *given)
    assert "fixed-64k" in said
    assert "will be cut again by the job rechunk" in said
    found = await shown(shell, "a")
    changed = {"chunking": "fixed-64k", "archive_hints": "off", "compression": "9", "dedup": "account"}
    assert {name: found[name] for name in usual} == changed
    assert await count(database, "rechunk_passes") == 1
    for level in ("on", "off"):
        assert "rechunk" not in await aside(shell.done, "bucket", "set", "a", "--compression", level)
        assert (await shown(shell, "a"))["compression"] == level
    assert (await shown(shell, "a"))["chunking"] == "fixed-64k"


async def test_all_buckets(shell: Shell, database: Database) -> None:
    assert json.loads(await aside(shell.done, "bucket", "list", "--json")) == []
    for name in ("b", "a"):
        await make(database, name)
    listed = json.loads(await aside(shell.done, "bucket", "list", "--json"))
    assert [one["name"] for one in listed] == ["a", "b"]
    lines = (await aside(shell.done, "bucket", "list")).splitlines()
    assert [line.split()[0] for line in lines] == ["bucket", "a", "b"]
    assert "cdc-256k" in await aside(shell.done, "bucket", "show", "b")


async def test_a_tag_does_not_say_otherwise_afterwards(shell: Shell, database: Database) -> None:
    bucket_id = await make(database, "a")
    await bucket_settings.put(database, bucket_id, "tags", {"team": "x", "s3gw:chunking": "cdc-1m"})
    await aside(shell.done, "bucket", "set", "a", "--chunking", "cdc-64k", "--compression", "off")
    tags = await bucket_settings.get(database, bucket_id, "tags")
    assert tags == {"team": "x", "s3gw:chunking": "cdc-64k"}


async def test_all_objects_again(shell: Shell, database: Database) -> None:
    await make(database, "a")
    await aside(shell.done, "bucket", "rechunk", "a")
    assert await count(database, "rechunk_passes") == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("show", "none"), "no bucket 'none'"),
        (("set", "none", "--dedup", "store"), "no bucket 'none'"),
        (("rechunk", "none"), "no bucket 'none'"),
        (("set", "a"), "nothing is to be changed"),
        (("set", "a", "--chunking", "cdc-2m"), "cdc-256k, cdc-64k, cdc-1m"),
        (("set", "a", "--archive-hints", "yes"), "neither on nor off"),
        (("set", "a", "--compression", "20"), "1 to 19"),
        (("set", "a", "--compression", "-3"), "1 to 19"),
        (("set", "a", "--compression", "²"), "1 to 19"),
        (("set", "a", "--dedup", "bucket"), "store, account"),
    ],
)
async def test_what_cannot_be(
    shell: Shell, database: Database, arguments: tuple[str, ...], word: str
) -> None:
    await make(database, "a")
    assert word in await aside(shell.refused, "bucket", *arguments, status=2)
    assert (await shown(shell, "a"))["chunking"] == "cdc-256k"
