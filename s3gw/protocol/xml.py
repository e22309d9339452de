"""Request documents read safely, and text written into documents.

Reading refuses document types, entities and external references (defusedxml), and bounds size and depth.
Names lose their namespace: S3 accepts its documents with and without one.
"""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from s3gw.errors import S3Error
from s3gw.protocol.values import decimal, read_date

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MAX_DOCUMENT = 8 << 20
"""Bytes. 1000 keys of 1024 bytes, each byte written as a character reference, fill 6 MiB."""
MAX_DEPTH = 32
"""Levels. S3's deepest document, a restore request, has seven."""
MAX_ELEMENTS = 100_000
"""In one document. 10,000 parts with a checksum are 40,000; millions would stop a worker for seconds."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class _Tree:
    """Builds the tree with bare names, to a bounded depth."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._text: list[str] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        element = Element(tag[tag.rfind("}") + 1 :], attributes)
        self._keep_text()
        if self._open:
            self._open[-1].append(element)
        else:
            self._root = element
        self._count += 1
        if len(self._open) == MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise malformed()
        self._open.append(element)
        return element

    def end(self, tag: str) -> Element:
        self._keep_text()
        return self._open.pop()

    def data(self, text: str) -> None:
        self._text.append(text)

    def _keep_text(self) -> None:
        # Only text before the first child is kept; what follows children has no meaning in S3's documents.
        if self._text:
            if self._open and not len(self._open[-1]):
                self._open[-1].text = "".join(self._text)
            self._text.clear()

    def close(self) -> Element:
        assert self._root is not None
        return self._root


def malformed(reason: str | None = None) -> S3Error:
    """MalformedXML, with the table's message unless a reason is given."""
    return S3Error("MalformedXML", reason)


def parse(document: bytes, root: str) -> Element:
    """The root element of `document`, which must be called `root`.

    Raises S3Error MalformedXML, also for a document above one of the bounds.
    """
    if len(document) > MAX_DOCUMENT:
        raise malformed()
    parser = DefusedXMLParser(target=_Tree(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(document)
        element = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise malformed() from None
    if element.tag != root:
        raise malformed()
    return element


def is_empty(document: bytes) -> bool:
    """Whether there is no document at all."""
    return not document or document.isspace()


def missing_document() -> S3Error:
    """What S3 answers when an operation that needs a document got none."""
    return S3Error("MissingRequestBodyError")


def text(element: Element) -> str:
    """The text of an element as it stands."""
    return element.text or ""


def integer(element: Element) -> int | None:
    """An integer; an empty element counts as absent."""
    value = (element.text or "").strip()
    if not value:
        return None
    number = decimal(value)
    if number is None:
        raise malformed()
    return number


def boolean(element: Element) -> bool | None:
    """A boolean of XML Schema, in any case; an empty element counts as absent."""
    match (element.text or "").strip().lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case "":
            return None
    raise malformed()


def date(element: Element) -> datetime:
    """A date in ISO 8601, or in HTTP's form, which the model has in one place."""
    moment = read_date(element.text or "")
    if moment is None:
        raise malformed()
    return moment


def utf8(document: bytes) -> str:
    """A document that is text and not XML."""
    try:
        return document.decode()
    except UnicodeDecodeError:
        raise S3Error("InvalidArgument", "The request body is not UTF-8") from None


def _reference(match: re.Match[str]) -> str:
    return f"&#x{ord(match[0]):x};"


def escape(value: str) -> str:
    """`value` as text or attribute of a document.

    Characters that XML 1.0 cannot carry become character references as S3 writes them; clients that may meet
    such keys ask for encoding-type=url. Carriage returns would otherwise be read back as line feeds.
    """
    if "&" in value:
        value = value.replace("&", "&amp;")
    if "<" in value:
        value = value.replace("<", "&lt;")
    if ">" in value:
        value = value.replace(">", "&gt;")
    if '"' in value:
        value = value.replace('"', "&quot;")
    if not value.isprintable():
        value = _FORBIDDEN.sub(_reference, value)
    return value
