"""The URLs of backends: what they mean, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3gw.backend_url import AzureLocation, FileLocation, Location, S3Location, parse, parse_all
from s3gw.config import load
from s3gw.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("file:///srv/packs", FileLocation(Path("/srv/packs"))),
        ("file:///srv/packs/", FileLocation(Path("/srv/packs"))),
        ("file://localhost/srv/a%20b", FileLocation(Path("/srv/a b"))),
        ("s3://packs", S3Location("packs")),
        ("s3://packs/a/b/", S3Location("packs", "a/b")),
        (
            "s3://packs/a?endpoint=http://127.0.0.1:9000&region=eu-central-1&addressing=virtual",
            S3Location("packs", "a", "http://127.0.0.1:9000", "eu-central-1", "virtual"),
        ),
        ("s3://packs?endpoint=http%3A%2F%2F[::1]:9000/", S3Location("packs", "", "http://[::1]:9000")),
        ("azure://packs", AzureLocation("packs")),
        ("azure://my-packs/a/b/?account=name1", AzureLocation("my-packs", "a/b", "name1")),
        (
            "azure://packs?account=dev&endpoint=http://127.0.0.1:10000/dev/",
            AzureLocation("packs", "", "dev", "http://127.0.0.1:10000/dev"),
        ),
    ],
)
def test_what_a_url_means(url: str, meant: Location) -> None:
    assert parse(url) == meant
    assert parse(meant.url) == meant, "the URL that is kept leads to the same place"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/srv/packs", "neither"),
        ("memory://", "neither"),
        ("file://srv/packs", "absolute"),
        ("file:///", "does not name a directory"),
        ("file:///srv/../etc", "does not name a directory"),
        ("file:///srv?x=1", "nothing else"),
        ("s3://", "bucket"),
        ("s3://UPPER", "bucket"),
        ("s3://packs:9000/x", "endpoint"),
        ("s3://packs/a//b", "prefix"),
        ("s3://packs?secret=x", "endpoint, region, addressing"),
        ("s3://packs?region=a&region=b", "once"),
        ("s3://packs?region=a b", "region"),
        ("s3://packs?addressing=host", "addressing"),
        ("s3://packs?endpoint=ftp://x", "endpoint"),
        ("s3://packs?endpoint=http://x/path", "endpoint"),
        ("s3://packs#x", "fragment"),
        ("s3://pac[ks", "host"),
        ("azure://", "container"),
        ("azure://Packs", "container"),
        ("azure://a--b", "container"),
        ("azure://packs?account=NAME", "storage account"),
        ("azure://packs?account=dev&endpoint=http://127.0.0.1:10000/other", "endpoint"),
        ("azure://packs?region=x", "account, endpoint"),
    ],
)
def test_what_is_refused(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=r"^backend: ") as refused:
        parse(url)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["s3://AKID:hunter2-secret@packs", "s3://packs?endpoint=http://AKID:hunter2-secret@host"]
)
def test_a_password_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("file:///a file:///b", ["file:///a", "file:///b"]),
        ("file:///a,file:///b, s3://packs", ["file:///a", "file:///b", "s3://packs"]),
        ("file:///a,b", ["file:///a%2Cb"]),
        (["file:///a", {"url": "file:///b", "name": "cold"}], ["file:///a", "file:///b"]),
        ({"url": "file:///b"}, ["file:///b"]),
        ("", []),
    ],
)
def test_several(value: Any, urls: list[str]) -> None:
    assert [location.url for location in parse_all(value)] == urls


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("file:///a file:///a/", "twice"),
        ([{"name": "cold"}], "url, name and reserve"),
        ([{"url": "file:///a", "reserve": "much"}], "not a size"),
        ([{"url": "s3://packs", "reserve": "1G"}], "does not tell what is free"),
        ([{"url": "file:///a", "name": "no spaces"}], "not a name"),
        (3, "neither a URL nor a list"),
    ],
)
def test_several_that_cannot_be(value: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_all(value)


def test_every_way_to_give_them(tmp_path: Path) -> None:
    file = tmp_path / "s3gw.toml"
    file.write_text('backend = ["file:///a"]\n')
    assert load({"config": str(file)}, {}).backend == (FileLocation(Path("/a")),)
    file.write_text('[[backend]]\nurl = "file:///a"\nname = "warm"\n')
    assert load({"config": str(file)}, {}).backend == (FileLocation(Path("/a"), "warm"),)
    file.write_text('[[backend]]\nurl = "file:///a"\nreserve = "10G"\n')
    assert load({"config": str(file)}, {}).backend == (FileLocation(Path("/a"), reserve=10 << 30),)
    given = {"config": str(file), "backend": ["file:///c", "file:///d"]}
    assert [place.url for place in load(given, {"S3GW_BACKEND": "file:///b"}).backend] == [
        "file:///c",
        "file:///d",
    ]
    assert load({"config": str(file)}, {"S3GW_BACKEND": "file:///b"}).backend == (FileLocation(Path("/b")),)
