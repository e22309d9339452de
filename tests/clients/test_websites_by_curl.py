"""A website under curl: the statuses, redirects and headers that S3's website endpoint gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway import Gateway, clean_environment, free_port, run
from tests.streams import content

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.client

_WRITE = json.dumps(
    {
        name: f"%{{{name}}}"
        for name in (
            "http_code",
            "num_redirects",
            "url_effective",
            "redirect_url",
            "content_type",
            "size_download",
        )
    }
)


@dataclass
class Curl:
    """curl, for which every name under web.test is a gateway."""

    host: str
    port: int
    home: Path

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://{self.host}:{self.port}{path}"

    def resumed(self, path: str) -> bytes:
        """A body of which a part is there already."""
        self._run(path, "--continue-at", "-")
        return (self.home / "body").read_bytes()

    def __call__(self, path: str, *options: str) -> tuple[dict[str, str], bytes]:
        """What curl says of a request, and the body of its answer."""
        body = self.home / "body"
        body.unlink(missing_ok=True)
        said = self._run(path, *options)
        return said, body.read_bytes() if body.exists() else b""

    def _run(self, path: str, *options: str) -> dict[str, str]:
        command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--path-as-is", "--globoff"]
        command += ["--resolve", f"{self.host}:{self.port}:127.0.0.1", "--output", str(self.home / "body")]
        command += ["--write-out", _WRITE, *options, self.url(path)]
        said: dict[str, str] = json.loads(run(command, clean_environment(self.home)))
        return said

    def status(self, path: str, *options: str) -> str:
        """The status alone."""
        return self(path, *options)[0]["http_code"]

    def headers(self, path: str, *options: str) -> dict[str, str]:
        """The headers of the answer, by their names in lower case."""
        dumped = self.home / "headers"
        self(path, "--dump-header", str(dumped), *options)
        lines = [line.partition(":") for line in dumped.read_text().splitlines() if ":" in line]
        return {name.lower(): value.strip() for name, _, value in lines}


@pytest.fixture
def curl(gateway: Gateway, s3: S3Client, bucket: str, tmp_path: Path) -> Curl:
    """For a website of pages, an error document, and objects that nobody but their owner may read."""
    publish(s3, bucket)
    configuration: Any = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    for key in ("index.html", "error.html", "docs/index.html", "private/index.html", "a b+%.html"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), ContentType="text/html")
    return Curl(f"{bucket}.web.test", gateway.port, tmp_path)


def publish(s3: S3Client, bucket: str) -> None:
    """Anybody may read the pages that are not private, and hear which there are not."""
    s3.delete_public_access_block(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    everybody: Any = {"Effect": "Allow", "Principal": "*"}
    statements = [
        {**everybody, "Action": "s3:GetObject", "Resource": f"{arn}/*"},
        {**everybody, "Action": "s3:ListBucket", "Resource": arn},
        {**everybody, "Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{arn}/private/*"},
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def test_statuses(curl: Curl) -> None:
    for path, status, body in (
        ("/", "200", b"index.html"),
        ("/docs/", "200", b"docs/index.html"),
        ("/a%20b+%25.html", "200", b"a b+%.html"),
        ("/missing", "404", b"error.html"),
        ("/missing/", "404", b"error.html"),
        ("/private/index.html", "403", b"error.html"),
        ("/docs/../index.html", "404", b"error.html"),
    ):
        said, got = curl(path)
        assert (said["http_code"], got) == (status, body), path
    assert curl.status("/docs") == "302"
    for method in ("POST", "PUT", "DELETE"):
        assert curl.status("/index.html", "--request", method) == "405"
    assert curl.status("/index.html", "--data", "a=b") == "405"


def test_a_folder_is_followed(curl: Curl) -> None:
    said, body = curl("/docs", "--location")
    assert (said["http_code"], said["num_redirects"], body) == ("200", "1", b"docs/index.html")
    assert said["url_effective"] == curl.url("/docs/")


def test_head(curl: Curl, s3: S3Client, bucket: str) -> None:
    headers = curl.headers("/", "--head")
    assert headers["content-length"] == str(len("index.html"))
    assert headers["content-type"] == "text/html"
    assert headers["etag"] == s3.head_object(Bucket=bucket, Key="index.html")["ETag"]
    said, body = curl("/missing", "--head")
    assert (said["http_code"], said["size_download"], b"error.html" in body) == ("404", "0", False)
    assert curl.status("/docs", "--head") == "302"


def test_conditions(curl: Curl) -> None:
    kept = curl.home / "etag"
    assert curl.status("/", "--etag-save", str(kept)) == "200"
    said, body = curl("/", "--etag-compare", str(kept))
    assert (said["http_code"], body) == ("304", b"")
    assert curl.status("/", "--header", 'If-None-Match: "other"') == "200"
    assert curl.status("/", "--header", 'If-Match: "other"') == "412"
    assert curl.status("/", "--time-cond", "1 Jan 2040") == "304"
    assert curl.status("/", "--time-cond", "1 Jan 2001") == "200"
    since = "If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT"
    assert curl.status("/", "--header", since) == "412"
    # A page that says why something is missing has no conditions of its own.
    assert curl.status("/missing", "--header", "If-None-Match: *") == "404"


def test_ranges(curl: Curl, s3: S3Client, bucket: str) -> None:
    data = content(11, 3_000_000)
    s3.put_object(Bucket=bucket, Key="film.bin", Body=data)
    for span, expected in (
        ("0-99", data[:100]),
        ("2999990-", data[-10:]),
        ("-5", data[-5:]),
        ("10-9999999", data[10:]),
    ):
        said, body = curl("/film.bin", "--range", span)
        assert (said["http_code"], body) == ("206", expected), span
    assert curl.headers("/film.bin", "--range", "0-99")["content-range"] == "bytes 0-99/3000000"
    assert curl.status("/film.bin", "--range", "3000000-") == "416"
    begun = curl.home / "body"
    begun.write_bytes(data[:1_234_567])
    assert curl.resumed("/film.bin") == data
    assert curl("/film.bin", "--range", "0-1,5-6")[1] == data


def test_redirects(curl: Curl, s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="old", WebsiteRedirectLocation="/docs/index.html")
    said, body = curl("/old", "--location")
    assert (said["http_code"], said["num_redirects"], body) == ("200", "1", b"docs/index.html")
    rules: Any = [
        {
            "Condition": {"KeyPrefixEquals": "was/"},
            "Redirect": {"ReplaceKeyPrefixWith": "docs/", "HttpRedirectCode": "307"},
        },
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "app/"},
            "Redirect": {"ReplaceKeyWith": "index.html", "HttpRedirectCode": "302"},
        },
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "403"},
            "Redirect": {"HostName": "login.example", "Protocol": "https", "ReplaceKeyWith": "in"},
        },
    ]
    configuration: Any = {"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": rules}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    for path, status, target in (
        ("/was/index.html?a=1", "307", curl.url("/docs/index.html?a=1")),
        ("/app/some/route", "302", curl.url("/index.html")),
        ("/private/index.html", "301", "https://login.example/in"),
        ("/missing", "404", ""),
    ):
        said, _ = curl(path)
        assert (said["http_code"], said["redirect_url"]) == (status, target), path
    said, body = curl("/was/", "--location")
    assert (said["http_code"], body) == ("200", b"docs/index.html")


def test_everything_is_redirected(curl: Curl, s3: S3Client, bucket: str) -> None:
    everything: Any = {"RedirectAllRequestsTo": {"HostName": "www.example.com", "Protocol": "https"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=everything)
    for path in ("/", "/docs", "/missing?a=b&c"):
        said, _ = curl(path)
        assert (said["http_code"], said["redirect_url"]) == ("301", f"https://www.example.com{path}")


def test_without_an_error_document(curl: Curl, s3: S3Client, bucket: str) -> None:
    configuration: Any = {"IndexDocument": {"Suffix": "index.html"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    said, body = curl("/missing")
    assert (said["http_code"], said["content_type"]) == ("404", "text/html; charset=utf-8")
    assert b"<title>404 Not Found</title>" in body
    assert b"<li>Code: NoSuchKey</li>" in body
    s3.delete_bucket_website(Bucket=bucket)
    said, body = curl("/")
    assert said["http_code"] == "404"
    assert b"<li>Code: NoSuchWebsiteConfiguration</li>" in body


def test_several_pages_over_one_connection_of_a_port_of_its_own(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    port = free_port()
    s3: Any = new_gateway(S3GW_WEBSITE_LISTEN=f"127.0.0.1:{port}").start().client()
    s3.create_bucket(Bucket="www.example.org")
    publish(s3, "www.example.org")
    s3.put_bucket_website(
        Bucket="www.example.org", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    s3.put_object(Bucket="www.example.org", Key="index.html", Body=b"home", ContentType="text/html")
    curl = Curl("www.example.org", port, tmp_path)
    pages = [
        argument
        for path in ("/", "/missing", "/index.html")
        for argument in ("--next", "--silent", curl.url(path))
    ]
    command = ["curl", "--resolve", f"www.example.org:{port}:127.0.0.1", "--noproxy", "*", *pages[1:]]
    log = tmp_path / "trace"
    said = run([*command[:1], "--trace-ascii", str(log), *command[1:]], clean_environment(tmp_path))
    assert said.startswith(b"home<html>")
    assert said.endswith(b"home")
    assert log.read_text().count("Re-using existing connection") == 2
