"""The two operations of S3's HTTP interface that its model does not describe: form uploads and preflights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from s3gw.errors import S3Error
from s3gw.protocol.generated.inputs import PutObjectInput, PutObjectTaggingInput
from s3gw.protocol.generated.operations import OPERATIONS as MODELLED
from s3gw.protocol.generated.outputs import PutObjectOutput
from s3gw.protocol.operation import BodyKind, Head, Operation, Reply
from s3gw.protocol.values import Shape
from s3gw.protocol.xml import DECLARATION, escape


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PostObjectInput(Shape):
    """An upload by an HTML form. All but the bucket stands in the fields, which are part of the body."""

    bucket: str
    put: PutObjectInput | None = None
    """What the fields ask for, as a PutObject would."""
    success_action_redirect: str | None = None
    success_action_status: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PostObjectOutput(Shape):
    """The answer to a form upload; `status` is as success_action_status asked, or 303 for a redirect."""

    status: int = 204
    bucket: str | None = None
    key: str | None = None
    location: str | None = None
    """Of the object, or where the browser is sent."""
    put: PutObjectOutput | None = None
    """What a PutObject would have answered."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OptionsObjectInput(Shape):
    """The preflight request of a browser."""

    bucket: str | None = None
    key: str | None = None
    origin: str | None = None
    access_control_request_method: str | None = None
    access_control_request_headers: str | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class OptionsObjectOutput(Shape):
    """The answer to a preflight request: the access-control headers of the rule that matched."""

    headers: list[tuple[str, str]] = field(default_factory=list)


def parse_post_object(head: Head) -> PostObjectInput:
    """The bucket; the fields come later."""
    return PostObjectInput(bucket=head.bucket or "")


def fill_post_object(
    request: PostObjectInput, key: str, fields: Mapping[str, str], headers: Mapping[str, str]
) -> PutObjectInput:
    """Fill in what a form says, and return what it asks for as a PutObject would.

    `fields` are all of them and `headers` those that are headers of the upload, by lower-case name.
    Raises S3Error for bad syntax, MalformedXML and InvalidTag for the document in the field tagging.
    """
    given = dict(headers)
    if fields.get("tagging"):
        given["x-amz-tagging"] = _tagging_header(request.bucket, key, fields["tagging"])
    put: PutObjectInput = MODELLED["PutObject"].parse(Head("PUT", request.bucket, key, {}, given))
    request.put = put
    request.success_action_redirect = fields.get("success_action_redirect") or fields.get("redirect")
    request.success_action_status = fields.get("success_action_status")
    return put


def _tagging_header(bucket: str, key: str, document: str) -> str:
    """The tags of a Tagging document as the header x-amz-tagging has them."""
    request = PutObjectTaggingInput(bucket=bucket, key=key)
    parse_document = MODELLED["PutObjectTagging"].parse_document
    assert parse_document is not None
    parse_document(request, document.encode("utf-8", "surrogateescape"))
    tags = (request.tagging.tag_set if request.tagging else None) or []
    pairs = [(tag.key or "", tag.value or "") for tag in tags]
    if len(dict(pairs)) < len(pairs):
        raise S3Error("InvalidTag", "Cannot provide multiple Tags with the same key")
    return urlencode(pairs, quote_via=quote)


def render_post_object(output: PostObjectOutput) -> Reply:
    """204 and 200 have no body; 201 tells where the object is in a PostResponse document."""
    put = output.put
    headers = [] if put is None else list(MODELLED["PutObject"].render(put).headers)
    if output.location is not None:
        headers.append(("Location", output.location))
    if output.status != 201:
        return Reply(output.status, headers, None)
    members = (
        ("Location", output.location),
        ("Bucket", output.bucket),
        ("Key", output.key),
        ("ETag", None if put is None else put.e_tag),
    )
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members if value is not None)
    headers.append(("Content-Type", "application/xml"))
    return Reply(201, headers, f"{DECLARATION}<PostResponse>{inside}</PostResponse>".encode())


def parse_options_object(head: Head) -> OptionsObjectInput:
    """The headers of a preflight request."""
    return OptionsObjectInput(
        bucket=head.bucket,
        key=head.key,
        origin=head.headers.get("origin"),
        access_control_request_method=head.headers.get("access-control-request-method"),
        access_control_request_headers=head.headers.get("access-control-request-headers"),
    )


def render_options_object(output: OptionsObjectOutput) -> Reply:
    """200 without a body."""
    return Reply(200, list(output.headers), None)


BEYOND_MODEL: dict[str, Operation] = {
    "OptionsObject": Operation(
        name="OptionsObject",
        body=BodyKind.NONE,
        parse=parse_options_object,
        parse_document=None,
        render=render_options_object,
        checksum_required=False,
    ),
    "PostObject": Operation(
        name="PostObject",
        body=BodyKind.STREAM,
        parse=parse_post_object,
        parse_document=None,
        render=render_post_object,
        checksum_required=False,
    ),
}
