"""Static websites over HTTP, as anybody's browser asks for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests import wire
from tests.gateway import Gateway, free_port

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INDEX = {"IndexDocument": {"Suffix": "index.html"}}


def publish(s3: S3Client, bucket: str, *actions: str, private: str = "private/*") -> None:
    """Let anybody read the bucket but for what is private, and do the further actions on the bucket."""
    s3.delete_public_access_block(Bucket=bucket)
    everybody = {"Effect": "Allow", "Principal": "*"}
    arn = f"arn:aws:s3:::{bucket}"
    statements: list[Any] = [
        {**everybody, "Action": "s3:GetObject", "Resource": f"{arn}/*"},
        {**everybody, "Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{arn}/{private}"},
    ]
    if actions:
        statements.append({**everybody, "Action": list(actions), "Resource": arn})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def configure(s3: S3Client, bucket: str, *rules: Any, **members: Any) -> None:
    configuration: Any = INDEX | members | ({"RoutingRules": list(rules)} if rules else {})
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)


def put(s3: S3Client, bucket: str, *keys: str, **members: Any) -> None:
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), ContentType="text/html", **members)


@pytest.fixture
def site(s3: S3Client, bucket: str) -> str:
    """A bucket that is a website, whose missing pages anybody may hear of."""
    publish(s3, bucket, "s3:ListBucket")
    configure(s3, bucket, ErrorDocument={"Key": "error.html"})
    put(s3, bucket, "index.html", "key", "folder/index.html", "private/index.html")
    return bucket


def visit(gateway: Gateway, bucket: str, path: str, method: str = "GET", **headers: str) -> wire.Answer:
    given = {"host": f"{bucket}.web.test"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return wire.raw(gateway, wire.head(method, path, given), method)


def test_pages_and_index_documents(gateway: Gateway, s3: S3Client, site: str) -> None:
    put(s3, site, "both", "both/index.html", "slashed/")
    for path, body in {
        "/": b"index.html",
        "/index.html": b"index.html",
        "/key": b"key",
        "/key?acl": b"key",
        "/?list-type=2": b"index.html",
        "/folder/": b"folder/index.html",
        "/folder/?acl": b"folder/index.html",
        "/both": b"both",
        "/both/": b"both/index.html",
    }.items():
        said = visit(gateway, site, path)
        assert (said.status, said.body, said.headers["Content-Type"]) == (200, body, "text/html"), path
    assert visit(gateway, site, "/slashed/").status == 404
    head = visit(gateway, site, "/key", "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "3")


def test_a_folder_without_its_slash(gateway: Gateway, s3: S3Client, site: str) -> None:
    put(s3, site, "a b/index.html", "/evil.example/index.html")
    for path, target in {"/folder": "/folder/", "/folder?acl": "/folder/", "/a%20b": "/a%20b/"}.items():
        said = visit(gateway, site, path)
        assert (said.status, said.headers["Location"], said.body) == (302, target, b"")
    said = visit(gateway, site, "//evil.example")
    assert (said.status, said.headers["Location"]) == (302, f"http://{site}.web.test//evil.example/")
    assert visit(gateway, site, "/private").status == 404


def test_errors_have_the_owners_page_or_one_that_says_why(gateway: Gateway, s3: S3Client, site: str) -> None:
    said = visit(gateway, site, "/<b>missing%0d%0aX:y")
    assert (said.status, said.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    page = said.body.decode()
    assert page.startswith(
        "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n"
    )
    assert "<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n" in page
    assert "<li>Key: &lt;b&gt;missing" in page
    assert f"<li>RequestId: {said.headers['x-amz-request-id']}</li>" in page
    assert "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>" in page
    assert "<li>Key: error.html</li>" in page
    assert said.headers["x-amz-error-code"] == "NoSuchKey"
    assert said.headers["X"] is None
    put(s3, site, "error.html")
    for path, status, code in (("/missing", 404, "NoSuchKey"), ("/private/", 403, "AccessDenied")):
        said = visit(gateway, site, path, if_none_match="*", range="bytes=0-1")
        assert (said.status, said.body) == (status, b"error.html")
        assert (said.headers["x-amz-error-code"], said.headers["Content-Type"]) == (code, "text/html")
    head = visit(gateway, site, "/missing", "HEAD")
    assert (head.status, head.body) == (404, b"")


def test_what_is_not_public_is_not_told(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    configure(s3, bucket)
    put(s3, bucket, "index.html")
    assert visit(gateway, bucket, "/").status == 403
    publish(s3, bucket)
    assert visit(gateway, bucket, "/").status == 200
    said = visit(gateway, bucket, "/missing")
    assert (said.status, b"<li>Code: AccessDenied</li>" in said.body) == (403, True)
    assert visit(gateway, bucket, "/missing/").status == 403
    s3.delete_bucket_policy(Bucket=bucket)
    signed = wire.Signer(gateway).headers("GET", "/", "", wire.UNSIGNED, {})
    said = visit(gateway, bucket, "/", authorization=signed["authorization"], x_amz_date=signed["x-amz-date"])
    assert said.status == 403


def test_only_reads(gateway: Gateway, site: str) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
        said = visit(gateway, site, "/key", method, content_length="0")
        assert (said.status, said.headers["Allow"]) == (405, "GET, HEAD"), method
        assert f"<li>Method: {method}</li>\n<li>ResourceType: OBJECT</li>" in said.body.decode()
    assert visit(gateway, site, "/key").body == b"key"


def test_buckets_that_are_no_websites(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    said = visit(gateway, bucket, "/")
    assert (said.status, said.headers["x-amz-error-code"]) == (404, "NoSuchWebsiteConfiguration")
    assert f"<li>BucketName: {bucket}</li>" in said.body.decode()
    said = visit(gateway, "no-such-bucket-here", "/")
    assert (said.status, said.headers["x-amz-error-code"]) == (404, "NoSuchBucket")


def test_conditions_and_ranges(gateway: Gateway, site: str) -> None:
    etag = visit(gateway, site, "/key").headers["ETag"]
    said = visit(gateway, site, "/key", if_none_match=etag)
    assert (said.status, said.body, said.headers["ETag"]) == (304, b"", etag)
    said = visit(gateway, site, "/key", range="bytes=1-")
    assert (said.status, said.body, said.headers["Content-Range"]) == (206, b"ey", "bytes 1-2/3")
    assert visit(gateway, site, "/key", if_match='"other"').status == 412
    assert visit(gateway, site, "/key", range="bytes=10-").status == 416


def test_objects_that_redirect(gateway: Gateway, s3: S3Client, site: str) -> None:
    put(s3, site, "old", WebsiteRedirectLocation="https://example.org/x")
    put(s3, site, "f/index.html", WebsiteRedirectLocation="/else")
    for path, target in {"/old": "https://example.org/x", "/f/": "/else"}.items():
        said = visit(gateway, site, path)
        assert (said.status, said.headers["Location"], said.body) == (301, target, b"")
    put(s3, site, "error.html", WebsiteRedirectLocation="/oops")
    said = visit(gateway, site, "/missing")
    assert (said.status, said.headers["Location"]) == (301, "/oops")
    # Only there: at the S3 endpoint it is an object like any other.
    assert s3.get_object(Bucket=site, Key="old")["WebsiteRedirectLocation"] == "https://example.org/x"


@pytest.mark.slow
def test_redirects_of_everything(gateway: Gateway, s3: S3Client, site: str) -> None:
    everything: Any = {"RedirectAllRequestsTo": {"HostName": "www.example.com"}}
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration=everything)
    said = visit(gateway, site, "/key?query=string&acl")
    assert (said.status, said.body) == (301, b"")
    assert said.headers["Location"] == "http://www.example.com/key?query=string&acl"
    everything["RedirectAllRequestsTo"]["Protocol"] = "https"
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration=everything)
    assert visit(gateway, site, "/").headers["Location"] == "https://www.example.com/"


def test_routing_rules(gateway: Gateway, s3: S3Client, site: str) -> None:
    def rule(redirect: dict[str, str], **condition: str) -> Any:
        return {"Redirect": redirect} | ({"Condition": condition} if condition else {})

    configure(
        s3,
        site,
        rule({"ReplaceKeyPrefixWith": "documents/"}, KeyPrefixEquals="docs/"),
        rule({"HostName": "gone.example"}, KeyPrefixEquals="x", HttpErrorCodeReturnedEquals="404"),
        rule({"ReplaceKeyWith": "login", "HttpRedirectCode": "303"}, HttpErrorCodeReturnedEquals="403"),
        rule({"HostName": "a.example", "Protocol": "https"}, KeyPrefixEquals="key"),
        ErrorDocument={"Key": "index.html"},
    )
    put(s3, site, "x-there")
    for path, status, target in (
        ("/docs/a%20b.html?v=1", 301, f"http://{site}.web.test/documents/a%20b.html?v=1"),
        ("/x-missing", 301, "http://gone.example/x-missing"),
        ("/x-there", 200, None),
        ("/missing", 404, None),
        ("/private/", 303, f"http://{site}.web.test/login"),
        ("/key", 301, "https://a.example/key"),
    ):
        said = visit(gateway, site, path)
        assert (said.status, said.headers["Location"]) == (status, target), path


def test_targets_that_are_no_paths(gateway: Gateway, site: str) -> None:
    for path in ("/%zz", "/%00", "/%ff", "/" + "k" * 1025):
        assert visit(gateway, site, path).status in (400, 404), path
    assert visit(gateway, site, "/-/health").status == 404
    assert visit(gateway, site, "/%2e%2e/key").status == 404


def test_pages_for_other_origins(gateway: Gateway, s3: S3Client, site: str) -> None:
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"]}
    s3.put_bucket_cors(Bucket=site, CORSConfiguration={"CORSRules": [rule]})
    allowed = "Access-Control-Allow-Origin"
    assert (
        visit(gateway, site, "/key", origin="https://app.example").headers[allowed] == "https://app.example"
    )
    assert visit(gateway, site, "/missing", origin="https://app.example").headers[allowed] is not None
    assert visit(gateway, site, "/key").headers[allowed] is None
    asked = {"origin": "https://app.example", "access_control_request_method": "GET"}
    said = visit(gateway, site, "/key", "OPTIONS", **asked)
    assert (said.status, said.headers[allowed]) == (200, "https://app.example")


def test_large_pages_and_unicode_keys(gateway: Gateway, s3: S3Client, site: str) -> None:
    large = bytes(range(256)) * 20000
    s3.put_object(Bucket=site, Key="größe/ü.bin", Body=large)
    assert visit(gateway, site, "/" + quote("größe/ü.bin")).body == large


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_a_port_of_their_own(new_gateway: Callable[..., Gateway], workers: str) -> None:
    port = free_port()
    gateway = new_gateway(S3GW_WEBSITE_LISTEN=f"127.0.0.1:{port}", S3GW_WORKERS=workers).start()
    s3 = gateway.client()
    s3.create_bucket(Bucket="www.example.org")
    publish(s3, "www.example.org")
    configure(s3, "www.example.org")
    put(s3, "www.example.org", "index.html")
    own = Gateway(gateway.home)
    own.port = port
    for host in ("www.example.org", "WWW.example.org:8080", "www.example.org.web.test"):
        said = wire.raw(own, wire.head("GET", "/", {"host": host}))
        assert (said.status, said.body) == (200, b"index.html"), host
    said = wire.raw(own, wire.head("GET", "/", {"host": f"127.0.0.1:{port}"}))
    assert (said.status, said.headers["x-amz-error-code"]) == (400, "InvalidBucketName")
    assert wire.request(gateway, "GET", "/www.example.org").status == 200
    said = wire.raw(gateway, wire.head("GET", "/", {"host": "www.example.org"}))
    assert said.code == "AccessDenied"
