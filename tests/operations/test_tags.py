"""What S3 allows as tags."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations import tags
from s3gw.protocol import types

_TEXT = st.text(st.characters(categories=("L", "Nd"), include_characters=" +-=._:/@"), max_size=128)


def document(*pairs: tuple[str | None, str | None]) -> types.Tagging:
    return types.Tagging(tag_set=[types.Tag(key=key, value=value) for key, value in pairs])


@given(
    st.dictionaries(
        _TEXT.filter(lambda key: key != "" and not key.lower().startswith("aws:")), _TEXT, max_size=10
    )
)
def test_what_is_allowed_comes_back(kept: dict[str, str]) -> None:
    assert tags.of_header(urlencode(kept)) == kept
    assert tags.of_document(tags_document(kept), 10, "Object") == kept


def tags_document(kept: dict[str, str]) -> types.Tagging:
    return types.Tagging(tag_set=tags.shown(kept))


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("&", {}),
        ("&&a=1&&b&", {"a": "1", "b": ""}),
        ("a", {"a": ""}),
        ("a=&", {"a": ""}),
        ("a++b=c++d", {"a  b": "c  d"}),
        ("a%2D=%2B", {"a-": "+"}),
        ("a=b%3Dc", {"a": "b=c"}),
    ],
)
def test_headers_as_s3_reads_them(header: str, kept: dict[str, str]) -> None:
    assert tags.of_header(header) == kept


@given(st.text())
def test_no_header_breaks_the_parser(text: str) -> None:
    codes = set()
    try:
        assert len(tags.of_header(text)) <= 10
    except S3Error as error:
        codes.add(error.code)
    assert codes <= {"InvalidArgument", "InvalidTag", "BadRequest"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("a=1&a=2", "InvalidArgument"),
        ("a=%ff", "InvalidArgument"),
        ("a=%", "InvalidArgument"),
        ("a%2=1", "InvalidArgument"),
        ("=", "InvalidArgument"),
        ("=1", "InvalidArgument"),
        ("a=b=c", "InvalidArgument"),
        ("a=1,b=2", "InvalidArgument"),
        ("k" * 129 + "=1", "InvalidTag"),
        ("k=" + "v" * 257, "InvalidTag"),
        ("k=%3C", "InvalidTag"),
        ("aws%3Ak=1", "InvalidTag"),
        ("&".join(f"k{number}=1" for number in range(11)), "BadRequest"),
    ],
)
def test_headers_that_are_refused(header: str, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        tags.of_header(header)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("given_tags", "code"),
    [
        ((("a", "1"), ("a", "2")), "InvalidTag"),
        ((("", "1"),), "InvalidTag"),
        (((None, "1"),), "MalformedXML"),
        ((("a", None),), "MalformedXML"),
        ((("k" * 129, "1"),), "InvalidTag"),
        ((("k", "v" * 257),), "InvalidTag"),
        (tuple((f"k{number}", "") for number in range(11)), "BadRequest"),
    ],
)
def test_documents_that_are_refused(given_tags: tuple[tuple[str | None, str | None], ...], code: str) -> None:
    with pytest.raises(S3Error) as caught:
        tags.of_document(document(*given_tags), 10, "Object")
    assert caught.value.code == code
    with pytest.raises(S3Error, match="not well-formed"):
        tags.of_document(types.Tagging(), 10, "Object")


def test_how_many_a_bucket_may_have() -> None:
    many = document(*((f"k{number}", "") for number in range(51)))
    with pytest.raises(S3Error, match="BadRequest: Bucket tag count cannot be greater than 50"):
        tags.of_bucket(many)
