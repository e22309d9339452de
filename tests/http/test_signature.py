"""Who is believed, and what everyone else is told."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http.addressing import parse_address
from s3gw.http.signature import authenticate, hoisted_headers
from tests.http.edge_requests import (
    ACCESS_KEY,
    EMPTY,
    HOST,
    NOW,
    REGION,
    SECRET_KEY,
    SIGNED_CHUNKS,
    STAMP,
    UNSIGNED,
    UNSIGNED_TRAILER,
    OneKey,
    check,
    presigned,
    signature_of,
    signed,
)


async def refused(
    method: str, target: str, headers: CIMultiDict[str], *, after: timedelta = timedelta(0)
) -> S3Error:
    """The error that a request is answered with."""
    with pytest.raises(S3Error) as caught:
        await check(method, target, headers, now=NOW + after)
    assert SECRET_KEY not in repr(caught.value.fields) + caught.value.message
    return caught.value


async def test_a_signed_request() -> None:
    headers = signed("GET", "/bucket/key?versionId=1", {"x-amz-meta-a": "b", "Range": "bytes=0-9"})
    found = await check("GET", "/bucket/key?versionId=1", headers)
    assert found is not None
    assert found.access_key == ACCESS_KEY
    assert found.signed_headers == {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-meta-a", "range"}
    assert (found.timestamp, found.presigned, found.payload) == (STAMP, False, EMPTY)
    assert SECRET_KEY not in repr(found)
    assert found.seed_signature not in repr(found)


async def test_the_example_of_the_s3_reference() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, GET Object."""
    headers = CIMultiDict(
        {
            "Host": "examplebucket.s3.amazonaws.com",
            "Range": "bytes=0-9",
            "x-amz-content-sha256": EMPTY,
            "x-amz-date": "20130524T000000Z",
            "Authorization": "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        }
    )
    now = NOW.replace(year=2013, month=5, day=24, hour=0, minute=0)
    found = await check("GET", "/test.txt", headers, now=now, domains=("s3.amazonaws.com",))
    assert found is not None


async def test_the_presigned_example_of_the_s3_reference() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""
    target = (
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    now = NOW.replace(year=2013, month=5, day=24, hour=23)
    headers = {"Host": "examplebucket.s3.amazonaws.com"}
    found = await check("GET", target, headers, now=now, domains=("s3.amazonaws.com",))
    assert found is not None
    assert found.presigned


async def test_a_request_without_any_claim_is_anonymous() -> None:
    assert await check("GET", "/bucket/key", {"Host": HOST}) is None
    assert await check("PUT", "/bucket/key", {"Host": HOST, "x-amz-content-sha256": UNSIGNED_TRAILER}) is None


@pytest.mark.parametrize("form", [SIGNED_CHUNKS, SIGNED_CHUNKS + "-TRAILER"])
async def test_nobody_cannot_sign_chunks(form: str) -> None:
    error = await refused("PUT", "/bucket/key", CIMultiDict({"Host": HOST, "x-amz-content-sha256": form}))
    assert error.code == "AccessDenied"


async def test_a_presigned_request() -> None:
    found = await check("GET", presigned("GET", "/bucket/key"), {"Host": HOST})
    assert found is not None
    assert found.presigned
    assert found.payload == UNSIGNED


async def test_a_presigned_request_with_signed_headers() -> None:
    headers = {"Host": HOST, "x-amz-acl": "private", "Content-Type": "text/plain"}
    target = presigned("PUT", "/bucket/key?x-id=PutObject", headers)
    assert await check("PUT", target, headers) is not None
    error = await refused("PUT", target, CIMultiDict(headers | {"x-amz-acl": "public-read"}))
    assert error.code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "sent", ["/bucket/a%2Fb%7e%41", "/bucket/a/b~A", "/bucket/a%2fb~A", "/bucket/%61/b~A"]
)
@pytest.mark.parametrize("as_sent", [True, False])
async def test_paths_may_be_signed_as_sent_or_in_the_encoding_of_aws(sent: str, as_sent: bool) -> None:
    headers = signed("GET", sent if as_sent else "/bucket/a/b~A")
    assert await check("GET", sent, headers) is not None


async def test_a_path_that_was_encoded_twice_before_signing_is_refused() -> None:
    error = await refused("GET", "/bucket/a%20b", signed("GET", "/bucket/a%2520b"))
    assert error.code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("query", ["prefix=a+b", "prefix=a%20b", "prefix=%61%20b"])
async def test_queries_may_be_encoded_in_any_way(query: str) -> None:
    assert await check("GET", f"/bucket?{query}", signed("GET", "/bucket?prefix=a%20b")) is not None


async def test_repeated_parameters_are_signed_one_by_one() -> None:
    headers = signed("GET", "/bucket?tag=b&tag=a")
    assert await check("GET", "/bucket?tag=a&tag=b", headers) is not None
    assert (await refused("GET", "/bucket?tag=a", headers)).code == "SignatureDoesNotMatch"


async def test_repeated_headers_are_joined_and_blanks_folded() -> None:
    headers = signed("GET", "/bucket", {"x-amz-meta-a": "one two,three"})
    del headers["x-amz-meta-a"]
    headers.add("x-amz-meta-a", " one \t  two ")
    headers.add("x-amz-meta-a", "three")
    assert await check("GET", "/bucket", headers) is not None


async def test_the_tail_of_a_date_header() -> None:
    headers = signed("GET", "/bucket", {"Date": "Mon, 04 May 2026 12:30:00 GMT"}, names=["date", "host"])
    del headers["x-amz-date"]
    assert await check("GET", "/bucket", headers) is not None
    headers["Date"] = STAMP
    headers["Authorization"] = signed("GET", "/bucket", {"Date": STAMP}, names=["date", "host"])[
        "Authorization"
    ]
    assert await check("GET", "/bucket", headers) is not None


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "20261304T123000Z", "2026-05-04T12:30:00Z", "1" * 16, "٠" * 8]
)
async def test_a_date_is_needed(date: str | None) -> None:
    headers = signed("GET", "/bucket")
    del headers["x-amz-date"]
    if date is not None:
        headers["x-amz-date"] = date
    error = await refused("GET", "/bucket", headers)
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message == "AWS authentication requires a valid Date or x-amz-date header"


