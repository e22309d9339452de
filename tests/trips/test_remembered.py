"""What one gateway remembers while another changes it: nothing is done, said or refused by what is not so."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from s3gw import pauses
from s3gw.db import access_keys, accounts
from s3gw.db.assumed import Assumed, Outdated
from s3gw.errors import S3Error, Unavailable
from s3gw.http.attempts import Course, Keeping, settle
from s3gw.protocol import OPERATIONS
from tests import wire
from tests.db.world import World
from tests.streams import content
from tests.trips.counted import USER_KEY, Counting, as_user, give_key

Pair = tuple[Counting, Counting]
BUCKET = "/bucket"
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        }
    ],
}
REFUSED: list[tuple[str, str, str, bytes]] = [
    ("PUT", "/short", "", b"new"),
    ("PUT", "/long", "", content(9, 50_000)),
    ("PUT", "/empty", "", b""),
    ("DELETE", "/kept", "", b""),
    ("GET", "", "list-type=2", b""),
    ("GET", "", "list-type=2&max-keys=0", b""),
]


async def begin(client: Counting) -> None:
    """A bucket with an object; the gateway remembers it and the client's key."""
    await client.ask("PUT", BUCKET)
    await client.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    await client.ask("GET", BUCKET, "list-type=2")


async def deny(client: Counting) -> None:
    """Have the policy of the bucket deny its writes and listings."""
    await client.ask("PUT", BUCKET, "policy=", body=json.dumps(DENIAL).encode())


async def listed(client: Counting) -> list[str]:
    """The keys of the bucket, from its table."""
    return [row["key"] for row in await client.db.fetch("SELECT key FROM objects ORDER BY key")]


