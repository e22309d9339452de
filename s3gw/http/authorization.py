"""What a request says about who signed it, read from its Authorization header or its query.

Only syntax is judged here; messages are those of AWS. All parsing is by splitting at separators, linear in
the length of the input.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from s3gw.errors import S3Error
from s3gw.http.canonical import ALGORITHM, SERVICE, TERMINATOR, Scope

if TYPE_CHECKING:
    from s3gw.http.addressing import Address
    from s3gw.http.canonical import Headers

MAX_EXPIRES = 604800
"""Seconds for which a presigned request may be good: a week."""

QUERY_PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
Regions = frozenset[str]
NONE: Regions = frozenset()
ONE_MECHANISM = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or the Authorization header should be specified"
)
_QUERY_NAMES = frozenset(name.lower() for name in QUERY_PARAMETERS)
_VERSION_2_NAMES = frozenset(("AWSAccessKeyId", "Signature"))
_MISSING_PARAMETERS = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
_MALFORMED_CREDENTIAL = (
    'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
)


class _Malformed(Protocol):
    """Makes the error for a bad credential, as its place in the request has it."""

    def __call__(self, reason: str, fields: dict[str, str] | None = None) -> S3Error: ...


class Claim(NamedTuple):
    """An unproven statement of who signed what, when."""

    access_key: str
    scope: Scope
    signed_headers: tuple[str, ...]
    """Lower-case, sorted."""
    signature: str
    timestamp: str
    """yyyyMMdd'T'HHmmss'Z'"""
    signed_at: datetime
    expires: int | None
    """Seconds from `signed_at`; of presigned requests only."""

    @property
    def presigned(self) -> bool:
        """Whether the signature stood in the query."""
        return self.expires is not None


def read_claim(address: Address, headers: Headers, region: str, beside: Regions = NONE) -> Claim | None:
    """The claim of a request; None where it makes none. Raises S3Error for a malformed or unsupported one.

    It is for `region`, or for one `beside` it: whether that is the bucket's can be told only later.
    """
    header = headers.get("Authorization")
    in_query = bool(address.query) and _claims_by_query(address)
    if in_query and header is not None:
        raise S3Error("InvalidArgument", ONE_MECHANISM, fields={"ArgumentName": "Authorization"})
    if in_query:
        return _from_query(address, region, beside)
    if header is not None:
        return _from_header(header, headers, region, beside)
    return None


def _claims_by_query(address: Address) -> bool:
    names = address.query.keys()
    if not _VERSION_2_NAMES.isdisjoint(names):
        raise _unsupported_mechanism()
    return any(name.lower() in _QUERY_NAMES for name in names)


def _unsupported_mechanism() -> S3Error:
    message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    return S3Error("InvalidRequest", message)


def _from_header(value: str, headers: Headers, region: str, beside: Regions) -> Claim:
    scheme, separator, rest = value.strip().partition(" ")
    if not scheme:
        raise S3Error("AccessDenied")
    if scheme != ALGORITHM:
        raise _bad_scheme(scheme, separator)
    signer, _, last = rest.rpartition(",")
    name, _, signature = last.strip().partition("=")
    if name == "Signature" and signature and signer:
        access_key, scope, signed = _signer(signer, region, beside)
    else:  # it stands elsewhere, or is not there
        components = _components(rest)
        signature = components["Signature"]
        access_key, scope = _credential(components["Credential"], region, beside, _malformed_header)
        signed = _signed_headers(components["SignedHeaders"])
    timestamp, signed_at = _header_date(headers)
    if scope.date != timestamp[:8]:
        raise _malformed_header("Invalid credential date. Date is not the same as X-Amz-Date.")
    return Claim(access_key, scope, signed, signature, timestamp, signed_at, None)


@lru_cache(maxsize=256)
def _signer(text: str, region: str, beside: Regions) -> tuple[str, Scope, tuple[str, ...]]:
    """The components but for the signature.

    Cached, since all that stands before a signature is the same for a day's requests of one client.
    """
    components = _components(f"{text},Signature=-")
    access_key, scope = _credential(components["Credential"], region, beside, _malformed_header)
    return access_key, scope, _signed_headers(components["SignedHeaders"])


def _bad_scheme(scheme: str, separator: str) -> S3Error:
    if scheme == "AWS" or scheme.startswith("AWS4-"):
        return _unsupported_mechanism()
    # The value is not repeated in the answer: it may well be somebody's password.
    fields = {"ArgumentName": "Authorization"}
    if not separator:
        message = "Authorization header is invalid -- one and only one ' ' (space) required"
        return S3Error("InvalidArgument", message, fields=fields)
    return S3Error("InvalidArgument", "Unsupported Authorization Type", fields=fields)


def _components(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        name, separator, value = part.strip().partition("=")
        if not separator or name in found:
            raise _malformed_header("the authorization component is malformed.")
        found[name] = value
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not found.get(name):
            raise _malformed_header(f"missing {name}.")
    return found


def _malformed_header(reason: str, fields: dict[str, str] | None = None) -> S3Error:
    return S3Error(
        "AuthorizationHeaderMalformed", f"The authorization header is malformed; {reason}", fields=fields
    )


def _malformed_query(reason: str, fields: dict[str, str] | None = None) -> S3Error:
    message = f"Error parsing the X-Amz-Credential parameter; {reason}"
    return S3Error("AuthorizationQueryParametersError", message, fields=fields)


def _credential(text: str, region: str, beside: Regions, malformed: _Malformed) -> tuple[str, Scope]:
    """Access key and scope. An access key may itself contain slashes, hence split from the right."""
    parts = text.rsplit("/", 4)
    if len(parts) != 5 or not parts[0]:
        raise malformed(_MALFORMED_CREDENTIAL)
    access_key, date, given_region, service, terminator = parts
    if terminator != TERMINATOR:
        raise malformed(f'incorrect terminal "{terminator}". This endpoint uses "{TERMINATOR}".')
    if service != SERVICE:
        raise malformed(f'incorrect service "{service}". This endpoint belongs to "{SERVICE}".')
    if len(date) != 8 or not (date.isascii() and date.isdigit()):
        reason = (
            f'incorrect date format "{date}". This date in the credential must be in the format "yyyyMMdd".'
        )
        raise malformed(reason)
    if given_region != region and given_region not in beside:
        raise _wrong_region(given_region, region, malformed)
    return access_key, _scope(date, given_region)


def wrong_region(given: str, expected: str, *, in_header: bool) -> S3Error:
    """The error for a signature that is for another region than the bucket's."""
    return _wrong_region(given, expected, _malformed_header if in_header else _malformed_query)


