"""Whole gateways on an S3 service: what they store there, and what they answer while it is down."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway
from tests.streams import content
from tests.upstream import CREDENTIALS, Upstream, make_bucket, url

MIB = 1 << 20
New = Callable[..., Gateway]
NewUpstream = Callable[[str], Upstream]


def wait_until(true: Callable[[], bool], what: str, turns: int = 3000) -> None:
    """Poll, since processes tell nobody when something became so."""
    for _ in range(turns):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"did not come true: {what}")


def on(upstream: Upstream, new_gateway: New, **settings: str) -> Gateway:
    """A gateway, not yet started, whose packs are in a new bucket of the upstream."""
    bucket = f"packs-{uuid4().hex}"
    make_bucket(upstream, bucket)
    return new_gateway(S3GW_BACKEND=url(upstream, f"{bucket}/at/a/prefix"), **CREDENTIALS, **settings)


def status_of(call: Callable[[], object]) -> int:
    """With what a call is answered."""
    try:
        call()
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return 200


@pytest.mark.slow
@pytest.mark.parametrize("service", ["moto", "s3gw"])
def test_objects_come_and_go(new_gateway: New, upstreams: NewUpstream, service: str) -> None:
    gateway = on(upstreams(service), new_gateway).start()
    client = gateway.client()
    client.create_bucket(Bucket="bkt")
    whole = content(1, 21 * MIB)
    client.put_object(Bucket="bkt", Key="whole", Body=whole)
    client.put_object(Bucket="bkt", Key="small", Body=b"in the database")
    client.copy_object(Bucket="bkt", Key="copy", CopySource="bkt/whole")
    upload = client.create_multipart_upload(Bucket="bkt", Key="parts")["UploadId"]
    pieces = [content(2, 6 * MIB), content(3, MIB)]
    parts = [
        {
            "PartNumber": number,
            "ETag": client.upload_part(
                Bucket="bkt", Key="parts", UploadId=upload, PartNumber=number, Body=piece
            )["ETag"],
        }
        for number, piece in enumerate(pieces, 1)
    ]
    client.complete_multipart_upload(
        Bucket="bkt",
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
    )
    assert gateway.stop() == 0
    gateway.restart()
    client = gateway.client()
    for key, data in {"whole": whole, "copy": whole, "parts": b"".join(pieces)}.items():
        assert client.get_object(Bucket="bkt", Key=key)["Body"].read() == data
    ranged = client.get_object(Bucket="bkt", Key="whole", Range="bytes=9000000-9999999")["Body"].read()
    assert ranged == whole[9_000_000:10_000_000]
    assert not (gateway.data / "packs").exists()
    for key in ("whole", "copy", "parts"):
        client.delete_object(Bucket="bkt", Key=key)
    freed = re.search(r"(\d+) packs, (\d+) files", gateway.s3gw("gc"))
    assert freed is not None
    assert int(freed[1]) == int(freed[2]) >= 2
    assert gateway.stop() == 0


@pytest.mark.slow
def test_it_waits_for_the_service_at_the_start(new_gateway: New, new_upstream: NewUpstream) -> None:
    upstream = new_upstream("moto")
    gateway = on(upstream, new_gateway)
    upstream.kill9()
    with gateway.log.open("ab") as log:
        gateway.process = subprocess.Popen(
            [str(gateway.command), "serve"], env=gateway.environment(), stdout=log, stderr=log
        )
    wait_until(lambda: "waiting to start" in gateway.logs(), "a line about the backend")
    assert gateway.answers("/-/live")
    assert not gateway.answers("/-/ready")
    upstream.start()
    wait_until(lambda: gateway.answers("/-/ready"), "readiness")
    assert gateway.stop() == 0


@pytest.mark.slow
def test_an_outage_costs_answers_and_nothing_else(new_gateway: New, new_upstream: NewUpstream) -> None:
    upstream = new_upstream("moto")
    gateway = on(upstream, new_gateway).start()
    client = gateway.client(read_timeout=120)
    client.create_bucket(Bucket="bkt")
    client.put_object(Bucket="bkt", Key="before", Body=content(1, 2 * MIB))
    upstream.kill9()
    assert status_of(lambda: client.put_object(Bucket="bkt", Key="during", Body=content(2, MIB))) == 503
    assert status_of(lambda: client.get_object(Bucket="bkt", Key="before")["Body"].read()) == 503
    assert status_of(lambda: client.put_object(Bucket="bkt", Key="small", Body=b"in the database")) == 200
    upstream.start()

    def stores() -> bool:
        return status_of(lambda: client.put_object(Bucket="bkt", Key="after", Body=content(3, MIB))) == 200

    wait_until(stores, "a write after the outage")
    assert client.get_object(Bucket="bkt", Key="before")["Body"].read() == content(1, 2 * MIB)
    assert client.get_object(Bucket="bkt", Key="after")["Body"].read() == content(3, MIB)
    assert status_of(lambda: client.head_object(Bucket="bkt", Key="during")) == 404
    assert gateway.stop() == 0


def refused(gateway: Gateway) -> str:
    """The one line with which a gateway that must not start ends."""
    done = subprocess.run(
        [str(gateway.command), "serve"],
        env=gateway.environment(),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    said = [line for line in done.stderr.splitlines() if line.startswith("s3gw: ")]
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    return said[0]


@pytest.mark.slow
def test_what_cannot_work_stops_the_start(new_gateway: New, upstreams: NewUpstream) -> None:
    upstream = upstreams("s3gw")
    gateway = on(upstream, new_gateway)
    kept = dict(gateway.settings)
    gateway.settings["S3GW_BACKEND"] = url(upstream, "no-such-bucket")
    assert "no bucket 'no-such-bucket'" in refused(gateway)
    gateway.settings = kept | {"AWS_SECRET_ACCESS_KEY": "wrong-secret"}
    line = refused(gateway)
    assert "SignatureDoesNotMatch" in line
    assert "wrong-secret" not in line
    gateway.settings = {"S3GW_BACKEND": kept["S3GW_BACKEND"]}
    assert "credentials" in refused(gateway)
