"""The checksums against published check values, each other, and how parts make a whole."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.protocol import checksums

# Of b"123456789": the "check" of the catalogue of parametrised CRC algorithms, and FIPS 180's functions;
# those of xxHash by its reference implementation.
CHECK = {
    "CRC32": "cbf43926",
    "CRC32C": "e3069283",
    "CRC64NVME": "ae8b14860a799888",
    "SHA1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "SHA256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    "SHA512": "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a"
    "d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
    "MD5": "25f9e794323b453885f5181f1b624d0b",
    "XXHASH64": "8cb841db40e6ae83",
    "XXHASH3": "72dcb18b67a17dff",
    "XXHASH128": "33119477ede5dcd5e9716427681d5860",
}


def digest_of(algorithm: str, *blocks: bytes) -> bytes:
    """The checksum of the joined blocks."""
    checksum = checksums.new(algorithm)
    for block in blocks:
        checksum.update(block)
    return checksum.digest()


@pytest.mark.parametrize("algorithm", checksums.ALGORITHMS)
def test_check_values(algorithm: str) -> None:
    assert digest_of(algorithm, b"123456789").hex() == CHECK[algorithm]
    checksum = checksums.new(algorithm)
    for block in (b"1234", bytearray(b"567"), memoryview(b"89")):
        checksum.update(block)
    assert checksum.digest().hex() == CHECK[algorithm]
    assert checksum.name == algorithm
    assert len(checksum.digest()) == checksums.LENGTHS[algorithm]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_the_whole_follows_from_the_parts(parts: list[bytes]) -> None:
    for algorithm in ("CRC32", "CRC32C", "CRC64NVME"):
        pairs = [(digest_of(algorithm, part), len(part)) for part in parts]
        assert checksums.combine(algorithm, pairs) == digest_of(algorithm, b"".join(parts))
    assert digest_of("CRC32", *parts) == zlib.crc32(b"".join(parts)).to_bytes(4, "big")


def test_what_cannot_be_combined() -> None:
    assert [name for name in checksums.ALGORITHMS if checksums.can_combine(name)] == [
        "CRC32",
        "CRC32C",
        "CRC64NVME",
    ]
    with pytest.raises(KeyError):
        checksums.combine("SHA1", [(b"", 0)])
    with pytest.raises(ValueError, match="no parts"):
        checksums.combine("CRC32", [])


def test_composite_is_the_digest_of_digests() -> None:
    digests = [hashlib.sha256(part).digest() for part in (b"a", b"b")]
    expected = b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
    assert checksums.composite("SHA256", digests) == f"{expected}-2"


def test_base64() -> None:
    digest = digest_of("CRC32C", b"x")
    assert checksums.decode("CRC32C", checksums.encode(digest)) == digest
    for wrong in ("", "!!!!", "AAAA", "AAAAAA", "AAAAAA=", "AAAAAAAAAAA=", "\u00e9", "AAAA AA=="):
        with pytest.raises(S3Error) as caught:
            checksums.decode("CRC32C", wrong)
        assert caught.value.code == "InvalidRequest"
        assert "x-amz-checksum-crc32c" in caught.value.message


def test_header_names() -> None:
    assert checksums.header_name("CRC64NVME") == "x-amz-checksum-crc64nvme"
    assert checksums.HEADERS["x-amz-checksum-sha1"] == "SHA1"
