"""Headers and metadata that are kept with an object."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations import properties
from s3gw.operations.properties import MEMBERS, without_aws_chunked
from s3gw.protocol import types

values = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)


def request(**members: Any) -> types.PutObjectInput:
    return types.PutObjectInput(bucket="bucket", key="key", **members)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            m: values for m in MEMBERS.values() if m not in ("content_encoding", "website_redirect_location")
        },
    )
)
def test_every_header_comes_back(members: dict[str, str]) -> None:
    output = SimpleNamespace()
    properties.show(output, properties.given(request(**members)))
    assert vars(output) == {
        "content_type": "binary/octet-stream",
        "metadata": {},
        "storage_class": None,
        "tag_count": None,
        **members,
    }


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("aws-chunked", ""),
        ("gzip", "gzip"),
        ("aws-chunked,gzip", "gzip"),
        ("gzip, AWS-chunked", "gzip"),
        ("gzip, br", "gzip,br"),
    ],
)
def test_aws_chunked_is_not_the_objects(given_: str, kept: str) -> None:
    assert without_aws_chunked(given_) == kept
    headers = properties.given(request(content_encoding=given_)).headers
    assert headers.get("Content-Encoding", "") == kept


@given(st.dictionaries(st.text(alphabet="abc-", min_size=1, max_size=20), values, max_size=8))
def test_metadata_is_kept(metadata: dict[str, str]) -> None:
    assert properties.given(request(metadata=metadata)).metadata == metadata


def test_metadata_is_bounded_in_bytes() -> None:
    properties.given(request(metadata={"k": "v" * 2047}))
    properties.given(request(metadata={"k": "ä" * 1023, "l": ""}))
    with pytest.raises(S3Error) as caught:
        properties.given(request(metadata={"k": "ä" * 1023, "lo": ""}))
    assert caught.value.code == "MetadataTooLarge"
    assert caught.value.fields == {"Size": "2049", "MaxSizeAllowed": "2048"}


@pytest.mark.parametrize("value", ["a\nb", "a\0b", "a\x7fb", "\udc80"])
def test_what_no_header_can_hold(value: str) -> None:
    with pytest.raises(S3Error, match="InvalidArgument"):
        properties.given(request(content_type=value))


@pytest.mark.parametrize("value", ["a\0b", "\udc80"])
def test_what_metadata_cannot_be(value: str) -> None:
    with pytest.raises(S3Error, match="InvalidArgument"):
        properties.given(request(metadata={"k": value}))


def test_metadata_may_have_lines() -> None:
    assert properties.given(request(metadata={"k": "a\nb"})).metadata == {"k": "a\nb"}


def test_storage_classes() -> None:
    assert properties.given(request()).storage_class == "STANDARD"
    assert properties.given(request(storage_class="STANDARD_IA")).storage_class == "STANDARD_IA"
    for name in ("OUTPOSTS", "EXPRESS_ONEZONE", "standard", "", "NONE"):
        with pytest.raises(S3Error, match="InvalidStorageClass"):
            properties.given(request(storage_class=name))


def test_redirect_locations() -> None:
    assert (
        properties.given(request(website_redirect_location="/x")).headers["x-amz-website-redirect-location"]
        == "/x"
    )
    for location in ("x", "ftp://x", "/" + "x" * 2048):
        with pytest.raises(S3Error, match="InvalidRedirectLocation"):
            properties.given(request(website_redirect_location=location))
