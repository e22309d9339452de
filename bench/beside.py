"""`make bench`: this gateway beside `rclone serve s3`, in turns, on one machine and one disk.

Each figure is the median of the rounds; before each run the disks are synced, so that nobody pays for what
another wrote. The gateway's PUTs are durable when they are answered; rclone does not sync its own.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.load import Target, drive
from tests.gateway import ACCESS_KEY, BIN, SECRET_KEY, Gateway, clean_environment, free_port
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20
CONNECTIONS = 8


@dataclass(frozen=True)
class Work:
    """A kind of request, how many of it make a run, and the bytes of one body."""

    method: str
    size: int
    requests: int

    @property
    def name(self) -> str:
        """As the table shows it."""
        size = f"{self.size // MIB} MiB" if self.size >= MIB else f"{self.size // KIB} KiB"
        return f"{self.method} {size}"

    def figure(self, seconds: float) -> float:
        """Requests a second of small bodies, MB a second of large ones."""
        return self.requests / seconds if self.size < MIB else self.requests * self.size / seconds / 1e6


WORK = (
    Work("PUT", 4 * KIB, 4000),
    Work("GET", 4 * KIB, 8000),
    Work("PUT", 64 * MIB, 8),
    Work("GET", 64 * MIB, 8),
)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3gw-bench-")))
        gateway = Gateway(home / "s3gw").start()
        stack.callback(gateway.stop)
        targets = {
            "s3gw": Target(gateway.port, gateway.access_key, gateway.secret_key),
            "rclone": _rclone(home / "rclone", stack.callback),
        }
        figures: dict[tuple[str, Work], list[float]] = {}
        for name, target in targets.items():
            drive(target, [[target.request("PUT", "/bench")]])
            for work in WORK:
                _run(target, work, -1, f"{name} warms up")
        for number in range(rounds):
            for work in WORK:
                for name, target in targets.items():
                    took = _run(target, work, number, name)
                    figures.setdefault((name, work), []).append(work.figure(took))
    print(f"\n{platform.platform()}, {os.cpu_count()} cores, {CONNECTIONS} connections, {rounds} rounds\n")
    print("| Work | s3gw | rclone serve s3 | Ratio | Unit |\n|---|---:|---:|---:|---|")
    for work in WORK:
        ours, theirs = (statistics.median(figures[name, work]) for name in targets)
        unit = "MB/s" if work.size >= MIB else "requests/s"
        print(f"| {work.name} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} | {unit} |")


def _run(target: Target, work: Work, number: int, name: str) -> float:
    """Seconds of one run; every PUT sends bytes that no earlier one sent."""
    requests: list[bytes] = []
    for one in range(work.requests):
        # GETs ask for what the round before them wrote.
        path = f"/bench/{work.size}-{one if work.size < MIB else one % 4}"
        seed = abs(hash((target.port, number, one, work.size)))
        body = content(seed, work.size) if work.method == "PUT" else b""
        if work.method == "GET" and work.size < MIB:
            path = f"/bench/{work.size}-{one % 4000}"
        requests.append(target.request(work.method, path, body))
    share: Sequence[Sequence[bytes]] = [requests[at::CONNECTIONS] for at in range(CONNECTIONS)]
    os.sync()
    took = drive(target, share)
    print(f"{name}: {work.name}: {work.figure(took):,.0f}", flush=True)
    return took


def _rclone(folder: Path, at_the_end: Callable[..., object]) -> Target:
    target = Target(free_port(), ACCESS_KEY, SECRET_KEY)
    (folder / "files").mkdir(parents=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(BIN / "rclone"),
                *("serve", "s3", "--addr", f"127.0.0.1:{target.port}"),
                *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off"),
                str(folder / "files"),
            ],
            env=clean_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    at_the_end(process.wait)
    at_the_end(process.terminate)
    for _ in range(200):
        try:
            urllib.request.urlopen(target.endpoint, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return target
        except OSError:
            time.sleep(0.05)
        else:
            return target
    raise RuntimeError("rclone serve s3 does not answer")


if __name__ == "__main__":
    main()
