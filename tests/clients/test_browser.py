"""A page of another origin in a real browser, which enforces what the answers allow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.browser import Site, report_of, script

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
