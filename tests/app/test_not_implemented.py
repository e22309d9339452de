"""Every operation of the S3 model that is not implemented says so, in an answer that clients understand."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.session import get_session

from s3gw.operations import REGISTRY
from tests import wire
from tests.gateway import Gateway

MODEL = get_session().get_service_model("s3")
ALIASES = {name for name in MODEL.operation_names if f"{name}Configuration" in REGISTRY}
"""Such as GetBucketLifecycle: answered by the operations that succeeded them."""
OF_OTHER_SERVICES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "ListDirectoryBuckets": ("GET", "/", "max-directory-buckets=1", {}),
    "WriteGetObjectResponse": (
        "POST",
        "/WriteGetObjectResponse",
        "",
        {"x-amz-request-route": "route", "x-amz-request-token": "token"},
    ),
}
"""By their method, path, query and headers: botocore signs them for services that this is none of."""
MISSING = sorted(set(MODEL.operation_names) - set(REGISTRY) - ALIASES - set(OF_OTHER_SERVICES))


def value(shape: Shape) -> Any:
    """The least that botocore takes for a shape."""
    if isinstance(shape, StructureShape):
        required = shape.required_members or ()
        if shape.is_tagged_union:
            required = list(shape.members)[:1]
        return {name: value(shape.members[name]) for name in required if name not in ("Bucket", "Key")}
    if isinstance(shape, ListShape):
        return [value(shape.member)]
    values = {"integer": 1, "long": 1, "boolean": True, "blob": b"data", "timestamp": 0}
    names: list[str] = getattr(shape, "enum", [])
    return values.get(shape.type_name) or (names[0] if names else "value" * 5)


def arguments(model: OperationModel, bucket: str) -> dict[str, Any]:
    """For a request of the operation."""
    shape = model.input_shape
    if shape is None:
        return {}
    named: dict[str, Any] = {"Key": "key"} if "Key" in shape.members else {}
    if "Bucket" in shape.members:
        named["Bucket"] = bucket
    return {**value(shape), **named}


@pytest.mark.parametrize("name", MISSING)
@pytest.mark.slow
def test_what_is_not_implemented(gateway: Gateway, bucket: str, name: str) -> None:
    model = MODEL.operation_model(name)
    client: Any = gateway.client()
    with pytest.raises(ClientError) as caught:
        client._make_api_call(name, arguments(model, bucket))
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["Error"]["Message"] == f"{name} is not implemented"
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("name", sorted(OF_OTHER_SERVICES))
def test_what_is_not_of_this_service(gateway: Gateway, name: str) -> None:
    assert name not in REGISTRY
    method, path, query, headers = OF_OTHER_SERVICES[name]
    answer = wire.request(gateway, method, path, query, headers=headers)
    assert answer.status == 501
    assert b"<Code>NotImplemented</Code>" in answer.body
