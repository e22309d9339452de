"""A small ext4 file system in an image file, which a test fills, makes read-only, or takes the power from."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D
"""FS_IOC_SHUTDOWN: the kernel's own way to let a file system stop at once (linux/fs.h)."""
_NO_LOG_FLUSH = 2
"""Neither dirty pages nor the journal are written: what was not synced is gone."""
_WITHIN = 60.0


class Image:
    """A file system of its own. Its journal commits by itself every ten minutes only, so that what a test
    finds after a power cut was synced, and not merely old enough."""

    def __init__(self, path: Path, size: int, at: Path) -> None:
        self._path = path
        self.at = at
        at.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as image:
            image.truncate(size)
        _do("mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-E", "lazy_itable_init=0", str(path))

    def mount(self) -> None:
        """Mount it, by a loop device."""
        _do("mount", "-o", "loop,commit=600,errors=continue", str(self._path), str(self.at))

    def unmount(self) -> None:
        """Unmount it as soon as nobody has a file open there; nothing where it is not mounted."""
        give_up = time.monotonic() + _WITHIN
        while os.path.ismount(self.at):
            done = subprocess.run(["umount", str(self.at)], capture_output=True, check=False)
            if done.returncode:
                assert time.monotonic() < give_up, done.stderr.decode()
                time.sleep(0.05)

    def cut_power(self) -> None:
        """From now on every access fails, and what was not synced is lost. Unmount and mount it again."""
        handle = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(handle)

    def remount(self, how: str) -> None:
        """ "ro" or "rw"."""
        _do("mount", "-o", f"remount,{how}", str(self.at))

    def fill(self, leave: int = 0) -> None:
        """Take up all space but `leave` bytes."""
        filling = self.at / "filling"
        with filling.open("ab") as file:
            for piece in (1 << 20, 64 << 10, 4 << 10):
                with contextlib.suppress(OSError):  # a part of what is free is for what describes the file
                    while self._free() >= leave + piece:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), piece)

    def _free(self) -> int:
        space = os.statvfs(self.at)
        return space.f_bavail * space.f_frsize

    def relieve(self) -> None:
        """Give back what was taken up."""
        (self.at / "filling").unlink()


@contextmanager
def mounted(path: Path, size: int, at: Path) -> Iterator[Image]:
    """A new file system of `size` bytes, mounted at `at`. The test is skipped where that is not allowed;
    where CI is set it must be."""
    image = Image(path, size, at)
    try:
        image.mount()
    except subprocess.CalledProcessError as error:
        told = f"loop mounts are not allowed here: {error.stderr.decode().strip()}"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    try:
        yield image
    finally:
        image.unmount()


def image_directory(tmp_path: Path) -> Path:
    """Where images may be: on a disk, since a loop device over memory would be as fast and take it up."""
    return Path(tempfile.mkdtemp(dir=tmp_path, prefix="image-"))


def _do(*command: str) -> None:
    subprocess.run(command, capture_output=True, check=True)
