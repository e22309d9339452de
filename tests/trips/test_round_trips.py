"""How many round trips to the database each operation takes, its authentication and its decision included.

What is remembered of the bucket and the access key was seen by an earlier request, and the statements are
prepared: so each request is made twice, and the second is counted.
"""

from __future__ import annotations

import json

import pytest

from tests.streams import content
from tests.trips.counted import Counting, as_user

KIB, MIB = 1 << 10, 1 << 20
BUCKET = "/bucket"

# (method, key, query, headers) → round trips of requests that read what `fill` has put
READS = {
    "GET inline": ("GET", "/small", "", {}, 1),
    "HEAD inline": ("HEAD", "/small", "", {}, 1),
    "GET empty": ("GET", "/empty", "", {}, 1),
    "GET one pack": ("GET", "/middle", "", {}, 1),
    "HEAD one pack": ("HEAD", "/middle", "", {}, 1),
    "GET many chunks": ("GET", "/large", "", {}, 1),
    "GET parts": ("GET", "/parts", "", {}, 1),
    "GET range": ("GET", "/large", "", {"Range": "bytes=3000000-3000099"}, 1),
    "GET range of parts": ("GET", "/parts", "", {"Range": "bytes=5242000-5243999"}, 1),
    "GET end": ("GET", "/large", "", {"Range": "bytes=-100"}, 1),
    "GET a copy": ("GET", "/copy", "", {}, 1),
    "GET part": ("GET", "/parts", "partNumber=1", {}, 2),
    "GetObjectTagging": ("GET", "/small", "tagging=", {}, 1),
    "GetObjectAcl": ("GET", "/small", "acl=", {}, 2),
    "HeadBucket": ("HEAD", "", "", {}, 1),
    "GetBucketLocation": ("GET", "", "location=", {}, 1),
    "GetBucketVersioning": ("GET", "", "versioning=", {}, 1),
    "ListObjectsV2": ("GET", "", "list-type=2", {}, 1),
    "ListObjectsV2 by delimiter": ("GET", "", "delimiter=%2F&list-type=2", {}, 1),
    "ListObjectsV2 of nothing": ("GET", "", "list-type=2&max-keys=0", {}, 1),
    "ListObjects": ("GET", "", "", {}, 1),
    "ListObjectVersions": ("GET", "", "versions=", {}, 1),
    "ListMultipartUploads": ("GET", "", "uploads=", {}, 2),
}


async def fill(client: Counting) -> None:
    """Objects of every kind."""
    for key, size in (("small", 100), ("empty", 0), ("middle", 100 * KIB), ("large", 6 * MIB)):
        await client.ask("PUT", f"{BUCKET}/{key}", body=content(size, size))
    upload = await client.begin(f"{BUCKET}/parts")
    parts = ""
    for number in (1, 2):
        query, data = f"partNumber={number}&uploadId={upload}", content(number, 5 * MIB)
        said = await client.ask("PUT", f"{BUCKET}/parts", query, body=data)
        parts += f"<Part><PartNumber>{number}</PartNumber><ETag>{said.headers['ETag']}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    await client.ask("POST", f"{BUCKET}/parts", f"uploadId={upload}", body=document)
    await client.ask("PUT", f"{BUCKET}/copy", headers={"x-amz-copy-source": f"{BUCKET}/middle"})


@pytest.fixture(params=["root", "user"])
async def client(request: pytest.FixtureRequest, gateway: Counting) -> Counting:
    """Root, whose key is the gateway's own, and a user, whose key stands in the database, with a bucket."""
    client = gateway if request.param == "root" else as_user(gateway)
    await client.ask("PUT", BUCKET)
    return client


async def test_reads(client: Counting) -> None:
    await fill(client)
    found = {}
    for name, (method, key, query, headers, _) in READS.items():
        await client.ask(method, BUCKET + key, query, headers=headers)
        found[name] = await client.count(method, BUCKET + key, query, headers=headers)
    assert found == {name: most for name, (_, _, _, _, most) in READS.items()}


