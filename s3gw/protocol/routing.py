"""Which operation a request names: method, then service, bucket or object, then sub-resource, by table.

A request that names a sub-resource never becomes the plain operation on the bucket or object: a mistyped
`DELETE /bucket/key?taging` must not delete the object.
"""

from __future__ import annotations

from collections.abc import Mapping

from s3gw.errors import S3Error
from s3gw.protocol.beyond import BEYOND_MODEL
from s3gw.protocol.generated.operations import OPERATIONS as MODELLED
from s3gw.protocol.generated.routing_table import FIXED_PATHS, PARAMETERS, ROUTES, SUBRESOURCES
from s3gw.protocol.operation import Operation
from s3gw.protocol.values import invalid_argument

OPERATIONS: Mapping[str, Operation] = {**MODELLED, **BEYOND_MODEL}
"""Every operation of S3 by name."""

_READS = frozenset({"GET", "HEAD"})
_NO_UPLOAD = "This operation does not accept partNumber without uploadId"
_OPTIONS = OPERATIONS["OptionsObject"]
_PLAIN = {
    (method, resource): OPERATIONS[choices[0].operation]
    for (method, resource, subresource), choices in ROUTES.items()
    if subresource is None and len(choices) == 1
}


def route(
    method: str, bucket: str | None, key: str | None, query: Mapping[str, str], headers: Mapping[str, str]
) -> Operation:
    """The operation that a request names.

    Header names are lower case. An empty key is no key. Raises S3Error: MethodNotAllowed where the resource
    or sub-resource has no such method, InvalidArgument for contradictory parameters, NotImplemented for a
    sub-resource that S3 does not have on a request that would change something.
    """
    if method == "OPTIONS":
        return _OPTIONS
    resource = "object" if key else "bucket" if bucket else "service"
    if not query:
        plain = _PLAIN.get((method, resource))
        if plain is not None and resource == "object":
            return plain
    if resource == "bucket" and bucket is not None:
        fixed = FIXED_PATHS.get((method, bucket))
        if fixed is not None:
            return OPERATIONS[fixed]
    subresource = _subresource(method, query) if query else None
    choices = ROUTES.get((method, resource, subresource))
    if choices is None:
        raise _not_allowed(method, resource, subresource)
    for choice in choices:
        if choice.kind == "otherwise":
            return OPERATIONS[choice.operation]
        given = (query if choice.kind == "query" else headers).get(choice.name)
        if given is not None and choice.value in (None, given):
            return OPERATIONS[choice.operation]
    raise AssertionError(f"the route {method} {resource} {subresource} has no last choice")


def _subresource(method: str, query: Mapping[str, str]) -> str | None:
    """The one sub-resource that the query names."""
    found = [name for name in query if name in SUBRESOURCES]
    if len(found) > 1:
        message = f"Conflicting query string parameters: {', '.join(sorted(found))}"
        raise invalid_argument("ResourceType", sorted(found)[0], message)
    if found:
        return found[0]
    if method not in _READS:
        _refuse_unknown(query)
    return None


def _refuse_unknown(query: Mapping[str, str]) -> None:
    """Refuse what looks like a sub-resource: doing the plain operation instead could destroy something."""
    for name, value in query.items():
        if not value and name not in PARAMETERS and not name.lower().startswith("x-"):
            raise S3Error(
                "NotImplemented",
                "A query string that you provided implies functionality that is not implemented.",
                fields={"Parameter": name},
            )
    if "partNumber" in query:
        raise invalid_argument("partNumber", query["partNumber"], _NO_UPLOAD)


def _not_allowed(method: str, resource: str, subresource: str | None) -> S3Error:
    allowed = sorted(m for m, r, s in ROUTES if r == resource and s == subresource)
    return S3Error(
        "MethodNotAllowed",
        fields={"Method": method, "ResourceType": (subresource or resource).upper()},
        headers={"Allow": ", ".join(allowed)} if allowed else None,
    )
