"""Ten successive releases of a package: as archives, as the files in them, and as they were published."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from bench import releases


def as_tar(folder: Path, scale: float) -> list[Path]:
    """One tar archive a release, not compressed."""
    return releases.release_tars(folder)[: _count(scale)]


def unpacked(folder: Path, scale: float) -> list[Path]:
    """One directory a release, with some two thousand files each."""
    made = []
    for version in list(releases.DIGESTS)[: _count(scale)]:
        with tarfile.open(releases.archive(version)) as archive:
            archive.extractall(folder, filter="data")
        made.append(folder / f"botocore-{version}")
    return made


def as_published(folder: Path, scale: float) -> list[Path]:
    """One .tar.gz a release: a change anywhere changes every compressed byte that follows it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [releases.archive(version) for version in list(releases.DIGESTS)[: _count(scale)]]
    return [Path(shutil.copy(archive, folder)) for archive in found]


def _count(scale: float) -> int:
    return max(2, round(len(releases.DIGESTS) * scale))
