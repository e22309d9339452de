"""Uploads by HTML forms: who sent one, what its policy allows, and the file as a body like any other.

The fields must be read before anything can be decided, so they are bounded; nothing of a file above a MiB is
read before the request is authorised.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from multidict import CIMultiDict

from s3gw.access.form_policy import FormPolicy, parse_policy
from s3gw.errors import S3Error
from s3gw.http.authorization import NONE, ONE_MECHANISM, Regions
from s3gw.http.body import BLOCK, Body, Source, body_of_file, open_body
from s3gw.http.form_parts import (
    MAX_EPILOGUE,
    FileEnd,
    Prelude,
    Replayed,
    Whole,
    gather_file,
    parse_boundary,
    read_prelude,
)
from s3gw.http.form_signature import authenticate_form, missing_field
from s3gw.protocol import OPERATIONS, types
from s3gw.protocol.values import invalid_argument

if TYPE_CHECKING:
    from s3gw.http.canonical import Headers
    from s3gw.http.signature import Authenticated, Secrets

_FILENAME = "${filename}"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Fields that have another name as a header. `tagging` is a document there, and is translated apart.
_RENAMED = {"acl": "x-amz-acl", "x-amz-checksum-algorithm": "x-amz-sdk-checksum-algorithm"}
# Fields that are no headers of the upload.
_NO_HEADERS = frozenset(
    (
        "awsaccesskeyid",
        "bucket",
        "content-length",
        "key",
        "policy",
        "redirect",
        "signature",
        "success_action_redirect",
        "success_action_status",
        "tagging",
        "transfer-encoding",
        "x-amz-algorithm",
        "x-amz-content-sha256",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-signature",
        "x-amz-tagging",
        "x-amz-trailer",
    )
)


class PostForm(NamedTuple):
    """A form upload that may be authorised next."""

    key: str
    authenticated: Authenticated | None
    """Who signed the policy, or the request itself; None for an anonymous form."""
    fields: Mapping[str, str]
    """By lower-case name."""
    headers: Mapping[str, str]
    """Those that a PutObject would have said the same with, by lower-case name."""
    body: Body
    """The file."""


async def open_form(
    source: Source,
    headers: Headers,
    authenticated: Authenticated | None,
    bucket: str,
    secrets: Secrets,
    region: str,
    beside: Regions = NONE,
) -> PostForm:
    """Read a form up to its file, check the signature of its policy and everything the policy demands.

    `authenticated` is who signed the HTTP request itself, if anybody did; the form must then have no policy.
    """
    boundary = parse_boundary(headers.get("Content-Type"))
    raw = open_body(source, headers, authenticated, md5=False, checksums=False)
    blocks = aiter(raw)
    try:
        prelude = await read_prelude(blocks, boundary)
        fields = _expanded(prelude)
        key = _key(fields)
        signer = await authenticate_form(fields, secrets, region, beside)
        if authenticated is not None and "policy" in fields:
            raise S3Error("InvalidArgument", ONE_MECHANISM)
        policy = _checked(fields, bucket, signed=signer is not None)
        given = _headers(fields)
        body = await _file(prelude, blocks, raw.length, boundary, policy, given)
    except BaseException:
        await blocks.aclose()
        await raw.close()
        raise
    return PostForm(key, signer or authenticated, fields, given, body)


def _expanded(prelude: Prelude) -> dict[str, str]:
    """The fields with the name of the file put in, as they are judged and used; a file without one, as S3
    has it, leaves them as they are."""
    filename = _FILENAME if prelude.filename is None else prelude.filename
    return {
        name: value if name == "policy" else value.replace(_FILENAME, filename)
        for name, value in prelude.fields.items()
    }


def _key(fields: Mapping[str, str]) -> str:
    key = fields.get("key")
    if key is None:
        raise missing_field("key")
    if not key:
        raise invalid_argument("key", "", "User key must have a length greater than 0.")
    try:
        key.encode()
    except UnicodeEncodeError:
        raise invalid_argument("key", None, "The key is not valid UTF-8.") from None
    if "\0" in key:
        raise invalid_argument("key", None, "The key contains NUL.")
    return key


def _checked(fields: Mapping[str, str], bucket: str, *, signed: bool) -> FormPolicy | None:
    """The policy of a signed form, which must allow the form; the bucket is that of the request alone."""
    policy = parse_policy(fields["policy"]) if signed else None
    named = fields.get("bucket", bucket)
    if policy is not None:
        policy.check({**fields, "bucket": bucket}, datetime.now(UTC))
    if named != bucket:
        message = "Invalid according to Policy: the field bucket names another bucket than the request."
        raise S3Error("AccessDenied", message)
    return policy


def _headers(fields: Mapping[str, str]) -> dict[str, str]:
    headers = {}
    for name, value in fields.items():
        if name in _NO_HEADERS:
            continue
        if _CONTROL.search(value):
            raise invalid_argument(name, None, "Header value cannot contain control characters")
        headers[_RENAMED.get(name, name)] = value
    if fields.get("tagging"):
        headers["x-amz-tagging"] = _tagging(fields["tagging"])
    return headers


def _tagging(document: str) -> str:
    """The tags of a form, which are a document there, as the header has them. Raises MalformedXML."""
    parse = OPERATIONS["PutObjectTagging"].parse_document
    assert parse is not None
    given = types.PutObjectTaggingInput(bucket="", key="")
    parse(given, document.encode())
    tags = [] if given.tagging is None else given.tagging.tag_set or []
    return urlencode([(tag.key or "", tag.value or "") for tag in tags])


async def _file(
    prelude: Prelude,
    blocks: Source,
    length: int,
    boundary: bytes,
    policy: FormPolicy | None,
    headers: Mapping[str, str],
) -> Body:
    """The file as a body; a small one whole, so that its length is known."""

    def check_size(size: int, complete: bool) -> None:
        if policy is not None:
            policy.check_size(size, complete=complete)

    most = max(0, length - prelude.size - len(boundary) - len("\r\n----"))
    check_size(most - MAX_EPILOGUE, False)
    end = FileEnd(boundary, check_size)
    rest = Replayed(prelude.rest, blocks)
    digests = CIMultiDict(headers)
    digests.popall("x-amz-sdk-checksum-algorithm", None)
    if most <= BLOCK:
        data = await gather_file(rest, end)
        return body_of_file(Whole(data), digests, len(data))
    return body_of_file(rest, digests, most, end)
