"""A gateway tells what happened to a webhook: also one that fails, and over its own end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway

ARN = "arn:minio:sqs::hook:webhook"


class Receiver(ThreadingHTTPServer):
    """An HTTP server that keeps what was posted, and refuses as many messages as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.refused = 0
        self.answer = 200
        self.changed = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/events"

    def keys(self) -> list[str]:
        """Of the records that were taken, in their order."""
        return [r["s3"]["object"]["key"] for one in self.taken for r in one.get("Records", [])]

    def wait_for(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, timeout=90), (self.keys(), self.refused)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        with server.changed:
            status = server.answer
            if status == 200:
                server.taken.append(message)
                server.headers.append(dict(self.headers))
            else:
                server.refused += 1
            server.changed.notify_all()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", server.url + "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def configured(gateway: Gateway, receiver: Receiver) -> Any:
    """A client of a started gateway with a bucket that tells everything."""
    config = gateway.home / "s3gw.toml"
    config.write_text(f'[notify.hook]\nurl = "{receiver.url}"\ntoken = "sesame"\n')
    gateway.settings["S3GW_CONFIG"] = str(config)
    s3: Any = gateway.start().client()
    s3.create_bucket(Bucket="bucket")
    rule = {"Id": "all", "QueueArn": ARN, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"QueueConfigurations": [rule]}
    )
    return s3


@pytest.mark.slow
def test_what_happens_is_told(new_gateway: Callable[..., Gateway], receiver: Receiver) -> None:
    gateway = new_gateway()
    s3 = configured(gateway, receiver)
    found = s3.get_bucket_notification_configuration(Bucket="bucket")
    assert found["QueueConfigurations"][0]["QueueArn"] == ARN
    put = s3.put_object(Bucket="bucket", Key="a b", Body=b"data")
    s3.delete_object(Bucket="bucket", Key="a b")
    receiver.wait_for(lambda: len(receiver.taken) == 3)
    first, created, removed = receiver.taken
    assert (first["Event"], first["Bucket"]) == ("s3:TestEvent", "bucket")
    (record,) = created["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
    ids = put["ResponseMetadata"]["HTTPHeaders"]
    assert record["responseElements"] == {name: ids[name] for name in ("x-amz-request-id", "x-amz-id-2")}
    assert record["s3"]["configurationId"] == "all"
    assert record["s3"]["object"]["key"] == "a+b"
    assert record["s3"]["object"]["eTag"] == put["ETag"].strip('"')
    assert removed["Records"][0]["eventName"] == "ObjectRemoved:Delete"
    assert {one["Authorization"] for one in receiver.headers} == {"Bearer sesame"}
    rule = {"QueueArn": "arn:minio:sqs::127.0.0.1:webhook", "Events": ["s3:ObjectCreated:*"]}
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_notification_configuration(
            Bucket="bucket", NotificationConfiguration={"QueueConfigurations": [rule]}
        )
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"


@pytest.mark.slow  # it waits for retries
def test_nothing_is_lost_when_the_receiver_fails_and_the_gateway_is_killed(
    new_gateway: Callable[..., Gateway], receiver: Receiver
) -> None:
    receiver.answer = 500
    gateway = new_gateway()
    s3 = configured(gateway, receiver)
    for number in range(20):
        s3.put_object(Bucket="bucket", Key=f"{number:02}", Body=b"x")
    receiver.wait_for(lambda: receiver.refused >= 2)
    assert receiver.taken == []
    gateway.kill9()
    receiver.answer = 302  # not followed either
    refused = receiver.refused
    gateway.start()
    s3 = gateway.client()
    s3.put_object(Bucket="bucket", Key="20", Body=b"x")
    receiver.wait_for(lambda: receiver.refused > refused)
    assert receiver.taken == []
    receiver.answer = 200
    receiver.wait_for(lambda: len(receiver.taken) == 22)
    assert receiver.keys() == [f"{number:02}" for number in range(21)]


@pytest.mark.slow
def test_a_gateway_that_is_killed_while_it_tells(
    new_gateway: Callable[..., Gateway], receiver: Receiver
) -> None:
    gateway = new_gateway()
    s3 = configured(gateway, receiver)
    for number in range(300):
        s3.put_object(Bucket="bucket", Key=f"{number:03}", Body=b"x")
        if number % 100 == 99:
            receiver.wait_for(lambda: len(receiver.taken) > 1)
            time.sleep(0.01 * number / 100)  # somewhere in the middle
            gateway.kill9()
            gateway.start()
            s3 = gateway.client()
    expected = [f"{number:03}" for number in range(300)]
    receiver.wait_for(lambda: set(receiver.keys()) == set(expected))
    assert list(dict.fromkeys(receiver.keys())) == expected
