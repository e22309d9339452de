"""aws-cli, as the README uses it."""

from __future__ import annotations

import os
import time
import urllib.request
from pathlib import Path

import pytest
from mypy_boto3_s3 import S3Client

from tests.gateway import BIN, Gateway, run
from tests.streams import content

pytestmark = pytest.mark.slow

MIB = 1 << 20


def test_makes_lists_and_removes_buckets(gateway: Gateway) -> None:
    gateway.aws("s3", "mb", "s3://cli-buckets")
    assert b"cli-buckets" in gateway.aws("s3", "ls")
    gateway.aws("s3", "rb", "s3://cli-buckets")
    assert b"cli-buckets" not in gateway.aws("s3", "ls")


def test_copies_a_file_and_back(gateway: Gateway, bucket: str, tmp_path: Path) -> None:
    given, back = tmp_path / "note ü + %41.txt", tmp_path / "back.txt"
    given.write_bytes(b"two words\n" * 3)
    gateway.aws("s3", "cp", str(given), f"s3://{bucket}/folder/")
    assert b"note \xc3\xbc + %41.txt" in gateway.aws("s3", "ls", f"s3://{bucket}/folder/")
    gateway.aws("s3", "cp", f"s3://{bucket}/folder/{given.name}", str(back))
    assert back.read_bytes() == given.read_bytes()
    gateway.aws("s3", "rm", f"s3://{bucket}/folder/{given.name}")
    assert gateway.aws("s3", "ls", f"s3://{bucket}", "--recursive") == b""


def test_copies_a_large_file_in_parts_and_back(
    gateway: Gateway, bucket: str, s3: S3Client, tmp_path: Path
) -> None:
    given, back = tmp_path / "large", tmp_path / "back"
    given.write_bytes(content(1, 21 * MIB + 7))
    gateway.aws("s3", "cp", str(given), f"s3://{bucket}/large")
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    gateway.aws("s3", "cp", f"s3://{bucket}/large", str(back))
    assert back.read_bytes() == given.read_bytes()


def test_streams_from_and_to_a_pipe(gateway: Gateway, bucket: str) -> None:
    for name, data in [("empty", b""), ("small", b"a line\n"), ("large", content(2, 17 * MIB + 1))]:
        gateway.aws("s3", "cp", "-", f"s3://{bucket}/{name}", stdin=data)
        assert gateway.aws("s3", "cp", f"s3://{bucket}/{name}", "-") == data


def test_syncs_a_tree_both_ways(gateway: Gateway, bucket: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for name in ("a.txt", "b/c.txt", "b/d e.txt"):
        _write(here / name, f"this is {name}")
    gateway.aws("s3", "sync", str(here), f"s3://{bucket}/tree")
    (here / "a.txt").unlink()
    _write(here / "b/new.txt", "newer")
    gateway.aws("s3", "sync", "--delete", str(here), f"s3://{bucket}/tree")
    gateway.aws("s3", "sync", f"s3://{bucket}/tree", str(there))
    assert _files(there) == _files(here)
    assert gateway.aws("s3", "sync", str(here), f"s3://{bucket}/tree") == b""


def test_moves_within_the_bucket(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    s3.put_object(
        Bucket=bucket, Key="old", Body=b"bytes", ContentType="text/x-test", Metadata={"kept": "yes"}
    )
    gateway.aws("s3", "mv", f"s3://{bucket}/old", f"s3://{bucket}/new name")
    head = s3.head_object(Bucket=bucket, Key="new name")
    assert (head["ContentType"], head["Metadata"]) == ("text/x-test", {"kept": "yes"})
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["new name"]


def test_presigns(gateway: Gateway, bucket: str, s3: S3Client, tmp_path: Path) -> None:
    s3.put_object(Bucket=bucket, Key="a b/ö", Body=b"for a friend")
    config = tmp_path / "config"  # without it, links of us-east-1 are signed as they were before SigV4
    config.write_text("[default]\ns3 =\n    signature_version = s3v4\n")
    environment = gateway.aws_environment() | {"AWS_CONFIG_FILE": str(config)}
    command = [str(BIN / "aws"), "s3", "presign", f"s3://{bucket}/a b/ö", "--expires-in", "60"]
    url = run(command, environment).decode().strip()
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read() == b"for a friend"


def _write(path: Path, text: str) -> None:
    """A file from yesterday: S3 shows whole seconds, so one from this second looks newer than its copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    yesterday = time.time() - 86400
    os.utime(path, (yesterday, yesterday))


def _files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
