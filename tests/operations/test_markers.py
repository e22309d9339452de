"""Continuation tokens, page sizes and the encoding of names."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations.markers import Encoder, after_token, page_size, token

keys = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)


@given(keys)
def test_a_token_names_where_to_go_on(key: str) -> None:
    text = token(key)
    assert after_token(text) == key
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda b: b.decode("latin-1")))
def test_any_text_is_a_token_or_refused(text: str) -> None:
    try:
        key = after_token(text)
    except S3Error as error:
        assert error.code == "InvalidArgument"  # noqa: PT017
    else:
        assert token(key).rstrip("=") == text.rstrip("=") or key


@pytest.mark.parametrize("text", ["", "garbage!", "AAAA", "\udc80", token("a\0b")])
def test_bad_tokens(text: str) -> None:
    with pytest.raises(S3Error, match="continuation token"):
        after_token(text)


def test_page_sizes() -> None:
    assert [page_size("max-keys", n) for n in (None, 0, 1, 1000, 1001, 2147483647)] == [
        1000,
        0,
        1,
        1000,
        1000,
        1000,
    ]
    for number, message in (
        (-1, "Argument maxKeys must be an integer between 0 and 2147483647"),
        (2147483648, "Provided max-keys not an integer or within integer range"),
    ):
        with pytest.raises(S3Error) as caught:
            page_size("max-keys", number)
        assert caught.value.message == message
        assert caught.value.fields == {"ArgumentName": "max-keys", "ArgumentValue": str(number)}
    for argument in ("max-parts", "part-number-marker", "max-uploads"):  # only max-keys is written otherwise
        with pytest.raises(S3Error, match=f"Argument {argument} must be an integer between 0 and 2147483647"):
            page_size(argument, -1)


@given(keys)
def test_encoded_names_decode_and_are_ascii(key: str) -> None:
    encoded = Encoder("url")(key)
    assert unquote(encoded) == key
    assert encoded.isascii()
    assert encoded.count("/") == key.count("/")
    assert Encoder(None)(key) == key


def test_other_encodings_are_refused() -> None:
    with pytest.raises(S3Error) as caught:
        Encoder("base64")
    assert caught.value.code == "InvalidArgument"
    assert Encoder("url").optional(None) is None
    assert Encoder("url").optional("a b") == "a%20b"
