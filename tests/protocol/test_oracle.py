"""botocore against the generated code, for every operation in both directions.

botocore's client serialises generated values; our route and parser must give the same values. Our renderer
writes generated values; botocore must read the same values. Nothing goes over a network.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.model import OperationModel, StructureShape

from s3gw.protocol import OPERATIONS, Reply, route
from s3gw.protocol.values import http_date
from tests.protocol.exchange import Exchange, understood
from tests.protocol.generated_values import ALL, REQUIRED, SOME, Values, as_dataclass, class_name

BUCKET, KEY = "a-bucket", "some/\u00e9 key+%41?&=#~//x"
BEYOND_MODEL = {"OptionsObject", "PostObject"}
# The deprecated forms are not reachable: another operation of the same request answers them.
REPLACED = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
# botocore adds these to what it was given.
ADDED = {
    "content_length",
    "content_md5",
    "checksum_algorithm",
    "checksum_crc32",
    "encoding_type",
    "checksum_mode",
}
# Parameters that tell an operation from another one on its route although the model does not require them.
TELLING: dict[str, dict[str, Any]] = {
    "ListDirectoryBuckets": {"MaxDirectoryBuckets": 5},
    "WriteGetObjectResponse": {"RequestRoute": "route"},
}
CASES = [
    pytest.param(name, members, seed, id=f"{name}-{members.split()[0]}-{seed}")
    for name in sorted(OPERATIONS.keys() - BEYOND_MODEL)
    for members, seed in ((ALL, 0), (ALL, 1), (REQUIRED, 0), (SOME, 0), (SOME, 1))
]


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    """A client for all tests of this module; a call leaves nothing behind but the last request."""
    return Exchange()


def given_values(operation: OperationModel, members: str, seed: int) -> dict[str, Any]:
    """Parameters of a call."""
    shape = operation.input_shape
    if shape is None:
        return {}
    fixed: dict[str, Any] = {"Bucket": BUCKET, "Key": KEY, "ContentLength": None, "SSECustomerKeyMD5": None}
    fixed |= {
        "CopySourceSSECustomerKeyMD5": None,
        "ContentMD5": None,
        "CopySource": None,
        "ChecksumAlgorithm": None,
    }
    if operation.name == "CreateMultipartUpload":
        del fixed["ChecksumAlgorithm"]
    if "CopySource" in shape.members:
        fixed["CopySource"] = f"{BUCKET}/source\u00e9 x?versionId=abc"
    fixed |= TELLING.get(operation.name, {})
    values: dict[str, Any] = Values(f"{operation.name} {seed}", members).structure(shape, fixed=fixed)
    return values


def expected_input(operation: OperationModel, parameters: dict[str, Any], name: str) -> Any:
    """The gateway's input for `parameters`, into which botocore has written what it encodes and adds."""
    shape = operation.input_shape
    assert isinstance(shape, StructureShape)
    values = dict(parameters)
    for member in ("Expires", "ResponseExpires"):
        if isinstance(values.get(member), datetime):
            values[member] = http_date(values[member])
    if (
        shape.serialization.get("payload")
        and shape.members[shape.serialization["payload"]].type_name == "blob"
    ):
        values.pop(shape.serialization["payload"], None)
    return as_dataclass(shape, values, name)


@pytest.mark.parametrize(("name", "members", "seed"), CASES)
def test_parses_what_botocore_sends(exchange: Exchange, name: str, members: str, seed: int) -> None:
    model = exchange.operation(name)
    parameters = given_values(model, members, seed)
    exchange.reply = Reply(200, [], b"<LocationConstraint/>" if name == "GetBucketLocation" else b"")
    request, _ = exchange.call(name, parameters)
    if name in REPLACED:
        assert (
            route(request.method, BUCKET, None, dict(parse_qsl(urlsplit(request.url).query, True)), {}).name
            == REPLACED[name]
        )
        return
    operation, given = understood(request)
    assert operation.name == name
    if model.input_shape is None:
        return
    expected = expected_input(model, parameters, class_name(model, "Input"))
    for field in ADDED:
        if hasattr(given, field) and getattr(expected, field) is None:
            setattr(given, field, None)
    assert differing(given, expected) == {}


def answer(shape: StructureShape, seed: str, members: str) -> dict[str, Any]:
    """Members of an answer, always with its payload, whose length is told truly."""
    maker = Values(seed, members, extra="\r")
    values = maker.structure(shape, fixed={"ExpiresString": None, "Payload": None, "ContentLength": None})
    payload = shape.serialization.get("payload")
    if payload is not None and payload != "Payload" and payload not in values:
        values[payload] = maker.value(shape.members[payload])
    if "Expires" in values:
        values["Expires"] = http_date(values["Expires"])
    if "ContentLength" in shape.members and isinstance(values.get(str(payload)), bytes):
        values["ContentLength"] = len(values[str(payload)])
    return values


def differing(given: Any, expected: Any) -> dict[str, tuple[Any, Any]]:
    """Fields whose values differ, with both values; the types are the same."""
    assert type(given) is type(expected)
    pairs = (
        (name, getattr(given, name), getattr(expected, name)) for name in type(expected).__dataclass_fields__
    )
    return {name: (left, right) for name, left, right in pairs if left != right}


def encoding_of(model: OperationModel) -> dict[str, Any]:
    """An encoding type where there is one: without it botocore asks for one itself and decodes the answer."""
    shape = model.input_shape
    return {"EncodingType": "url"} if shape is not None and "EncodingType" in shape.members else {}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with streams read, and without what botocore adds to an answer."""
    plain = {name: value.read() if hasattr(value, "read") else value for name, value in values.items()}
    if "ExpiresString" in plain:
        plain["Expires"] = plain.pop("ExpiresString")
    if plain.get("Metadata") == {}:
        del plain["Metadata"]
    for name in ("TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration"):
        if isinstance(plain.get(name), dict):
            plain[name].pop("Event", None)
    return {
        name: value
        for name, value in plain.items()
        if name not in ("ResponseMetadata", "Payload") and value is not None
    }


@pytest.mark.parametrize(("name", "members", "seed"), CASES)
def test_botocore_reads_what_is_rendered(exchange: Exchange, name: str, members: str, seed: int) -> None:
    model = exchange.operation(name)
    operation = OPERATIONS[name]
    shape = model.output_shape
    if shape is None:
        reply = operation.render(None)
        assert reply.body is None
        return
    values = answer(shape, f"{name} {seed}", members)
    reply = operation.render(as_dataclass(shape, values, class_name(model, "Output")))
    exchange.reply = reply
    _, parsed = exchange.call(name, given_values(model, REQUIRED, 0) | encoding_of(model))
    assert _plain(parsed) == _plain(values)
