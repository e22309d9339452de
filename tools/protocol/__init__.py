"""Writes s3gw/protocol/generated/ from the S3 model that botocore ships: `python -m tools.protocol`."""
