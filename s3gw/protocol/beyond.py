"""The two operations of S3's HTTP interface that its model does not describe: form uploads and preflights."""

from __future__ import annotations

from dataclasses import dataclass, field

from s3gw.protocol.operation import BodyKind, Head, Operation, Reply
from s3gw.protocol.values import Shape
from s3gw.protocol.xml import DECLARATION, escape


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PostObjectInput(Shape):
    """An upload by an HTML form, before its fields are read: they are part of the body."""

    bucket: str
    content_type: str | None = None
    """With the boundary of the form."""
    content_length: int | None = None


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PostObjectOutput(Shape):
    """The answer to a form upload; `status` is as success_action_status asked, or 303 for a redirect."""

    status: int = 204
    bucket: str | None = None
    key: str | None = None
    e_tag: str | None = None
    location: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    """Further headers: version, encryption, checksums."""


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
    """The headers of a form upload."""
    length = head.headers.get("content-length", "")
    return PostObjectInput(
        bucket=head.bucket or "",
        content_type=head.headers.get("content-type"),
        content_length=int(length) if length.isdecimal() else None,
    )


def render_post_object(output: PostObjectOutput) -> Reply:
    """204 and 200 have no body; 201 tells where the object is in a PostResponse document."""
    headers = list(output.headers)
    if output.e_tag is not None:
        headers.append(("ETag", output.e_tag))
    if output.location is not None:
        headers.append(("Location", output.location))
    if output.status != 201:
        return Reply(output.status, headers, None)
    members = (
        ("Location", output.location),
        ("Bucket", output.bucket),
        ("Key", output.key),
        ("ETag", output.e_tag),
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
