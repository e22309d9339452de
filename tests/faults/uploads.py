"""Writers that never stop, what they were told, and whether it is so afterwards."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from s3gw.app.data_directory import DataDirectory
from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db.pool import Database
from tests import wire
from tests.gateway import Gateway
from tests.invariants import check_store
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20
What = tuple[int, int]
"""Seed and size of an object."""


@dataclass
class Key:
    """One key, which one writer has to itself."""

    path: str
    last: What | None = None
    """What was acknowledged last; None where that was a deletion, or nothing yet."""
    unknown: set[What | None] = field(default_factory=set)
    """What was asked for without being told how it ended: each may be done at any time, or never."""

    def judge(self, found: wire.Answer) -> str | None:
        """What is wrong with an answer to GET; None where nothing is."""
        may_be = self.unknown | {self.last}
        if found.status == 404 and found.code == "NoSuchKey":
            return None if None in may_be else f"{self.path} was acknowledged and is gone"
        if found.status != 200:
            return f"{self.path}: {found.status} {found.code}"
        for what in may_be:
            if what is not None and what[1] == len(found.body) and content(*what) == found.body:
                return None
        return f"{self.path} holds {len(found.body)} bytes, which are neither the last ones nor in doubt"


@dataclass
class Writer:
    """Puts, completes, copies, deletes and reads at gateways in turn, whatever becomes of them."""

    gateways: Sequence[Gateway]
    bucket: str
    number: int
    seed: int
    stop: threading.Event
    keys: list[Key] = field(init=False)
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = [Key(f"/{self.bucket}/w{self.number}-{one}") for one in range(5)]

    def run(self) -> None:
        """Go on until `stop`."""
        chosen = random.Random(f"{self.seed} {self.number}")
        turn = 0
        while not self.stop.is_set():
            turn += 1
            gateway, key = chosen.choice(self.gateways), chosen.choice(self.keys)
            size = chosen.choice((0, 600, 6 * KIB, 90 * KIB, 1 * MIB + self.number, 3 * MIB))
            what = None if turn % 11 == 0 else (self.number * 1_000_000 + turn, size)
            source = chosen.choice(self.keys) if turn % 7 == 3 else None
            if source is not None and source.last is not None and not source.unknown:
                what = source.last
            else:
                source = None
            key.unknown.add(what)
            if self._asked(gateway, key.path, what, source, parts=turn % 6 == 0):
                self.acknowledged += 1
                key.last = what
                if what is not None:
                    key.unknown.discard(what)
            self._read(chosen.choice(self.gateways), chosen.choice(self.keys))

    def _read(self, gateway: Gateway, key: Key) -> None:
        """A read in between; that nobody answers, or says to come again, is to be expected."""
        try:
            found = wire.request(gateway, "GET", key.path)
        except OSError:
            return
        wrong = None if found.status in (0, 503) else key.judge(found)
        if wrong is not None:
            self.wrong.append(wrong)

    def _asked(
        self, gateway: Gateway, path: str, what: What | None, source: Key | None, *, parts: bool
    ) -> bool:
        """Whether that was acknowledged."""
        try:
            if what is None:
                return wire.request(gateway, "DELETE", path).status == 204
            if source is not None:
                return copy(gateway, path, source.path)
            if not parts:
                return wire.request(gateway, "PUT", path, body=content(*what)).status == 200
            return complete(gateway, path, content(*what))
        except OSError:
            self.stop.wait(0.02)  # nobody listens there now
            return False


def complete(gateway: Gateway, path: str, data: bytes) -> bool:
    """Whether the data was put as an upload of one part and that was acknowledged."""
    begun = wire.request(gateway, "POST", path, "uploads=")
    found = re.search(rb"<UploadId>(\w+)</UploadId>", begun.body)
    if found is None:
        return False
    upload = found[1].decode()
    part = wire.request(gateway, "PUT", path, f"partNumber=1&uploadId={upload}", body=data)
    if part.status != 200:
        return False
    document = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{part.headers['ETag']}</ETag></Part></CompleteMultipartUpload>"
    )
    done = wire.request(gateway, "POST", path, f"uploadId={upload}", body=document.encode())
    return done.status == 200 and b"<Error>" not in done.body


def copy(gateway: Gateway, path: str, source: str) -> bool:
    """Whether the copy was acknowledged."""
    done = wire.request(gateway, "PUT", path, headers={"x-amz-copy-source": source})
    return done.status == 200 and b"<Error>" not in done.body


def abort_all(gateway: Gateway, bucket: str) -> None:
    """End the uploads that were cut short."""
    client = gateway.client()
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


async def violations(url: str, backend: Backend, data: Path | None = None) -> list[str]:
    """What is left in a store with one backend that should not be there, or is broken; closes the backend.

    `data` is a data directory with the master key of what is encrypted."""
    db = await Database.connect(url)
    try:
        backends = {row["id"]: backend for row in await db.fetch("SELECT id FROM backends")}
        master = None if data is None else DataDirectory.create(data).master_key(Settings())
        return await check_store(db, backends, master)
    finally:
        await backend.close()
        await db.close()
