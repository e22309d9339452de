"""Headers and query parameters as values, and values as headers."""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.protocol import OPERATIONS, Head, types, values
from s3gw.protocol.values import NO_ATTRIBUTES

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


def parse(operation: str, query: dict[str, str] | None = None, **headers: str) -> Any:
    """The input of `operation`; header names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return OPERATIONS[operation].parse(Head("GET", "bucket", "key", query or {}, named))


def refusal(operation: str, query: dict[str, str] | None = None, **headers: str) -> S3Error:
    """The error of the parser."""
    with pytest.raises(S3Error) as caught:
        parse(operation, query, **headers)
    return caught.value


def test_only_known_headers_are_taken() -> None:
    given = parse("PutObject", {"x-id": "PutObject"}, content_type="a/b", x_minio_internal="1", host="h")
    assert given == types.PutObjectInput(bucket="bucket", key="key", content_type="a/b")


def test_empty_integers_are_absent() -> None:
    given = parse("ListObjectsV2", {"max-keys": "", "prefix": "", "fetch-owner": ""})
    assert given == types.ListObjectsV2Input(bucket="bucket", prefix="")


@pytest.mark.parametrize("value", ["x", "1.5", "1_000", " 1", "+1", "\uff11", "0x10", "1e3", "9" * 30])
def test_bad_integers_are_named(value: str) -> None:
    error = refusal("ListObjectsV2", {"max-keys": value})
    assert error.code == "InvalidArgument"
    assert error.fields == {"ArgumentName": "max-keys", "ArgumentValue": value}
    assert "max-keys" in error.message


def test_integers_and_booleans() -> None:
    given = parse("ListObjectsV2", {"max-keys": "-1", "fetch-owner": "True"})
    assert (given.max_keys, given.fetch_owner) == (-1, True)
    assert parse("PutObject", content_length="0").content_length == 0
    assert refusal("DeleteObject", x_amz_bypass_governance_retention="yes").code == "InvalidArgument"


@pytest.mark.parametrize(
    "value",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 09:49:37 +0100",
        "1994-11-06T08:49:37Z",
        "1994-11-06T08:49:37.000Z",
    ],
)
def test_forms_of_a_date(value: str) -> None:
    assert parse("GetObject", if_modified_since=value).if_modified_since == MOMENT


@pytest.mark.parametrize(
    "value", ["", "yesterday", "0", "Sun, 99 Nov 1994 08:49:37 GMT", "1" * 5000, "GMT, , :"]
)
def test_bad_dates_of_conditions_are_ignored_and_others_refused(value: str) -> None:
    assert parse("GetObject", if_modified_since=value).if_modified_since is None
    error = refusal("PutObject", x_amz_object_lock_retain_until_date=value)
    assert error.fields["ArgumentName"] == "x-amz-object-lock-retain-until-date"


def test_the_end_of_a_retention_is_iso_8601_to_the_millisecond() -> None:
    name = "x-amz-object-lock-retain-until-date"
    for value in ("Sun, 06 Nov 1994 08:49:37 GMT", "06/06/2025", "abc", "2025-13-01"):
        error = refusal("PutObject", x_amz_object_lock_retain_until_date=value)
        assert error.message == "The retain until date must be provided in ISO 8601 format"
        assert error.fields == {"ArgumentName": name, "ArgumentValue": value}
    for value, shown in (
        ("2030-01-01", "2030-01-01T00:00:00.000Z"),
        ("2030-01-01T02:00:00.123456+02:00", "2030-01-01T00:00:00.123Z"),
    ):
        until = parse("PutObject", x_amz_object_lock_retain_until_date=value).object_lock_retain_until_date
        output = types.HeadObjectOutput(object_lock_retain_until_date=until)
        assert (name, shown) in OPERATIONS["HeadObject"].render(output).headers


def test_what_an_operation_needs_is_named() -> None:
    assert refusal("UploadPart", {"uploadId": "u"}).fields == {"ArgumentName": "partNumber"}
    error = refusal("GetObjectAttributes")
    assert (error.code, error.message) == ("InvalidRequest", NO_ATTRIBUTES)


def test_a_number_of_parts_that_is_none_counts_as_absent() -> None:
    given = parse("GetObjectAttributes", x_amz_object_attributes="ETag", x_amz_max_parts="some")
    assert given.max_parts is None


def test_lists_of_words() -> None:
    given = parse("GetObjectAttributes", x_amz_object_attributes="ETag, Checksum,,ObjectSize ")
    assert given.object_attributes == ["ETag", "Checksum", "ObjectSize"]


@pytest.mark.parametrize("name", ["response-content-type", "response-expires", "response-cache-control"])
@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\x00", "a\x7f"])
def test_case_26_line_breaks_in_overrides_of_headers_are_refused(name: str, value: str) -> None:
    assert refusal("GetObject", {name: value}).code == "InvalidArgument"


def test_case_34_what_is_sensitive_is_not_shown() -> None:
    given = parse("PutObject", x_amz_server_side_encryption_customer_key="topsecret", content_type="a/b")
    assert given.sse_customer_key == "topsecret"
    shown = "PutObjectInput(bucket='bucket', content_type='a/b', key='key', sse_customer_key=***)"
    assert repr(given) == shown
    session = types.SessionCredentials(access_key_id="a", secret_access_key="b", session_token="c")
    assert repr(session) == "SessionCredentials(access_key_id='a', secret_access_key=***, session_token=***)"


def test_expires_is_text_in_both_directions() -> None:
    assert parse("PutObject", expires="soon").expires == "soon"
    assert parse("GetObject", {"response-expires": "never"}).response_expires == "never"
    reply = OPERATIONS["GetObject"].render(types.GetObjectOutput(expires="0"))
    assert reply.headers == [("Expires", "0")]


def test_user_metadata_has_lower_case_names_without_the_prefix() -> None:
    assert parse("PutObject", x_amz_meta_a="1", x_amz_meta_b_c="").metadata == {"a": "1", "b-c": ""}
    assert parse("PutObject").metadata is None


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("plain", "plain"),
        ("=?UTF-8?B?w6k=?=", "\u00e9"),
        ("=?utf-8?Q?=C3=A9?= and =?iso-8859-1?q?=E9?=", "\u00e9 and \u00e9"),
        ("=?no-such-charset?B?w6k=?=", "=?no-such-charset?B?w6k=?="),
        ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
        ("=?UTF-8?B?w?=", "=?UTF-8?B?w?="),
        ("=?UTF-8?B?!!!?=", "=?UTF-8?B?!!!?="),
        ("=?UTF-8?b?!w6k=?= x", "=?UTF-8?b?!w6k=?= x"),
        ("what=?", "what=?"),
        ("raw \u00e9", "raw \u00e9"),
        ("latin \udce9", "latin \u00e9"),
    ],
)
def test_user_metadata_from_headers(header: str, value: str) -> None:
    assert values.metadata_value(header) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_user_metadata_survives_the_round_trip(value: str) -> None:
    header = values.metadata_header(value)
    assert header.isascii()
    assert header.isprintable()
    if "=?" not in value:
        assert values.metadata_value(header) == value


def test_bytes_that_are_not_utf8_never_become_surrogates() -> None:
    assert parse("PutObject", content_disposition="\udcff\u00e9").content_disposition == "\u00ff\u00c3\u00a9"


def test_dates_are_written_without_regard_to_zone_and_locale() -> None:
    other = MOMENT.astimezone(timezone(timedelta(hours=9))).replace(microsecond=999_999)
    assert values.http_date(other) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert values.iso_date(other) == "1994-11-06T08:49:37.000Z"
    assert locale.setlocale(locale.LC_TIME)


def test_case_31_long_headers_take_no_long_time() -> None:
    for value in ("=?" * 20_000, "=?UTF-8?B?" + "=" * 40_000, "," * 40_000, "Sun, " * 10_000):
        parse("PutObject", x_amz_meta_a=value, expires=value)
        parse("GetObject", if_modified_since=value)
        parse("GetObjectAttributes", x_amz_object_attributes=value)
