"""A page of another origin in a real browser, which enforces what the answers allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.browser import Site, report_of, script, shown
from tests.gateway import Gateway

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.client

UPLOAD = """
    const headers = {"x-amz-meta-from": "page"};
    const put = await fetch(given.put, {method: "PUT", body: "from fetch", headers});
    const got = await fetch(given.get);
    const missing = await fetch(given.missing);
    const data = new FormData();
    for (const [name, value] of Object.entries(given.fields)) data.append(name, value);
    data.append("file", new Blob(["from form"]), "a.txt");
    const form = await fetch(given.url, {method: "POST", body: data});
    const removed = await fetch(given.remove, {method: "DELETE"}).then(a => a.status, e => e.name);
    const closed = await fetch(given.closed).then(a => a.status, e => e.name);
    return {
        put: [put.status, put.headers.get("ETag")],
        got: [got.status, await got.text(), got.headers.get("ETag"), got.headers.get("x-amz-request-id")],
        missing: [missing.status, (await missing.text()).includes("NoSuchKey")],
        form: form.status, removed, closed,
    };
"""


def presigned(s3: S3Client, what: str, bucket: str, key: str, **more: Any) -> str:
    return s3.generate_presigned_url(what, Params={"Bucket": bucket, "Key": key, **more})


def test_uploads_from_a_page(s3: S3Client, bucket: str, tmp_path: Path) -> None:
    closed = f"{bucket}-closed"
    s3.create_bucket(Bucket=closed)
    s3.put_object(Bucket=closed, Key="k", Body=b"no rules here")
    form = s3.generate_presigned_post(bucket, "form/${filename}")
    values = {
        "put": presigned(s3, "put_object", bucket, "fetched", Metadata={"from": "page"}),
        "get": presigned(s3, "get_object", bucket, "fetched"),
        "missing": presigned(s3, "get_object", bucket, "missing"),
        "remove": presigned(s3, "delete_object", bucket, "fetched"),
        "closed": presigned(s3, "get_object", closed, "k"),
        "url": form["url"],
        "fields": form["fields"],
    }
    with Site(script(UPLOAD, values)).serving() as site:
        rule: Any = {
            "AllowedOrigins": [site.origin],
            "AllowedMethods": ["GET", "PUT", "POST"],
            "AllowedHeaders": ["x-amz-*"],
            "ExposeHeaders": ["ETag"],
        }
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
        report = report_of(site, tmp_path)
    etag = s3.head_object(Bucket=bucket, Key="fetched")["ETag"]
    assert report == {
        "put": [200, etag],
        "got": [200, "from fetch", etag, None],
        "missing": [404, True],
        "form": 204,
        "removed": "TypeError",
        "closed": "TypeError",
    }
    assert s3.get_object(Bucket=bucket, Key="form/a.txt")["Body"].read() == b"from form"
    assert s3.head_object(Bucket=bucket, Key="fetched")["Metadata"] == {"from": "page"}


def test_a_website(gateway: Gateway, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    s3.delete_public_access_block(Bucket=bucket)
    everybody: Any = {"Effect": "Allow", "Principal": "*"}
    arn = f"arn:aws:s3:::{bucket}"
    policy = [
        {**everybody, "Action": "s3:GetObject", "Resource": f"{arn}/*"},
        {**everybody, "Action": "s3:ListBucket", "Resource": arn},
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    rule: Any = {
        "Condition": {"KeyPrefixEquals": "old/"},
        "Redirect": {"ReplaceKeyPrefixWith": "docs/", "HttpRedirectCode": "302"},
    }
    configuration: Any = {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "error.html"},
        "RoutingRules": [rule],
    }
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    page = """<!doctype html><link rel=stylesheet href=style.css><p id=said></p>
        <script>
            onload = () => {
                const color = getComputedStyle(said).color;
                said.textContent = `${document.title} at ${location.pathname}, ${color}`;
            };
        </script>"""
    for key in ("index.html", "docs/index.html", "error.html"):
        body = f"<title>{key}</title>{page}"
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode(), ContentType="text/html")
    for key in ("style.css", "docs/style.css"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"p { color: rgb(1, 2, 3) }", ContentType="text/css")
    rules = "--host-resolver-rules=MAP *.web.test 127.0.0.1"
    for path, said in {
        "/": "index.html at /, rgb(1, 2, 3)",
        "/docs": "docs/index.html at /docs/, rgb(1, 2, 3)",
        "/old/index.html": "docs/index.html at /docs/index.html, rgb(1, 2, 3)",
        "/missing": "error.html at /missing, rgb(1, 2, 3)",
    }.items():
        document = shown(f"http://{bucket}.web.test:{gateway.port}{path}", tmp_path, rules)
        assert said in document
