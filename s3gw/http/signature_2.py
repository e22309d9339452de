"""Signature version 2, for clients that know no other: off unless the setting `signature_v2` says otherwise.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html

It signs neither the host, nor the body, nor most of a query; what it does sign is every x-amz- header and
every parameter that names a sub-resource.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from s3gw.errors import S3Error
from s3gw.http import canonical, uri
from s3gw.http.authorization import ONE_MECHANISM, http_date, parse_timestamp
from s3gw.http.canonical import UNSIGNED_PAYLOAD
from s3gw.http.payload import form_of
from s3gw.protocol.generated.routing_table import SUBRESOURCES

if TYPE_CHECKING:
    from s3gw.http.addressing import Address
    from s3gw.http.canonical import Headers

_QUERY = ("AWSAccessKeyId", "Signature", "Expires")
_SIGNED_PARAMETERS = SUBRESOURCES | {
    "defaultObjectAcl",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "select-type",
    "storageClass",
    "versionId",
}
"""More than AWS listed when it made this version, so that no newer sub-resource can be added to a request
that was signed without it."""
_CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class Claim(NamedTuple):
    """An unproven statement of who signed what."""

    access_key: str
    signature: str
    expires: int | None
    """Seconds since 1970; of presigned requests only."""


def read_claim(address: Address, headers: Headers) -> Claim | None:
    """The claim of a request; None where it makes none in this version. Raises S3Error for a bad one."""
    header = headers.get("Authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    in_query = "AWSAccessKeyId" in address.query or "Signature" in address.query
    if in_query and (header or any(name.lower().startswith("x-amz-signature") for name in address.query)):
        raise S3Error("InvalidArgument", ONE_MECHANISM, fields={"ArgumentName": "Authorization"})
    if in_query:
        return _from_query(address)
    if scheme != "AWS":
        return None
    access_key, colon, signature = rest.strip().rpartition(":")
    if not colon or not access_key or not signature or " " in rest.strip():
        message = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"
        raise S3Error("InvalidArgument", message, fields={"ArgumentName": "Authorization"})
    return Claim(access_key, signature, None)


def _from_query(address: Address) -> Claim:
    values = []
    for name in _QUERY:
        given = [value for other, value in address.pairs if other == name]
        if len(given) != 1 or not given[0]:
            message = (
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
            )
            raise S3Error("AccessDenied", message)
        values.append(given[0])
    access_key, signature, expires = values
    if not (expires.isascii() and expires.isdigit()) or len(expires) > 12:
        shown = canonical.to_bytes(expires[:64]).decode("utf-8", "replace")
        raise S3Error("AccessDenied", f"Invalid date (should be seconds since epoch): {shown}")
    return Claim(access_key, signature, int(expires))


def signed_at(headers: Headers) -> datetime:
    """When a request was signed in its header: x-amz-date, or where that is absent Date."""
    text = headers.get("x-amz-date", headers.get("Date", ""))
    found = parse_timestamp(text) or http_date(text)
    if found is None or found.timestamp() < 0:
        raise S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    return found


def expired(claim: Claim, now: datetime) -> S3Error | None:
    """The error of a presigned request whose time is over."""
    if claim.expires is None or now.timestamp() < claim.expires:
        return None
    end = datetime.fromtimestamp(min(claim.expires, 253402300799), UTC)
    fields = {"Expires": f"{end:%Y-%m-%dT%H:%M:%SZ}", "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    return S3Error("AccessDenied", "Request has expired", fields=fields)


def strings_to_sign(method: str, address: Address, headers: Headers, claim: Claim) -> tuple[str, ...]:
    """What the signature may be of. Raises InvalidArgument for a header that stands in the query as well.

    There are several where a bucket is addressed without a slash at the end, or an equals sign has no value
    behind it: clients sign that slash, and that sign, or leave them out.
    """
    amz = {name: _joined(headers, name) for name in {name.lower() for name in headers} if _is_amz(name)}
    standard = {name: headers.get(name, "").strip() for name in ("content-md5", "content-type")}
    if claim.expires is None:
        date = "" if "x-amz-date" in amz else headers.get("Date", "").strip()
    else:
        date = str(claim.expires)
        _add_from_query(address, amz, standard)
    lines = "".join(f"{name}:{amz[name]}\n" for name in sorted(amz))
    head = f"{method}\n{standard['content-md5']}\n{standard['content-type']}\n{date}\n{lines}"
    path = f"/{address.bucket}{address.raw_path}" if address.virtual_host else address.raw_path
    paths = (path, f"{path}/") if address.key is None and not path.endswith("/") else (path,)
    queries = dict.fromkeys(_signed_query(address, equals) for equals in ("=", ""))
    return tuple(f"{head}{path}{query}" for path in paths for query in queries)


def _is_amz(name: str) -> bool:
    return name.startswith("x-amz-")


def _joined(headers: Headers, name: str) -> str:
    return ",".join(" ".join(value.split()) for value in headers.getall(name))


def _add_from_query(address: Address, amz: dict[str, str], standard: dict[str, str]) -> None:
    """SDKs that presign put headers into the query, and sign them as headers."""
    for name, value in address.pairs:
        lower = name.lower()
        if _is_amz(lower):
            if lower in amz:
                fields = {"ArgumentName": lower}
                raise S3Error("InvalidArgument", "A header is given twice, once in the query", fields=fields)
            amz[lower] = value.strip()
        elif lower in standard and not standard[lower]:
            standard[lower] = value.strip()


def _signed_query(address: Address, before_nothing: str) -> str:
    """Those parameters that are signed; `before_nothing` is what an equals sign without a value counts as."""
    signed = []
    for part in address.raw_query.split("&"):
        name, equals, value = part.replace("+", " ").partition("=")
        name = uri.decode(name)
        if name in _SIGNED_PARAMETERS:
            said = f"={uri.decode(value)}" if value else before_nothing if equals else ""
            signed.append((name, name + said))
    return f"?{'&'.join(text for _, text in sorted(signed))}" if signed else ""


def matches(text: str, claim: Claim, secret: str) -> bool:
    """Whether the claim's signature is that of `text`; takes the same time whatever it is."""
    digest = hmac.digest(secret.encode(), canonical.to_bytes(text), "sha1")
    return hmac.compare_digest(b64encode(digest), canonical.to_bytes(claim.signature))


def payload_of(headers: Headers | Mapping[str, str]) -> str:
    """What x-amz-content-sha256 says of the body, or would say: this version does not require it.

    Raises InvalidRequest for chunks with signatures, which hang on one of version 4.
    """
    declared = headers.get("x-amz-content-sha256")
    if declared is None:
        # Signed like every x-amz- header, unlike Content-Encoding.
        return _CHUNKED if "x-amz-decoded-content-length" in headers else UNSIGNED_PAYLOAD
    if form_of(declared).signed_chunks:
        raise S3Error("InvalidRequest", "Chunks can be signed by signature version 4 only")
    return declared
