"""The operations of a gateway beside the simple model: every step changes both, or asks both and compares."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from s3gw.backends.base import Backend
from s3gw.config import Margins, Settings
from s3gw.db import accounts
from s3gw.errors import S3Error
from s3gw.jobs.collect import collect_now
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.operations import Services
from s3gw.protocol import types
from s3gw.storage.packs import Placing
from tests.invariants import check_store
from tests.jobs.copies import World
from tests.model.simple import Bucket, Upload, Version
from tests.operations.operation_calls import Operations

T = TypeVar("T")

SETTINGS = replace(Settings(), reserve=0, inline_limit=600, job_rest=0.0)
KEYS = st.sampled_from(["a", "a/1", "a/2", "b//x", "ä"])
BUCKETS = st.sampled_from(["plain", "other"])
_RANDOM = random.Random(7)
# They repeat, alone and within each other, so that chunks are shared between objects, parts and versions.
_RUNS = [_RANDOM.randbytes(size) for size in (0, 1, 500, 3000, 20_000, 70_000)]
BLOBS = st.sampled_from([*_RUNS, _RUNS[4] + _RUNS[5], _RUNS[5] + _RUNS[5], bytes(30_000)])
METADATA = st.sampled_from([{}, {"colour": "red"}, {"colour": "blue", "size": "7"}])
TAGS = st.sampled_from([{}, {"kind": "log"}, {"kind": "log", "keep": "no"}])


@dataclass
class Ground:
    """What the examples of a test share: a loop, a database, three backends."""

    runner: asyncio.Runner
    world: World
    number: int = field(default=0)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(work)


class Machine(RuleBasedStateMachine):
    """`ground` is set by the test."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.ground.number += 1
        self.model = {"plain": Bucket(), "other": Bucket()}
        self.uploads: dict[str, Upload] = {}
        self.s3: Operations

    def name(self, bucket: str) -> str:
        """Each example has buckets of its own."""
        return f"{bucket}-{self.ground.number}"

    def do(self, request: Any, data: bytes = b"") -> Any:
        """The output of an operation."""
        return self.ground.run(self.s3.do(request, data))

    def code(self, request: Any, data: bytes = b"") -> str:
        """The code of the error by which it ends."""
        try:
            self.do(request, data)
        except S3Error as error:
            return error.code
        raise AssertionError(f"{request} was not refused")

    async def _open(self) -> None:
        world = self.ground.world
        services = Services(SETTINGS, world.db, await world.store(SETTINGS))
        self.s3 = Operations(services, await accounts.ensure_root(world.db))

    @initialize()
    def begin(self) -> None:
        self.ground.run(self._open())
        for bucket in self.model:
            self.do(types.CreateBucketInput(bucket=self.name(bucket)))

    # Buckets ------------------------------------------------------------------------------------------

    @rule(bucket=BUCKETS, status=st.sampled_from(["Enabled", "Enabled", "Suspended"]))
    def set_versioning(self, bucket: str, status: str) -> None:
        configuration = types.VersioningConfiguration(status=status)
        self.do(
            types.PutBucketVersioningInput(bucket=self.name(bucket), versioning_configuration=configuration)
        )
        self.model[bucket].versioning = status

    @rule(bucket=BUCKETS)
    def delete_bucket(self, bucket: str) -> None:
        request = types.DeleteBucketInput(bucket=self.name(bucket))
        if self.model[bucket].keys:
            assert self.code(request) == "BucketNotEmpty"
        elif not any(upload.bucket == bucket for upload in self.uploads.values()):
            self.do(request)
            assert self.code(types.ListObjectsV2Input(bucket=self.name(bucket))) == "NoSuchBucket"
            self.do(types.CreateBucketInput(bucket=self.name(bucket)))
            self.model[bucket] = Bucket()

    # Writes -------------------------------------------------------------------------------------------

    @rule(bucket=BUCKETS, key=KEYS, data=BLOBS, metadata=METADATA, tags=TAGS)
    def put(self, bucket: str, key: str, data: bytes, metadata: dict[str, str], tags: dict[str, str]) -> None:
        tagging = "&".join(f"{name}={value}" for name, value in tags.items())
        request = types.PutObjectInput(
            bucket=self.name(bucket), key=key, metadata=metadata, tagging=tagging or None
        )
        output = self.do(request, data)
        self._made(bucket, key, output, Version("", data, metadata, tags))

    @rule(bucket=BUCKETS, key=KEYS, data=BLOBS, how=st.sampled_from(["absent", "same", "other", "any"]))
    def put_on_condition(self, bucket: str, key: str, data: bytes, how: str) -> None:
        request = types.PutObjectInput(bucket=self.name(bucket), key=key)
        there = self.model[bucket].current(key)
        if how == "absent":
            request.if_none_match = "*"
            wrong = None if there is None else "PreconditionFailed"
        else:
            etag = there.etag if there is not None and how == "same" else '"0123"'
            request.if_match = "*" if how == "any" else etag
            wrong = "NoSuchKey" if there is None else "PreconditionFailed" if how == "other" else None
        if wrong is not None:
            assert self.code(request, data) == wrong
        else:
            self._made(bucket, key, self.do(request, data), Version("", data))

    @rule(bucket=BUCKETS, source=KEYS, goal=KEYS, to=BUCKETS, replaced=st.booleans(), tags=TAGS)
    def copy(
        self, bucket: str, source: str, goal: str, to: str, replaced: bool, tags: dict[str, str]
    ) -> None:
        request = types.CopyObjectInput(
            bucket=self.name(to), key=goal, copy_source=f"{self.name(bucket)}/{source}"
        )
        there = self.model[bucket].current(source)
        if there is None:
            assert self.code(request) == "NoSuchKey"
            return
        if not replaced and (bucket, source) == (to, goal):
            assert self.code(request) == "InvalidRequest"
            return
        made = Version("", there.data, there.metadata, there.tags)
        if replaced:
            request.metadata_directive = request.tagging_directive = "REPLACE"
            request.metadata = {"copied": "yes"}
            request.tagging = "&".join(f"{name}={value}" for name, value in tags.items())
            made = Version("", there.data, {"copied": "yes"}, tags)
        output = self.do(request)
        self._copied(to, goal, output, made)

    @precondition(lambda self: any(bucket.keys for bucket in self.model.values()))
    @rule(draw=st.data(), goal=KEYS)
    def copy_a_version(self, draw: st.DataObject, goal: str) -> None:
        bucket, key, version = self._any_version(draw)
        request = types.CopyObjectInput(
            bucket=self.name(bucket),
            key=goal,
            copy_source=f"{self.name(bucket)}/{key}?versionId={version.id}",
            metadata_directive="REPLACE",
        )
        if version.data is None:
            assert self.code(request) == "InvalidRequest"
        elif self.model[bucket].versioning is not None:
            output = self.do(request)
            self._copied(bucket, goal, output, Version("", version.data, {}, version.tags))

    @rule(bucket=BUCKETS, key=KEYS, data=BLOBS.filter(bool))
    def append(self, bucket: str, key: str, data: bytes) -> None:
        there = self.model[bucket].current(key)
        before = b"" if there is None or there.data is None else there.data
        request = types.PutObjectInput(bucket=self.name(bucket), key=key, write_offset_bytes=len(before))
        if self.model[bucket].versioning is not None:
            assert self.code(request, data) == "InvalidBucketState"
            return
        output = self.do(request, data)
        made = Version("", data) if there is None else replace(there, data=before + data)
        self._made(bucket, key, output, made)

    @rule(bucket=BUCKETS, source=KEYS, goal=KEYS)
    def rename(self, bucket: str, source: str, goal: str) -> None:
        model = self.model[bucket]
        request = types.RenameObjectInput(bucket=self.name(bucket), key=goal, rename_source=source)
        if model.versioning is not None:
            assert self.code(request) == "InvalidBucketState"
        elif source != goal and model.current(source) is None:
            assert self.code(request) == "NoSuchKey"
        elif source != goal:
            self.do(request)
            model.keys[goal] = model.keys.pop(source)

    @rule(bucket=BUCKETS, key=KEYS, tags=TAGS)
    def set_tags(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        there = self.model[bucket].current(key)
        entries = [types.Tag(key=name, value=value) for name, value in tags.items()]
        request = types.PutObjectTaggingInput(
            bucket=self.name(bucket), key=key, tagging=types.Tagging(tag_set=entries)
        )
        if there is not None:
            self.do(request)
            self.model[bucket].change(key, there.id, replace(there, tags=tags))
        elif not self.model[bucket].keys.get(key):
            assert self.code(request) == "NoSuchKey"

    # Uploads ------------------------------------------------------------------------------------------

    @rule(bucket=BUCKETS, key=KEYS, metadata=METADATA)
    def begin_upload(self, bucket: str, key: str, metadata: dict[str, str]) -> None:
        request = types.CreateMultipartUploadInput(bucket=self.name(bucket), key=key, metadata=metadata)
        self.uploads[self.do(request).upload_id] = Upload(bucket, key, metadata)

    @precondition(lambda self: self.uploads)
    @rule(draw=st.data(), number=st.integers(1, 3), data=BLOBS)
    def put_part(self, draw: st.DataObject, number: int, data: bytes) -> None:
        upload_id, upload = self._any_upload(draw)
        request = types.UploadPartInput(
            bucket=self.name(upload.bucket), key=upload.key, upload_id=upload_id, part_number=number
        )
        upload.etags[number] = self.do(request, data).e_tag
        upload.parts[number] = data

    @precondition(lambda self: self.uploads)
    @rule(draw=st.data(), number=st.integers(1, 3), source=KEYS, whole=st.booleans())
    def copy_part(self, draw: st.DataObject, number: int, source: str, whole: bool) -> None:
        upload_id, upload = self._any_upload(draw)
        there = self.model[upload.bucket].current(source)
        request = types.UploadPartCopyInput(
            bucket=self.name(upload.bucket),
            key=upload.key,
            upload_id=upload_id,
            part_number=number,
            copy_source=f"{self.name(upload.bucket)}/{source}",
        )
        if there is None or there.data is None:
            assert self.code(request) == "NoSuchKey"
            return
        data = there.data
        if not whole and len(data) > 1:
            first = draw.draw(st.integers(0, len(data) - 2))
            last = draw.draw(st.integers(first, len(data) - 1))
            request.copy_source_range = f"bytes={first}-{last}"
            data = data[first : last + 1]
        upload.etags[number] = self.do(request).copy_part_result.e_tag
        upload.parts[number] = data

    @precondition(lambda self: any(upload.parts for upload in self.uploads.values()))
    @rule(draw=st.data(), absent=st.booleans(), again=st.booleans())
    def complete(self, draw: st.DataObject, absent: bool, again: bool) -> None:
        upload_id, upload = self._any_upload(draw, with_parts=True)
        numbers = sorted(
            draw.draw(st.sets(st.sampled_from(sorted(upload.parts)), min_size=1, max_size=len(upload.parts)))
        )
        parts = [types.CompletedPart(part_number=one, e_tag=upload.etags[one]) for one in numbers]
        request = types.CompleteMultipartUploadInput(
            bucket=self.name(upload.bucket),
            key=upload.key,
            upload_id=upload_id,
            multipart_upload=types.CompletedMultipartUpload(parts=parts),
            if_none_match="*" if absent else None,
        )
        if any(not upload.parts[one] for one in numbers[:-1]):
            assert self.code(request) == "EntityTooSmall"
        elif absent and self.model[upload.bucket].current(upload.key) is not None:
            assert self.code(request) == "PreconditionFailed"
        else:
            output = self.do(request)
            data = b"".join(upload.parts[one] for one in numbers)
            self._made(upload.bucket, upload.key, output, Version("", data, upload.metadata))
            del self.uploads[upload_id]
            if again:  # as a client does that heard no answer
                request.if_none_match = None
                assert self.do(request).e_tag == output.e_tag

    @precondition(lambda self: self.uploads)
    @rule(draw=st.data())
    def abort(self, draw: st.DataObject) -> None:
        upload_id, upload = self._any_upload(draw)
        request = types.AbortMultipartUploadInput(
            bucket=self.name(upload.bucket), key=upload.key, upload_id=upload_id
        )
        self.do(request)
        del self.uploads[upload_id]
        assert self.code(request) == "NoSuchUpload"

    # Deletes ------------------------------------------------------------------------------------------

    @rule(bucket=BUCKETS, key=KEYS)
    def delete(self, bucket: str, key: str) -> None:
        output = self.do(types.DeleteObjectInput(bucket=self.name(bucket), key=key))
        assert bool(output.delete_marker) == (self.model[bucket].versioning is not None)
        self.model[bucket].delete(key, output.version_id or "")

    @rule(bucket=BUCKETS, keys=st.lists(KEYS, min_size=1, max_size=3, unique=True))
    def delete_several(self, bucket: str, keys: list[str]) -> None:
        entries = [types.ObjectIdentifier(key=key) for key in keys]
        request = types.DeleteObjectsInput(bucket=self.name(bucket), delete=types.Delete(objects=entries))
        for one in self.do(request).deleted:
            self.model[bucket].delete(one.key, one.delete_marker_version_id or "")

    @precondition(lambda self: any(bucket.keys for bucket in self.model.values()))
    @rule(draw=st.data())
    def delete_a_version(self, draw: st.DataObject) -> None:
        bucket, key, version = self._any_version(draw)
        if self.model[bucket].versioning is None:
            return
        output = self.do(types.DeleteObjectInput(bucket=self.name(bucket), key=key, version_id=version.id))
        assert bool(output.delete_marker) == (version.data is None)
        self.model[bucket].delete_version(key, version.id)

    # Reads --------------------------------------------------------------------------------------------

    @rule(bucket=BUCKETS, key=KEYS)
    def read(self, bucket: str, key: str) -> None:
        there = self.model[bucket].current(key)
        if there is None:
            assert self.code(types.GetObjectInput(bucket=self.name(bucket), key=key)) == "NoSuchKey"
        else:
            self._compare(bucket, key, there, None)

    @precondition(lambda self: any(bucket.keys for bucket in self.model.values()))
    @rule(draw=st.data())
    def read_a_version(self, draw: st.DataObject) -> None:
        bucket, key, version = self._any_version(draw)
        if version.data is not None and self.model[bucket].versioning is not None:
            self._compare(bucket, key, version, version.id)

    @rule(bucket=BUCKETS, key=KEYS, first=st.integers(0, 80_000), length=st.integers(1, 80_000))
    def read_a_range(self, bucket: str, key: str, first: int, length: int) -> None:
        there = self.model[bucket].current(key)
        if there is None or there.data is None:
            return
        wanted = f"bytes={first}-{first + length - 1}"
        if first >= len(there.data):
            request = types.GetObjectInput(bucket=self.name(bucket), key=key, range=wanted)
            assert self.code(request) == "InvalidRange"
        else:
            got = self.ground.run(self.s3.get(key, bucket=self.name(bucket), range=wanted))[1]
            assert got == there.data[first : first + length]

    @rule(
        bucket=BUCKETS,
        prefix=st.sampled_from(["", "a", "a/"]),
        delimiter=st.sampled_from([None, "/"]),
        limit=st.integers(1, 4),
    )
    def list_keys(self, bucket: str, prefix: str, delimiter: str | None, limit: int) -> None:
        found: list[tuple[str, int]] = []
        folders: list[str] = []
        token = None
        while True:
            page = self.do(
                types.ListObjectsV2Input(
                    bucket=self.name(bucket),
                    prefix=prefix,
                    delimiter=delimiter,
                    max_keys=limit,
                    continuation_token=token,
                )
            )
            found += [(one.key, one.size) for one in page.contents or []]
            folders += [one.prefix for one in page.common_prefixes or []]
            token = page.next_continuation_token
            if token is None:
                break
        assert (found, folders) == self.model[bucket].listed(prefix, delimiter)

    @rule(bucket=BUCKETS, limit=st.integers(1, 4))
    def list_versions(self, bucket: str, limit: int) -> None:
        found: list[tuple[str, str, bool, int | None]] = []
        key_marker = version_marker = None
        while True:
            page = self.do(
                types.ListObjectVersionsInput(
                    bucket=self.name(bucket),
                    max_keys=limit,
                    key_marker=key_marker,
                    version_id_marker=version_marker,
                )
            )
            found += [
                (one.key, one.version_id, bool(one.is_latest), getattr(one, "size", None))
                for one in page.entries or []
            ]
            if not page.is_truncated:
                break
            key_marker, version_marker = page.next_key_marker, page.next_version_id_marker
        assert found == self.model[bucket].all_versions()

    # What goes on beside ------------------------------------------------------------------------------

    @rule()
    def collect(self) -> None:
        self.ground.run(collect_now(self.ground.world.db, self._backends, Margins()))

    @rule()
    def compact(self) -> None:
        self.ground.run(self._compact())

    async def _compact(self) -> None:
        world = self.ground.world
        placing = Placing(world.replicas, world.needed)
        async with compacting(world.db, self._backends, SETTINGS, placing=placing) as compactor:
            await compactor.run_all(Progress())

    @rule(draw=st.data())
    def lose_a_copy(self, draw: st.DataObject) -> None:
        """And have it made anew."""
        self.ground.run(self._lose(draw.draw(st.integers(0, 1 << 16))))

    async def _lose(self, number: int) -> None:
        world = self.ground.world
        rows = await world.db.fetch(
            "SELECT r.* FROM replicas r JOIN packs p ON p.id = r.pack_id WHERE p.lease_until IS NULL "
            "ORDER BY r.pack_id, r.backend_id"
        )
        if rows:
            lost = rows[number % len(rows)]
            await world.memories[lost["backend_id"]].delete(lost["name"].hex)
            await world.db.execute("INSERT INTO repairs VALUES ($1) ON CONFLICT DO NOTHING", lost["pack_id"])
            await world.balancer.repair(Progress())

    @rule(in_order=st.booleans())
    def restart(self, in_order: bool) -> None:
        """Closed, or left as a killed process leaves it."""
        if not in_order:
            self.ground.world.stores.clear()
        self.ground.run(self.ground.world.close())
        self.ground.run(self._open())

    @invariant()
    def every_key_is_current(self) -> None:
        if not hasattr(self, "s3"):
            return
        for bucket, model in self.model.items():
            page = self.do(types.ListObjectsV2Input(bucket=self.name(bucket)))
            assert [(one.key, one.size) for one in page.contents or []] == model.listed("", None)[0]

    def teardown(self) -> None:
        """Every version is as it should be; and once all is deleted nothing is left."""
        if hasattr(self, "s3"):
            self._look_and_delete()
            self.ground.run(self.ground.world.close())
            self.ground.run(self._clean())

    def _look_and_delete(self) -> None:
        for bucket, model in self.model.items():
            for key, versions in model.keys.items():
                for version in versions:
                    named = None if model.versioning is None else version.id
                    if version.data is not None:
                        self._compare(bucket, key, version, named)
                    request = types.DeleteObjectInput(bucket=self.name(bucket), key=key, version_id=named)
                    self.do(request)
        for upload_id, upload in self.uploads.items():
            name = self.name(upload.bucket)
            self.do(types.AbortMultipartUploadInput(bucket=name, key=upload.key, upload_id=upload_id))

    async def _clean(self) -> None:
        world = self.ground.world
        await world.db.execute("UPDATE packs SET lease_until = now() WHERE lease_until IS NOT NULL")
        await collect_now(world.db, self._backends, Margins(completed_upload=0))
        assert await check_store(world.db, self._backends) == []
        assert not any(memory._blobs for memory in world.memories.values())

    # --------------------------------------------------------------------------------------------------

    @property
    def _backends(self) -> dict[int, Backend]:
        return dict(self.ground.world.backends)

    def _copied(self, bucket: str, key: str, output: Any, version: Version) -> None:
        """As `_made`; a copy shows "null", too."""
        assert (output.version_id == "null") == (self.model[bucket].versioning == "Suspended")
        if output.version_id == "null":
            output.version_id = None
        self._made(bucket, key, output, version, output.copy_object_result.e_tag)

    def _made(self, bucket: str, key: str, output: Any, version: Version, etag: str | None = None) -> None:
        shown = output.version_id
        assert (shown is not None) == (self.model[bucket].versioning == "Enabled")
        made = replace(version, id=shown or "null", etag=etag or output.e_tag)
        if self.model[bucket].versioning == "Enabled":
            assert self.model[bucket].version(key, made.id) is None, "an id was used twice"
        self.model[bucket].put(key, made)

    def _compare(self, bucket: str, key: str, version: Version, version_id: str | None) -> None:
        name = self.name(bucket)
        output, data = self.ground.run(self.s3.get(key, bucket=name, version_id=version_id))
        tagging = self.do(types.GetObjectTaggingInput(bucket=name, key=key, version_id=version_id))
        tags = {one.key: one.value for one in tagging.tag_set or []}
        found = (data, dict(output.metadata or {}), tags, output.e_tag)
        assert found == (version.data, dict(version.metadata), dict(version.tags), version.etag)

    def _any_version(self, draw: st.DataObject) -> tuple[str, str, Version]:
        every = [
            (name, key, version)
            for name, bucket in self.model.items()
            for key, versions in bucket.keys.items()
            for version in versions
        ]
        return every[draw.draw(st.integers(0, len(every) - 1))]

    def _any_upload(self, draw: st.DataObject, *, with_parts: bool = False) -> tuple[str, Upload]:
        every = [one for one in self.uploads.items() if one[1].parts or not with_parts]
        return every[draw.draw(st.integers(0, len(every) - 1))]
