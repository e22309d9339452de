"""Keys of every awkward kind, and buckets that are filled with 50,000 of them.

Filled by the statements that publish objects, past HTTP: 50,000 signed requests would take minutes.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s3gw.db import buckets, objects, uploads
from s3gw.db.buckets import set_versioning
from s3gw.db.deletion import Target, delete_versions
from s3gw.db.pool import Database
from s3gw.db.records import Bucket, Draft, InlineChunk, Properties

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HOW_MANY = 50_000

CONTROLS = [chr(code) for code in (*range(1, 0x20), 0x7F, *range(0x80, 0xA0), 0xFFFE, 0xFFFF)]
"""What XML 1.0 has no way to write, tabs and line ends, and neighbours of those."""
PLAIN = [
    *"!\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~ ",
    *("/", "//", "///", "a//b", "a/", "a//", ".", "..", "./", "../", "a/./b", "a/../b", "../../etc/passwd"),
    *(
        "%",
        "%2F",
        "%252F",
        "%zz",
        "a+b",
        "a b",
        " a",
        "a ",
        "  ",
        "a%20b",
        "a%2Bb",
        "+",
        "++",
        "&amp;",
        "&#x1;",
    ),
    *("<Key>", "</Key>", "]]>", "<![CDATA[x]]>", "'\"", "a&b=c", "a?b#c", "?versionId=null", "a;b", "a\\b"),
    *("\u00e9", "e\u0301", "\u00c5", "A\u030a", "\u212b", "\ufb01", "\u1e9b\u0323"),  # NFC, NFD and others
    *("\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0010ffff", "\ue000", "\ufeff", "\u200b"),
    *(
        "\u4e2d\u6587",
        "\u0627\u0644",
        "\u202egpj.exe",
        "\u0130",
        "\u0131",
        "\u00df",
        "\u2028",
        "\u00a0",
        "z" * 1024,
    ),
    *(
        "\U0001f600" * 256,
        "/" * 1024,
        "e\u0301" * 341,
        "%" * 1024,
        "&" * 1024,
        "null",
        "None",
        "-",
        "index.html",
    ),
]
AWKWARD = [*PLAIN, *CONTROLS, *(f"a{one}b" for one in CONTROLS)]


def _keys() -> list[str]:
    """50,000 keys in byte order: awkward ones alone and in folders, which have awkward names too."""
    found = set(AWKWARD)
    for one in AWKWARD:
        found |= {name for name in (f"awkward/{one}", f"{one}/key", f"key{one}") if _fits(name)}
    folders = [f"folder-{number:02}" for number in range(20)] + ["f o", "f+o", "f%o", "f\u00f6", "\U0001f600"]
    for number in range(HOW_MANY):
        if len(found) == HOW_MANY:
            break
        found.add(f"{folders[number % len(folders)]}/{number % 97}/{number:05} \u00e9e\u0301+%\U0001f600&<")
    return sorted(found, key=str.encode)


def _fits(key: str) -> bool:
    return len(key.encode()) <= 1024


KEYS = _keys()
_UNWRITTEN = re.compile("[\x00-\x1f\ufffe\uffff]")
"""What clients cannot read in a listing that is not encoded."""
_WRITTEN = [key for key in KEYS[::17] + PLAIN if not _UNWRITTEN.search(key) and _fits(f"plain/{key}")]
UPLOADS = sorted({*AWKWARD, *(f"plain/{key}" for key in _WRITTEN)}, key=str.encode)
"""Keys of uploads: those below `plain/` can be read by clients in a listing that is not encoded."""


def rolled_up(prefix: str, delimiter: str, keys: Iterable[str] = KEYS) -> list[str]:
    """What a listing shows: keys and common prefixes, each once, in byte order."""
    found = set()
    for key in keys:
        if key.startswith(prefix):
            end = key.find(delimiter, len(prefix))
            found.add(key if end < 0 else key[: end + len(delimiter)])
    return sorted(found, key=str.encode)


@dataclass
class Filled:
    """Names of buckets on a gateway, and what they hold."""

    plain: str
    versions: str
    uploads: str
    all_versions: list[tuple[str, str]]
    """Keys and version ids, delete markers too, in the order of a listing."""
    all_uploads: list[tuple[str, str]]
    """Keys and upload ids, in the order of a listing."""

    def __post_init__(self) -> None:
        self._places = {one: place for place, one in enumerate(self.all_versions)}

    def place(self, version: Sequence[str]) -> int:
        """Where a key with a version id stands in a listing."""
        key, version_id = version
        return self._places[key, version_id]


def fill(dsn: str, s3: S3Client) -> Filled:
    """Make and fill the buckets on the gateway that has that database."""
    names = [f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("plain", "versions", "uploads")]
    for name in names:
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=names[0], Key=KEYS[0], Body=b"x")  # stores the bytes, encrypted as the gateway does
    return asyncio.run(_fill(dsn, names))


async def _fill(dsn: str, names: Sequence[str]) -> Filled:
    db = await Database.connect(dsn)
    try:
        plain, versions, begun = [await _bucket(db, name) for name in names]
        await _all(KEYS, lambda key: _put(db, plain, key))
        await set_versioning(db, versions.id, "Enabled")
        made: dict[str, list[str]] = {key: [] for key in KEYS}
        for step in (1, 5, 9):  # a version of each key, a second one of a fifth of them, a third one of some
            await _all(KEYS[::step], lambda key: _put(db, versions, key, made[key]))
        await _delete(db, versions, KEYS[::7], made)
        ids: dict[str, list[str]] = {key: [] for key in UPLOADS}
        for step in (1, 10):
            await _all(UPLOADS[::step], lambda key: _begin(db, begun, key, ids[key]))
    finally:
        await db.close()
    all_versions = [(key, version) for key in KEYS for version in reversed(made[key])]
    all_uploads = [(key, one) for key in UPLOADS for one in ids[key]]
    return Filled(plain.name, versions.name, begun.name, all_versions, all_uploads)


async def _all(keys: Sequence[str], do: Callable[[str], Awaitable[Any]]) -> None:
    """Do it to each key, many at a time, which then share statements."""
    for start in range(0, len(keys), 5000):
        await asyncio.gather(*map(do, keys[start : start + 5000]))


async def _bucket(db: Database, name: str) -> Bucket:
    bucket = await buckets.get(db, name)
    assert bucket is not None
    return bucket


async def _put(db: Database, bucket: Bucket, key: str, made: list[str] | None = None) -> None:
    chunk = InlineChunk(bucket.domain_id, hashlib.sha256(b"x").digest(), 1, 0, b"x")
    etag = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
    result = await objects.publish(db, bucket.id, key, bucket.owner.id, Draft(1, chunk), etag, Properties())
    if made is not None:
        assert result.version_id is not None
        made.append(result.version_id)


async def _delete(db: Database, bucket: Bucket, keys: Sequence[str], made: dict[str, list[str]]) -> None:
    for start in range(0, len(keys), 1000):
        targets = [Target(key) for key in keys[start : start + 1000]]
        markers = await delete_versions(db, bucket.id, bucket.owner.id, targets)
        for target, deleted in zip(targets, markers, strict=True):
            assert deleted.version_id is not None
            made[target.key].append(deleted.version_id)


async def _begin(db: Database, bucket: Bucket, key: str, made: list[str]) -> None:
    upload = await uploads.create(db, bucket.id, key, bucket.owner.id, Properties())
    assert upload is not None
    made.append(upload)
