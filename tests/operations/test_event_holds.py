"""Event holds: retention that begins when a hold is released."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from s3gw.db import locks
from s3gw.db.pool import Database
from s3gw.protocol import types
from tests.operations.locks import PROTECTED, SOON, configure, deletion, expire, put, said, shown
from tests.operations.operation_calls import Operations, completed

DAY = timedelta(days=1)


def asked(
    mode: str | None,
    event: str | None = None,
    days: int | None = None,
    until: datetime | None = None,
    *,
    bypass: bool | None = None,
    years: int | None = None,
) -> types.PutObjectRetentionInput:
    lasting = None
    if days is not None or years is not None:
        lasting = types.EventHoldDuration(days=days, years=years)
    retention = types.ObjectLockRetention(
        mode=mode, retain_until_date=until, event_hold=event, event_hold_duration=lasting
    )
    return types.PutObjectRetentionInput(
        bucket="bucket", key="key", retention=retention, bypass_governance_retention=bypass
    )


async def found(s3: Operations, database: Database) -> tuple[Any, float, Any, Any]:
    """Mode, days until the retention ends by the database's clock, event hold and its duration in days."""
    head, got = await s3.head("key"), (await s3.get("key"))[0]
    kept = (await s3.do(types.GetObjectRetentionInput(bucket="bucket", key="key"))).retention
    for each in (head, got):
        assert (each.object_lock_mode, each.object_lock_event_hold) == (kept.mode, kept.event_hold)
        days, years = each.object_lock_event_hold_duration_days, each.object_lock_event_hold_duration_years
        assert kept.event_hold_duration == (
            None if days is None and years is None else types.EventHoldDuration(days=days, years=years)
        )
        apart = each.object_lock_retain_until_date - kept.retain_until_date
        assert abs(apart) < timedelta(minutes=5)
    left = (kept.retain_until_date - await locks.now(database)) / DAY
    days = years * 365 if years is not None else days
    return kept.mode, round(left, 1), kept.event_hold, days


async def later(database: Database, days: int) -> None:
    """Let a date that is kept lie some days further back, as if they had passed."""
    await database.execute(
        "UPDATE objects SET lock = lock || jsonb_build_object('until',"
        " lock_date((lock ->> 'until')::timestamptz - make_interval(days => $1))) WHERE lock ? 'until'",
        days,
    )


async def test_a_hold_is_set_and_released(locking: Operations, database: Database) -> None:
    s3 = locking
    version_id = await put(s3)
    await s3.do(asked("COMPLIANCE", "ON", 10))
    assert await found(s3, database) == ("COMPLIANCE", 10.0, "ON", 10)
    assert said(await s3.refused(deletion(version_id, bypass_governance_retention=True))) == PROTECTED
    await s3.do(asked("COMPLIANCE", "OFF"))
    assert await found(s3, database) == ("COMPLIANCE", 10.0, "OFF", None)
    await later(database, 4)
    assert await found(s3, database) == ("COMPLIANCE", 6.0, "OFF", None)
    assert said(await s3.refused(deletion(version_id))) == PROTECTED
    await s3.do(asked("COMPLIANCE", "ON", 8))
    await s3.do(asked("COMPLIANCE", "OFF"))
    assert await found(s3, database) == ("COMPLIANCE", 8.0, "OFF", None)
    await expire(database)
    await s3.do(deletion(version_id))


async def test_a_date_is_kept_beside_a_hold(locking: Operations, database: Database) -> None:
    s3 = locking
    await put(s3)
    date = await locks.now(database) + 30 * DAY
    await s3.do(asked("GOVERNANCE", "ON", 10, date))
    assert await found(s3, database) == ("GOVERNANCE", 30.0, "ON", 10)
    await later(database, 25)
    assert await found(s3, database) == ("GOVERNANCE", 10.0, "ON", 10)
    # Retention without a word of the hold prolongs it and leaves the hold.
    await s3.do(asked("GOVERNANCE", until=date))
    assert await found(s3, database) == ("GOVERNANCE", 30.0, "ON", 10)
    await s3.do(asked("GOVERNANCE", "ON", 20))
    assert await found(s3, database) == ("GOVERNANCE", 30.0, "ON", 20)
    await s3.do(asked("GOVERNANCE", "OFF", until=date + 10 * DAY))
    assert await found(s3, database) == ("GOVERNANCE", 40.0, "OFF", None)


async def test_what_may_become_of_a_hold(locking: Operations, database: Database) -> None:
    s3 = locking
    now = await locks.now(database)
    removal = asked(None)
    for mode, other in (("GOVERNANCE", "COMPLIANCE"), ("COMPLIANCE", "GOVERNANCE")):
        for request, allowed in (
            (asked(mode, "ON", 11), True),
            (asked(mode, "ON", 10), True),
            (asked(mode, "ON", years=1), True),
            (asked(mode, "OFF"), True),
            (asked(mode, until=now + DAY), True),
            (asked(mode, "ON", 9), False),
            (asked(other, "ON", 11), False),
            (asked(other, "OFF"), False),
            (removal, False),
        ):
            for bypass in (False, True):
                await put(s3)
                await s3.do(asked(mode, "ON", 10))
                before = await found(s3, database)
                request.bypass_governance_retention = bypass
                if allowed or (bypass and mode == "GOVERNANCE"):
                    await s3.do(request)
                    if request is removal:
                        assert await shown(s3) == (None, None, None)
                    elif allowed:
                        assert (await found(s3, database))[1] >= before[1]
                else:
                    assert said(await s3.refused(request)) == PROTECTED
                    assert await found(s3, database) == before


