"""The document by which S3 reports an error."""

from __future__ import annotations

from s3gw.errors import S3Error
from s3gw.protocol.xml import DECLARATION, escape


def error_document(error: S3Error, resource: str, request_id: str, host_id: str) -> bytes:
    """The document for `error`: Code, Message, the error's own elements, Resource, RequestId, HostId.

    It has no namespace, as AWS's has none. Not for HEAD and 304, whose answers have no body.
    """
    elements = [("Code", error.code), ("Message", error.message), *error.fields.items()]
    elements += [("Resource", resource), ("RequestId", request_id), ("HostId", host_id)]
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements)
    return f"{DECLARATION}<Error>{inside}</Error>".encode(errors="replace")
