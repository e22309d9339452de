"""SIGKILL while objects are encrypted anew: a copy is there as a whole or not at all, one that is encrypted
by another key where it is has its bytes by the one or by the other, and nothing leaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from s3gw.backends.disk import Disk
from tests.faults.uploads import abort_all, violations
from tests.gateway import Gateway, database_url
from tests.streams import content

MIB = 1 << 20
SIZE = 24 * MIB
WRITERS = 4

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FORMS: list[dict[str, Any]] = [
    {"ServerSideEncryption": "AES256"},
    {"ServerSideEncryption": "aws:kms"},
    {"ServerSideEncryption": "aws:kms:dsse"},
]


class Copies:
    """Writers that copy between keys until the gateway is gone."""

    def __init__(self, client: Any) -> None:
        self._client = client
        named = client.head_object(Bucket="bucket", Key="source/1")["SSEKMSKeyId"]
        self._by_another_key = {"SSEKMS": {"KMSKeyArn": named}}
        self.done: set[str] = set()
        self.begun: set[str] = set()
        self.enough = threading.Event()

    def run(self, writer: int) -> None:
        try:
            for turn in range(1000):
                key = f"copy/{writer}/{turn}"
                source = {"Bucket": "bucket", "Key": f"source/{turn % 3}"}
                form = FORMS[(turn + 1 + writer % 2) % 3]
                self.begun.add(key)
                if turn % 2:
                    self._in_parts(key, source, form)
                else:
                    self._client.copy_object(Bucket="bucket", Key=key, CopySource=source, **form)
                self.done.add(key)
                if form["ServerSideEncryption"] == "AES256":
                    self._client.update_object_encryption(
                        Bucket="bucket", Key=key, ObjectEncryption=self._by_another_key
                    )
                if len(self.done) >= 2 * WRITERS:
                    self.enough.set()
        except (BotoCoreError, ClientError):
            self.enough.set()

    def _in_parts(self, key: str, source: dict[str, str], form: dict[str, Any]) -> None:
        begun = self._client.create_multipart_upload(Bucket="bucket", Key=key, **form)
        at = {"Bucket": "bucket", "Key": key, "UploadId": begun["UploadId"]}
        part = self._client.upload_part_copy(**at, PartNumber=1, CopySource=source)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]}
        self._client.complete_multipart_upload(**at, MultipartUpload=parts)


async def test_copies_are_whole_or_not_there(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(
        S3GW_MARGIN_READER="0", S3GW_MARGIN_TOMBSTONE="0", S3GW_MARGIN_SIGHTING="0", S3GW_MARGIN_LEASE="5"
    ).start()
    client: Any = gateway.client(max_pool_connections=WRITERS)
    client.create_bucket(Bucket="bucket")
    data = content(1, SIZE)
    for number, form in enumerate(FORMS):
        client.put_object(Bucket="bucket", Key=f"source/{number}", Body=data, **form)
    for _ in range(2):
        client = gateway.client(max_pool_connections=WRITERS)
        copies = Copies(client)
        with ThreadPoolExecutor(WRITERS) as threads:
            running = [threads.submit(copies.run, writer) for writer in range(WRITERS)]
            assert copies.enough.wait(240)
            gateway.kill9(keep_clients=True)
            for one in running:
                one.result()
        assert copies.done
        gateway.restart()
        client = gateway.client()
        found = {
            entry["Key"]
            for page in client.get_paginator("list_objects_v2").paginate(Bucket="bucket", Prefix="copy/")
            for entry in page.get("Contents", [])
        }
        assert copies.done <= found <= copies.begun
        for key in sorted(found):
            assert client.get_object(Bucket="bucket", Key=key)["Body"].read() == data
            client.delete_object(Bucket="bucket", Key=key)
    abort_all(gateway, "bucket")
    gateway.s3gw("gc", "--grace", "0")
    disk = Disk(gateway.data / "packs", reserve=0)
    assert await violations(database_url(gateway), disk, gateway.data) == []
    for number in range(3):
        assert client.get_object(Bucket="bucket", Key=f"source/{number}")["Body"].read() == data
