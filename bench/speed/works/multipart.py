"""`aws s3 cp` of a large file, up in parts and down in ranges, with the settings that aws-cli comes with."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.load import Body, Outcome
from bench.speed.works.base import BUCKET, Session, short, sized
from tests.gateway import BIN, clean_environment

_WITHIN = 600
_KEY = f"s3://{BUCKET}/multipart"


@dataclass(frozen=True)
class Multipart:
    """A file up (PUT) or down (GET); aws-cli has ten requests under way at once."""

    method: str
    size: int
    connections: int = 10
    unit: str = "MB/s"

    @property
    def name(self) -> str:
        """Such as aws-put-1g."""
        return f"aws-{self.method.lower()}-{short(self.size)}"

    @property
    def title(self) -> str:
        """Such as aws s3 cp of 1 GiB, up."""
        return f"aws s3 cp of {sized(self.size)}, {'up' if self.method == 'PUT' else 'down'}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """A file of new bytes each time it goes up; what comes down is compared."""
        if self.method == "PUT":
            body, source = session.body(self.size), session.home / "up"
            _write(source, body)
            session.stored["multipart"] = {"multipart": body}
            return lambda: _copy(session, str(source), _KEY, self.size)
        if "multipart" not in session.stored:
            Multipart("PUT", self.size).prepare(session, number)()
        body, into = session.stored["multipart"]["multipart"], session.home / "down"

        def down() -> Outcome:
            outcome = _copy(session, _KEY, str(into), self.size)
            with into.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != body.sha256():
                    raise ValueError("what came down is not what went up")
            return outcome

        return down


def _write(path: Path, body: Body) -> None:
    with path.open("wb") as file:
        for piece in body.pieces():
            file.write(piece)


def _copy(session: Session, source: str, destination: str, size: int) -> Outcome:
    target = session.server.target
    environment = clean_environment(
        session.home,
        AWS_ACCESS_KEY_ID=target.access_key,
        AWS_SECRET_ACCESS_KEY=target.secret_key,
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL=target.endpoint,
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [str(BIN / "aws"), "s3", "cp", "--only-show-errors", source, destination],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_WITHIN,
        check=False,
    )
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"aws s3 cp failed: {done.stderr.decode(errors='replace')}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Outcome(took, array("d", [took]), Counter({200: 1}), sent=size, cpu=cpu)
