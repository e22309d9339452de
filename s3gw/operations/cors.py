"""Cross-origin resource sharing: a bucket's rules, and the preflight requests of browsers.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
"""

from __future__ import annotations

from typing import Any

from s3gw.access import cors
from s3gw.access.cors import CORS, HEADER_NAME, METHODS, Asked
from s3gw.db import bucket_settings, buckets
from s3gw.db.pool import Database
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types
from s3gw.protocol.beyond import OptionsObjectInput, OptionsObjectOutput

_MOST = 100
_ID_LENGTH = 255
_NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
    "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
    "by the resource's CORS spec."
)


@operation("GetBucketCors", "s3:GetBucketCORS")
async def get_bucket_cors(call: Call, request: types.GetBucketCorsInput) -> types.GetBucketCorsOutput:
    """The rules, in the order in which they were given."""
    bucket = await bucket_of(call, request)
    document = bucket.documents.get(CORS)
    if document is None:
        raise S3Error("NoSuchCORSConfiguration", fields={"BucketName": bucket.name})
    rules = [
        types.CORSRule(
            id=rule.get("id"),
            allowed_headers=rule.get("headers"),
            allowed_methods=rule["methods"],
            allowed_origins=rule["origins"],
            expose_headers=rule.get("expose"),
            max_age_seconds=rule.get("max_age"),
        )
        for rule in document["rules"]
    ]
    return types.GetBucketCorsOutput(cors_rules=rules)


@operation("PutBucketCors", "s3:PutBucketCORS")
async def put_bucket_cors(call: Call, request: types.PutBucketCorsInput) -> None:
    """Set the rules."""
    bucket = await bucket_of(call, request)
    given = request.cors_configuration
    rules = None if given is None else given.cors_rules
    if not rules or len(rules) > _MOST or not all(rule.allowed_methods for rule in rules):
        raise S3Error("MalformedXML")
    if not all(rule.allowed_origins for rule in rules):
        raise S3Error("MalformedXML")
    document = {"rules": [_checked(rule) for rule in rules]}
    if not await bucket_settings.put(call.services.db, bucket.id, CORS, document):
        raise missing_bucket(bucket.name)


@operation("DeleteBucketCors", "s3:PutBucketCORS")
async def delete_bucket_cors(call: Call, request: types.DeleteBucketCorsInput) -> None:
    """Remove the rules, if there are any."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, CORS)


@operation("OptionsObject")
async def options_object(call: Call, request: OptionsObjectInput) -> OptionsObjectOutput:
    """Answer a preflight."""
    return await preflight(call.services.db, request)


async def preflight(db: Database, request: OptionsObjectInput) -> OptionsObjectOutput:
    """What a browser may do with the bucket; it asks without credentials, so nothing else is told.

    Raises BadRequest and AccessForbidden in the words of S3.
    """
    origin = request.origin
    if not origin:
        raise S3Error("BadRequest", "Insufficient information. Origin request header needed.")
    headers = {
        "access-control-request-method": request.access_control_request_method,
        "access-control-request-headers": request.access_control_request_headers,
    }
    given = {name: value for name, value in headers.items() if value is not None}
    method = cors.asked_method(given, "OPTIONS")
    names = cors.asked_headers(given)
    bucket = None if request.bucket is None else await buckets.get(db, request.bucket)
    if bucket is None:
        raise _forbidden("CORSResponse: Bucket not found", method, "BUCKET")
    rules = cors.rules_of(bucket)
    if rules is None:
        raise _forbidden("CORSResponse: CORS is not enabled for this bucket.", method, "BUCKET")
    if request.access_control_request_method is None:
        raise S3Error("BadRequest", "Invalid Access-Control-Request-Method: null")
    asked = Asked(origin, method, names)
    rule = cors.matching(rules, asked)
    if rule is None:
        raise _forbidden(_NOT_ALLOWED, method, "BUCKET" if request.key is None else "OBJECT")
    return OptionsObjectOutput(headers=rule.answer(asked))


def _forbidden(message: str, method: str, kind: str) -> S3Error:
    return S3Error("AccessForbidden", message, fields={"Method": method, "ResourceType": kind})


def _checked(rule: types.CORSRule) -> dict[str, Any]:
    """What is kept of a rule. Raises InvalidRequest."""
    _check_rule(rule)
    kept: dict[str, Any] = {
        "id": rule.id,
        "origins": rule.allowed_origins,
        "methods": rule.allowed_methods,
        "headers": rule.allowed_headers,
        "expose": rule.expose_headers,
        "max_age": rule.max_age_seconds,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _check_rule(rule: types.CORSRule) -> None:
    for method in rule.allowed_methods or ():
        if method not in METHODS:
            raise _invalid(f"Found unsupported HTTP method in CORS config. Unsupported method is {method}")
    for origin in rule.allowed_origins or ():
        if origin.count("*") > 1:
            raise _invalid(f'AllowedOrigin "{origin}" can not have more than one wildcard.')
        if not origin.isprintable():
            raise _invalid(f'AllowedOrigin "{_shown(origin)}" contains invalid character.')
    _check_headers(rule)
    if rule.id is not None and len(rule.id) > _ID_LENGTH:
        raise _invalid(f"The ID of a CORS rule can not be longer than {_ID_LENGTH} characters.")


def _check_headers(rule: types.CORSRule) -> None:
    for header in rule.allowed_headers or ():
        if header.count("*") > 1:
            raise _invalid(f'AllowedHeader "{_shown(header)}" can not have more than one wildcard.')
    for header in rule.expose_headers or ():
        if "*" in header:
            raise _invalid(
                f'ExposeHeader "{_shown(header)}" contains wildcard. We currently do not support wildcard '
                "for ExposeHeader."
            )
    for header in (*(rule.allowed_headers or ()), *(rule.expose_headers or ())):
        if not HEADER_NAME.fullmatch(header):  # S3 says so of both
            raise _invalid(f'AllowedHeader "{_shown(header)}" contains invalid character.')


def _shown(text: str) -> str:
    """Without what could break a line."""
    return "".join(one if one.isprintable() else " " for one in text)


def _invalid(message: str) -> S3Error:
    return S3Error("InvalidRequest", message)
