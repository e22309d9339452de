"""Run by an older boto3 in an environment of its own: what it sends has no checksums unless asked.

Arguments: a bucket to make, a folder for files. A mismatch ends it with an AssertionError.
"""

import hashlib
import sys
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

bucket, folder = sys.argv[1:]
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
data = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(400_000))

s3.create_bucket(Bucket=bucket)
put = s3.put_object(Bucket=bucket, Key="small", Body=b"small", ContentMD5="61wTmahxIRx+ftcy0V46iw==")
assert put["ETag"] == '"' + hashlib.md5(b"small").hexdigest() + '"', put
assert s3.get_object(Bucket=bucket, Key="small")["Body"].read() == b"small"

with Path(folder, "given").open("wb") as given:
    given.write(data)
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
s3.upload_file(f"{folder}/given", bucket, "large", Config=parts)
s3.download_file(bucket, "large", f"{folder}/back", Config=parts)
with Path(folder, "back").open("rb") as back:
    assert back.read() == data
s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copy", Config=parts)
assert (
    s3.get_object(Bucket=bucket, Key="copy", Range="bytes=6000000-6000009")["Body"].read()
    == data[6000000:6000010]
)

listed = [entry["Key"] for entry in s3.list_objects(Bucket=bucket)["Contents"]]
assert listed == ["copy", "large", "small"], listed
gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in listed]})
assert len(gone["Deleted"]) == 3, gone
s3.delete_bucket(Bucket=bucket)
print(boto3.__version__, "done")
