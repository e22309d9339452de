"""A bucket mounted as a folder by s3fs, used by the programs everybody has."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from tests.gateway import Gateway, clean_environment, run
from tests.streams import content

MIB = 1 << 20

pytestmark = [pytest.mark.client, pytest.mark.xdist_group("s3fs")]


@pytest.fixture
def mount(gateway: Gateway, bucket: str, tmp_path: Path) -> Iterator[Path]:
    """The bucket, mounted."""
    for program in ("s3fs", "fusermount"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; make test-deps does it")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse cannot be opened by this user")
    password, folder = tmp_path / "password", tmp_path / "mounted"
    password.write_text(f"{gateway.access_key}:{gateway.secret_key}")
    password.chmod(0o600)
    folder.mkdir()
    options = f"passwd_file={password},url={gateway.endpoint},use_path_request_style,endpoint=us-east-1"
    options += ",multipart_size=5,parallel_count=3,retries=1,use_cache="
    with (tmp_path / "s3fs.log").open("wb") as log:
        process = subprocess.Popen(
            ["s3fs", bucket, str(folder), "-f", "-o", options],
            env=clean_environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        give_up = time.monotonic() + 30
        while not folder.is_mount():
            assert process.poll() is None, (tmp_path / "s3fs.log").read_text()
            assert time.monotonic() < give_up, (tmp_path / "s3fs.log").read_text()
            time.sleep(0.05)
        yield folder
        run(["fusermount", "-u", str(folder)], clean_environment(tmp_path))
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            subprocess.run(["fusermount", "-u", "-z", str(folder)], check=False)
            process.kill()
            process.wait(30)


def test_cp_mv_truncate_and_read_back(
    gateway: Gateway, mount: Path, bucket: str, s3: S3Client, tmp_path: Path
) -> None:
    def sh(*command: str) -> None:
        run([*command], clean_environment(tmp_path))

    given = tmp_path / "given"
    given.write_bytes(content(8, 12 * MIB + 9))
    sh("mkdir", str(mount / "folder"))
    sh("cp", str(given), str(mount / "folder" / "large"))
    sh("cmp", str(given), str(mount / "folder" / "large"))
    (mount / "small").write_text("a few bytes")
    sh("mv", str(mount / "small"), str(mount / "folder" / "renamed"))
    assert (mount / "folder" / "renamed").read_text() == "a few bytes"
    assert not (mount / "small").exists()
    sh("mv", str(mount / "folder" / "large"), str(mount / "moved"))
    sh("cmp", str(given), str(mount / "moved"))
    sh("truncate", "-s", "1000", str(mount / "moved"))
    assert (mount / "moved").read_bytes() == given.read_bytes()[:1000]
    sh("truncate", "-s", "5000", str(mount / "moved"))
    assert (mount / "moved").read_bytes() == given.read_bytes()[:1000] + bytes(4000)
    assert s3.get_object(Bucket=bucket, Key="moved")["Body"].read() == given.read_bytes()[:1000] + bytes(4000)
    assert sorted(path.name for path in mount.iterdir()) == ["folder", "moved"]
    sh("rm", "-r", str(mount / "folder"))
    assert [path.name for path in mount.iterdir()] == ["moved"]