async def test_fixed_retention_may_become_a_hold_that_ends_no_sooner(
    locking: Operations, database: Database
) -> None:
    s3 = locking
    date = await locks.now(database) + 30 * DAY
    await put(s3, object_lock_mode="COMPLIANCE", object_lock_retain_until_date=date)
    await s3.do(asked("COMPLIANCE", "ON", 10))
    assert await found(s3, database) == ("COMPLIANCE", 30.0, "ON", 10)
    early = asked("COMPLIANCE", "ON", 10, date - DAY)
    assert said(await s3.refused(early)) == PROTECTED
    # A date that was governance's does not become compliance's unasked.
    await put(s3, object_lock_mode="GOVERNANCE", object_lock_retain_until_date=SOON)
    await s3.do(asked("COMPLIANCE", "ON", 5, bypass=True))
    assert await found(s3, database) == ("COMPLIANCE", 5.0, "ON", 5)


async def test_holds_that_are_none(locking: Operations) -> None:
    s3 = locking
    await put(s3)
    cases = [
        (asked(None, "ON", 1), "MalformedXML"),
        (asked("GOVERNANCE", "ON"), "MalformedXML"),
        (asked("GOVERNANCE", "ON", 1, years=1), "MalformedXML"),
        (asked("GOVERNANCE", "on", 1), "MalformedXML"),
        (asked("GOVERNANCE", "OFF", 1), "MalformedXML"),
        (asked("GOVERNANCE", None, 1, SOON), "MalformedXML"),
        (asked("GOVERNANCE", "ON", 0), "InvalidArgument"),
        (asked("GOVERNANCE", "ON", 36501), "InvalidArgument"),
        (asked("GOVERNANCE", "ON", years=101), "InvalidArgument"),
        (asked("GOVERNANCE", "ON", 1, datetime(2020, 1, 1, tzinfo=UTC)), "InvalidArgument"),
        (asked("GOVERNANCE", "OFF"), "InvalidArgument"),
    ]
    for request, code in cases:
        assert (await s3.refused(request)).code == code
    mode = {"object_lock_mode": "GOVERNANCE"}
    headers: list[dict[str, Any]] = [
        {"object_lock_event_hold": "ON", "object_lock_event_hold_duration_days": 1},
        {"object_lock_event_hold": "ON", **mode},
        {"object_lock_event_hold": "on", "object_lock_event_hold_duration_days": 1, **mode},
        {"object_lock_event_hold": "ON", "object_lock_event_hold_duration_days": 0, **mode},
        {
            "object_lock_event_hold": "ON",
            "object_lock_event_hold_duration_days": 1,
            "object_lock_event_hold_duration_years": 1,
            **mode,
        },
        {"object_lock_event_hold": "OFF", **mode},
        {"object_lock_event_hold_duration_days": 1, "object_lock_retain_until_date": SOON, **mode},
    ]
    for members in headers:
        for make in (types.PutObjectInput, types.CreateMultipartUploadInput):
            error = await s3.refused(make(bucket="bucket", key="key", **members), sent=["CRC32"])
            assert error.code == "InvalidArgument"
    assert await shown(s3) == (None, None, None)


async def test_holds_of_uploads_and_defaults(locking: Operations, database: Database) -> None:
    s3 = locking
    given: dict[str, Any] = {
        "object_lock_mode": "COMPLIANCE",
        "object_lock_event_hold": "ON",
        "object_lock_event_hold_duration_years": 2,
    }
    await put(s3, **given)
    assert await found(s3, database) == ("COMPLIANCE", 730.0, "ON", 730)
    await put(s3, "source")
    await s3.do(types.CopyObjectInput(bucket="bucket", key="key", copy_source="bucket/source", **given))
    assert await found(s3, database) == ("COMPLIANCE", 730.0, "ON", 730)
    upload_id = await s3.begin("key", **given)
    part = types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1)
    await s3.complete("key", upload_id, [completed(1, await s3.do(part, b"data", sent=["CRC32"]))])
    assert await found(s3, database) == ("COMPLIANCE", 730.0, "ON", 730)

    question = types.GetObjectLockConfigurationInput(bucket="bucket")
    lasting = types.EventHoldDuration(days=3)
    for period, left in (({}, 3.0), ({"days": 5}, 5.0), ({"days": 1}, 3.0)):
        await configure(s3, mode="GOVERNANCE", default_event_hold=lasting, **period)
        rule = (await s3.do(question)).object_lock_configuration.rule
        assert rule.default_retention == types.DefaultRetention(
            mode="GOVERNANCE", default_event_hold=lasting, **period
        )
        version_id = await put(s3)
        assert await found(s3, database) == ("GOVERNANCE", left, "ON", 3)
        assert said(await s3.refused(deletion(version_id))) == PROTECTED
    await s3.do(deletion(version_id, bypass_governance_retention=True))
    await put(s3, object_lock_mode="COMPLIANCE", object_lock_retain_until_date=SOON)
    assert (await found(s3, database))[2:] == (None, None)
