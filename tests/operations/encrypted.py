"""What tests of encryption send: customers' keys, documents of buckets."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from s3gw.protocol import types
from tests.operations.operation_calls import Operations

MASTER = bytes(range(32))


async def key_ids(s3: Operations) -> set[int | None]:
    rows = await s3.services.db.fetch("SELECT DISTINCT key_id FROM chunks")
    return {row["key_id"] for row in rows}


def configuration(algorithm: str | None = "AES256", **members: Any) -> types.PutBucketEncryptionInput:
    by_default = types.ServerSideEncryptionByDefault(sse_algorithm=algorithm, **members)
    rule = types.ServerSideEncryptionRule(apply_server_side_encryption_by_default=by_default)
    return types.PutBucketEncryptionInput(
        bucket="bucket",
        server_side_encryption_configuration=types.ServerSideEncryptionConfiguration(rules=[rule]),
    )


def customer(secret: bytes, **other: str) -> dict[str, Any]:
    return {
        "sse_customer_algorithm": "AES256",
        "sse_customer_key": base64.b64encode(secret).decode(),
        "sse_customer_key_md5": base64.b64encode(hashlib.md5(secret).digest()).decode(),
        **other,
    }


SECRET = bytes(range(100, 132))
OTHER = bytes(range(132, 164))
NEEDED = (
    "The object was stored using a form of Server Side Encryption. The correct parameters must be "
    "provided to retrieve the object."
)

WRONG = (
    "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret "
    "key."
)
