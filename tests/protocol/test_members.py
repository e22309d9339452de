"""Members of shapes that are read at once."""

from __future__ import annotations

import pytest

from s3gw.protocol import types
from s3gw.protocol.members import Members

NAMES = Members(
    {"match": "if_match", "none": "if_none_match", "size": "if_match_size", "offset": "write_offset_bytes"}
)


def test_what_is_given() -> None:
    request = types.PutObjectInput(bucket="b", key="k")
    assert NAMES.given(request) == {}
    assert not NAMES.any_given(request)
    request.if_match = "etag"
    assert NAMES.given(request) == {"match": "etag"}
    assert NAMES.any_given(request)


@pytest.mark.parametrize(("member", "value"), [("write_offset_bytes", 0), ("if_match", "")])
def test_what_is_empty_is_given_but_nothing(member: str, value: object) -> None:
    request = types.PutObjectInput(bucket="b", key="k")
    setattr(request, member, value)
    assert NAMES.given(request) == {}
    assert NAMES.any_given(request)


def test_types_that_lack_some_or_all() -> None:
    one, none = Members({"size": "if_match_size"}), Members({"size": "nothing", "more": "of_that"})
    request = types.DeleteObjectInput(bucket="b", key="k")
    request.if_match_size = 3
    assert one.given(request) == {"size": 3}
    assert one.any_given(request)
    assert none.given(request) == {}
    assert not none.any_given(request)
    assert NAMES.given(request) == {"size": 3}
