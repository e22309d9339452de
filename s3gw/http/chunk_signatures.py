"""The signatures of aws-chunked bodies: each chunk's, and the trailer's, hang on the one before."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from s3gw.http import canonical
from s3gw.http.canonical import EMPTY_SHA256
from s3gw.http.framing import ChunkEnd
from s3gw.http.signature import mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from s3gw.http.framing import Piece
    from s3gw.http.signature import Authenticated


class ChunkSignatures:
    """Follows the chain of signatures of one body; safe to use from one thread at a time."""

    def __init__(self, authenticated: Authenticated) -> None:
        self._access_key = authenticated.access_key
        self._key = authenticated.signing_key
        self._previous = authenticated.seed_signature
        self._context = f"{authenticated.timestamp}\n{authenticated.scope.text}"
        self._hash = sha256()

    def follow(self, pieces: Iterable[Piece]) -> None:
        """Hash data and check the signature at each end of a chunk. Raises SignatureDoesNotMatch."""
        for piece in pieces:
            if isinstance(piece, ChunkEnd):
                text = (
                    f"AWS4-HMAC-SHA256-PAYLOAD\n{self._context}\n{self._previous}\n{EMPTY_SHA256}\n"
                    f"{self._hash.hexdigest()}"
                )
                self._check(text, piece.signature)
                self._hash = sha256()
            else:
                self._hash.update(piece)

    def check_trailer(self, trailers: Mapping[str, str], signature: str) -> None:
        """Check the signature of the trailing headers. Raises SignatureDoesNotMatch."""
        lines = "".join(f"{name}:{value}\n" for name, value in trailers.items())
        digest = sha256(lines.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256-TRAILER\n{self._context}\n{self._previous}\n{digest}"
        self._check(text, signature)

    def _check(self, text: str, given: str) -> None:
        computed = canonical.sign(self._key, text)
        if not hmac.compare_digest(computed, given):
            raise mismatch(self._access_key, given, text)
        self._previous = computed
