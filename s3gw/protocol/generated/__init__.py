# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit.
"""The S3 model as Python, and which model it was."""

BOTOCORE_VERSION = "1.44.5"
MODEL_SHA256 = "fd5263cb312c15585d99ea5adb8dd180208e743f14affddedd2eb59f4cb8bd06"
SENSITIVE = frozenset(
    [
        "copy_source_sse_customer_key",
        "key_id",
        "kms_key_arn",
        "kms_key_id",
        "kms_master_key_id",
        "secret_access_key",
        "session_token",
        "sse_customer_key",
        "ssekms_encryption_context",
        "ssekms_key_id",
    ]
)
"""Attributes whose values are not for logs."""
