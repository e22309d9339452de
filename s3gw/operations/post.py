"""PostObject: an upload by an HTML form.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from s3gw.operations.call import Call, operation
from s3gw.operations.put import store
from s3gw.protocol import types

_STATUSES = {"200": 200, "201": 201}
_NO_CONTENT = 204
_SEE_OTHER = 303


@operation("PostObject", "s3:PutObject")
async def post_object(call: Call, request: types.PostObjectInput) -> types.PostObjectOutput:
    """Store the file as PutObject does, and answer as the form asks."""
    assert request.put is not None
    key = request.put.key
    stored = await store(call, request.put, form=True)
    output = types.PostObjectOutput(bucket=request.bucket, key=key, put=stored)
    redirect = _redirect(request.success_action_redirect, request.bucket, key, stored.e_tag or "")
    if redirect is not None:
        output.status, output.location = _SEE_OTHER, redirect
        return output
    output.status = _STATUSES.get(request.success_action_status or "", _NO_CONTENT)
    bucket = "" if call.virtual_host else f"/{request.bucket}"
    # S3 escapes the slashes of the key as well.
    output.location = f"{call.origin}{bucket}/{quote(key, safe='~')}"
    return output


def _redirect(url: str | None, bucket: str, key: str, etag: str) -> str | None:
    """Where the browser is to go; None where the form names no place, or something that is no URL."""
    if not url or not (url.isascii() and url.isprintable()) or " " in url:
        return None
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not hostname:
        return None
    named = f"bucket={quote(bucket, safe='')}&key={quote(key, safe='~')}&etag={quote(etag, safe='')}"
    query = f"{parts.query}&{named}" if parts.query else named
    return parts._replace(query=query).geturl()
