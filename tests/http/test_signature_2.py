"""Signature version 2: what botocore signs we accept, and any single change to it we refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import HmacV1Auth, HmacV1QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http.addressing import parse_address
from s3gw.http.signature import Authenticated, authenticate
from tests.gateway import Gateway
from tests.http.edge_requests import ACCESS_KEY, HOST, REGION, SECRET_KEY, OneKey

CREDENTIALS = Credentials(ACCESS_KEY, SECRET_KEY)
DOMAIN = "s3.example.com"


async def check(
    method: str, target: str, headers: dict[str, str], *, now: datetime | None = None, on: bool = True
) -> Authenticated | None:
    """Address and authenticate as the pipeline does."""
    given_headers = CIMultiDict({"Host": HOST, **headers})
    address = parse_address(target, given_headers["Host"], (DOMAIN,))
    moment = now or datetime.now(UTC)
    return await authenticate(method, address, given_headers, OneKey(), REGION, moment, version_2=on)


async def refused(
    method: str, target: str, headers: dict[str, str], *, now: datetime | None = None, on: bool = True
) -> tuple[str, str]:
    """Code and message of the refusal."""
    with pytest.raises(S3Error) as caught:
        await check(method, target, headers, now=now, on=on)
    return caught.value.code, caught.value.message


def signed(method: str, target: str, headers: dict[str, str] | None = None) -> dict[str, str]:
    """Headers with botocore's Authorization and Date."""
    request = AWSRequest(method=method, url=f"http://{HOST}{target}", headers=headers or {})
    request.auth_path = urlsplit(target).path
    HmacV1Auth(CREDENTIALS).add_auth(request)
    return dict(request.headers.items())


def presigned(method: str, target: str, headers: dict[str, str] | None = None, expires: int = 300) -> str:
    """A target with botocore's signature in its query."""
    request = AWSRequest(method=method, url=f"http://{HOST}{target}", headers=headers or {})
    request.auth_path = urlsplit(target).path
    HmacV1QueryAuth(CREDENTIALS, expires=expires).add_auth(request)
    parts = urlsplit(str(request.url))
    return f"{parts.path}?{parts.query}"


keys = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=30)
values = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)


@given(keys, st.dictionaries(st.sampled_from(["x-amz-meta-a", "x-amz-acl", "Content-Type"]), values))
async def test_what_botocore_signs_is_accepted(key: str, headers: dict[str, str]) -> None:
    target = f"/bucket/{quote(key, safe='/-._~')}"
    found = await check("PUT", target, signed("PUT", target, headers))
    assert found is not None
    assert (found.access_key, found.presigned) == (ACCESS_KEY, False)
    link = presigned("PUT", target, {n: v for n, v in headers.items() if v and n != "Content-Type"})
    found = await check("PUT", link, {})
    assert found is not None
    assert found.presigned


@pytest.mark.parametrize(
    "query",
    [
        "acl",
        "uploads",
        "uploads=",
        "partNumber=1&uploadId=a%2Bb",
        "versionId=x&response-expires=a%20b",
        "prefix=a",
    ],
)
async def test_sub_resources_are_signed(query: str) -> None:
    target = f"/bucket/key?{query}"
    assert await check("GET", target, signed("GET", target)) is not None
    assert await check("GET", presigned("GET", target), {}) is not None


async def test_an_equals_sign_before_nothing_may_be_left_out_of_what_is_signed() -> None:
    for shown, by in (("policy=", "policy"), ("policy", "policy"), ("uploads=", "uploads=")):
        assert await check("GET", f"/bucket/key?{shown}", signed("GET", f"/bucket/key?{by}")) is not None
    said = await refused("GET", "/bucket/key?policy=x", signed("GET", "/bucket/key?policy"))
    assert said[0] == "SignatureDoesNotMatch"


async def test_a_bucket_in_the_host_is_part_of_the_resource() -> None:
    headers = signed("GET", "/bucket/key")
    assert await check("GET", "/key", headers | {"Host": f"bucket.{DOMAIN}"}) is not None
    said = await refused("GET", "/key", headers | {"Host": f"another.{DOMAIN}"})
    assert said[0] == "SignatureDoesNotMatch"


