"""The sequence that every request takes, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
from collections.abc import Awaitable, Callable

import pytest

from s3gw.http.access_log import JsonFormatter
from tests import wire
from tests.http_server.harness import BLOCK, SECRET_KEY, Running, read_answer


async def test_a_request_is_answered_with_ids(server: Running) -> None:
    said = await server.request("GET", "/")
    assert said.status == 200
    assert re.fullmatch("[0-9A-F]{16}", said.headers["x-amz-request-id"])
    assert said.headers["x-amz-id-2"]
    assert said.headers["Server"] == "s3gw"
    assert said.headers["Date"]


async def test_an_error_document_names_the_ids_of_the_headers(server: Running) -> None:
    said = await server.request("GET", "/bucket/missing")
    assert (said.status, said.code) == (404, "NoSuchKey")
    assert f"<RequestId>{said.headers['x-amz-request-id']}</RequestId>".encode() in said.body
    assert f"<HostId>{said.headers['x-amz-id-2']}</HostId>".encode() in said.body
    assert b"<Resource>/bucket/missing</Resource>" in said.body
    assert b"<Key>missing</Key>" in said.body
    assert said.headers["Content-Type"] == "application/xml"


async def test_an_anonymous_request_is_denied(server: Running) -> None:
    said = await server.raw(b"GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
    assert (said.status, said.code) == (403, "AccessDenied")
    assert server.fakes.inputs == []


async def test_what_has_no_handler_is_not_implemented(server: Running) -> None:
    said = await server.request("GET", "/bucket", "tagging=")
    assert (said.status, said.code) == (501, "NotImplemented")


async def test_authentication_comes_before_not_implemented(server: Running) -> None:
    said = await server.raw(b"GET /bucket?tagging HTTP/1.1\r\nhost: x\r\n\r\n")
    assert (said.status, said.code) == (403, "AccessDenied")
    wrong = wire.Signer(server.gateway, secret="wrong")
    said = await server.request("GET", "/bucket", "tagging=", signer=wrong)
    assert (said.status, said.code) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("unavailable", 503, "ServiceUnavailable"),
        ("full", 507, "InsufficientStorage"),
        ("damaged", 500, "InternalError"),
        ("bug", 500, "InternalError"),
        ("behind", 500, "InternalError"),
    ],
)
async def test_failures_below_tell_nothing_of_the_inside(
    server: Running, key: str, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "s3gw"):
        said = await server.request("GET", f"/bucket/{key}")
    assert (said.status, said.code) == (status, code)
    for inside in (b"hunter2", b"secret", b"chunk 17", b"internal detail", b"Traceback"):
        assert inside not in said.body
    assert said.headers["x-amz-request-id"] in caplog.text
    assert ("ZeroDivisionError" in caplog.text) == (key == "bug")
    assert (said.headers["Retry-After"] is not None) == (status == 503)


async def test_head_has_headers_and_no_body(server: Running) -> None:
    reader, writer = await server.connect()
    for path, status, length in (
        ("/bkt/k", 200, "12345"),
        ("/bkt/missing", 404, None),
        ("/bkt/k", 200, "12345"),
    ):
        writer.write(server.signed("HEAD", path))
        said = await read_answer(reader, "HEAD")
        assert said.status == status
        assert said.headers["Content-Length"] == length


async def test_204_and_304_have_no_body(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/unchanged"))
    said = await read_answer(reader)
    assert (said.status, said.headers["ETag"]) == (304, '"e"')
    writer.write(server.signed("DELETE", "/bkt/k"))
    assert (await read_answer(reader)).status == 204
    writer.write(server.signed("GET", "/bkt/1"))
    assert (await read_answer(reader)).body == BLOCK


async def test_a_body_arrives_as_it_was_sent(server: Running) -> None:
    body = gzip.compress(b"not to be inflated" * 1000)
    said = await server.request("PUT", "/bkt/k", headers={"content-encoding": "gzip"}, body=body)
    assert said.status == 200
    assert server.fakes.stored["k"] == body
    assert server.fakes.inputs[0].content_encoding == "gzip"
    assert (await server.request("GET", "/bkt/k")).body == body


async def test_aws_chunked_is_no_content_encoding(server: Running) -> None:
    headers = {"content-encoding": "gzip,aws-chunked"}
    said = await wire_chunked(server, headers)
    assert said.status == 200
    assert server.fakes.stored["k"] == b"x" * 9000 + b"end"
    assert server.fakes.inputs[0].content_encoding == "gzip"


async def wire_chunked(server: Running, headers: dict[str, str]) -> wire.Answer:
    """A PUT with signed chunks."""
    return await asyncio.to_thread(
        wire.chunked_put, server.gateway, "/bkt/k", [b"x" * 9000, b"end"], headers=headers
    )


async def test_a_document_is_bounded(server: Running) -> None:
    said = await server.request("POST", "/bkt", "delete=", body=b"x" * (9 << 20), timeout=30)
    assert (said.status, said.code) in ((400, "MalformedXML"), (400, "InvalidRequest"))


async def test_a_presigned_request_and_case_34_no_signature_in_the_log(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    target = wire.Signer(server.gateway).presigned("GET", "/bkt/1")
    with caplog.at_level(logging.DEBUG):
        said = await server.raw(wire.head("GET", target, {"host": f"127.0.0.1:{server.port}"}))
        refused = await server.raw(wire.head("GET", target[:-1] + "!", {"host": f"127.0.0.1:{server.port}"}))
    assert said.body == BLOCK
    assert refused.status == 403
    signature = target.rpartition("=")[2]
    assert SECRET_KEY not in caplog.text
    assert signature[:-1] not in caplog.text
    assert "X-Amz-Signature" not in caplog.text


async def test_the_access_log_tells_who_did_what(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "s3gw.access"):
        said = await server.request("PUT", "/bkt/a%0Ab", headers={"user-agent": "test/1"}, body=b"12345")
    assert said.status == 200
    (record,) = [record for record in caplog.records if record.name == "s3gw.access"]
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\n" not in record.getMessage()
    fields = json.loads(line)
    assert fields["ms"] >= 0
    assert fields["time"].endswith("Z")
    expected = {
        "request_id": said.headers["x-amz-request-id"],
        "remote": "127.0.0.1",
        "account": "root",
        "method": "PUT",
        "operation": "PutObject",
        "bucket": "bkt",
        "key": "a\nb",
        "status": 200,
        "error": None,
        "bytes_in": 5,
        "bytes_out": 0,
        "agent": "test/1",
    }
    assert fields == expected | {"ms": fields["ms"], "time": fields["time"]}


async def test_the_absolute_form_of_a_target(server: Running) -> None:
    headers = wire.Signer(server.gateway).headers("GET", "/bkt/1", "", wire.UNSIGNED, {})
    said = await server.raw(wire.head("GET", f"http://127.0.0.1:{server.port}/bkt/1", headers))
    assert said.body == BLOCK


async def test_a_virtual_host_names_the_bucket(new_server: Callable[..., Awaitable[Running]]) -> None:
    server = await new_server(domains=("s3.test",))
    signer = wire.Signer(server.gateway)
    headers = signer.headers("GET", "/1", "", wire.UNSIGNED, {"host": "bkt.s3.test"})
    said = await server.raw(wire.head("GET", "/1", headers))
    assert said.body == BLOCK
    assert (server.fakes.inputs[0].bucket, server.fakes.inputs[0].key) == ("bkt", "1")


async def test_presigned_parameters_stand_for_headers(server: Running) -> None:
    target = wire.Signer(server.gateway).presigned("PUT", "/bkt/k", query="x-amz-meta-colour=blue")
    head = wire.head("PUT", target, {"host": f"127.0.0.1:{server.port}", "content-length": "2"})
    assert (await server.raw(head + b"ok", "PUT")).status == 200
    assert server.fakes.inputs[0].metadata == {"colour": "blue"}


async def test_presigned_parameters_cannot_split_headers(server: Running) -> None:
    query = "x-amz-website-redirect-location=%2Fa%0D%0Ax-evil%3A%20yes"
    target = wire.Signer(server.gateway).presigned("PUT", "/bkt/k", query=query)
    head = wire.head("PUT", target, {"host": f"127.0.0.1:{server.port}", "content-length": "2"})
    said = await server.raw(head + b"ok", "PUT")
    assert (said.status, said.code) == (400, "InvalidArgument")
    assert server.fakes.stored == {}


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "PROPFIND"])
async def test_methods_that_s3_does_not_have(server: Running, method: str) -> None:
    said = await server.raw(f"{method} /bkt/k HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert 400 <= said.status < 500
    assert said.code


async def test_a_websocket_is_declined(server: Running) -> None:
    headers = {"connection": "upgrade", "upgrade": "websocket"}
    said = await server.raw(server.signed("GET", "/bkt/1", headers))
    assert said.body == BLOCK


@pytest.mark.parametrize("target", ["/bkt/%zz", "/bkt/%ff", "/bkt/a%00b", "/../etc", "/bkt/" + "k" * 1025])
async def test_addresses_that_cannot_be(server: Running, target: str) -> None:
    said = await server.raw(f"GET {target} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert 400 <= said.status < 500
    assert said.code


async def test_an_origin_costs_no_look_up_of_its_own(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s3gw.http.cross_origin.buckets.get", None)
    server.fakes.stored["k"] = b"content"
    said = await server.request("GET", "/bucket/k", headers={"origin": "https://app.example.com"})
    assert (said.status, said.body) == (200, b"content")
