"""Versions of office documents: zip packages with text and pictures, and PDF files that grow at their end."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from bench.datasets.text import Prose

VERSIONS = 8
PACKAGES = 24
PORTABLE = 16
_WHEN = (2024, 1, 1, 0, 0, 0)


class _Document(Protocol):
    def edit(self, version: int) -> None:
        """Make of it the version after the one that it is."""

    def content(self) -> bytes:
        """The file."""


def versions(folder: Path, scale: float) -> list[Path]:
    """Eight directories, one a version, of 24 .docx and 16 .pdf files of a few megabytes."""
    documents: dict[str, _Document] = {}
    for number in range(max(2, round(PACKAGES * scale))):
        documents[f"report-{number:02}.docx"] = _Package(random.Random(f"docx {number}"))
    for number in range(max(2, round(PORTABLE * scale))):
        documents[f"paper-{number:02}.pdf"] = _Portable(random.Random(f"pdf {number}"))
    made = []
    for version in range(VERSIONS):
        made.append(folder / f"version-{version}")
        made[-1].mkdir(parents=True)
        for name, document in documents.items():
            if version:
                document.edit(version)
            (made[-1] / name).write_bytes(document.content())
    return made


class _Package:
    """Deflated paragraphs, and pictures stored as they are, which do not compress."""

    def __init__(self, source: random.Random):
        self._source = source
        self._prose = Prose(source, vocabulary=8000, longest=11)
        self._paragraphs = [self._paragraph() for _ in range(source.randint(300, 1500))]
        self._pictures = [self._picture() for _ in range(source.randint(3, 10))]

    def edit(self, version: int) -> None:
        """Five paragraphs are written anew, one is added, and a picture to every fourth version."""
        for _ in range(5):
            self._paragraphs[self._source.randrange(len(self._paragraphs))] = self._paragraph()
        self._paragraphs.insert(self._source.randrange(len(self._paragraphs)), self._paragraph())
        if version % 4 == 0:
            self._pictures.insert(self._source.randrange(len(self._pictures)), self._picture())

    def content(self) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as package:
            text = "".join(self._paragraphs).encode()
            _add(package, "word/document.xml", text, zipfile.ZIP_DEFLATED)
            for number, picture in enumerate(self._pictures):
                _add(package, f"word/media/image{number}.jpeg", picture, zipfile.ZIP_STORED)
        return file.getvalue()

    def _paragraph(self) -> str:
        return f"<w:p><w:r><w:t>{self._prose.words(60)}</w:t></w:r></w:p>"

    def _picture(self) -> bytes:
        return self._source.randbytes(self._source.randint(50_000, 600_000))


class _Portable:
    """Streams, a third of them pictures; an edit appends an object and a trailer: an incremental update."""

    def __init__(self, source: random.Random):
        self._source = source
        self._prose = Prose(source, vocabulary=8000, longest=11)
        self._bytes = bytearray(b"%PDF-1.7\n")
        self._objects = source.randint(20, 60)
        for number in range(self._objects):
            picture = number % 3 == 0
            self._append(
                number, source.randbytes(source.randint(20_000, 200_000)) if picture else self._page()
            )

    def edit(self, version: int) -> None:
        self._append(self._source.randrange(self._objects), self._page())
        self._bytes += b"xref trailer %d\n%%%%EOF\n" % version

    def content(self) -> bytes:
        return bytes(self._bytes)

    def _page(self) -> bytes:
        return zlib.compress(self._prose.words(1200).encode(), 6)

    def _append(self, number: int, stream: bytes) -> None:
        self._bytes += b"%d 0 obj<</Length %d>>stream\n%b\nendstream endobj\n" % (number, len(stream), stream)


def _add(package: zipfile.ZipFile, name: str, content: bytes, method: int) -> None:
    member = zipfile.ZipInfo(name, _WHEN)
    member.compress_type = method
    package.writestr(member, content)
