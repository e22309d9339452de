"""What this release refuses rather than drops: headers whose loss would leave data less protected.

A client that asks for a lock and hears 200 believes that it has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.errors import S3Error

# Member of the model's inputs → the header as a client knows it. Any value but an empty one is refused.
_REFUSED: Mapping[str, str] = {
    "write_offset_bytes": "x-amz-write-offset-bytes",
}
_REFUSED_OF: dict[type, tuple[str, ...]] = {}


def refuse(request: Any) -> None:
    """Raise NotImplemented if the request asks for a protection or a condition that is not there yet."""
    kind = type(request)
    members = _REFUSED_OF.get(kind)
    if members is None:
        members = _REFUSED_OF[kind] = tuple(name for name in _REFUSED if name in kind.__dataclass_fields__)
    for member in members:
        if getattr(request, member) not in (None, ""):
            raise not_implemented(_REFUSED[member])


def not_implemented(header: str, value: str | None = None) -> S3Error:
    """NotImplemented, naming the header and, where only some values are refused, the value."""
    what = header if value is None else f"{header}: {value}"
    return S3Error("NotImplemented", f"This gateway does not support {what} yet.", fields={"Header": header})
