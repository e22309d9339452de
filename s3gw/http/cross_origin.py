"""What an answer says to a browser whose page comes from elsewhere; see `access/cors` for the rules.

Requests without Origin pay nothing for it, those with one no round trip: the rules came with the bucket.
"""

from __future__ import annotations

from collections.abc import Mapping

from s3gw.access import cors
from s3gw.db import buckets
from s3gw.db.pool import Database
from s3gw.db.records import Bucket
from s3gw.errors import S3Error, Unavailable

CrossOrigin = list[tuple[str, str]]
"""Headers of an answer."""


def answer_headers(bucket: Bucket | None, method: str, headers: Mapping[str, str]) -> CrossOrigin:
    """The headers of the answer to a request that carries Origin: none where no rule allows it.

    Also an answer that says no to the request has them: a page could not even read the error otherwise.
    Raises BadRequest for what can only be a mistake of a client that plays preflight, as S3 does.
    """
    origin = headers.get("origin")
    rules = None if bucket is None or not origin else cors.rules_of(bucket)
    if rules is None or not origin:
        return []
    asked = cors.Asked(origin, cors.asked_method(headers, method), cors.asked_headers(headers))
    rule = cors.matching(rules, asked)
    return [] if rule is None else rule.answer(asked)


async def headers_of_failure(db: Database, name: str, method: str, headers: Mapping[str, str]) -> CrossOrigin:
    """The same for a request that failed before its bucket was looked up, or while it was."""
    try:
        return answer_headers(await buckets.get(db, name), method, headers)
    except (S3Error, Unavailable):  # it is being answered with an error already
        return []
