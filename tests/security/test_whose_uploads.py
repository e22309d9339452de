"""Multipart uploads: who may go on with one, see it, and give it up.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
"""

from __future__ import annotations

from typing import Any

from tests.realm import DENIED, Realm, policy, refused, statement


def test_only_who_began_an_upload_goes_on_with_it(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write")
    main.s3.put_object(Bucket=bucket, Key="source", Body=b"data", ACL="public-read")
    upload = alt.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    here: Any = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    etag = alt.s3.upload_part(**here, PartNumber=1, Body=b"data")["ETag"]
    parts: Any = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    for somebody in (main.s3, realm.third.s3, realm.anybody):
        assert refused(somebody.upload_part, **here, PartNumber=1, Body=b"other") == DENIED
        copied: Any = {**here, "PartNumber": 1, "CopySource": f"{bucket}/source"}
        assert refused(somebody.upload_part_copy, **copied) == DENIED
        assert refused(somebody.complete_multipart_upload, **here, MultipartUpload=parts) == DENIED
    alt.s3.complete_multipart_upload(**here, MultipartUpload=parts)
    assert alt.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert refused(main.s3.complete_multipart_upload, **here, MultipartUpload=parts) == DENIED


def test_who_sees_an_upload_and_gives_it_up(realm: Realm) -> None:
    """Who began it and the bucket's owner, unless it is denied; others where a policy allows it."""
    main, alt, third = realm.main, realm.alt, realm.third
    bucket = main.bucket(ACL="public-read-write")

    def begin() -> Any:
        upload = alt.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        return {"Bucket": bucket, "Key": "k", "UploadId": upload}

    here = begin()
    alt.s3.upload_part(**here, PartNumber=1, Body=b"data")
    for somebody in (main.s3, alt.s3):
        said = somebody.list_parts(**here)
        assert (said["Initiator"], said["Owner"]) == (alt.owner, alt.owner)
        assert len(said["Parts"]) == 1
    for other in (third.s3, realm.anybody):
        assert refused(other.list_parts, **here) == DENIED
        assert refused(other.abort_multipart_upload, **here) == DENIED
        assert refused(other.list_parts, **here | {"UploadId": "missing"}) == DENIED
    assert refused(main.s3.list_parts, **here | {"UploadId": "missing"}) == (404, "NoSuchUpload")
    alt.s3.abort_multipart_upload(**here)
    main.s3.abort_multipart_upload(**begin())

    here = begin()
    actions = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    only = statement(actions, f"{bucket}/*", Principal={"AWS": third.arn})
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(only))
    third.s3.list_parts(**here)
    third.s3.abort_multipart_upload(**here)
    here = begin()
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement(actions, f"{bucket}/*", Effect="Deny")))
    for user in (main, alt):
        assert refused(user.s3.list_parts, **here) == DENIED
        assert refused(user.s3.abort_multipart_upload, **here) == DENIED


def test_uploads_into_a_bucket_that_owns_everything(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ObjectOwnership="BucketOwnerEnforced")
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement("s3:PutObject", f"{bucket}/*")))
    upload = alt.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    listed = main.s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]
    assert (listed["Owner"], listed["Initiator"]) == (main.owner, alt.owner)
    here: Any = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    said = alt.s3.list_parts(**here)
    assert (said["Owner"], said["Initiator"]) == (main.owner, alt.owner)
    etag = alt.s3.upload_part(**here, PartNumber=1, Body=b"data")["ETag"]
    parts: Any = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    alt.s3.complete_multipart_upload(**here, MultipartUpload=parts)
    assert refused(alt.s3.get_object, Bucket=bucket, Key="k") == DENIED
    assert main.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert refused(alt.s3.list_multipart_uploads, Bucket=bucket) == DENIED


def test_nobody_begins_no_upload(realm: Realm) -> None:
    bucket = realm.main.bucket(ACL="public-read-write")
    assert refused(realm.anybody.create_multipart_upload, Bucket=bucket, Key="k") == DENIED
    assert "Uploads" not in realm.main.s3.list_multipart_uploads(Bucket=bucket)
