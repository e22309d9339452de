"""The words of errors: as S3 answers, since clients and test suites compare them."""

from __future__ import annotations

import pytest

from s3gw.errors import S3Error


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("BucketNotEmpty", "The bucket you tried to delete is not empty"),
        ("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"),
        ("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"),
        (
            "InvalidPart",
            (
                "One or more of the specified parts could not be found.  The part may not have been "
                "uploaded, or the specified entity tag may not match the part's entity tag."
            ),
        ),
        (
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ),
        ("InvalidStorageClass", "The storage class you specified is not valid"),
        ("KeyTooLongError", "Your key is too long"),
        (
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        ("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"),
        ("MissingRequestBodyError", "Request Body is empty"),
        (
            "NoSuchUpload",
            (
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
                "been aborted or completed."
            ),
        ),
        ("NotImplemented", "A header you provided implies functionality that is not implemented"),
        ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
        ("UnexpectedContent", "This request does not support content"),
    ],
)
def test_messages_as_s3_words_them(code: str, message: str) -> None:
    assert S3Error(code).message == message
