"""Keys of every awkward kind, and buckets that are filled with 50,000 of them.

Some come by the API, the others by the functions of the database that it calls: 50,000 signed requests would
take minutes.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from s3gw.db.pool import Database

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
_WRITTEN = [f"plain/{key}" for key in KEYS if not _UNWRITTEN.search(key) and _fits(f"plain/{key}")]
UPLOADS = sorted({*AWKWARD, *_WRITTEN}, key=str.encode)
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
    plain, versions, uploads = [f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("plain", "versions", "uploads")]
    for name in (plain, versions, uploads):
        s3.create_bucket(Bucket=name)
    enabled: Any = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=versions, VersioningConfiguration=enabled)
    made: dict[str, list[str]] = defaultdict(list)
    begun: dict[str, list[str]] = defaultdict(list)
    first = _for_clients(KEYS[::500])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=plain, Key=key, Body=b"x"), first))
        for key, put in zip(first, pool.map(partial(_put, s3, versions), first), strict=True):
            made[key].append(put)
        again = _WRITTEN[::500]  # the answer names the key, and must be read
        for key, upload in zip(again, pool.map(partial(_begin, s3, uploads), again), strict=True):
            begun[key].append(upload)
    asyncio.run(_fill(dsn, (plain, versions, uploads), first, made, begun))
    all_versions = [(key, version) for key in KEYS for version in reversed(made[key])]
    all_uploads = [(key, one) for key in UPLOADS for one in sorted(begun[key])]
    return Filled(plain, versions, uploads, all_versions, all_uploads)


def _for_clients(keys: Sequence[str]) -> list[str]:
    """Without those that clients take out of the path."""
    return [key for key in keys if key not in (".", "..")]


def _put(s3: S3Client, bucket: str, key: str) -> str:
    return s3.put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"]


def _begin(s3: S3Client, bucket: str, key: str) -> str:
    return s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]


# $1 the bucket, $2 another and $3 a key in it, whose properties the new ones take, $4 the keys. Which row is
# taken is found first: of a join with the function, rows may be dropped after it was called for them.
_PUT_ALL = """
WITH o AS MATERIALIZED (
    SELECT b.id AS into_id, b.versioning, o.*
    FROM buckets b, buckets other JOIN objects o ON o.bucket_id = other.id
    WHERE b.name = $1 AND other.name = $2 AND o.key = $3
)
SELECT w.key, p.version
FROM o, unnest($4::text[]) AS w (key)
CROSS JOIN LATERAL put_version(
    o.versioning, o.into_id, w.key, o.account_id, o.size, o.chunk_id, o.manifest_id, o.pieces_id, o.etag,
    o.parts_count, o.storage_class, o.headers, o.metadata, NULL, o.tags, o.acl, o.encryption, o.lock,
    false, NULL
) AS p
"""
_DELETE_ALL = """
SELECT ($2::text[])[d.place] AS key, d.version
FROM buckets b, delete_objects(
    b.id, b.account_id, $2::text[], array_fill(NULL::text, ARRAY[cardinality($2::text[])]),
    array_fill(NULL::text, ARRAY[cardinality($2::text[])]), false
) AS d
WHERE b.name = $1
"""
_BEGIN_ALL = """
INSERT INTO uploads (bucket_id, key, account_id, initiator_id)
SELECT b.id, w.key, b.account_id, b.account_id FROM buckets b, unnest($2::text[]) AS w (key) WHERE b.name = $1
RETURNING key, id
"""


async def _fill(
    dsn: str,
    names: tuple[str, str, str],
    first: Sequence[str],
    made: dict[str, list[str]],
    begun: dict[str, list[str]],
) -> None:
    plain, versions, uploads = names
    db = await Database.connect(dsn)
    try:
        like = (plain, first[0])
        there = set(first)
        await db.fetch(_PUT_ALL, plain, *like, [key for key in KEYS if key not in there])
        await db.fetch("ANALYZE objects")
        # A version of each key, a second one of some of them, a third one of fewer.
        for keys in ([key for key in KEYS if key not in there], KEYS[::25], KEYS[::45]):
            for row in await db.fetch(_PUT_ALL, versions, *like, keys):
                made[row["key"]].append(row["version"])
        for row in await db.fetch(_DELETE_ALL, versions, KEYS[::35]):
            made[row["key"]].append(row["version"])
        for keys in ([key for key in UPLOADS if not begun[key]], UPLOADS[::50]):
            for row in await db.fetch(_BEGIN_ALL, uploads, keys):
                begun[row["key"]].append(row["id"])
    finally:
        await db.close()
