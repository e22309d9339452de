"""boto3 as a stranger would use it, but for what it reads of AWS's services: that is read once a process.

A session reads and parses it anew, which takes 0.2 s and 12 MB each time.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def session() -> boto3.session.Session:
    """A new session; nothing that is registered with it, or set, is seen by others."""
    made = botocore.session.Session()
    made.register_component("data_loader", _loader())
    return boto3.session.Session(botocore_session=made)


def s3_client(endpoint: str, access_key: str, secret_key: str, **config: Any) -> S3Client:
    """A client of a session of its own, with newest defaults, except what `config` says; without retries."""
    given = {
        "retries": {"max_attempts": 0},
        "s3": {"addressing_style": "path"},
        "signature_version": "s3v4",  # or links of us-east-1 are signed as they were before SigV4
        **config,
    }
    client: S3Client = session().client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name="us-east-1",
        config=Config(**given),
    )
    return client


@cache
def _loader() -> Loader:
    return create_loader()
