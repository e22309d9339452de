"""Which pages of other sites may use a bucket: the rules of cross-origin resource sharing, evaluated.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from s3gw.db.records import Bucket
from s3gw.errors import S3Error

CORS = "cors"
"""Kind of document."""
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
"""What a header may be called; in a rule it may be empty, and `*` is a wildcard."""

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
_SCHEME = re.compile(r"[a-z+.-]*:?/{0,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser says of a request to another origin, in the request itself or before it."""

    origin: str
    method: str
    headers: tuple[str, ...] = ()
    """Names in lower case, of Access-Control-Request-Headers."""


@dataclass(frozen=True, slots=True)
class CorsRule:
    """One rule of a bucket."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: int | None

    def allows(self, asked: Asked) -> bool:
        """Whether the origin may do so: `*` stands for any run of characters, header names ignore case."""
        if asked.method not in self.methods or not any(_matches(one, asked.origin) for one in self.origins):
            return False
        allowed = [name.lower() for name in self.headers]
        return all(any(_matches(one, name) for one in allowed) for name in asked.headers)

    def answer(self, asked: Asked) -> list[tuple[str, str]]:
        """The headers of an answer to a request that the rule allows.

        A rule for everybody is answered by `*`. Credentials are allowed to origins that a rule names, be it
        by a part of their name, and never to whoever happens to ask.
        """
        anybody = "*" in self.origins
        found = [("Access-Control-Allow-Origin", "*" if anybody else asked.origin)]
        found.append(("Access-Control-Allow-Methods", ", ".join(self.methods)))
        if asked.headers:
            found.append(("Access-Control-Allow-Headers", ", ".join(asked.headers)))
        if self.exposed:
            found.append(("Access-Control-Expose-Headers", ", ".join(self.exposed)))
        if self.max_age is not None:
            found.append(("Access-Control-Max-Age", str(self.max_age)))
        if any(_matches(one, asked.origin) and _names_somebody(one) for one in self.origins) and not anybody:
            found.append(("Access-Control-Allow-Credentials", "true"))
        return [*found, ("Vary", _VARY)]


def rules_of(bucket: Bucket) -> tuple[CorsRule, ...] | None:
    """The rules of a bucket, or None where it has none."""
    return _rules(bucket)


@lru_cache(maxsize=1024)
def _rules(bucket: Bucket) -> tuple[CorsRule, ...] | None:
    document = bucket.documents.get(CORS)
    return None if document is None else tuple(_rule(rule) for rule in document["rules"])


def _rule(stored: Mapping[str, Any]) -> CorsRule:
    return CorsRule(
        tuple(stored["origins"]),
        tuple(stored["methods"]),
        tuple(stored.get("headers") or ()),
        tuple(stored.get("expose") or ()),
        stored.get("max_age"),
    )


def matching(rules: Sequence[CorsRule], asked: Asked) -> CorsRule | None:
    """The first rule that allows it."""
    return next((rule for rule in rules if rule.allows(asked)), None)


def asked_method(headers: Mapping[str, str], otherwise: str) -> str:
    """The method that is asked about; the header counts before the request's own method, as in S3.

    Raises BadRequest for a method that no rule can allow.
    """
    method = headers.get("access-control-request-method")
    if method is None:
        return otherwise
    if method not in METHODS:
        raise S3Error("BadRequest", f"Invalid Access-Control-Request-Method: {method}")
    return method


def asked_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The header names that are asked about. Raises BadRequest for what is no name."""
    found = []
    for given in headers.get("access-control-request-headers", "").split(","):
        name = given.strip(" ")
        if not HEADER_NAME.fullmatch(name):
            raise S3Error(
                "BadRequest", f'Access-Control-Request-Headers "{given}" contains invalid character.'
            )
        if name:
            found.append(name.lower())
    return tuple(found)


def _matches(pattern: str, value: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == value
    return len(value) >= len(before) + len(after) and value.startswith(before) and value.endswith(after)


def _names_somebody(pattern: str) -> bool:
    """Whether a pattern says more of the origin than its scheme."""
    before, star, after = pattern.partition("*")
    return not star or bool(_SCHEME.sub("", before, count=1)) or bool(after.strip("*:/0123456789"))
