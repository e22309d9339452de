"""The newest boto3 with its defaults: a checksum with everything."""

import io
import os

import boto3
from boto3.s3.transfer import TransferConfig

print("boto3", boto3.__version__, flush=True)
bucket = os.environ["BUCKET"]
s3 = boto3.client("s3")
data = os.urandom(12 << 20)
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)

s3.create_bucket(Bucket=bucket)
for algorithm in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
    put = s3.put_object(Bucket=bucket, Key=algorithm, Body=data[:100_000], ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
    assert got["Body"].read() == data[:100_000]
    assert dict(got)[f"Checksum{algorithm}"] == dict(put)[f"Checksum{algorithm}"]
s3.upload_fileobj(io.BytesIO(data), bucket, "parts", Config=parts)
assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == data
assert (
    s3.get_object(Bucket=bucket, Key="parts", Range="bytes=5242870-5242889")["Body"].read()
    == data[5242870:5242890]
)
s3.copy({"Bucket": bucket, "Key": "parts"}, bucket, "copy", Config=parts)
assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == data
listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
assert listed == sorted(listed)
s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in listed]})
s3.delete_bucket(Bucket=bucket)
