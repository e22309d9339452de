"""Every operation heeds `x-amz-expected-bucket-owner`."""

from __future__ import annotations

from typing import Any

from s3gw.operations import REGISTRY
from s3gw.protocol import OPERATIONS, types
from s3gw.protocol.operation import BodyKind
from tests.operations.operation_calls import Operations

INPUTS = {name: getattr(types, f"{name}Input") for name in sorted(REGISTRY)}
HEEDING = [name for name, kind in INPUTS.items() if "expected_bucket_owner" in kind.__dataclass_fields__]
MORE: dict[str, dict[str, Any]] = {
    "CopyObject": {"copy_source": "bucket/key"},
    "GetObjectAttributes": {"object_attributes": ["ETag"]},
    "UploadPart": {"part_number": 1},
    "UploadPartCopy": {"part_number": 1, "copy_source": "bucket/key"},
}


async def test_nobody_elses_bucket_is_touched(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    for name in HEEDING:
        given: dict[str, Any] = {"bucket": "bucket", "expected_bucket_owner": "000000000099"}
        if "key" in INPUTS[name].__dataclass_fields__:
            given["key"] = "key"
        error = await s3.refused(INPUTS[name](**given, **MORE.get(name, {})))
        # A document that is missing is told first.
        without_document = OPERATIONS[name].body is BodyKind.DOCUMENT and error.status == 400
        assert error.code == "AccessDenied" or without_document, name
    assert (await s3.get("key"))[1] == b"data"
    assert len(HEEDING) > 80
