"""Encryption of a whole gateway, its keys by command, and what happens without them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway
from tests.streams import content

New = Callable[..., Gateway]


@pytest.mark.slow
def test_a_new_gateway_encrypts_and_its_keys_can_be_kept(new_gateway: New) -> None:
    gateway = new_gateway().start()
    client = gateway.client()
    client.create_bucket(Bucket="bucket")
    data = b"the secret of the house" * 20_000 + content(1, 300_000)
    assert client.put_object(Bucket="bucket", Key="key", Body=data)["ServerSideEncryption"] == "AES256"
    packs = [path.read_bytes() for path in (gateway.data / "packs").rglob("*") if path.is_file()]
    assert sum(map(len, packs)) > 300_000
    assert not any(b"the secret of the house" in pack for pack in packs)
    [rule] = client.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rule["BucketKeyEnabled"] is False

    mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    client.put_object(Bucket="bucket", Key="mine", Body=data, **mine)  # type: ignore[arg-type]
    got = client.get_object(Bucket="bucket", Key="mine", **mine)  # type: ignore[arg-type]
    assert got["Body"].read() == data
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_object(Bucket="bucket", Key="mine", **mine | {"SSECustomerKey": "x" * 32})  # type: ignore[arg-type]
    assert base64.b64encode(b"k" * 32).decode() not in gateway.logs()

    number = gateway.s3gw("kms", "create", "payroll").strip()
    for asked in (number, "alias/payroll"):
        client.put_object(
            Bucket="bucket", Key="kms", Body=data, ServerSideEncryption="aws:kms", SSEKMSKeyId=asked
        )
    gateway.s3gw("kms", "disable", "payroll")
    with pytest.raises(ClientError, match=r"KMS\.DisabledException.* is disabled"):
        client.get_object(Bucket="bucket", Key="kms")
    assert "disabled" in gateway.s3gw("kms", "list")
    gateway.s3gw("kms", "enable", "payroll")
    assert client.get_object(Bucket="bucket", Key="kms")["Body"].read() == data

    kept = gateway.home / "keys.json"
    gateway.s3gw("kms", "export", str(kept))
    assert kept.stat().st_mode & 0o777 == 0o600
    gateway.s3gw("kms", "import", str(kept))
    gateway.s3gw("kms", "rotate", "store")
    listed = gateway.s3gw("kms", "list").splitlines()
    assert [line.split()[1] for line in listed[1:]] == ["store", "customers", "payroll", "store"]
    assert "master-key elsewhere" in gateway.logs()

    gateway.stop()
    master = gateway.data / "master-key"
    master.rename(gateway.home / "saved")
    done = subprocess.run(
        [str(gateway.command), "serve"],
        env=gateway.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert (
        "what is encrypted by the keys customers, payroll, store cannot be read without the master key"
        in done.stderr
    )
    (gateway.home / "saved").rename(master)
    gateway.restart()
    client = gateway.client()
    assert client.get_object(Bucket="bucket", Key="key")["Body"].read() == data


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_key_is_changed_beside_a_running_gateway(new_gateway: New) -> None:
    """Rotated, left by everything and removed, while clients go on."""
    gateway = new_gateway(S3GW_JOB_REST="0").start()
    client = gateway.client()
    client.create_bucket(Bucket="bucket")
    data = {f"k{size}": content(size, size) for size in (10, 4_000, 300_000, 5_000_000)}
    for key, body in data.items():
        client.put_object(Bucket="bucket", Key=key, Body=body)
    gateway.s3gw("kms", "rotate", "store")
    deadline = time.monotonic() + 60
    while not _writes_by(gateway, 2):  # until the gateway has heard of it
        assert time.monotonic() < deadline
        time.sleep(0.5)
    gateway.s3gw("kms", "reencrypt", "store")
    gateway.s3gw("jobs", "run", "reencrypt", "--wait")
    versions = [line.split()[-1] for line in gateway.s3gw("kms", "list").splitlines()[1:]]
    assert versions == ["left", "current"]
    assert gateway.s3gw("kms", "retire", "store") == "removed version 1\n"
    [under] = json.loads(gateway.s3gw("stats", "--json"))["keys"]
    assert (under["number"], under["is_current"]) == (2, True)
    assert gateway.s3gw("stats").splitlines()[-1].split()[:3] == ["store", "2", "current"]
    for again in range(2):
        for key, body in data.items():
            assert client.get_object(Bucket="bucket", Key=key)["Body"].read() == body, again
        if not again:
            gateway.stop()
            gateway.s3gw("gc")
            gateway.restart()
            client = gateway.client()


def _writes_by(gateway: Gateway, number: int) -> bool:
    """Whether what is new goes under that version."""
    gateway.client().put_object(Bucket="bucket", Key="probe", Body=os.urandom(16))
    keys = json.loads(gateway.s3gw("stats", "--json"))["keys"]
    return any(key["number"] == number and key["chunks"] for key in keys)
