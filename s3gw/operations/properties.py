"""What a client gives with an object and gets back with it: headers, metadata, storage class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.db.records import Properties
from s3gw.errors import S3Error
from s3gw.operations import tags
from s3gw.protocol.members import Members

DEFAULT_CONTENT_TYPE = "binary/octet-stream"
MAX_METADATA = 2048
"""Bytes of all names and values of user metadata together."""
MAX_REDIRECT = 2048

CONTENT_TYPE = "Content-Type"
REDIRECT = "x-amz-website-redirect-location"
# Header as kept in the database → member of the model's inputs and outputs.
MEMBERS: Mapping[str, str] = {
    CONTENT_TYPE: "content_type",
    "Cache-Control": "cache_control",
    "Content-Disposition": "content_disposition",
    "Content-Encoding": "content_encoding",
    "Content-Language": "content_language",
    "Expires": "expires",
    REDIRECT: "website_redirect_location",
}
_GIVEN = Members(MEMBERS)

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Classes whose objects S3 reads only once they are restored; see `restore`."""
STORAGE_CLASSES = ARCHIVES | {
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
}
"""Those that a bucket of S3 takes; each is kept as given and changes nothing of how bytes are stored."""


def given(request: Any) -> Properties:
    """The properties that a PutObject, CreateMultipartUpload or CopyObject brings.

    Raises MetadataTooLarge, InvalidStorageClass, InvalidRedirectLocation, InvalidArgument, InvalidTag,
    BadRequest for too many tags.
    """
    headers = {header: _text(header, value) for header, value in _GIVEN.given(request).items()}
    if "Content-Encoding" in headers:
        kept = without_aws_chunked(headers.pop("Content-Encoding"))
        headers |= {"Content-Encoding": kept} if kept else {}
    headers.setdefault(CONTENT_TYPE, DEFAULT_CONTENT_TYPE)
    redirect(request)
    given_tags = tags.of_header(request.tagging)
    return Properties(
        headers=headers,
        metadata=_metadata(request.metadata or {}),
        storage_class=storage_class(request.storage_class),
        extra={"tags": given_tags} if given_tags else {},
    )


def redirect(request: Any) -> str | None:
    """The website redirect that a request brings. Raises InvalidRedirectLocation, InvalidArgument."""
    location: str | None = request.website_redirect_location
    if location:
        _check_redirect(_text(REDIRECT, location))
    return location or None


def storage_class(name: str | None) -> str:
    """The storage class to keep. Raises InvalidStorageClass for one that S3 does not have."""
    if name is None:
        return "STANDARD"
    if name not in STORAGE_CLASSES:
        raise S3Error("InvalidStorageClass", fields={"StorageClassRequested": name})
    return name


def shown_storage_class(name: str) -> str | None:
    """The value of x-amz-storage-class, which S3 sends for every class but STANDARD."""
    return None if name == "STANDARD" else name


def without_aws_chunked(encoding: str) -> str:
    """Content-Encoding without `aws-chunked`, which describes the request and not the object."""
    kept = [item.strip() for item in encoding.split(",")]
    return ",".join(item for item in kept if item and item.lower() != "aws-chunked")


def show(output: Any, properties: Properties) -> None:
    """Set the members of a GetObject or HeadObject output that repeat what the client gave."""
    for header, value in properties.headers.items():
        if header in MEMBERS:  # a later release may keep more
            setattr(output, MEMBERS[header], value)
    output.metadata = dict(properties.metadata)
    output.tag_count = len(properties.extra.get("tags") or ()) or None
    output.storage_class = shown_storage_class(properties.storage_class)


def with_checksums(properties: Properties, checksums: Mapping[str, str], kind: str) -> Properties:
    """The same properties with these checksums of the given type; with none where there are none."""
    headers, metadata, _, storage_class, extra = properties
    kept = {"type": kind, **checksums} if checksums else {}
    return Properties(headers, metadata, kept, storage_class, extra)


def _metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """User metadata may be any text, since it travels encoded where it must; only NUL cannot be kept."""
    size = 0
    for name, value in metadata.items():
        if "\0" in value:
            raise _unfit(f"x-amz-meta-{name}")
        try:
            size += len(name.encode()) + len(value.encode())
        except UnicodeEncodeError:
            raise _unfit("x-amz-meta-") from None
    if size > MAX_METADATA:
        raise S3Error("MetadataTooLarge", fields={"Size": str(size), "MaxSizeAllowed": str(MAX_METADATA)})
    return dict(metadata)


def _text(name: str, value: str) -> str:
    """The value, if it is text that can be kept and sent again as a header."""
    if not value.isprintable():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _unfit(name) from None
        if any((ord(c) < 32 and c != "\t") or ord(c) == 127 for c in value):
            raise _unfit(name)
    return value


def _unfit(name: str) -> S3Error:
    return S3Error(
        "InvalidArgument",
        f"The value of {name} contains characters that a header cannot have.",
        fields={"ArgumentName": name},
    )


def _check_redirect(location: str) -> None:
    if not location.startswith(("/", "http://", "https://")):
        raise S3Error(
            "InvalidRedirectLocation",
            "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
        )
    if len(location.encode()) > MAX_REDIRECT:
        raise S3Error(
            "InvalidRedirectLocation",
            f"The length of website redirect location cannot exceed {MAX_REDIRECT} characters.",
        )