@pytest.mark.parametrize("seconds", [901, -901])
async def test_clocks_may_differ_by_fifteen_minutes(seconds: int) -> None:
    headers = signed("GET", "/bucket")
    assert (
        await check("GET", "/bucket", headers, now=NOW + timedelta(seconds=seconds * 900 / 901)) is not None
    )
    error = await refused("GET", "/bucket", headers, after=timedelta(seconds=seconds))
    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    assert error.fields["RequestTime"] == STAMP
    assert error.fields["MaxAllowedSkewMilliseconds"] == "900000"
    assert error.fields["ServerTime"].startswith("2026-05-04T12:")


async def test_an_unknown_key() -> None:
    error = await refused("GET", "/bucket", signed("GET", "/bucket", access_key="AKIAUNKNOWN"))
    assert (error.code, error.fields) == ("InvalidAccessKeyId", {"AWSAccessKeyId": "AKIAUNKNOWN"})


async def test_a_wrong_secret_is_told_what_was_signed() -> None:
    headers = signed("GET", "/bucket/k", secret="wrong", names=["host", "x-amz-date"])
    error = await refused("GET", "/bucket/k", headers)
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)
    request = f"GET\n/bucket/k\n\nhost:{HOST}\nx-amz-date:{STAMP}\n\nhost;x-amz-date\n{EMPTY}"
    assert error.fields["CanonicalRequest"] == request
    assert bytes.fromhex(error.fields["CanonicalRequestBytes"]).decode() == request
    assert error.fields["AWSAccessKeyId"] == ACCESS_KEY
    assert error.fields["StringToSign"].startswith(
        f"AWS4-HMAC-SHA256\n{STAMP}\n20260504/us-east-1/s3/aws4_request\n"
    )
    assert bytes.fromhex(error.fields["StringToSignBytes"]).decode() == error.fields["StringToSign"]
    assert error.fields["SignatureProvided"] == headers["Authorization"].rpartition("=")[2]


