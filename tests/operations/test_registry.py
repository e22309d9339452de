"""Which operations there are."""

from __future__ import annotations

import inspect

import pytest

from s3gw.operations import REGISTRY
from s3gw.operations.call import operation
from s3gw.protocol import OPERATIONS, types

BUILT = """
    ListBuckets CreateBucket HeadBucket DeleteBucket GetBucketLocation GetBucketVersioning
    PutObject PostObject GetObject HeadObject DeleteObject DeleteObjects CopyObject ListObjects ListObjectsV2
    CreateMultipartUpload UploadPart
    UploadPartCopy CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads
"""


def test_every_operation_is_registered_under_its_name() -> None:
    assert set(BUILT.split()) <= set(REGISTRY)
    for name, registered in REGISTRY.items():
        assert registered.name == name
        assert name in OPERATIONS
        assert registered.actions or name == "OptionsObject"  # browsers ask without credentials
        assert all(action.startswith("s3:") for action in registered.actions)


def test_handlers_take_the_input_of_their_operation() -> None:
    for name, registered in REGISTRY.items():
        hints = inspect.get_annotations(registered.handler, eval_str=True)
        assert hints["request"] is getattr(types, f"{name}Input")
        assert hints["return"] is getattr(types, f"{name}Output", None)


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        operation("PutObject")(REGISTRY["PutObject"].handler)
