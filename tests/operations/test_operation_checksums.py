"""Which checksum algorithms and types go together."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from s3gw.errors import S3Error
from s3gw.operations import checksums, etags
from s3gw.protocol import types


@pytest.mark.parametrize(
    ("algorithm", "kind", "expected"),
    [
        (None, None, (None, None)),
        ("CRC32", None, ("CRC32", "COMPOSITE")),
        ("crc32c", "FULL_OBJECT", ("CRC32C", "FULL_OBJECT")),
        ("CRC64NVME", None, ("CRC64NVME", "FULL_OBJECT")),
        ("SHA1", "composite", ("SHA1", "COMPOSITE")),
        ("SHA256", None, ("SHA256", "COMPOSITE")),
        ("xxhash3", None, ("XXHASH3", "COMPOSITE")),
        ("MD5", "COMPOSITE", ("MD5", "COMPOSITE")),
    ],
)
def test_of_upload(algorithm: str | None, kind: str | None, expected: tuple[str | None, str | None]) -> None:
    assert checksums.of_upload(algorithm, kind) == expected


@pytest.mark.parametrize(
    ("algorithm", "kind", "message"),
    [
        (None, "FULL_OBJECT", "can only be used with the x-amz-checksum-algorithm header"),
        ("CRC64NVME", "COMPOSITE", "COMPOSITE checksum type cannot be used with the crc64nvme checksum"),
        ("SHA1", "full_object", "FULL_OBJECT checksum type cannot be used with the sha1 checksum"),
        ("SHA256", "FULL_OBJECT", "cannot be used with the sha256"),
        ("XXHASH128", "FULL_OBJECT", "cannot be used with the xxhash128"),
        ("X", None, "algorithm provided is unsupported"),
        ("CRC32", "X", "Value for x-amz-checksum-type header is invalid"),
        (None, "X", "Value for x-amz-checksum-type header is invalid"),
    ],
)
def test_combinations_that_do_not_exist(algorithm: str | None, kind: str | None, message: str) -> None:
    with pytest.raises(S3Error, match=f"InvalidRequest: .*{message}"):
        checksums.of_upload(algorithm, kind)


def test_given_and_shown() -> None:
    source = types.CompletedPart(checksum_crc32="AAAAAA==", checksum_sha256=None)
    assert checksums.given(source) == {"CRC32": "AAAAAA=="}
    target = SimpleNamespace()
    checksums.show(target, {"type": "FULL_OBJECT", "CRC32C": "x"})
    assert vars(target) == {"checksum_crc32_c": "x", "checksum_type": "FULL_OBJECT"}
    several = types.CompletedPart(checksum_sha512="x", checksum_md5="y")
    assert checksums.given(several) == {"SHA512": "x", "MD5": "y"}
    assert checksums.known("xxhash3", "x-amz-sdk-checksum-algorithm") == "XXHASH3"


def test_etag_of_parts() -> None:
    # The digest of two digests, as S3 shows it for parts "hello" and "world".
    tags = ["5d41402abc4b2a76b9719d911017c592", "7d793037a0760186574b0282f2f435e7"]
    assert etags.of_parts(tags) == "065947336a2f2a95ba8899f3675c3be6-2"
    assert etags.quote("x") == '"x"'
    assert [etags.unquote(t) for t in ('"x"', "x", 'W/"x"', ' "x" ')] == ["x"] * 4
    assert etags.is_md5(tags[0])
    assert not etags.is_md5(etags.of_parts(tags))