async def test_a_denial_by_the_policy_is_obeyed_at_once(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    for method, key, query, body in REFUSED:
        await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
        await deny(one)
        said = await two.request(method, BUCKET + key, query, body=body)
        assert (said.status, said.code) == (403, "AccessDenied"), key
        assert await listed(one) == ["kept"]
        assert await one.db.fetchval("SELECT count(*) FROM packs") == 0
        await one.ask("DELETE", BUCKET, "policy=")
        said = await two.request("PUT", f"{BUCKET}/kept", body=b"kept")
        assert said.status == 200, "what was allowed again was refused by what was remembered"


async def test_a_key_that_is_disabled_is_obeyed_at_once(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    requests = [
        *REFUSED,
        ("GET", "/kept", "", b""),
        ("HEAD", "/kept", "", b""),
        ("HEAD", "", "", b""),
        ("GET", "", "location=", b""),
        ("GET", "/kept", "tagging=", b""),
    ]
    for method, key, query, body in requests:
        await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
        assert await access_keys.set_disabled(one.db, USER_KEY, True)
        said = await two.request(method, BUCKET + key, query, body=body)
        assert said.status == 403
        assert said.code == ("" if method == "HEAD" else "InvalidAccessKeyId"), key
        assert (await two.request("GET", "/")).code == "InvalidAccessKeyId"
        assert await listed(one) == ["kept"]
        assert await access_keys.set_disabled(one.db, USER_KEY, False)


@pytest.mark.parametrize("back", [False, True])
async def test_a_user_who_is_disabled(pair: Pair, back: bool) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    await accounts.set_disabled(one.db, "user", True)
    if back:
        await accounts.set_disabled(one.db, "user", False)
    said = await two.request("PUT", f"{BUCKET}/new", body=b"new")
    assert said.code == ("" if back else "InvalidAccessKeyId")
    assert await listed(one) == (["kept", "new"] if back else ["kept"])


async def test_a_secret_that_was_replaced(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    found = await access_keys.find(one.db, USER_KEY)
    assert found is not None
    assert await access_keys.delete(one.db, USER_KEY)
    await give_key(one.db, found.account.id, "another-secret")
    said = await two.request("PUT", f"{BUCKET}/new", body=b"new")
    assert said.code == "SignatureDoesNotMatch"
    assert await listed(one) == ["kept"]
    await access_keys.delete(one.db, USER_KEY)
    await give_key(one.db, found.account.id, "a-third-secret")
    await replace(two, secret_key="a-third-secret").ask("PUT", f"{BUCKET}/new", body=b"new")
    assert await listed(one) == ["kept", "new"]


@pytest.mark.parametrize("size", [10, 50_000])
async def test_versioning_that_was_enabled_keeps_what_is_overwritten(pair: Pair, size: int) -> None:
    one, two = pair
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"before")
    status = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    await one.ask("PUT", BUCKET, "versioning=", body=status)
    said = await two.ask("PUT", f"{BUCKET}/kept", body=content(1, size))
    assert said.headers["x-amz-version-id"]
    assert (await one.ask("GET", f"{BUCKET}/kept")).body == content(1, size)
    assert (await one.ask("GET", f"{BUCKET}/kept", "versionId=null")).body == b"before"
    status = status.replace(b"Enabled", b"Suspended")
    await one.ask("PUT", BUCKET, "versioning=", body=status)
    said = await two.ask("DELETE", f"{BUCKET}/kept")
    assert (said.headers["x-amz-delete-marker"], said.headers["x-amz-version-id"]) == ("true", "null")


async def test_a_bucket_that_is_another_by_now(pair: Pair) -> None:
    one, two = pair
    owner = as_user(two)
    await begin(owner)
    await owner.ask("DELETE", f"{BUCKET}/kept")
    await one.ask("DELETE", BUCKET)
    for method, key, query, body in REFUSED:
        said = await owner.request(method, BUCKET + key, query, body=body)
        assert said.code == "NoSuchBucket"
    await one.ask("PUT", BUCKET)  # root's
    for method, key, query, body in REFUSED:
        said = await owner.request(method, BUCKET + key, query, body=body)
        assert said.code == "AccessDenied"
    assert await listed(one) == []


async def test_a_denial_while_the_client_sends_the_body(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    headers = {"Expect": "100-continue", "x-amz-content-sha256": wire.UNSIGNED}
    signed = wire.Signer(two).headers("PUT", f"{BUCKET}/new", "", wire.UNSIGNED, headers)  # type: ignore[arg-type]
    reader, writer = await asyncio.open_connection("127.0.0.1", two.port)
    writer.write(wire.head("PUT", f"{BUCKET}/new", signed | {"content-length": "3"}))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    await deny(one)
    writer.write(b"new")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 403 ")
    writer.close()
    assert await listed(one) == ["kept"]


async def test_no_long_body_is_called_for_by_what_is_remembered(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    await deny(one)
    headers = {"Expect": "100-continue", "x-amz-content-sha256": wire.UNSIGNED}
    signed = wire.Signer(two).headers("PUT", f"{BUCKET}/new", "", wire.UNSIGNED, headers)  # type: ignore[arg-type]
    reader, writer = await asyncio.open_connection("127.0.0.1", two.port)
    writer.write(wire.head("PUT", f"{BUCKET}/new", signed | {"content-length": str(2 << 20)}))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 403 ")
    writer.close()


async def test_a_long_upload_ends_as_it_was_decided_when_it_began(pair: Pair) -> None:
    """A tag that somebody gives the bucket meanwhile does not undo it."""
    one, two = map(as_user, pair)
    await begin(one)
    seen: list[str] = []

    async def hook(reached: str) -> None:
        if reached == "put.stored":
            seen.append(reached)
            await one.ask("PUT", BUCKET, "tagging=", body=b"<Tagging><TagSet></TagSet></Tagging>")

    pauses.install(hook)
    try:
        await two.ask("PUT", f"{BUCKET}/new", body=content(1, 17 << 20))
    finally:
        pauses.install(None)
    assert seen


@pytest.mark.parametrize("point", ["whole.known", "whole.safe"])
async def test_a_denial_while_the_body_is_stored(pair: Pair, point: str) -> None:
    """What the first statement has found still to hold, the publication finds not to."""
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    seen: list[str] = []

    async def hook(reached: str) -> None:
        if reached == point and not seen:
            seen.append(reached)
            await deny(one)

    pauses.install(hook)
    try:
        said = await two.request("PUT", f"{BUCKET}/new", body=content(1, 50_000))
    finally:
        pauses.install(None)
    assert seen
    assert said.code == "AccessDenied"
    assert await listed(one) == ["kept"]


async def test_a_body_that_is_wrong_tells_nothing_to_who_may_not_write(pair: Pair) -> None:
    one, two = map(as_user, pair)
    await begin(one)
    await two.ask("PUT", f"{BUCKET}/kept", body=b"kept")
    wrong = {"x-amz-checksum-crc32": "AAAAAA=="}
    assert (await two.request("PUT", f"{BUCKET}/new", body=b"new", headers=wrong)).code == "BadDigest"
    await deny(one)
    assert (await two.request("PUT", f"{BUCKET}/new", body=b"new", headers=wrong)).code == "AccessDenied"


async def test_requests_together_end_each_for_itself(pair: Pair) -> None:
    """One batch of publications, some by a key that was revoked, some into a bucket that was changed."""
    one, two = pair
    await one.ask("PUT", BUCKET)
    await one.ask("PUT", "/other")
    user = as_user(two)
    await one.ask("DELETE", BUCKET, "publicAccessBlock=")
    allowed = json.loads(json.dumps(DENIAL).replace("Deny", "Allow"))
    await one.ask("PUT", BUCKET, "policy=", body=json.dumps(allowed).encode())
    for client, bucket in ((two, BUCKET), (two, "/other"), (user, BUCKET)):
        await client.ask("PUT", f"{bucket}/first", body=b"first")
    await access_keys.delete(one.db, USER_KEY)
    status = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    await one.ask("PUT", "/other", "versioning=", body=status)
    clients = [(two, BUCKET), (two, "/other"), (user, BUCKET)] * 4
    said = await asyncio.gather(
        *(
            client.request("PUT", f"{bucket}/{number}", body=b"%d" % number)
            for number, (client, bucket) in enumerate(clients)
        )
    )
    assert [one.code for one in said] == ["", "", "InvalidAccessKeyId"] * 4
    assert all(one.headers["x-amz-version-id"] for one in said[1::3])


# What `settle` makes of attempts -------------------------------------------------------------------


async def test_a_success_that_nobody_has_compared_is_none() -> None:
    async def attempt(assumed: Assumed, remember: bool, handle: bool = True) -> str:
        assumed.remembered = remember
        return "done"

    with pytest.raises(RuntimeError, match="compared"):
        await settle(attempt, Course(), remember=True)
    assert await settle(attempt, Course(), remember=False) == "done"


async def test_a_refusal_counts_only_where_it_was_compared() -> None:
    compared = False

    async def attempt(assumed: Assumed, remember: bool, handle: bool = True) -> str:
        assumed.remembered = remember
        if compared:
            assumed.confirm()
        if remember:
            raise S3Error("AccessDenied")
        return "done"

    assert await settle(attempt, Course(), remember=True) == "done"
    compared = True
    with pytest.raises(S3Error):
        await settle(attempt, Course(), remember=True)


async def test_what_changes_all_the_time_is_given_up() -> None:
    async def attempt(assumed: Assumed, remember: bool, handle: bool = True) -> str:
        raise Outdated("again")

    with pytest.raises(Unavailable):
        await settle(attempt, Course(), remember=True)


# Revisions -----------------------------------------------------------------------------------------

_SETTING = "INSERT INTO bucket_settings (bucket_id, kind, document) VALUES ($1, 'tags', '{}')"
CHANGES: dict[str, str] = {
    "a document": _SETTING,
    "a document again": _SETTING
    + " ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document",
    "a document that goes": "DELETE FROM bucket_settings WHERE bucket_id = $1",
    "the versioning": "UPDATE buckets SET versioning = 'Enabled' WHERE id = $1",
    "the owner": "UPDATE accounts SET display_name = 'other' WHERE id = (SELECT account_id FROM buckets"
    " WHERE id = $1)",
}


async def test_every_change_of_a_bucket_gives_it_another_revision(world: World) -> None:
    """Also those by the statements of the release before."""
    seen = [await world.db.fetchval("SELECT revision FROM buckets")]
    for what, statement in CHANGES.items():
        await world.db.execute(statement, world.bucket.id)
        seen.append(await world.db.fetchval("SELECT revision FROM buckets"))
        assert seen[-1] > seen[-2], what


async def test_a_change_of_a_bucket_does_not_wait_for_writes(world: World) -> None:
    async with world.db.transaction() as held:
        await held.fetch("SELECT FROM buckets FOR KEY SHARE")
        await world.db.execute(_SETTING, world.bucket.id)


def test_what_is_kept_of_bodies_is_bounded() -> None:
    put, get = OPERATIONS["PutObject"], OPERATIONS["GetObject"]
    keeping = Keeping()
    assert keeping.take(get, {}) == 0
    assert keeping.take(put, {"content-length": "1000"}) == 0
    assert keeping.take(put, {"content-length": "1000", "expect": "100-continue"}) == 0
    assert keeping.take(put, {"content-length": str(2 << 20), "expect": "100-continue"}) is None
    assert keeping.take(put, {"content-length": str(17 << 20)}) is None
    assert keeping.take(put, {}) is None
    assert keeping.take(OPERATIONS["PostObject"], {"content-length": "1000"}) is None
    framed = {"content-length": str(13 << 20), "x-amz-decoded-content-length": str(12 << 20)}
    taken = [keeping.take(put, framed) for _ in range(5)]
    assert taken == [12 << 20] * 4 + [None]
    keeping.give(taken[0])
    assert keeping.take(put, framed) == 12 << 20
    keeping.give(None)