async def test_what_one_round_trip_reads_is_right(client: Counting) -> None:
    await fill(client)
    await client.ask("GET", f"{BUCKET}/large")
    parts = content(1, 5 * MIB) + content(2, 5 * MIB)
    for key, data in (("large", content(6 * MIB, 6 * MIB)), ("parts", parts)):
        for first, last in ((0, 0), (5 * MIB - 10, 5 * MIB + 10), (70_000, 2_000_000), (6_000_000, 10**12)):
            said = await client.ask("GET", f"{BUCKET}/{key}", headers={"Range": f"bytes={first}-{last}"})
            assert said.body == data[first : last + 1], (key, first, last)
            assert len(client.trips) == 1, (key, first, last)
        said = await client.ask("GET", f"{BUCKET}/{key}", headers={"Range": "bytes=-5300000"})
        assert said.body == data[-5_300_000:]
        assert (await client.ask("GET", f"{BUCKET}/{key}")).body == data


async def put_twice(client: Counting, size: int, seed: int, **more: str) -> tuple[int, int]:
    """The round trips of a PUT of new bytes, and of the same again."""
    await client.ask("PUT", f"{BUCKET}/before", body=content(seed, size), headers=more)
    counts = []
    for key in ("new", "same"):
        data = content(seed + 1, size)
        counts.append(await client.count("PUT", f"{BUCKET}/{key}-{size}", body=data, headers=more))
        assert (await client.ask("GET", f"{BUCKET}/{key}-{size}")).body == data
    return counts[0], counts[1]


@pytest.mark.parametrize(
    ("size", "most"), [(0, 1), (1, 1), (4 * KIB, 1), (12 * KIB, 2), (100 * KIB, 2), (MIB, 2), (10 * MIB, 2)]
)
async def test_put(client: Counting, size: int, most: int) -> None:
    assert await put_twice(client, size, 100) == (most, most)


async def test_put_of_a_client_that_waits_for_100(client: Counting) -> None:
    assert await put_twice(client, 4 * KIB, 200, Expect="100-continue") == (1, 1)
    assert await put_twice(client, 100 * KIB, 200, Expect="100-continue") == (2, 2)


async def test_put_with_a_precondition(client: Counting) -> None:
    """The key is looked up first, so that the body of what cannot be is not read."""
    headers = {"If-None-Match": "*"}
    for before in ("first", "second"):  # of which statements are prepared
        await client.ask("PUT", f"{BUCKET}/{before}", body=b"data", headers=headers)
    for turn in (1, 2):
        assert await client.count("PUT", f"{BUCKET}/{turn}", body=b"data", headers=headers) == 2


async def test_deletes(client: Counting) -> None:
    for turn in range(2):
        await client.ask("PUT", f"{BUCKET}/gone", body=b"data")
        found = await client.count("DELETE", f"{BUCKET}/gone"), await client.count("DELETE", f"{BUCKET}/none")
        assert turn == 0 or found == (1, 1)
        for number in range(5):
            await client.ask("PUT", f"{BUCKET}/{number}", body=b"data")
        keys = "".join(f"<Object><Key>{number}</Key></Object>" for number in range(1000))
        document = f"<Delete>{keys}</Delete>".encode()
        count = await client.count("POST", BUCKET, "delete=", body=document)
        assert turn == 0 or count == 1
    assert b"<Key>" not in (await client.ask("GET", BUCKET, "list-type=2")).body


