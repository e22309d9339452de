"""rclone: copy, check and sync of a tree, with objects in parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from tests.gateway import BIN, Gateway, run
from tests.streams import content

MIB = 1 << 20
PARTS = ("--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M")


class Rclone:
    """rclone with this gateway as the remote `gw:`, configured by its environment alone."""

    def __init__(self, gateway: Gateway):
        self.environment = gateway.aws_environment() | {
            "RCLONE_CONFIG": str(gateway.home / "no-such-rclone.conf"),
            "RCLONE_CONFIG_GW_TYPE": "s3",
            "RCLONE_CONFIG_GW_PROVIDER": "Other",
            "RCLONE_CONFIG_GW_ENV_AUTH": "true",
            "RCLONE_CONFIG_GW_ENDPOINT": gateway.endpoint,
            "RCLONE_CONFIG_GW_REGION": "us-east-1",
        }

    def __call__(self, *arguments: str) -> bytes:
        command = [str(BIN / "rclone"), "--retries", "1", "--low-level-retries", "1", *arguments]
        return run(command, self.environment)


@pytest.fixture
def rclone(gateway: Gateway) -> Rclone:
    """rclone, pointed at the shared gateway."""
    return Rclone(gateway)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A few files, one of which takes three parts."""
    here = tmp_path / "here"
    for name, size in [
        ("empty", 0),
        ("small.txt", 100),
        ("deep/er/large.bin", 12 * MIB + 1),
        ("ü b", 70_000),
    ]:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content(7, size))
    return here


def test_copies_checks_and_comes_back(
    rclone: Rclone, bucket: str, s3: S3Client, tree: Path, tmp_path: Path
) -> None:
    rclone("copy", *PARTS, str(tree), f"gw:{bucket}/tree")
    rclone("check", "--download", str(tree), f"gw:{bucket}/tree")
    assert s3.head_object(Bucket=bucket, Key="tree/deep/er/large.bin")["ETag"].endswith('-3"')
    rclone("copy", f"gw:{bucket}/tree", str(tmp_path / "back"))
    rclone("check", str(tree), str(tmp_path / "back"))


def test_syncs_what_changed(rclone: Rclone, bucket: str, tree: Path) -> None:
    rclone("sync", *PARTS, str(tree), f"gw:{bucket}")
    (tree / "small.txt").write_text("other text")
    (tree / "empty").unlink()
    rclone("sync", *PARTS, str(tree), f"gw:{bucket}")
    rclone("check", str(tree), f"gw:{bucket}")
    assert b"empty" not in rclone("lsf", "-R", f"gw:{bucket}")


def test_copies_and_moves_on_the_server(rclone: Rclone, bucket: str, tree: Path) -> None:
    rclone("copy", *PARTS, str(tree), f"gw:{bucket}/one")
    rclone("copy", "--s3-copy-cutoff", "5M", f"gw:{bucket}/one", f"gw:{bucket}/two")
    rclone("move", f"gw:{bucket}/one", f"gw:{bucket}/three")
    rclone("check", "--download", str(tree), f"gw:{bucket}/two")
    rclone("check", "--download", str(tree), f"gw:{bucket}/three")
    rclone("purge", f"gw:{bucket}")
