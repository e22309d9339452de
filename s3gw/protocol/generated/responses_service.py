# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""Renderers of the operations on the service."""

from __future__ import annotations

from s3gw.protocol.generated.outputs import ListBucketsOutput, ListDirectoryBucketsOutput
from s3gw.protocol.generated.writers import write_bucket, write_owner
from s3gw.protocol.operation import Reply
from s3gw.protocol.xml import DECLARATION, escape


def render_list_buckets(output: ListBucketsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.buckets is not None:
        s += "<Buckets>"
        for buckets_item in output.buckets:
            s += f"""<Bucket>{write_bucket(buckets_item)}</Bucket>"""
        s += "</Buckets>"
    if output.owner is not None:
        s += f"""<Owner>{write_owner(output.owner)}</Owner>"""
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    if output.prefix is not None:
        s += f"""<Prefix>{escape(output.prefix)}</Prefix>"""
    text = f"""{DECLARATION}<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListAllMyBucketsResult>"""
    return Reply(status, headers, text.encode())


def render_list_directory_buckets(output: ListDirectoryBucketsOutput) -> Reply:
    headers: list[tuple[str, str]] = []
    status = 200
    headers.append(("Content-Type", "application/xml"))
    s = ""
    if output.buckets is not None:
        s += "<Buckets>"
        for buckets_item in output.buckets:
            s += f"""<Bucket>{write_bucket(buckets_item)}</Bucket>"""
        s += "</Buckets>"
    if output.continuation_token is not None:
        s += f"""<ContinuationToken>{escape(output.continuation_token)}</ContinuationToken>"""
    text = f"""{DECLARATION}<ListAllMyDirectoryBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{s}</ListAllMyDirectoryBucketsResult>"""
    return Reply(status, headers, text.encode())


def render_write_get_object_response(output: None) -> Reply:
    return Reply(200, [], None)
