"""What botocore signs we accept, and any single change to it we refuse."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from unittest.mock import patch
from urllib.parse import quote, unquote_to_bytes, urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha256Checksum
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http.body import open_body
from s3gw.http.signature import Authenticated
from tests.http.edge_requests import (
    ACCESS_KEY,
    NOW,
    REGION,
    SECRET_KEY,
    UNSIGNED_TRAILER,
    check,
    presigned,
    signed,
    source,
    split_url,
)

HOST = "localhost:9000"
CREDENTIALS = Credentials(ACCESS_KEY, SECRET_KEY)
UNRESERVED = "/-._~"

characters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
keys = st.text(characters, min_size=1, max_size=40) | st.sampled_from(
    [
        "..",
        "a//b",
        "/",
        "a/../b",
        "%2e",
        "a+b",
        "a b",
        "?",
        "#",
        "é",
        "e\u0301",
        "%",
        "a%2Fb",
        "~",
        "*'()!",
        "\n",
    ]
)
names = st.from_regex(r"[a-zA-Z0-9-]{1,20}", fullmatch=True)
values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
parameters = st.dictionaries(
    names.filter(lambda name: not name.lower().startswith(("x-amz-", "signature", "awsaccess"))),
    st.text(characters, max_size=20),
    max_size=5,
)
metadata = st.dictionaries(names.map(lambda name: f"x-amz-meta-{name.lower()}"), values, max_size=4)
methods = st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"])


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """botocore signs as of NOW."""
    with patch.object(botocore.auth, "get_current_datetime", lambda *_: NOW):
        yield


def url_of(key: str, query: dict[str, str]) -> str:
    """As botocore makes it: slashes of a key stay, everything else is escaped."""
    encoded = "&".join(
        f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in query.items()
    )
    return f"http://{HOST}/bucket/{quote(key, safe=UNRESERVED)}" + (f"?{encoded}" if encoded else "")


def by_header(method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[str, CIMultiDict[str]]:
    """Target and headers of a request that botocore signed."""
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    S3SigV4Auth(CREDENTIALS, "s3", REGION).add_auth(request)
    sent = CIMultiDict(request.headers.items())
    sent["Host"] = HOST
    return split_url(request.url or ""), sent


def by_query(method: str, url: str, headers: dict[str, str], expires: int) -> str:
    """Target of a request that botocore presigned."""
    request = AWSRequest(method=method, url=url, headers=headers)
    S3SigV4QueryAuth(CREDENTIALS, "s3", REGION, expires=expires).add_auth(request)
    return split_url(request.url or "")


def verdict(method: str, target: str, headers: CIMultiDict[str]) -> Authenticated | str | None:
    """Who it was, or the code of the error."""
    try:
        check(method, target, headers).send(None)
    except StopIteration as done:
        found: Authenticated | None = done.value
        return found
    except S3Error as error:
        return error.code
    raise AssertionError("it waited for something")


@settings(deadline=None)
@given(methods, keys, parameters, metadata, st.binary(max_size=20))
def test_signed_requests(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    target, sent = by_header(method, url_of(key, query), headers, body)
    assert isinstance(verdict(method, target, sent), Authenticated)


@settings(deadline=None)
@given(methods, keys, parameters, metadata, st.integers(1, 604800))
def test_presigned_requests(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], expires: int
) -> None:
    assume(all(query.values()))  # botocore drops parameters without a value when it presigns
    target = by_query(method, url_of(key, query), headers, expires)
    found = verdict(method, target, CIMultiDict(headers | {"Host": HOST}))
    assert isinstance(found, Authenticated)
    assert found.presigned


def mutated(text: str, at: int, by: str) -> str:
    """`text` with another character at a place."""
    at %= len(text)
    return text[:at] + by + text[at + 1 :]


ALPHABET = st.sampled_from("abcxyzABC0189/-_.=&;, %+")


@settings(deadline=None, max_examples=300)
@given(methods, keys, parameters, metadata, st.data())
def test_one_changed_character_is_refused(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], data: st.DataObject
) -> None:
    target, sent = by_header(method, url_of(key, query), headers, b"body")
    place = data.draw(st.sampled_from(["target", *sorted(set(sent) - {"Content-Length"})]))
    before = target if place == "target" else sent[place]
    assume(before)
    after = mutated(before, data.draw(st.integers(0, 2000)), data.draw(ALPHABET))
    assume(meaning(place, after) != meaning(place, before))
    if place == "target":
        assert not isinstance(verdict(method, after, sent), Authenticated | None)
    else:
        sent[place] = after
        assert not isinstance(verdict(method, target, sent), Authenticated | None)


def meaning(place: str, text: str) -> object:
    """What a part of a request means, so that a change of mere form is not taken for a change."""
    if place == "target":
        path, _, query = text.partition("?")
        parts = (part.partition("=") for part in query.replace("+", " ").split("&"))
        return plain(path), sorted((plain(name), plain(value)) for name, _, value in parts if name or value)
    if place == "Authorization":
        scheme, _, rest = text.partition(" ")
        parts = (part.strip().partition("=") for part in rest.split(","))
        return scheme, {
            name: sorted(value.lower().split(";")) if name == "SignedHeaders" else value
            for name, _, value in parts
        }
    return " ".join(text.split())


def plain(text: str) -> bytes:
    """Percent-decoded, whatever it is."""
    return unquote_to_bytes(text)


@settings(deadline=None, max_examples=200)
@given(keys, parameters, metadata, st.data())
@pytest.mark.slow
def test_one_changed_character_of_a_link_is_refused(
    key: str, query: dict[str, str], headers: dict[str, str], data: st.DataObject
) -> None:
    assume(all(query.values()))
    target = by_query("GET", url_of(key, query), headers, 3600)
    after = mutated(target, data.draw(st.integers(0, 2000)), data.draw(ALPHABET))
    assume(meaning("target", after) != meaning("target", target))
    found = verdict("GET", after, CIMultiDict(headers | {"Host": HOST}))
    assert not isinstance(found, Authenticated)
    assert found is not None or "?" not in after  # without a query it says nothing of who signed it


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
@pytest.mark.parametrize(("name", "checksum"), [("crc32", Crc32Checksum), ("sha256", Sha256Checksum)])
async def test_bodies_as_botocore_frames_them(size: int, name: str, checksum: type[Crc32Checksum]) -> None:
    data = bytes(size)
    trailer = f"x-amz-checksum-{name}"
    wrapper = AwsChunkedWrapper(io.BytesIO(data), checksum_cls=checksum, checksum_name=trailer)
    more = {
        "x-amz-trailer": trailer,
        "x-amz-decoded-content-length": str(size),
        "Content-Encoding": "aws-chunked",
    }
    headers = signed("PUT", "/bucket/key", more, payload=UNSIGNED_TRAILER)
    found = await check("PUT", "/bucket/key", headers)
    body = open_body(source(*iter(lambda: wrapper.read(100_000), b"")), headers, found)
    assert b"".join([bytes(block) async for block in body]) == data
    digest = checksum()
    digest.update(data)
    assert body.checksums == {name.upper(): base64.b64encode(digest.digest()).decode()}


def test_both_signers_of_these_tests_agree() -> None:
    url = url_of("a key/é", {"versionId": "1 2"})
    parts = urlsplit(url)
    target, sent = by_header("GET", url, {}, b"")
    assert target == f"{parts.path}?{parts.query}"
    names = sorted(name.lower() for name in sent if name not in ("Authorization",))
    again = signed("GET", target, dict(sent) | {"Authorization": ""}, names=names)
    assert again["Authorization"] == sent["Authorization"]
    assert by_query("GET", url, {}, 3600).startswith(target)
    assert "X-Amz-Signature=" in presigned("GET", target)
