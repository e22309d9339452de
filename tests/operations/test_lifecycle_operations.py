"""The documents of lifecycles: what is taken, what is refused and how, what answers tell."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.protocol import OPERATIONS, types
from s3gw.protocol.operation import Head
from tests.operations.operation_calls import Operations, completed

GET = types.GetBucketLifecycleConfigurationInput(bucket="bucket")


def parsed(rules: str) -> types.PutBucketLifecycleConfigurationInput:
    """The request of these rules in XML."""
    operation = OPERATIONS["PutBucketLifecycleConfiguration"]
    request = operation.parse(Head("PUT", "bucket", None, {"lifecycle": ""}, {}))
    assert operation.parse_document is not None
    document = f'<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rules}'
    operation.parse_document(request, f"{document}</LifecycleConfiguration>".encode())
    assert isinstance(request, types.PutBucketLifecycleConfigurationInput)
    return request


def rule(inside: str, *, id_: str = "r", scope: str = "<Filter/>", status: str = "Enabled") -> str:
    return f"<Rule><ID>{id_}</ID>{scope}<Status>{status}</Status>{inside}</Rule>"


DAYS = "<Expiration><Days>1</Days></Expiration>"
FILTERED = "<Filter><{0}>{1}</{0}></Filter>"
TAG = "<Tag><Key>{}</Key><Value>v</Value></Tag>"
ABORT = (
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>{}</DaysAfterInitiation>"
    "</AbortIncompleteMultipartUpload>"
)
MARKERS = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
NONCURRENT = (
    "<NoncurrentVersionExpiration><NoncurrentDays>{}</NoncurrentDays>{}</NoncurrentVersionExpiration>"
)
NEWER = "<NewerNoncurrentVersions>{}</NewerNoncurrentVersions>"
MOVE = "<Transition>{}<StorageClass>{}</StorageClass></Transition>"


def days(number: int) -> str:
    return f"<Days>{number}</Days>"


REFUSED: list[tuple[str, str, str | None]] = [
    (rule(DAYS, scope=""), "MalformedXML", None),
    (rule(DAYS, status="enabled"), "MalformedXML", None),
    (
        rule(DAYS, scope="<Filter/><Prefix>p</Prefix>"),
        "InvalidRequest",
        "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
    ),
    (
        rule(DAYS, scope="<Prefix>p</Prefix>") + rule(DAYS, id_="s"),
        "InvalidRequest",
        "Filter element can only be used in Lifecycle V2.",
    ),
    (
        rule(DAYS, scope="<Prefix/>") + rule(DAYS, id_="s", scope="<Prefix>a</Prefix>"),
        "InvalidRequest",
        "Found overlapping prefixes '' and 'a' for same action type 'Expiration'",
    ),
    (rule("", scope="<Filter/>"), "InvalidRequest", "At least one action needs to be specified in a rule"),
    (
        rule(DAYS) + rule(DAYS),
        "InvalidArgument",
        "Rule ID must be unique. Found same ID for more than one rule",
    ),
    (rule(DAYS, id_="x" * 256), "InvalidArgument", "ID length should not exceed allowed limit of 255"),
    (
        "".join(rule(DAYS, id_=str(number)) for number in range(1001)),
        "InvalidRequest",
        "The number of lifecycle rules must not exceed the allowed limit of 1000 rules",
    ),
    (
        rule("<Expiration><Days>0</Days></Expiration>"),
        "InvalidArgument",
        "'Days' for Expiration action must be a positive integer",
    ),
    (rule("<Expiration><Days>-1</Days></Expiration>"), "InvalidArgument", None),
    (rule("<Expiration><Days>4294967296</Days></Expiration>"), "MalformedXML", None),
    (rule("<Expiration/>"), "MalformedXML", None),
    (rule("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"), "MalformedXML", None),
    (
        rule(
            "<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
        ),
        "MalformedXML",
        None,
    ),
    (
        rule("<Expiration><Date>2030-01-01T00:00:01Z</Date></Expiration>"),
        "InvalidArgument",
        "'Date' must be at midnight GMT",
    ),
    (rule("<Expiration><Date>20300101</Date></Expiration>"), "MalformedXML", None),
    (
        rule(MARKERS, scope=FILTERED.format("Tag", "<Key>a</Key><Value>b</Value>")),
        "InvalidRequest",
        "ExpiredObjectDeleteMarker cannot be specified with Tags.",
    ),
    (
        rule(MARKERS, scope=FILTERED.format("ObjectSizeGreaterThan", 1)),
        "InvalidRequest",
        "ExpiredObjectDeleteMarker cannot be specified with Object Size.",
    ),
    (
        rule(ABORT.format(1), scope=FILTERED.format("And", TAG.format("a") + TAG.format("b"))),
        "InvalidRequest",
        "AbortIncompleteMultipartUpload cannot be specified with Tags.",
    ),
    (
        rule(ABORT.format(1), scope=FILTERED.format("ObjectSizeLessThan", 1)),
        "InvalidRequest",
        "AbortIncompleteMultipartUpload cannot be specified with Object Size.",
    ),
    (
        rule(ABORT.format(0)),
        "InvalidArgument",
        "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
    ),
    (rule("<AbortIncompleteMultipartUpload/>"), "MalformedXML", None),
    (rule("<NoncurrentVersionExpiration/>"), "MalformedXML", None),
    (
        rule(f"<NoncurrentVersionExpiration>{NEWER.format(1)}</NoncurrentVersionExpiration>"),
        "MalformedXML",
        None,
    ),
    (
        rule(NONCURRENT.format(0, "")),
        "InvalidArgument",
        "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
    ),
    (rule(NONCURRENT.format(1, NEWER.format(0))), "InvalidArgument", None),
    (rule(NONCURRENT.format(1, NEWER.format(101))), "InvalidArgument", None),
    (
        rule(NONCURRENT.format(1, NEWER.format(1)), scope="<Prefix/>"),
        "InvalidRequest",
        "NewerNoncurrentVersions element can only be used in Lifecycle V2.",
    ),
    (rule(DAYS, scope=FILTERED.format("And", "<Prefix>a</Prefix>")), "MalformedXML", None),
    (rule(DAYS, scope=FILTERED.format("And", "")), "MalformedXML", None),
    (
        rule(DAYS, scope="<Filter><And><Prefix>t</Prefix></And><Prefix/></Filter>"),
        "MalformedXML",
        None,
    ),
    (
        rule(DAYS, scope="<Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><Prefix/></Filter>"),
        "MalformedXML",
        None,
    ),
    (
        rule(DAYS, scope=FILTERED.format("And", TAG.format("a") + TAG.format("a"))),
        "InvalidRequest",
        "Duplicate Tag Keys are not allowed.",
    ),
    (
        rule(DAYS, scope=FILTERED.format("ObjectSizeGreaterThan", 1099511627776001)),
        "InvalidRequest",
        "'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.",
    ),
    (
        rule(DAYS, scope=FILTERED.format("ObjectSizeLessThan", 0)),
        "InvalidRequest",
        "'ObjectSizeLessThan' should be between 1 and 1099511627776000.",
    ),
    (
        rule(
            DAYS,
            scope=FILTERED.format(
                "And",
                "<ObjectSizeGreaterThan>9</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan>",
            ),
        ),
        "InvalidRequest",
        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
    ),
    (rule(MOVE.format(days(30), "COLD")), "MalformedXML", None),
    (
        rule(MOVE.format(days(30), "STANDARD")),
        "InvalidArgument",
        "Invalid target Storage class for Transition action",
    ),
    (rule(MOVE.format("", "GLACIER")), "MalformedXML", None),
    (rule(MOVE.format(days(-1), "GLACIER")), "InvalidArgument", None),
    (
        rule(MOVE.format(days(29), "STANDARD_IA")),
        "InvalidArgument",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
    ),
    (rule(MOVE.format(days(30), "GLACIER") + MOVE.format(days(40), "GLACIER")), "InvalidRequest", None),
    (
        rule(
            MOVE.format(days(1), "GLACIER") + MOVE.format("<Date>2030-01-01T00:00:00Z</Date>", "DEEP_ARCHIVE")
        ),
        "InvalidRequest",
        "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '()'",
    ),
    (
        rule(
            MOVE.format(days(30), "GLACIER") + MOVE.format(days(60), "DEEP_ARCHIVE"),
            scope=FILTERED.format("Prefix", ""),
        ),
        "InvalidArgument",
        (
            "'Days' in the 'Transition' action for StorageClass 'DEEP_ARCHIVE' for filter '(prefix=)' must "
            "be 90 days more than 'filter '(prefix=)'' in the 'Transition' action for StorageClass 'GLACIER'"
        ),
    ),
    (
        rule(
            MOVE.format(days(30), "STANDARD_IA") + "<Expiration><Days>30</Days></Expiration>",
            scope=FILTERED.format("Prefix", "test/"),
        ),
        "InvalidArgument",
        (
            "'Days' in the Expiration action for filter '(prefix=test/)' must be greater than 'Days' in the "
            "Transition action"
        ),
    ),
    (
        rule("<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>" + MOVE.format(days(1), "GLACIER")),
        "InvalidRequest",
        (
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for "
            "filter '()'"
        ),
    ),
]


async def test_what_is_refused(s3: Operations) -> None:
    await s3.create()
    for rules, code, message in REFUSED:
        with pytest.raises(S3Error) as caught:
            await s3.do(parsed(rules))
        error = caught.value
        assert (error.code, error.status) == (code, 400), rules
        assert message in (None, error.message), rules
    assert (await s3.refused(GET)).code == "NoSuchLifecycleConfiguration"


EVERYTHING = [
    rule(DAYS, id_="plain"),
    rule(MARKERS + ABORT.format(7), id_="markers", scope=FILTERED.format("Prefix", "p")),
    rule(NONCURRENT.format(3, NEWER.format(100)), id_="noncurrent", status="Disabled"),
    rule("<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>", id_="date"),
    rule(DAYS, id_="tag", scope=f"<Filter>{TAG.format('a')}</Filter>"),
    rule(DAYS, id_="both", scope=f"<Filter><Prefix>p</Prefix>{TAG.format('a')}</Filter>"),
    rule(DAYS, id_="larger", scope=FILTERED.format("ObjectSizeGreaterThan", 0)),
    rule(DAYS, id_="smaller", scope=FILTERED.format("ObjectSizeLessThan", 1)),
    rule(
        MOVE.format(days(30), "STANDARD_IA")
        + MOVE.format(days(60), "GLACIER")
        + "<NoncurrentVersionTransition><NoncurrentDays>0</NoncurrentDays>"
        "<StorageClass>DEEP_ARCHIVE</StorageClass>"
        "<NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionTransition>"
        "<Expiration><Days>61</Days></Expiration>",
        id_="and",
        scope=FILTERED.format(
            "And",
            "<Prefix>a</Prefix>"
            + TAG.format("x")
            + "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan>",
        ),
    ),
]


async def test_rules_come_back_as_they_were_given(s3: Operations) -> None:
    await s3.create()
    request = parsed("".join(EVERYTHING))
    answer = await s3.do(request)
    assert answer.transition_default_minimum_object_size == "all_storage_classes_128K"
    found = await s3.do(GET)
    assert request.lifecycle_configuration is not None
    assert found.rules == request.lifecycle_configuration.rules
    document = s3.render("GetBucketLifecycleConfiguration", found).body
    assert isinstance(document, bytes)
    assert re.findall(rb"<Rule>.*?</Rule>", document)
    again = parsed(document.decode().partition(">")[2].partition(">")[2].rpartition("<")[0])
    assert again.lifecycle_configuration == request.lifecycle_configuration
    await s3.do(types.DeleteBucketLifecycleInput(bucket="bucket"))
    await s3.do(types.DeleteBucketLifecycleInput(bucket="bucket"))
    error = await s3.refused(GET)
    assert (error.status, error.code) == (404, "NoSuchLifecycleConfiguration")
    assert error.message == "The lifecycle configuration does not exist"


async def test_the_older_form_and_ids_that_are_made(s3: Operations) -> None:
    await s3.create()
    await s3.do(
        parsed(
            "<Rule><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>31</Days></Expiration></Rule>"
            "<Rule><ID/><Prefix>b</Prefix><Status>Disabled</Status><Expiration><Days>9</Days></Expiration></Rule>"
        )
    )
    first, second = (await s3.do(GET)).rules
    assert (first.prefix, first.filter, first.expiration.days, second.prefix) == ("a", None, 31, "b")
    assert first.id != second.id
    assert min(len(first.id), len(second.id)) > 20


async def test_the_smallest_size_of_what_moves(s3: Operations) -> None:
    await s3.create()
    request = parsed(rule(DAYS))
    request.transition_default_minimum_object_size = "varies_by_storage_class"
    assert (await s3.do(request)).transition_default_minimum_object_size == "varies_by_storage_class"
    assert (await s3.do(GET)).transition_default_minimum_object_size == "varies_by_storage_class"
    request.transition_default_minimum_object_size = "none"
    error = await s3.refused(request)
    assert (error.code, error.message) == (
        "InvalidRequest",
        "Invalid TransitionDefaultMinimumObjectSize found",
    )


def tomorrow_after(days: int) -> datetime:
    now = datetime.now(UTC) + timedelta(days=days)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def told(output: Any) -> tuple[datetime, str] | None:
    if output.expiration is None:
        return None
    found = re.fullmatch(r'expiry-date="(.+)", rule-id="(.+)"', output.expiration)
    assert found is not None
    return datetime.strptime(found[1], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC), found[2]


async def test_answers_tell_when_objects_expire(s3: Operations) -> None:
    await s3.create()
    assert told(await s3.put("log/0", b"early")) is None
    await s3.do(
        parsed(
            rule(DAYS, id_="a rule", scope=FILTERED.format("Prefix", "log/"))
            + rule(DAYS, id_="tägged", scope=f"<Filter>{TAG.format('a')}</Filter>")
            + rule(ABORT.format(2), id_="abort", scope=FILTERED.format("Prefix", "log/"))
        )
    )
    expected = (tomorrow_after(1), "a rule")
    assert told(await s3.put("log/1", b"data")) == expected
    assert told((await s3.get("log/1"))[0]) == expected
    assert told(await s3.head("log/0")) == expected
    assert told(await s3.put("other", b"data")) is None
    copied = await s3.do(types.CopyObjectInput(bucket="bucket", key="log/2", copy_source="bucket/other"))
    assert told(copied) == expected
    tagged = (tomorrow_after(1), "t%C3%A4gged")
    assert told(await s3.put("other", b"data", tagging="a=v")) == tagged
    assert told(await s3.head("other")) == tagged
    created = await s3.do(types.CreateMultipartUploadInput(bucket="bucket", key="log/3"))
    assert (created.abort_date, created.abort_rule_id) == (tomorrow_after(2), "abort")
    part = await s3.part("log/3", created.upload_id, 1, b"part")
    listed = await s3.do(types.ListPartsInput(bucket="bucket", key="log/3", upload_id=created.upload_id))
    assert (listed.abort_date, listed.abort_rule_id) == (tomorrow_after(2), "abort")
    assert told(await s3.complete("log/3", created.upload_id, [completed(1, part)])) == expected
    elsewhere = await s3.do(types.CreateMultipartUploadInput(bucket="bucket", key="other"))
    assert (elsewhere.abort_date, elsewhere.abort_rule_id) == (None, None)
