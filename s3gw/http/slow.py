"""Answers that take long: 200 goes out before the outcome is known, and white space until it is.

A client gives a connection up that says nothing for a while (SDKs after a minute), and repeats a request that
is still under way. So S3 answers these operations 200 when they take long, keeps the connection busy with
white space inside of the document, and ends it with the result or with an error document, which every SDK
looks for in such an answer. What is quick keeps its real status.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from s3gw.http.exchange import HOST_ID, Exchange
from s3gw.http.failures import as_s3_error
from s3gw.operations.call import Call
from s3gw.protocol.errors import error_document
from s3gw.protocol.operation import Operation, Reply
from s3gw.protocol.xml import DECLARATION

OPERATIONS = frozenset({"CompleteMultipartUpload", "CopyObject", "UploadPartCopy"})
"""Those whose errors SDKs expect in an answer of 200."""


async def reply(
    exchange: Exchange, operation: Operation, answer: Awaitable[Any], patience: float, call: Call
) -> Reply:
    """The answer as any other where it comes within `patience` seconds; else one that begins already, with
    such headers as the operation has announced."""
    task = asyncio.ensure_future(answer)
    try:
        await asyncio.wait({task}, timeout=patience)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        return operation.render(task.result())
    blocks = _blocks(exchange, operation, task, patience)
    known = [] if call.announced is None else operation.render(call.announced).headers
    headers = [(name, value) for name, value in known if name.lower() != "content-type"]
    return Reply(200, [("Content-Type", "application/xml"), *headers], blocks)


async def _blocks(
    exchange: Exchange, operation: Operation, task: asyncio.Future[Any], patience: float
) -> AsyncIterator[bytes]:
    """The declaration, white space every `patience` seconds, and at last the document.

    The operation runs to its end also where the client has gone, as it does while nothing was sent.
    """
    try:
        yield DECLARATION.encode()
        while not (await asyncio.wait({task}, timeout=patience))[0]:
            yield b" "
        yield _document(exchange, operation, task).removeprefix(DECLARATION.encode())
    except asyncio.CancelledError:
        task.cancel()
        raise
    finally:
        await asyncio.wait({task})


def _document(exchange: Exchange, operation: Operation, task: asyncio.Future[Any]) -> bytes:
    try:
        body = operation.render(task.result()).body
    except Exception as error:  # noqa: BLE001 - as in the pipeline: whatever it was becomes an S3 error
        failure = as_s3_error(error, exchange.request_id)
        exchange.error = failure.code
        return error_document(failure, exchange.resource, exchange.request_id, HOST_ID)
    assert isinstance(body, bytes)
    return body
