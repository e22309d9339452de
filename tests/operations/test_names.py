"""Names of buckets and keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations.names import check_bucket_name, check_key, is_bucket_name, missing_bucket


@pytest.mark.parametrize("name", ["abc", "a1b", "my-bucket", "a.b.c", "1.2.3", "a" * 63, "1.2.3.4.5", "a--b"])
def test_valid_bucket_names(name: str) -> None:
    assert is_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "ab",
        "a" * 64,
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        ".abc",
        "abc.",
        "a..b",
        "a.-b",
        "a-.b",
        "192.168.5.4",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-x",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "abc--x-s3",
        "abc--table-s3",
        "abc\n",
        "äbc",
        "a١b",
        "",
    ],
)
def test_invalid_bucket_names(name: str) -> None:
    with pytest.raises(S3Error) as caught:
        check_bucket_name(name)
    assert caught.value.code == "InvalidBucketName"
    assert caught.value.fields == {"BucketName": name}


@given(st.text(alphabet="ab1.-A_", max_size=66))
def test_bucket_names_are_host_names(name: str) -> None:
    if is_bucket_name(name):
        assert all(label and label[0] != "-" and label[-1] != "-" for label in name.split("."))
        assert name == name.lower()


def test_a_missing_bucket_tells_an_impossible_name() -> None:
    assert missing_bucket("good-name").code == "NoSuchBucket"
    assert missing_bucket("..").code == "InvalidBucketName"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=600))
def test_keys_are_bounded_in_bytes(key: str) -> None:
    if len(key.encode()) <= 1024:
        check_key(key)
    else:
        with pytest.raises(S3Error, match="KeyTooLongError"):
            check_key(key)


def test_key_bounds() -> None:
    check_key("ä" * 512)
    with pytest.raises(S3Error) as caught:
        check_key("ä" * 512 + "x")
    assert (caught.value.code, caught.value.fields) == (
        "KeyTooLongError",
        {"Size": "1025", "MaxSizeAllowed": "1024"},
    )


@pytest.mark.parametrize("key", ["", "a\0b", "\udc80"])
def test_what_no_key_can_be(key: str) -> None:
    with pytest.raises(S3Error, match="InvalidArgument"):
        check_key(key)
