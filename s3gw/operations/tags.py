"""Tags: what S3 allows, as header and as document, and how they are kept.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-managing.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_plus

from s3gw.db import bucket_chunking
from s3gw.errors import ConfigError, S3Error
from s3gw.protocol import types

OBJECT_TAGS = 10
BUCKET_TAGS = 50
_KEY_LENGTH, _VALUE_LENGTH = 128, 256
_ALLOWED = re.compile(r"[\w\s+\-=.:/@]*")  # \w: letters and digits of every script, and the underscore
_RESERVED = "aws:"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def of_header(text: str | None) -> dict[str, str]:
    """The tags of x-amz-tagging, encoded like a query; none where it is empty.

    Raises InvalidArgument for what is no such encoding, BadRequest for too many, InvalidTag.
    """
    if not text:
        return {}
    pairs = []
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        if not name or "=" in value:
            raise _malformed_header(text)
        try:
            pairs.append((_decoded(name), _decoded(value)))
        except ValueError:
            raise _malformed_header(text) from None
    try:
        return _checked(pairs, OBJECT_TAGS, "Object")
    except S3Error as error:
        if error.code != "InvalidTag" or "same key" not in error.message:
            raise
        raise _malformed_header(text) from None


def of_document(tagging: types.Tagging | None, most: int, what: str) -> dict[str, str]:
    """The tags of a Tagging document. Raises MalformedXML, BadRequest for too many, InvalidTag."""
    if tagging is None or tagging.tag_set is None:
        raise S3Error("MalformedXML")
    if any(tag.key is None or tag.value is None for tag in tagging.tag_set):
        raise S3Error("MalformedXML")
    return _checked([(tag.key or "", tag.value or "") for tag in tagging.tag_set], most, what)


def of_bucket(tagging: types.Tagging | None) -> tuple[dict[str, str], bucket_chunking.Change]:
    """The tags of a bucket, and what those that begin with "s3gw:" say of how its objects are stored.

    Raises as `of_document` does, and InvalidTag for one of these that says nothing.
    """
    given = of_document(tagging, BUCKET_TAGS, "Bucket")
    try:
        return given, bucket_chunking.of_tags(given)
    except ConfigError as error:
        raise S3Error("InvalidTag", f"The tag says nothing that this store could do. {error}") from None


def shown(tags: Mapping[str, str] | None) -> list[types.Tag]:
    """Tags as a document has them."""
    return [types.Tag(key=name, value=value) for name, value in (tags or {}).items()]


def _checked(pairs: Iterable[tuple[str, str]], most: int, what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in pairs:
        if not 0 < len(key) <= _KEY_LENGTH or not _ALLOWED.fullmatch(key):
            raise _invalid("The TagKey you have provided is invalid", key)
        if len(value) > _VALUE_LENGTH or not _ALLOWED.fullmatch(value):
            raise _invalid("The TagValue you have provided is invalid", key, value)
        if key.lower().startswith(_RESERVED):
            message = "System tags cannot be added/updated by requester"
            raise _invalid(message if what == "Bucket" else "Your TagKey cannot be prefixed with aws:", key)
        if key in found:
            raise _invalid("Cannot provide multiple Tags with the same key", key)
        found[key] = value
    if len(found) > most:
        counted = "Bucket tag count" if what == "Bucket" else f"{what} tags"
        raise S3Error("BadRequest", f"{counted} cannot be greater than {most}")
    return found


def _decoded(text: str) -> str:
    """One side of a pair. Raises ValueError for what is no encoding of UTF-8."""
    if _BAD_ESCAPE.search(text):
        raise ValueError(text)
    return unquote_plus(text, errors="strict")


def _malformed_header(text: str) -> S3Error:
    return S3Error(
        "InvalidArgument",
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
        "tag name duplicates.",
        fields={"ArgumentName": "x-amz-tagging", "ArgumentValue": text},
    )


def _invalid(message: str, key: str, value: str | None = None) -> S3Error:
    fields = {"TagKey": key[:_KEY_LENGTH]}
    if value is not None:
        fields["TagValue"] = value[:_VALUE_LENGTH]
    return S3Error("InvalidTag", message, fields=fields)