async def test_an_error_holds_only_what_xml_can() -> None:
    headers = signed("GET", "/bucket/k", {"x-amz-meta-a": "\x01\udcff"}, secret="wrong")
    error = await refused("GET", "/bucket/k", headers)
    assert "\ufffd" in error.fields["CanonicalRequest"]
    assert all(c >= " " or c == "\n" for c in "".join(error.fields.values()))
    "".join(error.fields.values()).encode()


async def test_the_wrong_region_is_told_the_right_one() -> None:
    error = await refused("GET", "/bucket", signed("GET", "/bucket", region="eu-west-1"))
    assert (error.code, error.status) == ("AuthorizationHeaderMalformed", 400)
    expected = "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'"
    assert error.message == expected
    assert error.fields == {"Region": REGION}


@pytest.mark.parametrize(
    ("change", "code", "part"),
    [
        (("Credential=AKIA", "Credential=/AKIA"), "InvalidAccessKeyId", ""),
        (("/s3/", "/ec2/"), "AuthorizationHeaderMalformed", 'incorrect service "ec2"'),
        (("aws4_request", "aws3"), "AuthorizationHeaderMalformed", 'incorrect terminal "aws3"'),
        (
            ("/20260504/", "/2026-05-04/"),
            "AuthorizationHeaderMalformed",
            'incorrect date format "2026-05-04"',
        ),
        (("/20260504/", "/20260503/"), "AuthorizationHeaderMalformed", "Date is not the same as X-Amz-Date"),
        (("/20260504/", "/"), "AuthorizationHeaderMalformed", "the Credential is mal-formed"),
        (("Credential=", "Kredential="), "AuthorizationHeaderMalformed", "missing Credential."),
        (("SignedHeaders=", "Names="), "AuthorizationHeaderMalformed", "missing SignedHeaders."),
        (("Signature=", "Signatur="), "AuthorizationHeaderMalformed", "missing Signature."),
        (("Signature=", "Signature"), "AuthorizationHeaderMalformed", "malformed"),
        (("SignedHeaders=", "Signature=x,SignedHeaders="), "AuthorizationHeaderMalformed", "malformed"),
        (("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), "InvalidRequest", "Please use AWS4-HMAC-SHA256."),
        (("AWS4-HMAC-SHA256", "AWS"), "InvalidRequest", "Please use AWS4-HMAC-SHA256."),
        (("AWS4-HMAC-SHA256", "Bearer"), "InvalidArgument", "Unsupported Authorization Type"),
        (("AWS4-HMAC-SHA256 ", "Bearer"), "InvalidArgument", "Unsupported Authorization Type"),
        (("Signature=", "Signature=é"), "SignatureDoesNotMatch", ""),
        (("Signature=", "Signature=\udcff"), "SignatureDoesNotMatch", ""),
    ],
)
async def test_malformed_headers(change: tuple[str, str], code: str, part: str) -> None:
    headers = signed("GET", "/bucket")
    headers["Authorization"] = headers["Authorization"].replace(*change)
    error = await refused("GET", "/bucket", headers)
    assert error.code == code
    assert part in error.message


@pytest.mark.parametrize("separator", [",", ", ", " ,"])
@pytest.mark.parametrize("last", range(3))
async def test_components_may_come_in_any_order(last: int, separator: str) -> None:
    headers = signed("GET", "/bucket")
    scheme, _, rest = headers["Authorization"].partition(" ")
    parts = [part.strip() for part in rest.split(",")]
    parts.append(parts.pop(last))
    for _ in range(2):  # what is remembered of the first is right for the second
        headers["Authorization"] = f"{scheme} {separator.join(parts)}"
        found = await check("GET", "/bucket", headers)
        assert found is not None
        assert found.access_key == ACCESS_KEY


async def test_what_is_remembered_of_a_signer_proves_nothing() -> None:
    headers = signed("GET", "/bucket")
    assert await check("GET", "/bucket", headers) is not None
    headers["Authorization"] = headers["Authorization"].rpartition("=")[0] + "=" + "0" * 64
    assert (await refused("GET", "/bucket", headers)).code == "SignatureDoesNotMatch"
    headers = signed("GET", "/bucket")
    headers["Authorization"] += ",Signature=" + "0" * 64
    assert (await refused("GET", "/bucket", headers)).code == "AuthorizationHeaderMalformed"


@pytest.mark.parametrize("value", ["", " "])
async def test_an_empty_authorization_is_refused(value: str) -> None:
    error = await refused("GET", "/bucket", CIMultiDict({"Host": HOST, "Authorization": value}))
    assert (error.code, error.status) == ("AccessDenied", 403)


@pytest.mark.parametrize(
    "value", ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", ",", "=", "secret", "Basic c2VjcmV0"]
)
async def test_an_authorization_of_nothing_is_never_anonymous(value: str) -> None:
    error = await refused("GET", "/bucket", CIMultiDict({"Host": HOST, "Authorization": value}))
    assert error.status == 400
    assert "secret" not in repr(error.fields) + error.message
    assert "c2VjcmV0" not in repr(error.fields) + error.message


async def test_version_2_in_the_query_is_refused() -> None:
    target = "/bucket/key?AWSAccessKeyId=AKIA&Expires=1893456000&Signature=x"
    error = await refused("GET", target, CIMultiDict({"Host": HOST}))
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.message.endswith("Please use AWS4-HMAC-SHA256.")


async def test_two_ways_at_once() -> None:
    target = presigned("GET", "/bucket/key")
    error = await refused("GET", target, signed("GET", target))
    assert (error.code, error.status) == ("InvalidArgument", 400)
    assert error.message.startswith("Only one auth mechanism allowed")


async def test_tokens_are_refused() -> None:
    headers = signed("GET", "/bucket", {"x-amz-security-token": "token"})
    assert (await refused("GET", "/bucket", headers)).code == "InvalidToken"
    target = presigned("GET", "/bucket?X-Amz-Security-Token=token")
    assert (await refused("GET", target, CIMultiDict({"Host": HOST}))).code == "InvalidToken"


async def test_the_payload_hash_is_required_and_checked() -> None:
    headers = signed("GET", "/bucket")
    del headers["x-amz-content-sha256"]
    error = await refused("GET", "/bucket", headers)
    assert error.message == "Missing required header for this request: x-amz-content-sha256"
    for malformed in ("", "0", EMPTY + "0", "STREAMING-PAYLOAD", EMPTY.replace("e", "g")):
        error = await refused("GET", "/bucket", signed("GET", "/bucket", payload=malformed))
        assert (error.code, error.fields["ArgumentName"]) == ("InvalidArgument", "x-amz-content-sha256")
    for asymmetric in (
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    ):
        error = await refused("PUT", "/bucket/k", signed("PUT", "/bucket/k", payload=asymmetric))
        assert error.code == "NotImplemented"


@pytest.mark.parametrize(
    ("expires", "part"),
    [
        (604801, "must be less than a week"),
        (-1, "must be non-negative"),
        ("-604800", "must be non-negative"),
        ("", "should be a number"),
        ("1e3", "should be a number"),
        ("%D9%A1", "should be a number"),
        ("1" * 5000, "should be a number"),
    ],
)
async def test_expiries_that_are_refused(expires: int | str, part: str) -> None:
    error = await refused(
        "GET", presigned("GET", "/bucket/key", expires=expires), CIMultiDict({"Host": HOST})
    )
    assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)
    assert part in error.message


@pytest.mark.parametrize(("expires", "after"), [(60, 60), (604800, 604800), (0, 0), (0, -10)])
async def test_expired(expires: int, after: int) -> None:
    target = presigned("GET", "/bucket/key", expires=expires)
    error = await refused("GET", target, CIMultiDict({"Host": HOST}), after=timedelta(seconds=after))
    assert (error.code, error.status, error.message) == ("AccessDenied", 403, "Request has expired")
    assert list(error.fields) == ["X-Amz-Expires", "Expires", "ServerTime"]
    assert error.fields["X-Amz-Expires"] == str(expires)


@pytest.mark.parametrize("after", [-900, 0, 604799])
async def test_not_yet_expired(after: int) -> None:
    target = presigned("GET", "/bucket/key", expires=604800)
    assert await check("GET", target, {"Host": HOST}, now=NOW + timedelta(seconds=after)) is not None


async def test_not_yet_valid() -> None:
    error = await refused(
        "GET", presigned("GET", "/bucket/key"), CIMultiDict({"Host": HOST}), after=timedelta(seconds=-901)
    )
    assert (error.code, error.message) == ("AccessDenied", "Request is not yet valid")


@pytest.mark.parametrize(
    "name",
    [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Signature",
        "X-Amz-Date",
        "X-Amz-SignedHeaders",
        "X-Amz-Expires",
    ],
)
async def test_presigned_parameters_come_once_each(name: str) -> None:
    complete = presigned("GET", "/bucket/key")
    parts = complete.partition("?")[2].split("&")
    kept = [part for part in parts if not part.startswith(name + "=")]
    repeated = complete + f"&{name}=x"
    for query in ("&".join(kept), f"{name}=", repeated, "&".join(kept) + f"&{name.lower()}=x"):
        error = await refused(
            "GET", f"/bucket/key?{query.partition('?')[2] or query}", CIMultiDict({"Host": HOST})
        )
        assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)
        assert error.message.startswith("Query-string authentication version 4 requires")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (
            ("=AWS4-HMAC-SHA256", "=AWS4-ECDSA-P256-SHA256"),
            'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"',
        ),
        (("us-east-1", "eu-west-1"), "the region 'eu-west-1' is wrong; expecting 'us-east-1'"),
        (("%2Fs3%2F", "%2Fsqs%2F"), 'incorrect service "sqs"'),
        (("aws4_request", "aws"), 'incorrect terminal "aws"'),
        (("%2F20260504", "%2F2026"), 'incorrect date format "2026"'),
        (("%2F20260504", "%2F20260505"), 'Invalid credential date "20260505"'),
        (("%2F20260504", ""), "the Credential is mal-formed"),
        (("20260504T123000Z", "20260504"), "X-Amz-Date must be in the ISO8601 Long Format"),
    ],
)
async def test_malformed_parameters(change: tuple[str, str], part: str) -> None:
    target = presigned("GET", "/bucket/key").replace(*change)
    error = await refused("GET", target, CIMultiDict({"Host": HOST}))
    assert error.code == "AuthorizationQueryParametersError"
    assert part in error.message


