"""A whole gateway on Azure Blob Storage: what it stores there, and what it answers while that is down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.azurite import Azurite
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20

pytestmark = pytest.mark.client


def test_objects_come_and_go(new_gateway: Callable[..., Gateway], azurite: Azurite, tmp_path: Path) -> None:
    own = Azurite(tmp_path / "azurite")  # to be stopped
    own.start()
    try:
        own.make_container("packs")
        gateway = new_gateway(S3GW_BACKEND=own.url("packs/at/a/prefix"), **own.credentials).start()
        client = gateway.client(read_timeout=120)
        client.create_bucket(Bucket="bkt")
        whole = content(1, 21 * MIB)
        client.put_object(Bucket="bkt", Key="whole", Body=whole)
        client.put_object(Bucket="bkt", Key="small", Body=b"in the database")
        own.stop()
        with pytest.raises(ClientError) as refused:
            client.put_object(Bucket="bkt", Key="during", Body=content(2, MIB))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        client.put_object(Bucket="bkt", Key="small", Body=b"in the database, too")
        own.start()
        assert gateway.stop() == 0
        gateway.restart()
        client = gateway.client()
        assert client.get_object(Bucket="bkt", Key="whole")["Body"].read() == whole
        client.put_object(Bucket="bkt", Key="after", Body=content(3, MIB))
        ranged = client.get_object(Bucket="bkt", Key="whole", Range="bytes=9000000-9999999")["Body"].read()
        assert ranged == whole[9_000_000:10_000_000]
        assert not (gateway.data / "packs").exists()
        for key in ("whole", "after"):
            client.delete_object(Bucket="bkt", Key=key)
        freed = re.search(r"(\d+) packs, (\d+) files", gateway.s3gw("gc", "--grace", "0"))
        assert freed is not None
        assert int(freed[1]) >= 2
        assert gateway.stop() == 0
    finally:
        own.kill9()
