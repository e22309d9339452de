"""What the figures hold for: the machine, and the versions of everything that ran on it."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from s3gw.db.embedded_cluster import binary
from tests.gateway import BIN

_LIBRARIES = ("aiohttp", "asyncpg", "uvloop", "zstandard")


def machine(home: Path) -> dict[str, str]:
    """Processor, memory, kernel, file system and load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _model(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": platform.platform(),
        "file system": _said("stat", "--file-system", "--format=%T", str(home)),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """Of the servers, and of what they are made of."""
    commit = _said("git", "-C", str(Path(__file__).parent), "rev-parse", "--short=10", "HEAD")
    return {
        "s3gw": f"{version('s3gw')} ({commit})",
        "rclone": _said(str(BIN / "rclone"), "version").splitlines()[0].removeprefix("rclone "),
        "Python": platform.python_version(),
        "PostgreSQL": _said(str(binary("postgres")), "--version").split()[-1],
        "aws-cli": version("awscli"),
        **{name: version(name) for name in _LIBRARIES},
    }


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip() or "unknown"
