"""Sizes as people write them."""

from __future__ import annotations

import re
from typing import Any

from s3gw.errors import ConfigError

_SIZE = re.compile(r"(\d+)\s*([KMGT]i?B?)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def parse_size(name: str, value: Any) -> int:
    """Bytes, from a number or a text such as 64M; `name` stands in the message. Raises ConfigError."""
    found = _SIZE.fullmatch(str(value).strip())
    if not found:
        raise ConfigError(f"{name}: {value!r} is not a size such as 4096, 64M or 1GiB")
    return int(found[1]) * _UNITS[(found[2] or "")[:1].upper()]
