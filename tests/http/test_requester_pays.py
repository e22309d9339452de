"""Buckets whose requesters pay: others than the owner have to say that they will."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests import wire
from tests.boto import s3_client
from tests.gateway import Gateway

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def stranger(gateway: Gateway, bucket: str) -> Iterator[S3Client]:
    """Somebody with a key of their own."""
    gateway.s3gw("user", "create", f"stranger-{bucket}")
    key = json.loads(gateway.s3gw("key", "create", f"stranger-{bucket}", "--json"))
    client = s3_client(gateway.endpoint, key["access_key"], key["secret_key"])
    yield client
    client.close()


def refused(call: Any, **arguments: Any) -> int:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return int(error.value.response["ResponseMetadata"]["HTTPStatusCode"])


def stranger_of(gateway: Gateway, client: S3Client) -> Gateway:
    """The gateway as one signs for it who has the client's key."""
    credentials = client._request_signer._credentials  # type: ignore[attr-defined]
    seen = Gateway(gateway.home)
    seen.port, seen.access_key = gateway.port, credentials.access_key
    seen.secret_key = credentials.secret_key
    return seen


@pytest.mark.slow
def test_others_must_agree_to_pay(gateway: Gateway, s3: S3Client, stranger: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    s3.delete_public_access_block(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert "RequestCharged" not in stranger.get_object(Bucket=bucket, Key="k")
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})

    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"
    assert refused(stranger.get_object, Bucket=bucket, Key="k") == 403
    assert refused(stranger.head_object, Bucket=bucket, Key="k") == 403
    assert refused(stranger.put_object, Bucket=bucket, Key="n") == 403
    assert refused(stranger.list_objects_v2, Bucket=bucket) == 403
    pays: Any = {"RequestPayer": "requester"}
    got = stranger.get_object(Bucket=bucket, Key="k", **pays)
    assert (got["Body"].read(), got["RequestCharged"]) == (b"content", "requester")
    assert stranger.put_object(Bucket=bucket, Key="n", **pays)["RequestCharged"] == "requester"
    assert stranger.list_objects_v2(Bucket=bucket, **pays)["KeyCount"] == 2

    own = f"{bucket}-own"
    stranger.create_bucket(Bucket=own)
    copy: Any = {"Bucket": own, "Key": "c", "CopySource": {"Bucket": bucket, "Key": "k"}}
    assert refused(stranger.copy_object, **copy) == 403
    stranger.copy_object(**copy, **pays)

    host = {"host": f"127.0.0.1:{gateway.port}"}
    signer = wire.Signer(stranger_of(gateway, stranger))
    for query, status in (("x-amz-request-payer=requester", 200), ("", 403)):
        target = signer.presigned("GET", f"/{bucket}/k", query=query)
        assert wire.raw(gateway, wire.head("GET", target, host)).status == status
    # Somebody anonymous cannot pay, whatever they say.
    asked = host | {"x-amz-request-payer": "requester"}
    assert wire.raw(gateway, wire.head("GET", f"/{bucket}/k", asked)).status == 403
