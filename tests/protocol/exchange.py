"""botocore's client without a network: requests are kept and answered with a prepared reply."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.model import OperationModel
from botocore.session import Session

from s3gw.protocol import Head, Operation, Reply, route


class Exchange:
    """One client whose requests are kept and answered with a prepared reply."""

    def __init__(self) -> None:
        config = Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 1},
            inject_host_prefix=False,
        )
        create: Any = Session().create_client
        self.client = create(
            "s3",
            region_name="us-east-1",
            endpoint_url="http://gateway.test",
            config=config,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.client.meta.events.register("before-send.s3", self._answer)
        self.request: AWSPreparedRequest | None = None
        self.reply = Reply(200, [], b"")

    def operation(self, name: str) -> OperationModel:
        """The model of an operation."""
        model: OperationModel = self.client.meta.service_model.operation_model(name)
        return model

    def call(self, name: str, parameters: dict[str, Any]) -> tuple[AWSPreparedRequest, dict[str, Any]]:
        """Send a request; what was sent, and what botocore read from the prepared reply."""
        parsed = self.client._make_api_call(name, parameters)
        assert self.request is not None
        return self.request, parsed

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.request = request
        body = self.reply.body or b""
        assert isinstance(body, bytes)
        headers: Any = dict(self.reply.headers)
        return AWSResponse(request.url, self.reply.status, headers, _Raw(body))


class _Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self.getvalue()]


def understood(request: AWSPreparedRequest) -> tuple[Operation, Any]:
    """The operation and input that the gateway sees in a request of botocore's."""
    url = urlsplit(request.url)
    bucket, _, key = url.path[1:].partition("/")
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    head = Head(request.method, unquote(bucket) or None, unquote(key) or None, query, headers)
    operation = route(head.method, head.bucket, head.key, head.query, head.headers)
    given = operation.parse(head)
    if operation.parse_document is not None:
        operation.parse_document(given, _body(request))
    return operation, given


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    if body is None:
        return b""
    if hasattr(body, "read"):
        return bytes(body.read())
    return body.encode() if isinstance(body, str) else bytes(body)
