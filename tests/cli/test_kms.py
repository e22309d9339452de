"""Encryption of a whole gateway, its keys by command, and what happens without them."""

from __future__ import annotations

import base64
import subprocess
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