async def test_writes_that_look_first(client: Counting) -> None:
    """A second look is theirs: at a source, an upload, its parts, the version that is changed."""
    tags = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    versioning = (
        b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b"<Status>Suspended</Status></VersioningConfiguration>"
    )
    await client.ask("PUT", f"{BUCKET}/small", body=b"data")
    found = {}
    for _ in range(2):
        source = {"x-amz-copy-source": f"{BUCKET}/small"}
        found["CopyObject"] = await client.count("PUT", f"{BUCKET}/copy", headers=source)
        upload = await client.begin(f"{BUCKET}/parts")
        found["CreateMultipartUpload"] = len(client.trips)
        query = f"partNumber=1&uploadId={upload}"
        said = await client.ask("PUT", f"{BUCKET}/parts", query, body=b"part")
        found["UploadPart inline"] = len(client.trips)
        document = (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
            f"<ETag>{said.headers['ETag']}</ETag></Part></CompleteMultipartUpload>"
        ).encode()
        query = f"uploadId={upload}"
        found["CompleteMultipartUpload"] = await client.count("POST", f"{BUCKET}/parts", query, body=document)
        found["PutObjectTagging"] = await client.count("PUT", f"{BUCKET}/small", "tagging=", body=tags)
        found["PutBucketTagging"] = await client.count("PUT", BUCKET, "tagging=", body=tags)
        found["PutBucketVersioning"] = await client.count("PUT", BUCKET, "versioning=", body=versioning)
    assert found == {
        "CopyObject": 3,
        "CreateMultipartUpload": 2,
        "UploadPart inline": 3,
        "CompleteMultipartUpload": 4,
        "PutObjectTagging": 2,
        "PutBucketTagging": 2,
        "PutBucketVersioning": 2,
    }


async def test_parts(client: Counting) -> None:
    """A part takes what PutObject takes, and two look-ups: of the bucket and of the upload."""
    upload = await client.begin(f"{BUCKET}/parts")
    found: dict[str, int] = {}
    for turn in range(2):  # the first may register a pack
        for number, size in enumerate((100, 100 * KIB, 6 * MIB), 1):
            query = f"partNumber={number}&uploadId={upload}"
            body = content(10 * turn + number, size)
            found[f"of {size}"] = await client.count("PUT", f"{BUCKET}/parts", query, body=body)
    again = await client.count("PUT", f"{BUCKET}/parts", f"partNumber=4&uploadId={upload}", body=body)
    assert found == {"of 100": 3, f"of {100 * KIB}": 4, f"of {6 * MIB}": 4}
    assert again == 4  # whose chunks are all known


async def test_in_a_bucket_with_versioning(client: Counting) -> None:
    document = (
        b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b"<Status>Enabled</Status></VersioningConfiguration>"
    )
    await client.ask("PUT", BUCKET, "versioning=", body=document)
    for turn in range(3):
        said = await client.ask("PUT", f"{BUCKET}/key", body=b"%d" % turn)
        put, query = len(client.trips), f"versionId={said.headers['x-amz-version-id']}"
        get = await client.count("GET", f"{BUCKET}/key")
        by_id = await client.count("GET", f"{BUCKET}/key", query)
        marker = await client.count("DELETE", f"{BUCKET}/key")
        for_good = await client.count("DELETE", f"{BUCKET}/key", query)
        assert turn == 0 or (put, get, by_id, marker, for_good) == (1, 1, 1, 1, 1)


async def test_in_a_bucket_with_a_policy(gateway: Counting) -> None:
    """What the policy says costs no round trip: it is remembered with the bucket."""
    user = as_user(gateway)
    await gateway.ask("PUT", BUCKET)
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [f"arn:aws:s3:::{BUCKET[1:]}", f"arn:aws:s3:::{BUCKET[1:]}/*"],
        "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
    await gateway.ask("DELETE", BUCKET, "publicAccessBlock=")
    await gateway.ask("PUT", BUCKET, "policy=", body=policy)
    for turn in range(2):
        counts = [
            await user.count("PUT", f"{BUCKET}/key", body=b"data"),
            await user.count("PUT", f"{BUCKET}/long", body=content(turn, 20 * KIB)),
            await user.count("GET", f"{BUCKET}/key"),
            await user.count("HEAD", f"{BUCKET}/key"),
            await user.count("GET", BUCKET, "list-type=2"),
            await user.count("DELETE", f"{BUCKET}/key"),
        ]
    assert counts == [1, 2, 1, 1, 1, 1]


async def test_services(gateway: Counting) -> None:
    """A user's key is looked up where no statement could compare it."""
    await gateway.ask("GET", "/")
    assert await gateway.count("GET", "/") == 1
    user = as_user(gateway)
    await user.ask("GET", "/")
    assert await user.count("GET", "/") == 2
