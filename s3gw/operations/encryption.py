"""How objects are encrypted, as it is kept with them and shown. `encrypting` decides it for what is written.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.db.records import Properties

AES256 = "AES256"

Record = Mapping[str, Any]
"""How an object is encrypted, as it is kept with it: `algorithm`; `customer`, the number of a customer's data
key; `key`, the number of a KMS key, with `key_id`, `context` and `bucket_key` as answers show them."""


def keep(properties: Properties, record: Record | None) -> Properties:
    """The same properties with how the object is encrypted."""
    headers, metadata, checksums, storage_class, extra = properties
    kept = {name: value for name, value in extra.items() if name != "encryption"}
    if record is not None:
        kept["encryption"] = record
    return Properties(headers, metadata, checksums, storage_class, kept)


def of(properties: Properties) -> Record | None:
    """How an object or upload of these properties is encrypted."""
    record: Record | None = properties.extra.get("encryption")
    return record


def scope(record: Record | None) -> tuple[str, Any]:
    """What two objects have in common that may name the same chunks: the key that they are encrypted by."""
    if record is None:
        return "plain", None
    if "customer" in record:
        return "customer", record["customer"]
    return record["algorithm"], record.get("key")


OF_STORE = (("plain", None), (AES256, None))
"""The scopes of what is encrypted by no key that somebody asked for."""


def is_opaque(record: Record | None) -> bool:
    """Whether the ETag of an object must tell nothing of its bytes: S3's is no MD5 then."""
    return record is not None and ("customer" in record or "key" in record)


def show(output: Any, record: Record | None) -> None:
    """Set the members of an output that tell a client how the object is encrypted.

    What concerns a customer's key is told by whoever has it: `customer_keys.Given.show`.
    """
    if record is None or "customer" in record:
        return
    output.server_side_encryption = record["algorithm"]
    if "key" in record:
        output.ssekms_key_id = record["key_id"]
        output.bucket_key_enabled = record.get("bucket_key")
        if hasattr(output, "ssekms_encryption_context"):
            output.ssekms_encryption_context = record.get("context")
