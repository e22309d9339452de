"""What server access logs call the operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html#log-record-fields
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from s3gw.http.exchange import Exchange

_NAMED: Mapping[str, str] = {
    "AbortMultipartUpload": "REST.DELETE.UPLOAD",
    "CompleteMultipartUpload": "REST.POST.UPLOAD",
    "CopyObject": "REST.COPY.OBJECT",
    "CreateBucket": "REST.PUT.BUCKET",
    "CreateMultipartUpload": "REST.POST.UPLOADS",
    "DeleteObjects": "REST.POST.MULTI_OBJECT_DELETE",
    "GetBucketPolicy": "REST.GET.BUCKETPOLICY",
    "PutBucketPolicy": "REST.PUT.BUCKETPOLICY",
    "DeleteBucketPolicy": "REST.DELETE.BUCKETPOLICY",
    "GetBucketLogging": "REST.GET.LOGGING_STATUS",
    "PutBucketLogging": "REST.PUT.LOGGING_STATUS",
    "GetObjectAcl": "REST.GET.ACL",
    "PutObjectAcl": "REST.PUT.ACL",
    "ListMultipartUploads": "REST.GET.UPLOADS",
    "ListObjects": "REST.GET.BUCKET",
    "ListObjectsV2": "REST.GET.BUCKET",
    "ListObjectVersions": "REST.GET.BUCKETVERSIONS",
    "ListParts": "REST.GET.UPLOAD",
    "OptionsObject": "REST.OPTIONS.PREFLIGHT",
    "PostObject": "REST.POST.OBJECT",
    "UploadPart": "REST.PUT.PART",
    "UploadPartCopy": "REST.COPY.PART",
}
_OTHER = re.compile(r"(Get|Put|Delete|Head|List)(?:Bucket(?=.))?(.+?)(?:Configurations?)?")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def operation_of(exchange: Exchange) -> str:
    """REST.GET.OBJECT and the like; of the website endpoint WEBSITE.GET.OBJECT."""
    method = exchange.request.method
    if exchange.website:
        return f"WEBSITE.{method}.OBJECT"
    if exchange.operation is None:
        return f"REST.{method}.{'OBJECT' if exchange.key else 'BUCKET'}"
    return _name(exchange.operation)


@lru_cache(maxsize=256)
def _name(operation: str) -> str:
    """Also of those that AWS's documentation does not list: after the same pattern."""
    known = _NAMED.get(operation)
    if known is not None:
        return known
    found = _OTHER.fullmatch(operation)
    if found is None:
        return f"REST.POST.{_WORDS.sub('_', operation).upper()}"
    verb = "GET" if found[1] == "List" else found[1].upper()
    return f"REST.{verb}.{_WORDS.sub('_', found[2]).upper()}"