def wrong_region_of_form(given: str, expected: str) -> S3Error:
    """The same of a form upload."""
    return _wrong_region(given, expected, _malformed_field)


def _wrong_region(given: str, expected: str, malformed: _Malformed) -> S3Error:
    error = malformed(f"the region '{given}' is wrong; expecting '{expected}'", {"Region": expected})
    error.headers["x-amz-bucket-region"] = expected  # where SDKs look for it when there is no document
    return error


@lru_cache(maxsize=64)
def _scope(date: str, region: str) -> Scope:
    return Scope(date, region)


@lru_cache(maxsize=256)
def _signed_headers(text: str) -> tuple[str, ...]:
    """Cached, since the clients of one kind sign the same names with every request."""
    return tuple(sorted(text.lower().split(";")))


@lru_cache(maxsize=256)
def parse_timestamp(text: str) -> datetime | None:
    """The instant of yyyyMMdd'T'HHmmss'Z'; None for anything else."""
    if len(text) != 16 or text[8] != "T" or text[15] != "Z":
        return None
    digits = text[:8] + text[9:15]
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return datetime(
            int(text[:4]), int(text[4:6]), int(text[6:8]),
            int(text[9:11]), int(text[11:13]), int(text[13:15]),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


def _header_date(headers: Headers) -> tuple[str, datetime]:
    """x-amz-date, or where that is absent Date, which may be in either format."""
    text = headers.get("x-amz-date")
    if text is None:
        text = headers.get("Date", "")
        signed_at = parse_timestamp(text) or http_date(text)
        if signed_at is not None:
            return signed_at.strftime("%Y%m%dT%H%M%SZ"), signed_at
    elif (signed_at := parse_timestamp(text)) is not None:
        return text, signed_at
    raise S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")


def http_date(text: str) -> datetime | None:
    """The instant of a Date header; None for anything else."""
    if not 16 < len(text) <= 64:
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _from_query(address: Address, region: str, beside: Regions) -> Claim:
    values = []
    for name in QUERY_PARAMETERS:
        given = [value for other, value in address.pairs if other == name]
        if len(given) != 1:
            raise S3Error("AuthorizationQueryParametersError", _MISSING_PARAMETERS)
        values.append(given[0])
    algorithm, credential, signature, timestamp, signed, expires = values
    if algorithm != ALGORITHM:
        message = f'X-Amz-Algorithm only supports "{ALGORITHM}"'
        raise S3Error("AuthorizationQueryParametersError", message)
    access_key, scope = _credential(credential, region, beside, _malformed_query)
    signed_at = _query_date(timestamp, scope)
    return Claim(
        access_key, scope, _signed_headers(signed), signature, timestamp, signed_at, _expires(expires)
    )


def read_form_credential(
    algorithm: str, credential: str, timestamp: str, region: str, beside: Regions = NONE
) -> tuple[str, Scope]:
    """Access key and scope that the fields of a form upload claim. Raises S3Error for malformed ones."""
    if algorithm != ALGORITHM:
        raise _wrong_field("X-Amz-Algorithm", algorithm, f"Only {ALGORITHM} is supported")
    access_key, scope = _credential(credential, region, beside, _malformed_field)
    if parse_timestamp(timestamp) is None:
        raise _wrong_field("X-Amz-Date", timestamp, "X-Amz-Date must be formated via ISO8601 Long format")
    if scope.date != timestamp[:8]:
        raise _wrong_field("X-Amz-Date", timestamp, "Date in credential does not match X-Amz-Date")
    return access_key, scope


def _wrong_field(name: str, value: str, message: str) -> S3Error:
    shown = value[:256].encode(errors="replace").decode()
    return S3Error("InvalidArgument", message, fields={"ArgumentName": name, "ArgumentValue": shown})


def _malformed_field(reason: str, fields: dict[str, str] | None = None) -> S3Error:
    """The error for the credential of a form upload."""
    return S3Error("InvalidArgument", reason, fields={"ArgumentName": "X-Amz-Credential", **(fields or {})})


def _query_date(timestamp: str, scope: Scope) -> datetime:
    """When it was signed, on the day of the credential."""
    signed_at = parse_timestamp(timestamp)
    if signed_at is None:
        message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        raise S3Error("AuthorizationQueryParametersError", message)
    if scope.date != timestamp[:8]:
        message = (
            f'Invalid credential date "{scope.date}". '
            f'This date is not the same as X-Amz-Date: "{timestamp[:8]}".'
        )
        raise S3Error("AuthorizationQueryParametersError", message)
    return signed_at


def _expires(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(text) > 20:
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires should be a number")
    seconds = int(text)
    if seconds < 0:
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative")
    if seconds > MAX_EXPIRES:
        message = (
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
            f"less than {MAX_EXPIRES} seconds"
        )
        raise S3Error("AuthorizationQueryParametersError", message)
    return seconds
