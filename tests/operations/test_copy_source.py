"""The copy source is decoded once and never normalised."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations.copy_source import CopySource, parse_copy_source
from s3gw.operations.names import is_bucket_name

buckets = st.text(alphabet="abc-.1", min_size=3, max_size=20).filter(is_bucket_name)
keys = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=100)
versions = st.none() | st.text(alphabet="abcXYZ019._-", min_size=1, max_size=32)


@given(buckets, keys, versions, st.booleans())
def test_what_is_encoded_comes_back(bucket: str, key: str, version: str | None, slash: bool) -> None:
    header = (
        ("/" if slash else "")
        + quote(f"{bucket}/{key}", safe="/")
        + (f"?versionId={version}" if version else "")
    )
    assert parse_copy_source(header) == CopySource(bucket, key, version)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        source = parse_copy_source(text)
    except S3Error as error:
        assert error.status == 400  # noqa: PT017
    else:
        assert source.bucket
        assert source.key
        assert "/" not in source.bucket


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("/mine/../victim/k", CopySource("mine", "../victim/k")),
        ("mine/%2e%2e/victim/k", CopySource("mine", "../victim/k")),
        ("mine%2fvictim%2fk", CopySource("mine", "victim/k")),
        ("mine/k%3FversionId=x", CopySource("mine", "k?versionId=x")),
        ("mine/%252e%252e/k", CopySource("mine", "%2e%2e/k")),
        ("mine//k", CopySource("mine", "/k")),
        ("mine/a+b", CopySource("mine", "a+b")),
        ("mine/what?ever", CopySource("mine", "what?ever")),
        ("mine/ä", CopySource("mine", "ä")),
    ],
)
def test_case_15_sources_are_literal(header: str, expected: CopySource) -> None:
    assert parse_copy_source(header) == expected


_ENCODING, _BUCKET, _KEY = (
    f"Invalid copy source {what}" for what in ("encoding", "bucket name", "object key")
)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        *((header, _BUCKET) for header in ("", "/", "//", "//bucket/key", "192.168.1.1/k", "b@d&()/k")),
        *((header, _KEY) for header in ("bucket", "/bucket", "bucket/")),
        *((header, _ENCODING) for header in ("b/%zz", "b/%", "%", "100%/k", "b/%ff", "b/\udcff", "b/%C3%")),
        ("bucket/a%00b", "The key is empty or contains NUL."),
        ("bucket/k?versionId=", "Version id cannot be the empty string"),
    ],
)
def test_case_30_an_empty_or_malformed_source(header: str, message: str) -> None:
    with pytest.raises(S3Error) as caught:
        parse_copy_source(header)
    assert (caught.value.code, caught.value.message) == ("InvalidArgument", message)
    for value in caught.value.fields.values():
        value.encode()


def test_case_30_a_very_long_source() -> None:
    with pytest.raises(S3Error, match="KeyTooLongError"):
        parse_copy_source("bucket/" + "k" * 1025)
