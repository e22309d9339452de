"""Where fuzzing starts: for each target whole inputs, and the words that inputs are made of."""

from __future__ import annotations

BOUNDARY = b"b0undary"

_FORM = (
    b'--b0undary\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n'
    b'--b0undary\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\ncontent\r\n--b0undary--\r\n"
)
_SIGNED_FORM = _FORM.replace(
    b'--b0undary\r\nContent-Disposition: form-data; name="file"',
    b'--b0undary\r\nContent-Disposition: form-data; name="policy"\r\n\r\ne30=\r\n'
    b'--b0undary\r\nContent-Disposition: form-data; name="AWSAccessKeyId"\r\n\r\nAKIAIOSFODNN7EXAMPLE\r\n'
    b'--b0undary\r\nContent-Disposition: form-data; name="signature"\r\n\r\nc2ln\r\n'
    b'--b0undary\r\nContent-Disposition: form-data; name="file"',
)
_SCOPE = b"AKIAIOSFODNN7EXAMPLE/20260504/us-east-1/s3/aws4_request"
_CHUNK_SIGNATURE = b";chunk-signature=" + b"ab" * 32

SEEDS: dict[str, list[bytes]] = {
    "signature_header": [
        b"AWS4-HMAC-SHA256 Credential=" + _SCOPE + b",SignedHeaders=host;x-amz-date,Signature=" + b"0" * 64,
        b"AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl",
        b"",
        b"Basic YTpi",
    ],
    "signature_query": [
        b"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
        + _SCOPE.replace(b"/", b"%2F")
        + b"&X-Amz-Date=20260504T123000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
        b"AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=c2ln&Expires=9999999999",
        b"uploads&X-Amz-Signature",
    ],
    "canonical_request": [
        b"bucket/a%2Fb/../c//%E4%BD%A0?acl&versionId=a%20b+c",
        b"?list-type=2&max-keys=0",
        b"b/\xff",
    ],
    "chunked": [
        b"10\r\n" + b"x" * 16 + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
        b"10"
        + _CHUNK_SIGNATURE
        + b"\r\n"
        + b"x" * 16
        + b"\r\n0"
        + _CHUNK_SIGNATURE
        + b"\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:"
        + b"ab" * 32
        + b"\r\n\r\n",
        b"-1\r\n\r\n",
    ],
    "xml": [
        b"<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>",
        b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Tagging>&b;</Tagging>',
        b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
        b'<?xml version="1.0" encoding="utf-7"?><Delete/>',
    ],
    "byte_range": [b"bytes=0-9", b"bytes=-1", b"bytes=5-", b"bytes=0-1,3-4", b"bytes=9-0"],
    "copy_source": [b"/bucket/key?versionId=v", b"bucket/%2e%2e/key", b"bucket/k%3FversionId=x", b"/"],
    "form": [_FORM, _SIGNED_FORM, _FORM.replace(b"--b0undary--", b"--b0undary"), b"--b0undary--"],
    "content_type": [b'multipart/form-data; boundary="a b"', b"multipart/form-data;boundary", b"text/plain"],
    "policy": [
        (
            b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [{"bucket": "bucket"}, '
            b'["eq", "$key", "key"],'
            b' ["content-length-range", 0, 10]]}'
        ),
        b'{"expiration": "2999-01-01T00:00:00.000Z", "conditions": [["starts-with", "$x-ignore-", ""]]}',
        b'{"expiration": "2999-13-01T00:00:00Z", "conditions": [{}]}',
        b"[" * 5000,
    ],
}
"""Whole inputs by target."""

WORDS: dict[str, list[bytes]] = {
    "signature_header": [
        b"AWS4-HMAC-SHA256 ",
        b"AWS ",
        b"Credential=",
        _SCOPE,
        b"SignedHeaders=",
        b"host",
        b";",
        b"Signature=",
        b"0" * 64,
        b",",
        b"=",
        b"/",
        b":",
        b" ",
        b"AKIAIOSFODNN7EXAMPLE",
        b"20260504",
    ],
    "signature_query": [
        b"X-Amz-Algorithm=AWS4-HMAC-SHA256&",
        b"X-Amz-Credential=",
        _SCOPE,
        b"&",
        b"=",
        b"%2F",
        b"X-Amz-Date=20260504T123000Z&",
        b"X-Amz-Expires=60&",
        b"X-Amz-SignedHeaders=host&",
        b"Expires=1&",
        b"X-Amz-Signature=00&",
        b"AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&",
        b"Signature=c2ln&",
        b"%",
        b"acl",
    ],
    "canonical_request": [
        b"bucket",
        b"/",
        b"..",
        b"%2F",
        b"%2f",
        b"%",
        b"?",
        b"&",
        b"=",
        b"+",
        b"#",
        b"%00",
        b"acl",
        b"uploads",
        b"partNumber=1",
        b"uploadId=u",
        b"max-keys=",
        b"list-type=2",
        b"%C3%A9",
        b"versionId",
    ],
    "chunked": [
        b"\r\n",
        b"10",
        b"8",
        b"0",
        b";",
        _CHUNK_SIGNATURE,
        b"x" * 16,
        b"x" * 8,
        b"\n",
        b"\r",
        b"x-amz-checksum-crc32:AAAAAA==",
        b"x-amz-trailer-signature:",
        b":",
    ],
    "xml": [
        b"<Delete>",
        b"</Delete>",
        b"<Object>",
        b"</Object>",
        b"<Key>",
        b"</Key>",
        b"<Tagging>",
        b"</Tagging>",
        b"<",
        b">",
        b"&lt;",
        b"&#0;",
        b"&x;",
        b"<![CDATA[",
        b"]]>",
        b'<?xml version="1.1"?>',
        b"<!--",
        b"a",
        b"1",
    ],
    "byte_range": [b"bytes=", b"-", b",", b"0", b"9", b"18446744073709551616", b" ", b"\xd9\xa1"],
    "copy_source": [
        b"/",
        b"bucket",
        b"key",
        b"?versionId=",
        b"%3F",
        b"%2F",
        b"%",
        b"..",
        b"%ff",
        b"+",
        b"%00",
    ],
    "form": [
        b"--b0undary",
        b"--b0undary--",
        b"\r\n",
        b"--",
        b"\r\n\r\n",
        b"Content-Disposition: form-data; ",
        b'name="key"',
        b'name="file"',
        b'; filename="a"',
        b"k",
        b'"',
        b"\\",
        b";",
        b'name="policy"',
        b":",
        b'name="signature"',
        b'name="AWSAccessKeyId"',
        b"AKIAIOSFODNN7EXAMPLE",
    ],
    "content_type": [b"multipart/form-data", b";", b" ", b"boundary", b"=", b'"', b"a", b"\\", b'\\"'],
    "policy": [
        b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [',
        b"]}",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b'"eq"',
        b'"starts-with"',
        b'"$key"',
        b'"key"',
        b'"bucket"',
        b'""',
        b"1",
        b"-1",
        b"1e999",
        b"NaN",
        b"null",
        b'"content-length-range"',
        b'{"bucket": "bucket"}',
        b'"\\ud800"',
    ],
}
"""What inputs are put together from, by target."""