async def test_the_host_must_be_signed() -> None:
    error = await refused("GET", "/bucket", signed("GET", "/bucket", names=["x-amz-date"]))
    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "host"})
    target = presigned("GET", "/bucket/key", names=["date"])
    error = await refused("GET", target, CIMultiDict({"Host": HOST}))
    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "host"})


async def test_unsigned_headers_are_named_before_signatures_are_compared() -> None:
    """As AWS does, whatever else is wrong."""
    target = presigned("PUT", "/bucket/key", {"x-amz-request-payer": "requester"})
    lacking = CIMultiDict({"Host": HOST, "x-amz-expires": "5"})
    error = await refused("PUT", target, lacking)
    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "x-amz-expires"})
    streaming = {"x-amz-content-sha256": SIGNED_CHUNKS, "x-amz-date": "20211122T191045Z"}
    error = await refused("PUT", presigned("PUT", "/bucket/key"), CIMultiDict({"Host": HOST, **streaming}))
    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "x-amz-date"})
    headers = signed("GET", "/bucket/key", secret="wrong")
    headers["x-amz-meta-a"] = "b"
    error = await refused("GET", "/bucket/key", headers)
    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "x-amz-meta-a"})


async def test_the_payload_of_a_presigned_request() -> None:
    digest = "ab" * 32
    target = presigned("PUT", f"/bucket/k?X-Amz-Content-Sha256={digest}", payload=digest)
    found = await check("PUT", target, {"Host": HOST})
    assert found is not None
    assert found.payload == digest
    headers = {"Host": HOST, "x-amz-content-sha256": digest}
    found = await check("PUT", presigned("PUT", "/bucket/k", headers, payload=digest), headers)
    assert found is not None
    assert found.payload == digest
    found = await check("PUT", presigned("PUT", "/bucket/k"), headers)
    assert found is not None
    assert found.payload == digest
    error = await refused("PUT", target, CIMultiDict({"Host": HOST, "x-amz-content-sha256": EMPTY}))
    assert error.code == "InvalidRequest"


