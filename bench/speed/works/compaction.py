"""Compaction: how fast it copies what lives, and what clients notice of it meanwhile."""

from __future__ import annotations

import subprocess
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import Outcome, drive
from bench.speed.works.base import BUCKET, KIB, MIB, Session
from bench.speed.works.small import Small
from tests.gateway import BIN

_OBJECT = 256 * KIB
_COMMAND = ("compact", "--grace", "0")


@dataclass(frozen=True)
class Compaction:
    """`s3gw compact` of a pool of which every second object was deleted, with nothing else to do.

    Bytes are those that live, each of which is read, verified and written again.
    """

    pool: int
    connections: int = 1
    unit: str = "MB/s"

    @property
    def name(self) -> str:
        """The only one of its kind."""
        return "compact"

    @property
    def title(self) -> str:
        """As tables show it."""
        return "s3gw compact"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """A pool of its own for each round."""
        living = half_dead(session, f"compacted-{number}", self.pool)

        def run() -> Outcome:
            began = time.perf_counter()
            with _compacting(session) as command:
                _ended(command)
            took = time.perf_counter() - began
            return Outcome(took, array("d", [took]), Counter({200: 1}), sent=living)

        return run


@dataclass(frozen=True)
class Beside:
    """Small requests while `s3gw compact` runs beside them, at full speed or so many bytes a second."""

    small: Small
    pool: int
    rate: int = 0

    @property
    def name(self) -> str:
        """Such as get-64k-c16-compacting."""
        return f"{self.small.name}-compacting"

    @property
    def title(self) -> str:
        """Such as GET 64 KiB while compacting."""
        return f"{self.small.title} while compacting"

    @property
    def unit(self) -> str:
        """That of the requests."""
        return self.small.unit

    @property
    def connections(self) -> int:
        """Those of the requests."""
        return self.small.connections

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """Raises RuntimeError where compaction was over before the requests were."""
        half_dead(session, f"beside-{self.small.name}-{number}", self.pool)
        requests = self.small.prepare(session, number)

        def run() -> Outcome:
            with _compacting(session, self.rate) as command:
                _writes(session, command)
                outcome = requests()
                if command.poll() is not None:
                    raise RuntimeError("compaction was over before the requests were: the pool is too small")
                _ended(command)
            return outcome

        return run


def half_dead(session: Session, pile: str, size: int) -> int:
    """Put new objects of so many bytes in all and delete every second; how many bytes live."""
    keys = list(session.filled(pile, _OBJECT, size // _OBJECT))
    request, target = session.server.target.request, session.server.target
    drive(target, [request("DELETE", f"/{BUCKET}/{key}", status=204) for key in keys[::2]], 4)
    del session.stored[pile]
    return len(keys[1::2]) * _OBJECT


@contextmanager
def _compacting(session: Session, rate: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    gateway = session.server.gateway
    if gateway is None:
        raise RuntimeError("only this project's servers compact")
    command = subprocess.Popen(
        [str(BIN / "s3gw"), *_COMMAND, *(("--rate", str(rate)) if rate else ())],
        env=gateway.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield command
    finally:
        command.kill()
        command.communicate()


def _writes(session: Session, command: subprocess.Popen[bytes]) -> None:
    """Wait until the first new pack is there, or the command has ended."""
    packs = _packs(session)
    while _packs(session) == packs and command.poll() is None:
        time.sleep(0.01)


def _packs(session: Session) -> set[Path]:
    gateway = session.server.gateway
    return set() if gateway is None else set((gateway.home / "data" / "packs").rglob("*"))


def _ended(command: subprocess.Popen[bytes]) -> None:
    _, said = command.communicate(timeout=300)
    if command.returncode:
        raise RuntimeError(f"s3gw compact failed: {said.decode(errors='replace')}")


POOL = 1024 * MIB
