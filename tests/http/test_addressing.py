"""Buckets and keys of request targets: nothing is normalised, and everything is decoded once."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.http.addressing import parse_address

DOMAINS = ("s3.example.com", "objects.test")
KEYS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("target", "bucket", "key"),
    [
        ("/", None, None),
        ("/?x-id=ListBuckets", None, None),
        ("/bucket", "bucket", None),
        ("/bucket/", "bucket", None),
        ("/bucket?acl", "bucket", None),
        ("/bucket/key", "bucket", "key"),
        ("/bucket/a/b/", "bucket", "a/b/"),
        ("/bucket//", "bucket", "/"),
        ("/bucket//a//b", "bucket", "/a//b"),
        ("/bucket/..", "bucket", ".."),
        ("/bucket/.", "bucket", "."),
        ("/bucket/../victim/k", "bucket", "../victim/k"),
        ("/bucket/..%2fvictim%2Fk", "bucket", "../victim/k"),
        ("/bucket/%2e%2e/k", "bucket", "../k"),
        ("/bucket/%252e", "bucket", "%2e"),
        ("/bucket/a+b", "bucket", "a+b"),
        ("/bucket/a%20b", "bucket", "a b"),
        ("/bucket/a%3Fb%23c%26d", "bucket", "a?b#c&d"),
        ("/bucket/caf%C3%A9", "bucket", "café"),
        ("/bucket/café", "bucket", "café"),
        ("/bucket/cafe%CC%81", "bucket", "cafe\u0301"),
        ("/bucket/a=b&c", "bucket", "a=b&c"),
        ("/buck%65t/k", "bucket", "k"),
        ("/-/live", "-", "live"),
        ("http://other.example.org/bucket/key", "bucket", "key"),
        ("http://other.example.org", None, None),
        ("HTTPS://other.example.org?acl", None, None),
    ],
)
def test_path_style(target: str, bucket: str | None, key: str | None) -> None:
    address = parse_address(target, "127.0.0.1:9000", DOMAINS)
    assert (address.bucket, address.key, address.virtual_host) == (bucket, key, False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]:9000", "localhost", "s3.example.com", "S3.Example.Com:80", ""]
)
def test_hosts_that_name_no_bucket(host: str) -> None:
    assert parse_address("/bucket/key", host, DOMAINS).bucket == "bucket"


@pytest.mark.parametrize(
    ("host", "target", "bucket", "key"),
    [
        ("my-bucket.s3.example.com", "/", "my-bucket", None),
        ("my-bucket.s3.example.com:9000", "/key", "my-bucket", "key"),
        ("My-Bucket.S3.EXAMPLE.com", "/a/b", "my-bucket", "a/b"),
        ("my.dotted.bucket.objects.test", "//a", "my.dotted.bucket", "/a"),
        ("my-bucket.s3.example.com", "/-/live", "my-bucket", "-/live"),
        ("my-bucket.s3.example.com", "/other/key", "my-bucket", "other/key"),
        ("my-bucket.s3.example.com.", "/../k", "my-bucket", "../k"),
    ],
)
def test_virtual_hosts(host: str, target: str, bucket: str, key: str | None) -> None:
    address = parse_address(target, host, DOMAINS)
    assert (address.bucket, address.key, address.virtual_host) == (bucket, key, True)


def test_without_domains_every_host_is_path_style() -> None:
    assert parse_address("/bucket/key", "my-bucket.s3.example.com", ()).bucket == "bucket"


def test_the_authority_of_an_absolute_target_never_names_the_bucket() -> None:
    """It is not signed, while the Host header is."""
    address = parse_address("http://victim.s3.example.com/k", "mine.s3.example.com", DOMAINS)
    assert address.bucket == "mine"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/..", "InvalidBucketName"),
        ("/../victim/k", "InvalidBucketName"),
        ("/%2e%2e/victim", "InvalidBucketName"),
        ("/.", "InvalidBucketName"),
        ("//victim/k", "InvalidBucketName"),
        ("/ab/k", "InvalidBucketName"),
        ("/a%2Fb/k", "InvalidBucketName"),
        ("/a..b/k", "InvalidBucketName"),
        ("/caf%C3%A9/k", "InvalidBucketName"),
        (f"/{'b' * 256}", "InvalidBucketName"),
        ("/bucket/%00", "InvalidURI"),
        ("/bucket/\0", "InvalidURI"),
        ("/bucket/%ff", "InvalidURI"),
        ("/bucket/\udcff", "InvalidURI"),
        ("/bucket/%C3", "InvalidURI"),
        ("/bucket/%ed%a0%80", "InvalidURI"),
        ("/bucket/%", "InvalidURI"),
        ("/bucket/%4", "InvalidURI"),
        ("/bucket/%zz", "InvalidURI"),
        ("/bucket?prefix=%zz", "InvalidURI"),
        ("/bucket?prefix=%00", "InvalidURI"),
        ("/bucket?prefix=%ff", "InvalidURI"),
        ("/bucket?" + "a&" * 1001, "InvalidURI"),
        ("/bucket/a#b", "InvalidURI"),
        ("*", "InvalidURI"),
        ("", "InvalidURI"),
        ("bucket/key", "InvalidURI"),
        ("ftp://host/bucket", "InvalidURI"),
        ("example.com:443", "InvalidURI"),
        (f"/bucket/{'k' * 1025}", "KeyTooLongError"),
        (f"/bucket/{'%C3%A9' * 513}", "KeyTooLongError"),
    ],
)
def test_targets_that_are_refused(target: str, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        parse_address(target, "127.0.0.1:9000", DOMAINS)
    assert caught.value.code == code
    assert caught.value.status == 400


def test_a_key_may_have_1024_bytes() -> None:
    assert parse_address(f"/bucket/{'%C3%A9' * 512}", "", ()).key == "é" * 512


def test_a_bad_bucket_in_the_host_is_refused() -> None:
    with pytest.raises(S3Error, match="InvalidBucketName"):
        parse_address("/k", "a..b.s3.example.com", DOMAINS)


def test_queries() -> None:
    address = parse_address("/b-1?a=1&b&c=&=d&&a=2&e+f=%2B+%26&%C3%A9=%3d", "", ())
    assert address.pairs == (
        ("a", "1"), ("b", ""), ("c", ""), ("", "d"), ("a", "2"), ("e f", "+ &"), ("é", "="),
    )  # fmt: skip
    assert address.query["a"] == "1"
    assert address.raw_query == "a=1&b&c=&=d&&a=2&e+f=%2B+%26&%C3%A9=%3d"


@settings(deadline=None)
@given(KEYS, st.sampled_from(["", "/", "/-_.~", "/!$&'()*+,;=:@"]))
def test_every_key_survives_however_much_is_escaped(key: str, safe: str) -> None:
    address = parse_address("/bucket/" + quote(key, safe=safe), "", ())
    assert address.key == key


def bucket_or_status(target: str) -> str | int | None:
    """What became of a target."""
    try:
        return parse_address(target, "mine.s3.example.com", DOMAINS).bucket
    except S3Error as error:
        return error.status


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_target_is_an_address_or_an_s3_error(target: str) -> None:
    assert bucket_or_status("/" + target) in ("mine", 400)
