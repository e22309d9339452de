"""Object lock of buckets, and what the headers of uploads may ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from s3gw.db.pool import Database
from s3gw.protocol import types
from tests import invariants
from tests.operations.locks import (
    PROTECTED,
    SOON,
    configuration,
    configure,
    delete,
    deletion,
    put,
    retention,
    said,
    shown,
)
from tests.operations.operation_calls import Operations, completed

VERSIONING = (
    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
)
NEEDED = "Content-MD5 OR x-amz-checksum- HTTP header is required for {} requests with Object Lock parameters"


async def test_a_bucket_that_locks_objects(s3: Operations) -> None:
    created = types.CreateBucketInput(bucket="bucket", object_lock_enabled_for_bucket=True)
    for _ in range(2):
        await s3.do(created)
    versioning = await s3.do(types.GetBucketVersioningInput(bucket="bucket"))
    assert versioning.status == "Enabled"
    for status, code in (("Enabled", None), ("Suspended", "InvalidBucketState")):
        request = types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status=status)
        )
        if code is None:
            await s3.do(request)
        else:
            assert said(await s3.refused(request)) == (
                code,
                409,
                VERSIONING,
            )
    question = types.GetObjectLockConfigurationInput(bucket="bucket")
    for default in ({}, {"mode": "GOVERNANCE", "days": 36500}, {"mode": "COMPLIANCE", "years": 100}, {}):
        await configure(s3, **default)
        found = (await s3.do(question)).object_lock_configuration
        assert found == configuration(**default).object_lock_configuration
    await s3.do(types.DeleteBucketInput(bucket="bucket"))
    error = await s3.refused(question)
    assert error.code == "NoSuchBucket"


async def test_lock_is_not_promised_of_a_bucket_that_has_none(s3: Operations) -> None:
    await s3.create()
    await s3.do(types.CreateBucketInput(bucket="bucket", object_lock_enabled_for_bucket=False))
    request = types.CreateBucketInput(bucket="bucket", object_lock_enabled_for_bucket=True)
    assert (await s3.refused(request)).code == "BucketAlreadyOwnedByYou"


async def test_an_existing_bucket_learns_to_lock(s3: Operations) -> None:
    await s3.create()
    old = types.PutObjectInput(bucket="bucket", key="key")
    await s3.do(old, b"null")
    question = types.GetObjectLockConfigurationInput(bucket="bucket")
    error = await s3.refused(question)
    assert (*said(error), error.fields) == (
        "ObjectLockConfigurationNotFoundError",
        404,
        "Object Lock configuration does not exist for this bucket",
        {"BucketName": "bucket"},
    )
    for status in (None, "Suspended"):
        if status is not None:
            await s3.do(
                types.PutBucketVersioningInput(
                    bucket="bucket", versioning_configuration=types.VersioningConfiguration(status=status)
                )
            )
        assert said(await s3.refused(configuration())) == (
            "InvalidBucketState",
            409,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        )
    await s3.do(
        types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Enabled")
        )
    )
    token = configuration(mode="GOVERNANCE", days=1)
    token.token = "given by support in former times"
    await s3.do(token)
    assert (await s3.do(question)).object_lock_configuration.rule.default_retention.days == 1
    assert await shown(s3) == (None, None, None)
    await s3.do(retention("COMPLIANCE", SOON, "null"))
    assert said(await s3.refused(deletion("null"))) == PROTECTED
    assert await shown(s3, version_id="null") == ("COMPLIANCE", SOON, None)


async def test_defaults_that_are_none(locking: Operations) -> None:
    cases: list[tuple[dict[str, Any], str, str | None]] = [
        ({"mode": "GOVERNANCE"}, "MalformedXML", None),
        ({"days": 1}, "MalformedXML", None),
        ({"mode": "governance", "days": 1}, "MalformedXML", None),
        ({"mode": "", "days": 1}, "MalformedXML", None),
        ({"mode": "GOVERNANCE", "days": 1, "years": 1}, "MalformedXML", None),
        ({"mode": "GOVERNANCE", "days": 0}, "InvalidArgument", "Days"),
        ({"mode": "GOVERNANCE", "days": -1}, "InvalidArgument", "Days"),
        ({"mode": "COMPLIANCE", "years": -1}, "InvalidArgument", "Years"),
        ({"mode": "COMPLIANCE", "days": 36501}, "InvalidArgument", "Days"),
        ({"mode": "COMPLIANCE", "years": 101}, "InvalidArgument", "Years"),
        ({"days": 1, "default_event_hold": types.EventHoldDuration(days=1)}, "MalformedXML", None),
        ({"mode": "GOVERNANCE", "default_event_hold": types.EventHoldDuration()}, "MalformedXML", None),
        (
            {"mode": "GOVERNANCE", "default_event_hold": types.EventHoldDuration(days=1, years=1)},
            "MalformedXML",
            None,
        ),
        (
            {"mode": "GOVERNANCE", "default_event_hold": types.EventHoldDuration(days=0)},
            "InvalidArgument",
            "Days",
        ),
        (
            {"mode": "GOVERNANCE", "default_event_hold": types.EventHoldDuration(years=101)},
            "InvalidArgument",
            "Years",
        ),
    ]
    for default, code, argument in cases:
        error = await locking.refused(configuration(**default))
        assert (error.code, error.fields.get("ArgumentName")) == (code, argument)
    await put(locking)
    assert await shown(locking) == (None, None, None)


async def test_configurations_that_are_none(locking: Operations) -> None:
    empty = types.PutObjectLockConfigurationInput(bucket="bucket")
    assert (await locking.refused(empty)).code == "MissingRequestBodyError"
    rule = types.ObjectLockRule(default_retention=types.DefaultRetention(mode="GOVERNANCE", days=1))
    for enabled, given in (
        (None, None),
        ("Disabled", rule),
        ("enabled", rule),
        (None, rule),
        ("Enabled", types.ObjectLockRule()),
        ("Enabled", types.ObjectLockRule(default_retention=types.DefaultRetention())),
    ):
        asked = types.ObjectLockConfiguration(object_lock_enabled=enabled, rule=given)
        request = types.PutObjectLockConfigurationInput(bucket="bucket", object_lock_configuration=asked)
        assert (await locking.refused(request)).code == "MalformedXML"


async def test_defaults_hold_for_whatever_makes_a_version(locking: Operations, database: Database) -> None:
    s3 = locking
    await put(s3, "plain", object_lock_legal_hold_status="OFF")
    await configure(s3, mode="COMPLIANCE", years=2)
    await put(s3, "years")
    await configure(s3, mode="GOVERNANCE", days=3)
    await put(s3, "put")
    await put(s3, "put")
    await put(s3, "held", object_lock_legal_hold_status="ON")
    await s3.do(types.CopyObjectInput(bucket="bucket", key="copied", copy_source="bucket/plain"))
    upload_id = await s3.begin("parts")
    part = await s3.do(
        types.UploadPartInput(bucket="bucket", key="parts", upload_id=upload_id, part_number=1),
        b"data",
        sent=["CRC32"],
    )
    await s3.complete("parts", upload_id, [completed(1, part)])
    for key, days, held in (
        ("put", 3, None),
        ("held", 3, "ON"),
        ("copied", 3, None),
        ("parts", 3, None),
        ("years", 730, None),
    ):
        until = (await s3.head(key)).last_modified + timedelta(days=days)
        until = until.replace(microsecond=until.microsecond // 1000 * 1000)
        mode = "GOVERNANCE" if days == 3 else "COMPLIANCE"
        assert await shown(s3, key) == (mode, until, held)
    assert (await shown(s3, "plain"))[0] is None
    await put(s3, "own", object_lock_mode="COMPLIANCE", object_lock_retain_until_date=SOON)
    assert await shown(s3, "own") == ("COMPLIANCE", SOON, None)
    await configure(s3)
    await put(s3, "put")
    assert (await shown(s3, "put"))[0] is None
    assert await invariants.check_versions(database) == []


async def test_defaults_are_not_of_delete_markers(locking: Operations) -> None:
    await configure(locking, mode="COMPLIANCE", days=1)
    marker = await delete(locking)
    assert marker.delete_marker
    assert (await delete(locking, marker.version_id)).delete_marker
    await locking.do(types.DeleteBucketInput(bucket="bucket"))


async def test_locks_of_uploads_and_copies(locking: Operations) -> None:
    s3 = locking
    given: dict[str, Any] = {"object_lock_mode": "GOVERNANCE", "object_lock_retain_until_date": SOON}
    given["object_lock_legal_hold_status"] = "ON"
    await put(s3, "put", **given)
    upload_id = await s3.begin("parts", **given)
    part = types.UploadPartInput(bucket="bucket", key="parts", upload_id=upload_id, part_number=1)
    assert said(await s3.refused(part, b"data"))[::2] == (
        "InvalidRequest",
        NEEDED.format("Put Part"),
    )
    stored = await s3.do(part, b"data", sent=["CRC32"])
    await s3.complete("parts", upload_id, [completed(1, stored)])
    source: dict[str, Any] = {"bucket": "bucket", "copy_source": "bucket/put"}
    await s3.do(types.CopyObjectInput(key="copied", **source, **given))
    await s3.do(types.CopyObjectInput(key="unlocked", **source))
    for key in ("put", "parts", "copied"):
        assert await shown(s3, key) == ("GOVERNANCE", SOON, "ON")
    assert await shown(s3, "unlocked") == (None, None, None)


async def test_headers_that_ask_for_no_lock(locking: Operations) -> None:
    s3 = locking
    await put(s3, "source")
    await s3.create("other")
    mode, until = "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"
    both = f"{until} and {mode} must both be supplied"
    past = datetime(2020, 1, 1, tzinfo=UTC)
    cases: list[tuple[dict[str, Any], str, dict[str, str]]] = [
        ({"object_lock_mode": "GOVERNANCE"}, both, {"ArgumentName": until}),
        ({"object_lock_retain_until_date": SOON}, both, {"ArgumentName": mode}),
        (
            {"object_lock_mode": "governance", "object_lock_retain_until_date": SOON},
            "Unknown wormMode directive.",
            {"ArgumentName": mode, "ArgumentValue": "governance"},
        ),
        (
            {"object_lock_mode": "", "object_lock_retain_until_date": SOON},
            "Unknown wormMode directive.",
            {"ArgumentName": mode, "ArgumentValue": ""},
        ),
        (
            {"object_lock_mode": "GOVERNANCE", "object_lock_retain_until_date": past},
            "The retain until date must be in the future!",
            {"ArgumentName": until, "ArgumentValue": "2020-01-01T00:00:00.000Z"},
        ),
        (
            {"object_lock_legal_hold_status": "on"},
            "Legal Hold must be either of 'ON' or 'OFF'",
            {"ArgumentName": "x-amz-object-lock-legal-hold", "ArgumentValue": "on"},
        ),
    ]
    lock = {"object_lock_legal_hold_status": "OFF"}
    makes: list[tuple[Any, dict[str, str]]] = [
        (types.PutObjectInput, {}),
        (types.CopyObjectInput, {"copy_source": "bucket/source"}),
        (types.CreateMultipartUploadInput, {}),
    ]
    for make, source in makes:
        for bucket, (members, message, fields) in product(("bucket", "other"), cases):
            error = await s3.refused(make(bucket=bucket, key="key", **source, **members), sent=["CRC32"])
            assert (error.code, error.message, error.fields) == ("InvalidArgument", message, fields)
        error = await s3.refused(make(bucket="other", key="key", **source, **lock), sent=["CRC32"])
        assert said(error) == ("InvalidRequest", 400, "Bucket is missing ObjectLockConfiguration")
        error = await s3.refused(
            make(bucket="bucket", key="key", **source, **lock), sent=["CRC32"], anonymous=True
        )
        if make is types.CreateMultipartUploadInput:  # which nobody may begin anonymously
            assert error.code == "AccessDenied"
        else:
            assert (error.code, error.fields) == ("InvalidArgument", {"ArgumentName": "Authorization"})
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"


async def test_what_is_locked_comes_with_a_digest(locking: Operations) -> None:
    s3 = locking
    request = types.PutObjectInput(bucket="bucket", key="key")
    await s3.do(request, b"data")
    request.object_lock_legal_hold_status = "ON"
    message = NEEDED.format("Put Object")
    assert said(await s3.refused(request, b"data")) == ("InvalidRequest", 400, message)
    request.object_lock_legal_hold_status = None
    await configure(s3, mode="GOVERNANCE", days=1)
    for anonymous in (False, True):
        error = await s3.refused(request, b"data", anonymous=anonymous)
        assert said(error) == ("InvalidRequest", 400, message)
    error = await s3.refused(request, b"data", anonymous=True, sent=["SHA256"])
    assert (error.code, error.fields) == ("InvalidArgument", {"ArgumentName": "Authorization"})
    await s3.do(request, b"data", sent=["SHA256"])
    assert (await shown(s3))[0] == "GOVERNANCE"
