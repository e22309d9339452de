"""Random sequences of operations against a dictionary."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest

from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations, checksum, completed, md5

KEYS = ["a", "a/1", "a/2", "b//x", "ä", "z"]
PART = 5 * MIB


class Walk:
    """One random walk: every step changes the gateway and the model alike, or reads and compares."""

    def __init__(self, s3: Operations, seed: int) -> None:
        self.s3 = s3
        self.random = random.Random(seed)
        self.model: dict[str, tuple[bytes, dict[str, str]]] = {}
        # A few blobs that repeat, so that chunks are shared between objects, parts and copies.
        self.blobs = [self.random.randbytes(size) for size in (0, 1, 4096, 20_000, 400_000, PART)]
        self.blobs.append(bytes(PART))

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[None]]] = [
            self.put,
            self.put,
            self.put_conditionally,
            self.copy,
            self.append,
            self.append,
            self.rename,
            self.multipart,
            self.delete,
            self.delete_some,
            self.read,
            self.read_range,
            self.listing,
        ]
        await self.random.choice(steps)()

    def key(self) -> str:
        return self.random.choice(KEYS)

    def data(self) -> bytes:
        return self.random.choice(self.blobs[:5]) + self.random.choice(self.blobs[:4])

    async def put(self) -> None:
        key, data = self.key(), self.data()
        metadata = {"number": str(self.random.randrange(100))}
        await self.s3.put(key, data, metadata=metadata)
        self.model[key] = data, metadata

    async def put_conditionally(self) -> None:
        key, data = self.key(), self.data()
        request = types.PutObjectInput(bucket="bucket", key=key, if_none_match="*")
        if key in self.model:
            assert (await self.s3.refused(request, data)).code == "PreconditionFailed"
        else:
            await self.s3.do(request, data)
            self.model[key] = data, {}

    async def copy(self) -> None:
        source, target = self.key(), self.key()
        request = types.CopyObjectInput(bucket="bucket", key=target, copy_source=f"bucket/{source}")
        if source not in self.model:
            assert (await self.s3.refused(request)).code == "NoSuchKey"
        elif source == target:
            assert (await self.s3.refused(request)).code == "InvalidRequest"
        else:
            await self.s3.do(request)
            self.model[target] = self.model[source]

    async def append(self) -> None:
        key, data = self.key(), self.data() + b"!"
        old, metadata = self.model.get(key, (b"", {}))
        output = await self.s3.put(key, data, write_offset_bytes=len(old))
        assert output.checksum_crc64_nvme == checksum("CRC64NVME", old + data)
        self.model[key] = old + data, metadata

    async def rename(self) -> None:
        source, target = self.key(), self.key()
        request = types.RenameObjectInput(bucket="bucket", key=target, rename_source=source)
        if source == target:
            assert (await self.s3.refused(request)).code == "InvalidRequest"
        elif source not in self.model:
            assert (await self.s3.refused(request)).code == "NoSuchKey"
        else:
            await self.s3.do(request)
            self.model[target] = self.model.pop(source)

    async def multipart(self) -> None:
        key, metadata = self.key(), {"parts": "yes"}
        upload_id = await self.s3.begin(key, metadata=metadata)
        parts, content = [], b""
        for number in range(1, self.random.randrange(2, 4)):
            data = self.random.choice(self.blobs[5:])
            parts.append(completed(number, await self.s3.part(key, upload_id, number, data)))
            content += data
        source = self.random.choice([name for name, (data, _) in self.model.items() if data] or [None])
        if source is not None:
            piece, output = await self.copy_part(key, upload_id, source)
            parts.append(completed(9, output))
            content += piece
        if self.random.random() < 0.2:
            await self.s3.do(types.AbortMultipartUploadInput(bucket="bucket", key=key, upload_id=upload_id))
            return
        await self.s3.complete(key, upload_id, parts)
        self.model[key] = content, metadata

    async def copy_part(self, key: str, upload_id: str, source: str) -> tuple[bytes, types.CopyPartResult]:
        data = self.model[source][0]
        first, last = sorted(self.random.randrange(len(data)) for _ in range(2))
        request = types.UploadPartCopyInput(
            bucket="bucket",
            key=key,
            upload_id=upload_id,
            part_number=9,
            copy_source=f"bucket/{source}",
            copy_source_range=f"bytes={first}-{last}",
        )
        output = (await self.s3.do(request)).copy_part_result
        assert output.e_tag == md5(data[first : last + 1])
        return data[first : last + 1], output

    async def delete(self) -> None:
        key = self.key()
        await self.s3.do(types.DeleteObjectInput(bucket="bucket", key=key))
        self.model.pop(key, None)

    async def delete_some(self) -> None:
        keys = self.random.sample(KEYS, 2)
        entries = [types.ObjectIdentifier(key=key) for key in keys]
        await self.s3.do(types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=entries)))
        for key in keys:
            self.model.pop(key, None)

    async def read(self) -> None:
        key = self.key()
        if key in self.model:
            got, body = await self.s3.get(key)
            assert (body, got.metadata) == self.model[key]
        else:
            assert (await self.s3.refused(types.GetObjectInput(bucket="bucket", key=key))).code == "NoSuchKey"

    async def read_range(self) -> None:
        for key, (data, _) in self.model.items():
            if data:
                first, last = sorted(self.random.randrange(len(data)) for _ in range(2))
                _, body = await self.s3.get(key, range=f"bytes={first}-{last}")
                assert body == data[first : last + 1]

    async def listing(self) -> None:
        found, token = [], None
        limit = self.random.randrange(1, 4)
        while True:
            page = await self.s3.do(
                types.ListObjectsV2Input(bucket="bucket", max_keys=limit, continuation_token=token)
            )
            found += [(entry.key, entry.size) for entry in page.contents]
            token = page.next_continuation_token
            if token is None:
                break
        assert found == [(key, len(self.model[key][0])) for key in sorted(self.model, key=str.encode)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_random_walk(s3: Operations, seed: int) -> None:
    await s3.create()
    walk = Walk(s3, seed)
    for _ in range(60):
        await walk.step()
    for key, (data, _) in walk.model.items():
        assert (await s3.get(key))[1] == data
    await walk.listing()
