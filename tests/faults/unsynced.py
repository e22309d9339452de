"""A library for LD_PRELOAD under which nothing is synced: it proves that a test of power cuts can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SOURCE = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/types.h>
int fsync(int fd) { return 0; }
int fdatasync(int fd) { return 0; }
int syncfs(int fd) { return 0; }
void sync(void) {}
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) { return 0; }
"""


def library(directory: Path) -> str:
    """Compile it there; its path. The test is skipped without a C compiler, and fails where CI is set."""
    compiler = shutil.which("cc")
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail("there is no C compiler")
        pytest.skip("there is no C compiler")
    source, built = directory / "unsynced.c", directory / "unsynced.so"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-w", "-o", str(built), str(source)], check=True)
    return str(built)
