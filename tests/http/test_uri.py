"""Percent-encoding: what counts as AWS's own spelling of a path."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.http import uri


def test_every_single_byte() -> None:
    for byte in range(256):
        escaped = f"%{byte:02X}"
        assert uri.is_canonical_path(escaped) == (quote(bytes([byte]), safe="/-._~") == escaped)
        if byte < 128:
            assert uri.is_canonical_path(chr(byte)) == (uri.encode_path(chr(byte)) == chr(byte))


@settings(deadline=None)
@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=50))
def test_what_is_encoded_is_canonical_and_decodes_to_itself(text: str) -> None:
    assert uri.is_canonical_path(uri.encode_path(text))
    assert uri.decode(uri.encode_path(text)) == text
    assert uri.decode(uri.encode(text)) == text


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("ab+ %&=é", max_size=5), st.text("ab+ %&=é", max_size=5)), max_size=6))
def test_queries_come_back_as_they_were(pairs: list[tuple[str, str]]) -> None:
    raw = "&".join(f"{uri.encode(name)}={uri.encode(value)}" for name, value in pairs)
    assert uri.parse_query(raw) == tuple(pairs)
