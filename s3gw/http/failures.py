"""From whatever was raised to what the client is told."""

from __future__ import annotations

import logging

from s3gw.errors import Damaged, OutOfSpace, S3Error, Unavailable

log = logging.getLogger("s3gw.http")

RETRY_AFTER = {"Retry-After": "1"}


def as_s3_error(error: Exception, request_id: str) -> S3Error:
    """The S3 error for `error`; what the operator must know is logged under the request's id.

    Of an error that is not the client's, nothing but its kind leaves the gateway.
    """
    match error:
        case S3Error():
            if error.status == 503:
                error.headers.setdefault("Retry-After", "1")
            return error
        case Unavailable():
            log.warning("request %s: unavailable: %s", request_id, error)
            return S3Error("ServiceUnavailable", headers=RETRY_AFTER)
        case OutOfSpace():
            log.error("request %s: out of space: %s", request_id, error)
            return S3Error("InsufficientStorage")
        case Damaged():
            log.error("request %s: damaged: %s", request_id, error)
            return S3Error("InternalError")
        case _:
            log.error("request %s failed", request_id, exc_info=error)
            return S3Error("InternalError")
