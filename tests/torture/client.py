"""A client that never stops, and never believes: it asks for whatever changes keys, and looks at the answers.

Each has keys of its own, so that it knows what they may hold, and every other one works in a bucket that
keeps versions.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests import wire
from tests.gateway import Gateway
from tests.torture.journal import Key, What, bytes_of, size_of

KIB, MIB = 1 << 10, 1 << 20
BUCKETS = ("torture", "versions")
KEYS = 8
TIMEOUT = 20.0
SHARED: Sequence[What] = [((number, size),) for number, size in enumerate((3000, 90_000, 300_000, 1_200_000))]
"""What every client writes now and then, and hence finds stored, and dies with others' last copies."""
KEPT = 6
"""Versions of a key; older ones are deleted for good."""


def md5(data: bytes) -> str:
    """As a header says it."""
    return base64.b64encode(hashlib.md5(data).digest()).decode()


@dataclass
class Client:
    """Puts, completes, copies, appends, renames, deletes and reads at gateways in turn."""

    gateways: Sequence[Gateway]
    number: int
    seed: int
    stop: threading.Event
    keys: list[Key] = field(init=False)
    done: int = 0
    """What was acknowledged."""
    wrong: list[str] = field(default_factory=list)
    looked: int = 0
    """The restart after which it last looked at all its keys."""
    restarts: Callable[[], int] = lambda: 0

    def __post_init__(self) -> None:
        self.bucket = BUCKETS[self.number % 2]
        self.keys = [Key(f"/{self.bucket}/c{self.number}-{one}") for one in range(KEYS)]
        self._random = random.Random(f"{self.seed} {self.number}")
        self._turn = 0
        self._steps: Sequence[tuple[Callable[[], bool], int]] = (
            (self._put, 6),
            (self._put_in_parts, 2),
            (self._copy, 2),
            (self._delete, 2),
            (self._delete_several, 1),
            (self._forget_versions, 1),
            *(((self._append, 1), (self._rename, 1)) if self.bucket == BUCKETS[0] else ()),
        )

    def run(self) -> None:
        """Go on until `stop`."""
        steps, weights = zip(*self._steps, strict=True)
        while not self.stop.is_set():
            self._turn += 1
            try:
                if self._random.choices(steps, weights)[0]():
                    self.done += 1
                self._read(self._any())
                if self._turn % 5 == 0:
                    self._list()
                self._look_at_all()
            except OSError:
                self.stop.wait(0.02)  # nobody listens there now, or the line broke

    # Steps; each says whether it was acknowledged -------------------------------------------------------

    def _put(self) -> bool:
        key, what = self._any(), self._new()
        return self._write(key, what, lambda: self._ask("PUT", key.path, body=bytes_of(what)))

    def _put_in_parts(self) -> bool:
        """Two parts where the first is large enough, the last of which is copied from another key."""
        key, source = self._any(), self._certain()
        large = self._random.random() < 0.1
        what: What = ((self._seed(), 5 * MIB if large else 40_000),)
        begun = re.search(rb"<UploadId>(\w+)</UploadId>", self._ask("POST", key.path, "uploads=").body)
        if begun is None:
            return False
        upload = begun[1].decode()
        said = self._ask("PUT", key.path, f"partNumber=1&uploadId={upload}", body=bytes_of(what))
        if said.status != 200:
            return False
        etags = [said.headers["ETag"]]
        if large and source is not None and source.last:
            named = {"x-amz-copy-source": source.path}
            said = self._ask("PUT", key.path, f"partNumber=2&uploadId={upload}", headers=named)
            found = re.search(rb"<ETag>(.*?)</ETag>", said.body)
            if said.status != 200 or found is None:
                return False
            etags.append(found[1].decode())
            what += source.last
        if self._random.random() < 0.1:
            return self._ask("DELETE", key.path, f"uploadId={upload}").status == 204
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        return self._write(
            key, what, lambda: self._ask("POST", key.path, f"uploadId={upload}", body=document)
        )

    def _copy(self) -> bool:
        source, target = self._certain(), self._any()
        if source is None or source is target or source.last is None:
            return False
        named = {"x-amz-copy-source": source.path}
        return self._write(target, source.last, lambda: self._ask("PUT", target.path, headers=named))

    def _append(self) -> bool:
        key = self._certain()
        if key is None or not key.last or len(key.last) > 4:
            return False
        added: What = ((self._seed(), self._random.choice((100, 20_000))),)
        at = {"x-amz-write-offset-bytes": str(size_of(key.last))}
        return self._write(
            key, key.last + added, lambda: self._ask("PUT", key.path, headers=at, body=bytes_of(added))
        )

    def _rename(self) -> bool:
        source, target = self._certain(), self._any()
        if source is None or source is target or source.last is None:
            return False
        what = source.last
        source.begin(None)
        name = {"x-amz-rename-source": source.path.rpartition("/")[2]}
        if not self._write(
            target, what, lambda: self._ask("PUT", target.path, "renameObject=", headers=name)
        ):
            return False
        source.acknowledged(None)
        return True

    def _delete(self) -> bool:
        key = self._any()
        key.begin(None)
        if self._ask("DELETE", key.path).status != 204:
            return False
        key.acknowledged(None)
        return True

    def _delete_several(self) -> bool:
        chosen = self._random.sample(self.keys, 3)
        for key in chosen:
            key.begin(None)
        names = "".join(f"<Object><Key>{key.path.rpartition('/')[2]}</Key></Object>" for key in chosen)
        document = f"<Delete>{names}</Delete>".encode()
        digest = {"Content-MD5": md5(document)}
        said = self._ask("POST", f"/{self.bucket}", "delete=", headers=digest, body=document)
        if said.status != 200:
            return False
        for key in chosen:
            key.acknowledged(None)
        return True

    def _forget_versions(self) -> bool:
        """Delete the oldest version that it knows of for good; the current one may be it."""
        key = self._any()
        if len(key.versions) < KEPT:
            return False
        version = next(iter(key.versions))
        del key.versions[version]
        # What is current afterwards follows from versions that were perhaps never acknowledged.
        key.unknown |= {key.last, None, *key.versions.values()}
        return self._ask("DELETE", key.path, f"versionId={version}").status == 204

    def _write(self, key: Key, what: What, asked: Callable[[], wire.Answer]) -> bool:
        key.begin(what)
        said = asked()
        if said.status != 200 or b"<Error>" in said.body:
            return False
        key.acknowledged(what)
        version = said.headers.get("x-amz-version-id")
        if version is not None:
            key.versions[version] = what
        return True

    # Looks --------------------------------------------------------------------------------------------

    def _read(self, key: Key) -> None:
        """That nobody answers, or says to come again, is to be expected."""
        said = self._ask("GET", key.path)
        self._note(None if said.status in (0, 503) else key.judge(said))
        if key.versions and self._random.random() < 0.3:
            version = self._random.choice(list(key.versions))
            said = self._ask("GET", key.path, f"versionId={version}")
            if said.status not in (0, 503) and said.body != bytes_of(key.versions[version]):
                self._note(f"{key.path}, version {version}: {said.status} {said.code}")

    def _list(self) -> None:
        """What is certain to be there is listed, and what is certain not to be is not."""
        said = self._ask("GET", f"/{self.bucket}", f"list-type=2&prefix=c{self.number}-")
        if said.status != 200:
            return
        listed = {f"/{self.bucket}/{name.decode()}" for name in re.findall(rb"<Key>(.*?)</Key>", said.body)}
        for key in self.keys:
            if key.is_certain and (key.path in listed) != (key.last is not None):
                self._note(f"{key.path} is {'' if key.path in listed else 'not '}listed")

    def _look_at_all(self) -> None:
        """After every restart, all keys."""
        restarts = self.restarts()
        if self.looked != restarts:
            for key in self.keys:
                self._read(key)
            self.looked = restarts

    def _note(self, wrong: str | None) -> None:
        if wrong is not None:
            self.wrong.append(wrong)

    # ----------------------------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> wire.Answer:
        gateway = self._random.choice(self.gateways)
        return wire.request(gateway, method, path, query, headers=headers, body=body, timeout=TIMEOUT)

    def _any(self) -> Key:
        return self._random.choice(self.keys)

    def _certain(self) -> Key | None:
        """A key of which it is known what it holds, if there is one."""
        certain = [key for key in self.keys if key.is_certain and key.last is not None]
        return self._random.choice(certain) if certain else None

    def _seed(self) -> int:
        return (self.number + 1) * 1_000_000 + self._turn

    def _new(self) -> What:
        if self._random.random() < 0.3:
            return self._random.choice(SHARED)
        sizes = (0, 600, 6 * KIB, 90 * KIB, 300 * KIB, 1 * MIB, 5 * MIB)
        return ((self._seed(), self._random.choices(sizes, (1, 3, 3, 4, 3, 2, 1))[0]),)
