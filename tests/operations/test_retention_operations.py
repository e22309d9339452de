"""Retention and legal holds of versions: what may become of them, and what they protect."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

from s3gw.db import locks
from s3gw.db.pool import Database
from s3gw.protocol import types
from tests import invariants
from tests.operations.locks import (
    LATER,
    PROTECTED,
    SOON,
    delete,
    deletion,
    expire,
    hold,
    put,
    retention,
    said,
    shown,
)
from tests.operations.operation_calls import Operations

MISSING = "Bucket is missing Object Lock Configuration"
# What the version has, what is asked for, and whether it is allowed without and with bypass.
_CHANGES = [
    (("GOVERNANCE", SOON), ("GOVERNANCE", LATER), True, True),
    (("GOVERNANCE", SOON), ("GOVERNANCE", SOON), True, True),
    (("GOVERNANCE", LATER), ("GOVERNANCE", SOON), False, True),
    (("GOVERNANCE", SOON), ("COMPLIANCE", LATER), False, True),
    (("GOVERNANCE", SOON), ("COMPLIANCE", SOON), False, True),
    (("GOVERNANCE", LATER), ("COMPLIANCE", SOON), False, True),
    (("GOVERNANCE", SOON), (None, None), False, True),
    (("COMPLIANCE", SOON), ("COMPLIANCE", LATER), True, True),
    (("COMPLIANCE", SOON), ("COMPLIANCE", SOON), True, True),
    (("COMPLIANCE", LATER), ("COMPLIANCE", SOON), False, False),
    (("COMPLIANCE", SOON), ("GOVERNANCE", LATER), False, False),
    (("COMPLIANCE", SOON), ("GOVERNANCE", SOON), False, False),
    (("COMPLIANCE", SOON), (None, None), False, False),
    ((None, None), ("GOVERNANCE", SOON), True, True),
    ((None, None), ("COMPLIANCE", SOON), True, True),
    ((None, None), (None, None), True, True),
]


async def test_what_may_become_of_a_retention(locking: Operations, database: Database) -> None:
    s3 = locking
    for number, ((mode, until), wanted, without, with_bypass) in enumerate(_CHANGES):
        for bypass, over in product((False, True), (False, True)):
            members: dict[str, Any] = {"object_lock_mode": mode, "object_lock_retain_until_date": until}
            version_id = await put(s3, **members)
            if number % 2 == over:
                await put(s3)
            if over:
                await expire(database)
            request = retention(*wanted, version_id, bypass_governance_retention=bypass)
            if over or (with_bypass if bypass else without):
                await s3.do(request)
                found = await shown(s3, version_id=version_id)
                assert found == (*wanted, None)
            else:
                assert said(await s3.refused(request)) == PROTECTED
                assert await shown(s3, version_id=version_id) == (mode, until, None)
    assert await invariants.check_versions(database) == []


async def test_deletion_of_what_is_locked(locking: Operations, database: Database) -> None:
    s3 = locking
    for mode, held, current, bypass in product(
        (None, "GOVERNANCE", "COMPLIANCE"), (None, "ON", "OFF"), (True, False), (False, True)
    ):
        version_id = await put(
            s3,
            object_lock_mode=mode,
            object_lock_retain_until_date=SOON if mode else None,
            object_lock_legal_hold_status=held,
        )
        if not current:
            assert (await delete(s3)).delete_marker
        request = deletion(version_id, bypass_governance_retention=bypass)
        if held != "ON" and (mode is None or (mode == "GOVERNANCE" and bypass)):
            await s3.do(request)
            question = types.GetObjectInput(bucket="bucket", key="key", version_id=version_id)
            assert (await s3.refused(question)).code == "NoSuchVersion"
        else:
            assert said(await s3.refused(request)) == PROTECTED
            assert (await s3.get("key", version_id=version_id))[1] == b"data"
    assert await invariants.check_versions(database) == []


async def test_what_is_over_or_let_go_can_be_deleted(locking: Operations, database: Database) -> None:
    s3 = locking
    version_id = await put(
        s3,
        object_lock_mode="COMPLIANCE",
        object_lock_retain_until_date=SOON,
        object_lock_legal_hold_status="ON",
    )
    await s3.do(hold("OFF", version_id))
    assert said(await s3.refused(deletion(version_id))) == PROTECTED
    await s3.do(hold("ON", version_id))
    await expire(database)
    assert said(await s3.refused(deletion(version_id, bypass_governance_retention=True))) == PROTECTED
    assert (await shown(s3))[::2] == ("COMPLIANCE", "ON")
    await s3.do(hold("OFF"))
    await delete(s3, version_id)
    await s3.do(types.DeleteBucketInput(bucket="bucket"))


async def test_several_deletions_are_judged_one_by_one(locking: Operations) -> None:
    s3 = locking
    locked = await put(s3, "a", object_lock_mode="GOVERNANCE", object_lock_retain_until_date=SOON)
    held = await put(s3, "b", object_lock_legal_hold_status="ON")
    free = await put(s3, "c")
    entries = [
        types.ObjectIdentifier(key=key, version_id=version_id)
        for key, version_id in (("a", locked), ("b", held), ("c", free), ("a", None))
    ]
    request = types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=entries))
    output = await s3.do(request)
    assert [(e.key, e.version_id, e.code, e.message) for e in output.errors] == [
        ("a", locked, PROTECTED[0], PROTECTED[2]),
        ("b", held, PROTECTED[0], PROTECTED[2]),
    ]
    assert [(d.key, d.version_id, d.delete_marker) for d in output.deleted] == [
        ("c", free, None),
        ("a", None, True),
    ]
    request.bypass_governance_retention = True
    output = await s3.do(request)
    assert [(e.key, e.version_id) for e in output.errors] == [("b", held)]
    assert [d.key for d in output.deleted] == ["a", "c", "a"]
    assert (await s3.refused(types.DeleteBucketInput(bucket="bucket"))).code == "BucketNotEmpty"


async def test_an_overwrite_leaves_what_is_locked(locking: Operations) -> None:
    s3 = locking
    locked = await put(s3, object_lock_mode="COMPLIANCE", object_lock_retain_until_date=SOON)
    second = await put(s3)
    await s3.do(
        types.CopyObjectInput(bucket="bucket", key="key", copy_source=f"bucket/key?versionId={locked}")
    )
    assert (await shown(s3))[0] is None
    await delete(s3)
    await delete(s3, second)
    assert await shown(s3, version_id=locked) == ("COMPLIANCE", SOON, None)


async def test_retention_and_holds_leave_each_other(locking: Operations) -> None:
    s3 = locking
    await put(s3)
    await s3.do(hold("ON"))
    await s3.do(retention("GOVERNANCE", SOON))
    assert await shown(s3) == ("GOVERNANCE", SOON, "ON")
    await s3.do(retention(bypass_governance_retention=True))
    assert await shown(s3) == (None, None, "ON")
    await s3.do(hold("OFF"))
    assert await shown(s3) == (None, None, "OFF")
    exact = datetime(2100, 1, 1, 1, 2, 3, 456789, tzinfo=UTC)
    await s3.do(retention("COMPLIANCE", exact))
    assert await shown(s3) == ("COMPLIANCE", exact.replace(microsecond=456000), "OFF")


async def test_documents_that_ask_for_no_lock(locking: Operations, database: Database) -> None:
    s3 = locking
    past = await locks.now(database)
    cases: list[tuple[Any, str]] = [
        (retention("GOVERNANCE"), "MalformedXML"),
        (retention(None, SOON), "MalformedXML"),
        (retention("governance", SOON), "MalformedXML"),
        (retention("", SOON), "MalformedXML"),
        (types.PutObjectRetentionInput(bucket="bucket", key="key"), "MalformedXML"),
        (retention("GOVERNANCE", past), "InvalidArgument"),
        (hold("on"), "MalformedXML"),
        (hold(None), "MalformedXML"),
        (types.PutObjectLegalHoldInput(bucket="bucket", key="key"), "MalformedXML"),
    ]
    for _ in range(2):  # whether the key is there or not
        for request, code in cases:
            error = await s3.refused(request)
            assert error.code == code
            if code == "InvalidArgument":
                assert error.message == "The retain until date must be in the future!"
                assert error.fields["ArgumentName"] == "RetainUntilDate"
        await put(s3)
    assert await shown(s3) == (None, None, None)


async def test_what_is_not_there(locking: Operations) -> None:
    s3 = locking
    requests: list[Any] = [
        retention("GOVERNANCE", SOON),
        hold("ON"),
        types.GetObjectRetentionInput(bucket="bucket", key="key"),
        types.GetObjectLegalHoldInput(bucket="bucket", key="key"),
    ]

    async def codes() -> list[str]:
        return [(await s3.refused(request)).code for request in requests]

    assert await codes() == ["NoSuchKey"] * 4
    marker = (await delete(s3)).version_id
    assert await codes() == ["MethodNotAllowed"] * 2 + ["NoSuchKey"] * 2
    for version_id, code in (
        (marker, "MethodNotAllowed"),
        ("f" * 32, "NoSuchVersion"),
        ("", "InvalidArgument"),
    ):
        for request in requests:
            request.version_id = version_id
        assert await codes() == [code] * 4
    await s3.create("other")
    for request in requests:
        request.bucket, request.version_id = "other", None
    assert await codes() == ["NoSuchKey"] * 4
    await s3.put("key", bucket="other")
    for request in requests:
        assert said(await s3.refused(request)) == ("InvalidRequest", 400, MISSING)
        request.expected_bucket_owner = "0" * 64
        assert (await s3.refused(request)).code == "AccessDenied"
        request.expected_bucket_owner = None
        request.bucket = "gone"
        assert (await s3.refused(request)).code == "NoSuchBucket"
