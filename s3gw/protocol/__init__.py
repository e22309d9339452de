"""The S3 protocol: its operations, how a request becomes one, and the documents of both directions."""

from s3gw.protocol.operation import BodyKind, Head, Operation, Reply
from s3gw.protocol.routing import OPERATIONS, route

__all__ = ["OPERATIONS", "BodyKind", "Head", "Operation", "Reply", "route"]