def test_headers_in_the_query() -> None:
    query = (
        "x-amz-acl=private&X-Amz-Meta-Colour=%C3%A9&x-amz-checksum-crc32=AAAAAA%3D%3D"
        "&x-amz-sdk-checksum-algorithm=CRC32&x-amz-checksum-mode=ENABLED&partNumber=1"
        "&x-amz-content-sha256=UNSIGNED-PAYLOAD&x-amz-trailer=x"
    )
    address = parse_address(presigned("PUT", f"/bucket/k?{query}"), HOST, ())
    assert hoisted_headers(address) == {
        "x-amz-acl": "private",
        "x-amz-meta-colour": "é",
        "x-amz-checksum-mode": "ENABLED",
    }


async def test_access_keys_may_contain_slashes() -> None:
    class Slashed(OneKey):
        def known_secret(self, access_key: str) -> str | None:
            return None

        async def secret(self, access_key: str) -> str | None:
            return SECRET_KEY if access_key == "team/one" else None

    headers = signed("GET", "/bucket", access_key="team/one")
    address = parse_address("/bucket", HOST, ())
    found = await authenticate("GET", address, headers, Slashed(), REGION, NOW)
    assert found is not None
    assert found.access_key == "team/one"


async def test_order_and_case_of_signed_headers_do_not_matter() -> None:
    headers = signed("GET", "/bucket")
    names = "host;x-amz-content-sha256;x-amz-date"
    assert names in headers["Authorization"]
    headers["Authorization"] = headers["Authorization"].replace(names, "X-Amz-Date;HOST;x-amz-content-sha256")
    assert await check("GET", "/bucket", headers) is not None


async def test_a_signed_header_that_is_absent_counts_as_empty() -> None:
    names = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-meta-gone"]
    headers = signed("GET", "/bucket", names=names)
    assert await check("GET", "/bucket", headers) is not None
    headers["x-amz-meta-gone"] = "back"
    assert (await refused("GET", "/bucket", headers)).code == "SignatureDoesNotMatch"


async def test_the_method_is_signed() -> None:
    assert (await refused("DELETE", "/bucket/k", signed("GET", "/bucket/k"))).code == "SignatureDoesNotMatch"


def test_the_plain_signer_of_these_tests_encodes_queries() -> None:
    """It must differ from the code under test in how it works, not in what it means."""
    raw = f"/b?a={quote('é ~/', safe='')}&b"
    other = "/b?b=&a=%c3%a9%20~%2F"
    assert signature_of("GET", raw, {}, [], EMPTY) == signature_of("GET", other, {}, [], EMPTY)
