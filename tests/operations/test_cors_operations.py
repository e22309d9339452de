"""The rules of cross-origin resource sharing: what S3 takes, keeps and refuses; and preflights."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations.cors import preflight
from s3gw.protocol import types
from s3gw.protocol.beyond import OptionsObjectInput
from tests.operations.operation_calls import Operations

ORIGIN = "http://www.example.com"


def rule(**members: Any) -> types.CORSRule:
    return types.CORSRule(**{"allowed_methods": ["GET"], "allowed_origins": [ORIGIN], **members})


async def put(s3: Operations, *rules: types.CORSRule) -> None:
    configuration = types.CORSConfiguration(cors_rules=list(rules))
    await s3.do(types.PutBucketCorsInput(bucket="bucket", cors_configuration=configuration))


async def refused(s3: Operations, *rules: types.CORSRule) -> S3Error:
    configuration = types.CORSConfiguration(cors_rules=list(rules))
    return await s3.refused(types.PutBucketCorsInput(bucket="bucket", cors_configuration=configuration))


async def ask(s3: Operations, **members: Any) -> dict[str, str]:
    request = {"bucket": "bucket", "key": "k", "origin": ORIGIN, "access_control_request_method": "GET"}
    output = await preflight(s3.services.db, OptionsObjectInput(**{**request, **members}))
    return dict(output.headers)


async def forbidden(s3: Operations, **members: Any) -> S3Error:
    with pytest.raises(S3Error) as error:
        await ask(s3, **members)
    return error.value


async def test_put_get_and_delete(s3: Operations) -> None:
    await s3.create()
    error = await s3.refused(types.GetBucketCorsInput(bucket="bucket"))
    assert (error.code, error.status, error.message) == (
        "NoSuchCORSConfiguration",
        404,
        "The CORS configuration does not exist",
    )
    assert error.fields == {"BucketName": "bucket"}
    await s3.do(types.DeleteBucketCorsInput(bucket="bucket"))
    full = rule(
        id="one",
        allowed_methods=["PUT", "GET"],
        allowed_origins=["http://*.put", ""],
        allowed_headers=["x-AMZ-*", "*"],
        expose_headers=["ETag"],
        max_age_seconds=-5,
    )
    await put(s3, full, rule())
    found = (await s3.do(types.GetBucketCorsInput(bucket="bucket"))).cors_rules
    assert found == [full, rule()]
    await s3.do(types.DeleteBucketCorsInput(bucket="bucket"))
    assert (await s3.refused(types.GetBucketCorsInput(bucket="bucket"))).code == "NoSuchCORSConfiguration"


@pytest.mark.parametrize(
    "rules",
    [[], [rule(allowed_methods=[])], [rule(allowed_origins=None)], [rule()] * 101],
    ids=["none", "no-method", "no-origin", "101"],
)
async def test_malformed(s3: Operations, rules: list[types.CORSRule]) -> None:
    await s3.create()
    assert (await refused(s3, *rules)).code == "MalformedXML"


async def test_a_hundred_rules(s3: Operations) -> None:
    await s3.create()
    await put(s3, *[rule(id=str(number)) for number in range(100)])
    assert len((await s3.do(types.GetBucketCorsInput(bucket="bucket"))).cors_rules) == 100


@pytest.mark.parametrize(
    ("members", "message"),
    [
        *(
            (
                {"allowed_methods": ["GET", method]},
                f"Found unsupported HTTP method in CORS config. Unsupported method is {method}",
            )
            for method in ("OPTIONS", "PATCH", "get", "")
        ),
        (
            {"allowed_origins": [ORIGIN, "http://*.*"]},
            'AllowedOrigin "http://*.*" can not have more than one wildcard.',
        ),
        ({"allowed_headers": ["x-*-*"]}, 'AllowedHeader "x-*-*" can not have more than one wildcard.'),
        (
            {"expose_headers": ["x-*"]},
            'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
        ),
        ({"allowed_headers": ["bad/header"]}, 'AllowedHeader "bad/header" contains invalid character.'),
        ({"expose_headers": ["ETag", "X Y"]}, 'AllowedHeader "X Y" contains invalid character.'),
        ({"expose_headers": ["ETag\r\nSet-Cookie: a=b"]}, None),
        ({"allowed_headers": ["a\nb"]}, None),
        ({"allowed_origins": ["http://a\r\nSet-Cookie: a=b"]}, None),
        ({"id": "i" * 256}, "The ID of a CORS rule can not be longer than 255 characters."),
    ],
)
async def test_invalid(s3: Operations, members: dict[str, Any], message: str | None) -> None:
    await s3.create()
    error = await refused(s3, rule(id="first"), rule(**members))
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.message.isprintable()
    assert message is None or error.message == message
    assert (await s3.refused(types.GetBucketCorsInput(bucket="bucket"))).code == "NoSuchCORSConfiguration"


async def test_preflights_that_say_too_little(s3: Operations) -> None:
    error = await forbidden(s3, origin=None)
    assert (error.code, error.message) == (
        "BadRequest",
        "Insufficient information. Origin request header needed.",
    )
    error = await forbidden(s3)
    assert (error.code, error.status, error.message) == (
        "AccessForbidden",
        403,
        "CORSResponse: Bucket not found",
    )
    assert error.fields == {"Method": "GET", "ResourceType": "BUCKET"}
    await s3.create()
    error = await forbidden(s3, access_control_request_method=None)
    assert error.message == "CORSResponse: CORS is not enabled for this bucket."
    assert error.fields == {"Method": "OPTIONS", "ResourceType": "BUCKET"}
    await put(s3, rule())
    error = await forbidden(s3, access_control_request_method=None)
    assert (error.code, error.message) == ("BadRequest", "Invalid Access-Control-Request-Method: null")
    error = await forbidden(s3, access_control_request_method="get")
    assert (error.code, error.message) == ("BadRequest", "Invalid Access-Control-Request-Method: get")
    error = await forbidden(s3, access_control_request_headers="Date, bad/name")
    assert (error.code, error.message) == (
        "BadRequest",
        'Access-Control-Request-Headers " bad/name" contains invalid character.',
    )


async def test_preflights_that_no_rule_allows(s3: Operations) -> None:
    await s3.create()
    await put(s3, rule(), rule(allowed_origins=["http://start*end"], allowed_headers=["x-amz-*", "Date"]))
    error = await forbidden(s3, access_control_request_method="PUT")
    assert (error.code, error.status) == ("AccessForbidden", 403)
    assert error.message.startswith("CORSResponse: This CORS request is not allowed. This is usually because")
    assert error.fields == {"Method": "PUT", "ResourceType": "OBJECT"}
    assert (await forbidden(s3, key=None, origin="http://x")).fields["ResourceType"] == "BUCKET"
    for origin in ("https://www.example.com", f"{ORIGIN}:80", f"{ORIGIN}/", "http://starten", "http://WWW.x"):
        assert (await forbidden(s3, origin=origin)).code == "AccessForbidden"
    assert (await forbidden(s3, access_control_request_headers="x-other")).code == "AccessForbidden"
    wildcard = {"origin": "http://start-end", "access_control_request_headers": "X-AMZ-Meta-A,date"}
    assert (await ask(s3, **wildcard))["Access-Control-Allow-Headers"] == "x-amz-meta-a, date"
    wildcard["access_control_request_headers"] = "x-amz-meta-a,x-other"
    assert (await forbidden(s3, **wildcard)).code == "AccessForbidden"


async def test_the_answer_to_a_preflight(s3: Operations) -> None:
    await s3.create()
    await put(
        s3,
        rule(
            allowed_methods=["GET", "PUT"],
            allowed_headers=["*"],
            expose_headers=["ETag", "x-amz-id-2"],
            max_age_seconds=3000,
        ),
        rule(allowed_origins=["*"], allowed_methods=["DELETE"]),
    )
    found = await ask(s3, access_control_request_headers="x-amz-request-payer, Content-Type")
    assert found == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": "x-amz-request-payer, content-type",
        "Access-Control-Expose-Headers": "ETag, x-amz-id-2",
        "Access-Control-Max-Age": "3000",
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    assert await ask(s3, access_control_request_method="DELETE", origin="null") == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "DELETE",
        "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }


@pytest.mark.parametrize(
    ("origins", "credentials"),
    [
        (["http://www.example.com"], True),
        (["http://*.example.com"], True),
        (["http://www*"], True),
        (["*.example.com"], True),
        (["*"], False),
        (["*", "http://www.example.com"], False),
        (["http://*"], False),
        (["http*"], False),
        (["h*"], False),
        (["http:*"], False),
    ],
)
async def test_credentials_only_for_origins_that_a_rule_names(
    s3: Operations, origins: list[str], credentials: bool
) -> None:
    await s3.create()
    await put(s3, rule(allowed_origins=origins))
    found = await ask(s3)
    assert found.get("Access-Control-Allow-Credentials") == ("true" if credentials else None)
    assert found["Access-Control-Allow-Origin"] == ("*" if "*" in origins else ORIGIN)