CHANGES: list[Callable[[str, dict[str, str]], tuple[str, str, dict[str, str]]]] = [
    lambda t, h: ("DELETE", t, h),
    lambda t, h: ("PUT", t + "2", h),
    lambda t, h: ("PUT", t + ("&" if "?" in t else "?") + "acl", h),
    lambda t, h: ("PUT", t + ("&" if "?" in t else "?") + "attributes", h),
    lambda t, h: ("PUT", t + ("&" if "?" in t else "?") + "retention=", h),
    lambda t, h: ("PUT", t, h | {"x-amz-copy-source": "/victim/k"}),
    lambda t, h: ("PUT", t, h | {"X-Amz-Acl": "public-read"}),
    lambda t, h: ("PUT", t, h | {"x-amz-date": format_datetime(datetime.now(UTC), usegmt=True)}),
    lambda t, h: ("PUT", t, h | {"Content-Type": "text/html"}),
    lambda t, h: ("PUT", t, h | {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
]


@pytest.mark.parametrize("change", CHANGES)
async def test_any_change_is_refused(
    change: Callable[[str, dict[str, str]], tuple[str, str, dict[str, str]]],
) -> None:
    said = await refused(*change("/bucket/key", signed("PUT", "/bucket/key")))
    assert said[0] == "SignatureDoesNotMatch"
    said = await refused(*change(presigned("PUT", "/bucket/key"), {}))
    assert said[0] == "SignatureDoesNotMatch"


async def test_a_header_is_not_added_to_a_link_by_its_query() -> None:
    link = presigned("PUT", "/bucket/key")
    assert (await refused("PUT", f"{link}&x-amz-acl=public-read", {}))[0] == "SignatureDoesNotMatch"
    link = presigned("PUT", "/bucket/key", {"x-amz-acl": "private"})
    assert (await refused("PUT", link, {"x-amz-acl": "public-read"}))[0] == "InvalidArgument"


async def test_times() -> None:
    now = datetime.now(UTC)
    headers = signed("GET", "/bucket/key")
    assert await check("GET", "/bucket/key", headers, now=now + timedelta(seconds=800))
    assert (await refused("GET", "/bucket/key", headers, now=now + timedelta(seconds=1000)))[0] == (
        "RequestTimeTooSkewed"
    )
    dated = signed("GET", "/bucket/key", {"x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")})
    dated.pop("Date")
    assert (await refused("GET", "/bucket/key", {**headers, "Date": "yesterday"}))[0] == "AccessDenied"
    for date in ("", "yesterday", "Tue, 07 Jul 1950 21:53:04 GMT"):
        said = await refused("GET", "/bucket/key", {**headers, "x-amz-date": date})
        assert said == ("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    link = presigned("GET", "/bucket/key", expires=60)
    assert await check("GET", link, {}, now=now)
    assert await refused("GET", link, {}, now=now + timedelta(seconds=90)) == (
        "AccessDenied",
        "Request has expired",
    )


async def test_claims_that_are_malformed() -> None:
    for value in ("AWS", "AWS a", "AWS :b", "AWS a:", "AWS a:b c"):
        assert (await refused("GET", "/bucket/key", {"Authorization": value}))[0] == "InvalidArgument"
    assert (await refused("GET", "/bucket/key", {"Authorization": "AWS nobody:b"}))[0] == "AccessDenied"
    headers = signed("GET", "/bucket/key")
    unknown = {**headers, "Authorization": "AWS nobody:c2ln"}
    assert (await refused("GET", "/bucket/key", unknown))[0] == "InvalidAccessKeyId"
    wrong = {**headers, "Authorization": f"AWS {ACCESS_KEY}:\udcff"}
    assert (await refused("GET", "/bucket/key", wrong))[0] == "SignatureDoesNotMatch"
    link = presigned("GET", "/bucket/key")
    assert (await refused("GET", link, headers))[0] == "InvalidArgument"
    assert (await refused("GET", f"{link}&X-Amz-Signature=x", {}))[0] == "InvalidArgument"
    for query, message in (
        ("AWSAccessKeyId=a", "Query-string authentication requires"),
        ("Signature=a&Expires=1", "Query-string authentication requires"),
        ("AWSAccessKeyId=a&AWSAccessKeyId=b&Signature=a&Expires=1", "Query-string authentication requires"),
        ("AWSAccessKeyId=a&Signature=a&Expires=abc", "Invalid date (should be seconds since epoch): abc"),
        ("AWSAccessKeyId=a&Signature=a&Expires=-1", "Invalid date (should be seconds since epoch): -1"),
    ):
        code, said = await refused("GET", f"/bucket/key?{query}", {})
        assert code == "AccessDenied"
        assert said.startswith(message)
    streaming = {**headers, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
    assert (await refused("GET", "/bucket/key", streaming))[0] == "SignatureDoesNotMatch"
    streaming = signed("GET", "/bucket/key", {"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"})
    assert (await refused("GET", "/bucket/key", streaming))[0] == "InvalidRequest"


async def test_it_is_off_unless_it_is_asked_for() -> None:
    for target, headers in (
        ("/bucket/key", signed("GET", "/bucket/key")),
        (presigned("GET", "/bucket/key"), {}),
    ):
        code, message = await refused("GET", target, headers, on=False)
        assert code == "InvalidRequest"
        assert message.endswith("Please use AWS4-HMAC-SHA256.")


@pytest.mark.slow
def test_a_gateway_that_accepts_it(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_SIGNATURE_V2="on").start()
    client = gateway.client(signature_version="s3")
    client.create_bucket(Bucket="older")
    client.put_object(Bucket="older", Key="a b/é", Body=b"x" * 100_000, Metadata={"a": "b"})
    assert client.get_object(Bucket="older", Key="a b/é")["Metadata"] == {"a": "b"}
    assert client.list_objects_v2(Bucket="older", Prefix="a")["KeyCount"] == 1
    upload = client.create_multipart_upload(Bucket="older", Key="parts")["UploadId"]
    part = client.upload_part(Bucket="older", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    client.complete_multipart_upload(
        Bucket="older",
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    with pytest.raises(ClientError, match="NoSuchKey"):
        client.get_object(Bucket="older", Key="none")
    client.delete_objects(Bucket="older", Delete={"Objects": [{"Key": "parts"}, {"Key": "a b/é"}]})
    client.delete_bucket(Bucket="older")
    link = client.generate_presigned_url("list_buckets")
    assert gateway.answers(link.removeprefix(gateway.endpoint))
    gateway.stop()
