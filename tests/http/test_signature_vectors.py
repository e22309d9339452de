"""The signature test suite that AWS publishes, through our canonical forms.

The vectors are of an invented service, so that they exercise `canonical` and not `authenticate`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from multidict import CIMultiDict

from s3gw.http import canonical
from s3gw.http.addressing import parse_address
from s3gw.http.canonical import Scope

VECTORS = Path(__file__).parent / "vectors"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPE = Scope("20150830", "us-east-1", "service")
STAMP = "20150830T123600Z"

NORMALISED = {
    "normalize-path/get-relative",
    "normalize-path/get-relative-relative",
    "normalize-path/get-slash-dot-slash",
    "normalize-path/get-slash-pointless-dot",
    "normalize-path/get-slashes",
    "normalize-path/get-slash",
}
"""Their paths contain `.`, `..` or `//`, which AWS removes before signing, except for S3: there such a path
is a key like any other (`vectors/normalize-path/normalize-path.txt`)."""

TOKENS = {
    "get-vanilla-with-session-token": "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
}
"""Session tokens that the request of a vector does not repeat."""

NAMES = sorted(str(path.parent.relative_to(VECTORS)) for path in VECTORS.rglob("*.req"))


def read(name: str, suffix: str) -> str:
    """One file of a vector."""
    directory = VECTORS / name
    return (directory / f"{directory.name}.{suffix}").read_text(encoding="utf-8").replace("\r\n", "\n")


def parse(text: str) -> tuple[str, str, CIMultiDict[str], bytes]:
    """Method, raw target, headers and body of a request; folded header lines are joined by a line end."""
    head, _, body = text.partition("\n\n")
    request_line, *lines = head.split("\n")
    method, _, rest = request_line.partition(" ")
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith(" "):
            name, value = headers.pop()
            headers.append((name, f"{value}\n{line}"))
        else:
            name, _, value = line.partition(":")
            headers.append((name, value))
    return method, rest.rpartition(" ")[0], CIMultiDict(headers), body.encode()


def canonical_request(name: str) -> str:
    """What we make of the request of a vector."""
    method, target, headers, body = parse(read(name, "req"))
    raw_path, _, raw_query = target.partition("?")
    pairs = parse_address("/?" + raw_query, "", ()).pairs
    if name in TOKENS:
        headers["X-Amz-Security-Token"] = TOKENS[name]
    signed = read(name, "authz").partition("SignedHeaders=")[2].partition(",")[0].split(";")
    return canonical.canonical_request(
        method,
        canonical.canonical_paths(raw_path)[0],
        canonical.canonical_query(pairs),
        canonical.canonical_headers(headers, signed),
        signed,
        hashlib.sha256(body).hexdigest(),
    )


def test_all_vectors_are_there() -> None:
    assert len(NAMES) == 34
    assert set(NAMES) >= NORMALISED


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NORMALISED])
def test_vector(name: str) -> None:
    request = canonical_request(name)
    assert request == read(name, "creq")
    text = canonical.string_to_sign(STAMP, SCOPE, request)
    assert text == read(name, "sts")
    signature = canonical.sign(canonical.signing_key(SECRET, SCOPE), text)
    assert signature == read(name, "authz").rpartition("Signature=")[2].strip()


@pytest.mark.parametrize("name", sorted(NORMALISED))
def test_paths_are_not_normalised(name: str) -> None:
    _, target, _, _ = parse(read(name, "req"))
    ours, theirs = canonical_request(name).split("\n"), read(name, "creq").split("\n")
    assert ours[1] == target
    assert ours[2:] == theirs[2:]
