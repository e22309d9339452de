"""Buckets of 50,000 awkward keys, versions and uploads, listed to the end by the paginators of clients.

Everything that boto3 and aws-cli show is compared, name by name and in order, with what was put there.
Control characters cannot stand in XML 1.0: of listings that these clients do not ask for with
encoding-type=url, the documents themselves are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import boto3
import botocore.session
import pytest

from tests import wire
from tests.clients.awkward import AWKWARD, KEYS, Filled, fill, rolled_up
from tests.gateway import Gateway, database_url

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("listings")]

DELIMITERS = ["//", " ", "%", "+", "&", "\U0001f600", "e\u0301", "\u0001", "key"]
LISTED = [
    ("", "/"),
    ("", "e\u0301"),  # in nearly every key
    *[(prefix, "/") for prefix in ("folder-07/", "folder-07/1", "awkward/", "a/", "/", "\u00e9", "%2F")],
    *[(prefix, delimiter) for prefix in ("folder-07/3", "awkward/", "//") for delimiter in DELIMITERS],
]
"""Prefixes and delimiters."""


@pytest.fixture(scope="module")
def filled(gateway: Gateway) -> Filled:
    """Two buckets with the same keys, one that keeps versions, and one with uploads in progress."""
    return fill(database_url(gateway), gateway.client())


@pytest.fixture(scope="module")
def lister(gateway: Gateway) -> Iterator[S3Client]:
    """A client that leaves times as they are written, as aws-cli does: reading them takes longest."""
    session = botocore.session.get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
    client: S3Client = boto3.session.Session(botocore_session=session).client(
        "s3",
        endpoint_url=gateway.endpoint,
        aws_access_key_id=gateway.access_key,
        aws_secret_access_key=gateway.secret_key,
        region_name="us-east-1",
    )
    yield client
    client.close()


def paged(s3: S3Client, operation: Any, **arguments: Any) -> Iterator[Any]:
    """Pages, as the paginator of that operation makes them."""
    yield from s3.get_paginator(operation).paginate(**arguments)


def shown(page: Any) -> list[str]:
    """Keys and common prefixes of a page in byte order, in which they are listed together."""
    names = [one["Key"] for one in page.get("Contents", ())]
    return sorted(names + [one["Prefix"] for one in page.get("CommonPrefixes", ())], key=str.encode)


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
def test_all_keys(filled: Filled, lister: S3Client, operation: str) -> None:
    pages = list(paged(lister, operation, Bucket=filled.plain))
    assert [len(page["Contents"]) for page in pages] == [1000] * 50
    assert [one["Key"] for page in pages for one in page["Contents"]] == KEYS


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
def test_by_prefix_and_delimiter(filled: Filled, lister: S3Client, operation: str) -> None:
    for prefix, delimiter in LISTED:
        expected = rolled_up(prefix, delimiter)
        size = 1000 if len(expected) > 2000 else 37
        arguments = {"Prefix": prefix, "Delimiter": delimiter, "PaginationConfig": {"PageSize": size}}
        pages = list(paged(lister, operation, Bucket=filled.plain, **arguments))
        assert [name for page in pages for name in shown(page)] == expected, (prefix, delimiter)


def test_by_versions(filled: Filled, lister: S3Client) -> None:
    found: list[tuple[str, str]] = []
    for page in paged(lister, "list_object_versions", Bucket=filled.versions):
        entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
        assert len(entries) <= 1000
        # Of one key the newest comes first; which is older is told by what was put there in what order.
        found += sorted(((one["Key"], one["VersionId"]) for one in entries), key=filled.place)
    assert found == filled.all_versions


@pytest.mark.parametrize("delimiter", ["/", "\U0001f600"])
def test_by_versions_and_delimiter(filled: Filled, lister: S3Client, delimiter: str) -> None:
    expected = {(key, version) for key, version in filled.all_versions if delimiter not in key}
    found: list[tuple[str, str]] = []
    prefixes: list[str] = []
    for page in paged(lister, "list_object_versions", Bucket=filled.versions, Delimiter=delimiter):
        found += [(one["Key"], one["VersionId"]) for one in page.get("Versions", ())]
        found += [(one["Key"], one["VersionId"]) for one in page.get("DeleteMarkers", ())]
        prefixes += [one["Prefix"] for one in page.get("CommonPrefixes", ())]
    assert len(found) == len(expected)
    assert set(found) == expected
    assert prefixes == [name for name in rolled_up("", delimiter) if delimiter in name]


def test_by_uploads(filled: Filled, lister: S3Client) -> None:
    """boto3 does not ask for encoding-type=url here, and cannot read a page with a control character."""
    for prefix, size in (("plain/", 1000), ("plain/folder-07/3", 7)):
        expected = [one for one in filled.all_uploads if one[0].startswith(prefix)]
        arguments: Any = {"Prefix": prefix, "PaginationConfig": {"PageSize": size}}
        pages = paged(lister, "list_multipart_uploads", Bucket=filled.uploads, **arguments)
        assert [(one["Key"], one["UploadId"]) for page in pages for one in page["Uploads"]] == expected


def test_by_uploads_and_delimiter(filled: Filled, lister: S3Client) -> None:
    found: list[str] = []
    arguments: Any = {"Prefix": "plain/", "Delimiter": "/", "PaginationConfig": {"PageSize": 9}}
    for page in paged(lister, "list_multipart_uploads", Bucket=filled.uploads, **arguments):
        names = [one["Key"] for one in page.get("Uploads", ())]
        found += sorted(names + [one["Prefix"] for one in page.get("CommonPrefixes", ())], key=str.encode)
    below = [key for key, _ in filled.all_uploads if key.startswith("plain/")]
    rolled = [name for name in rolled_up("plain/", "/", below) if name.endswith("/")]
    assert found == sorted([*rolled, *(key for key in below if "/" not in key[6:])], key=str.encode)


# aws-cli ---------------------------------------------------------------------------------------------


def cli(gateway: Gateway, command: str, bucket: str, query: str, *more: str) -> Any:
    arguments = ["s3api", command, "--bucket", bucket, "--output", "json", "--query", query, *more]
    return json.loads(gateway.aws(*arguments))


@pytest.mark.parametrize("command", ["list-objects", "list-objects-v2"])
def test_all_keys_by_aws_cli(filled: Filled, gateway: Gateway, command: str) -> None:
    assert cli(gateway, command, filled.plain, "Contents[].Key") == KEYS


def test_by_delimiter_by_aws_cli(filled: Filled, gateway: Gateway) -> None:
    for command in ("list-objects", "list-objects-v2"):
        query = "[Contents[].Key, CommonPrefixes[].Prefix]"
        more = ("--delimiter", "/", "--page-size", "37")
        keys, prefixes = cli(gateway, command, filled.plain, query, *more)
        assert sorted(keys + prefixes, key=str.encode) == rolled_up("", "/")
        assert prefixes == sorted(prefixes, key=str.encode)


def test_by_versions_by_aws_cli(filled: Filled, gateway: Gateway) -> None:
    query = "[Versions[].[Key, VersionId], DeleteMarkers[].[Key, VersionId]]"
    versions, markers = cli(gateway, "list-object-versions", filled.versions, query)
    found = [(key, version) for key, version in [*versions, *markers]]
    assert [(key, version) for key, version in versions] == sorted(map(tuple, versions), key=filled.place)
    assert sorted(found, key=filled.place) == filled.all_versions


def test_by_uploads_by_aws_cli(filled: Filled, gateway: Gateway) -> None:
    query = "Uploads[].[Key, UploadId]"
    found = cli(gateway, "list-multipart-uploads", filled.uploads, query, "--prefix", "plain/")
    assert [(key, upload) for key, upload in found] == [
        one for one in filled.all_uploads if one[0].startswith("plain/")
    ]


def test_recursively_by_aws_s3_ls(filled: Filled, gateway: Gateway) -> None:
    lines = gateway.aws("s3", "ls", f"s3://{filled.plain}/folder-0", "--recursive").decode().splitlines()
    assert [line.split(maxsplit=3)[3] for line in lines] == [
        key for key in KEYS if key.startswith("folder-0")
    ]


# The documents ---------------------------------------------------------------------------------------


def documents(
    gateway: Gateway, bucket: str, query: dict[str, str], marker: dict[str, str]
) -> Iterator[bytes]:
    """The pages of a listing; `marker` tells which element names what the next request says."""
    given = dict(query)
    while True:
        text = "&".join(f"{name}={quote(given[name], safe='')}" for name in sorted(given))
        said = wire.request(gateway, "GET", f"/{bucket}", text)
        assert said.status == 200, said.body
        yield said.body
        if b"<IsTruncated>true" not in said.body:
            return
        encoded = query.get("encoding-type") == "url"
        for element, name in marker.items():
            (found,) = elements(said.body, element) or [""]
            given[name] = unquote(found) if encoded else found


def elements(document: bytes, name: str) -> list[str]:
    """The text of each element of that name, with references to characters that XML does not allow too."""
    found = re.findall(f"<{name}>([^<]*)</{name}>".encode(), document)
    return [_read(text.decode()) for text in found]


_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def _read(text: str) -> str:
    return re.sub(
        "&(?:#x([0-9a-f]+)|(\\w+));",
        lambda match: chr(int(match[1], 16)) if match[1] else _ENTITIES[match[2]],
        text,
    )


LISTINGS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "v1": ({"delimiter": "nowhere"}, {"NextMarker": "marker"}),
    "v2": ({"list-type": "2"}, {"NextContinuationToken": "continuation-token"}),
    "versions": (
        {"versions": ""},
        {"NextKeyMarker": "key-marker", "NextVersionIdMarker": "version-id-marker"},
    ),
    "uploads": ({"uploads": ""}, {"NextKeyMarker": "key-marker", "NextUploadIdMarker": "upload-id-marker"}),
}


@pytest.mark.parametrize("encoding", ["url", None])
@pytest.mark.parametrize("kind", LISTINGS)
def test_the_documents(filled: Filled, gateway: Gateway, kind: str, encoding: str | None) -> None:
    query, marker = LISTINGS[kind]
    bucket = {"versions": filled.versions, "uploads": filled.uploads}.get(kind, filled.plain)
    expected = {
        "versions": [key for key, _ in filled.all_versions],
        "uploads": [key for key, _ in filled.all_uploads],
    }.get(kind, KEYS)
    given = {**query} if encoding is None else {**query, "encoding-type": encoding}
    found = [name for page in documents(gateway, bucket, given, marker) for name in elements(page, "Key")]
    assert [unquote(name) for name in found] == expected if encoding else found == expected


def test_what_is_listed_can_be_read(filled: Filled, s3: S3Client) -> None:
    for key in [*AWKWARD, *KEYS[::1000]]:
        if key not in (".", ".."):  # which boto3 takes out of the path
            assert s3.get_object(Bucket=filled.plain, Key=key)["Body"].read() == b"x"
