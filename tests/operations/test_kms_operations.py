"""SSE-KMS as operations see it: keys by every name they have, and keys that may not be used."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from s3gw.db import accounts, encryption_keys
from s3gw.db.encryption_keys import NamedKey
from s3gw.protocol import types
from s3gw.storage import keys
from tests.operations.encrypted import MASTER, SECRET, configuration, customer
from tests.operations.operation_calls import MIB, Operations, completed, md5
from tests.stores import random_bytes

Both = tuple[Operations, Operations]
DATA = random_bytes(100_000)


async def make(s3: Operations, name: str) -> NamedKey:
    """A key as `s3gw kms create` makes it."""
    assert await keys.create(s3.services.db, name, MASTER)
    found = await encryption_keys.named(s3.services.db, name)
    assert found is not None
    return found


def arn(s3: Operations, key: NamedKey, region: str = "us-east-1") -> str:
    return f"arn:aws:kms:{region}:{s3.account.id:012d}:key/{key.uuid}"


def context(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


async def test_every_name_of_a_key(both: Both) -> None:
    _, s3 = both
    key = await make(s3, "payroll")
    alias = f"arn:aws:kms:us-east-1:{s3.account.id:012d}:alias/payroll"
    for given in (str(key.uuid), arn(s3, key), "alias/payroll", alias, "payroll"):
        output = await s3.put("key", DATA, server_side_encryption="aws:kms", ssekms_key_id=given)
        shown = "payroll" if given == "payroll" else arn(s3, key)
        assert (output.server_side_encryption, output.ssekms_key_id) == ("aws:kms", shown)
        assert output.e_tag != md5(DATA)
        assert output.bucket_key_enabled is None
        got, body = await s3.get("key")
        assert (body, got.server_side_encryption, got.ssekms_key_id) == (DATA, "aws:kms", shown)
        assert (await s3.head("key")).ssekms_key_id == shown
    rows = await s3.services.db.fetch("SELECT DISTINCT key_id, domain_id FROM chunks")
    assert [row["key_id"] for row in rows] == [key.data_key_id]  # one key, one copy of the bytes


async def test_keys_that_there_are_not(both: Both) -> None:
    _, s3 = both
    await s3.put("own", b"data", server_side_encryption="aws:kms")
    key = await make(s3, "payroll")
    store = await encryption_keys.named(s3.services.db, "store")
    assert store is not None
    missing = UUID(int=7)
    prefix = f"arn:aws:kms:us-east-1:{s3.account.id:012d}:"
    for given, message in (
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        (str(missing), f"Key '{prefix}key/{missing}' does not exist"),
        (f"{prefix}key/{missing}", f"Key '{prefix}key/{missing}' does not exist"),
        (arn(s3, key, "us-west-2"), "Invalid arn us-west-2"),
        ("arn:aws:iam::1:user/x", "Invalid arn arn:aws:iam::1:user/x"),
        ("alias/other", f"Alias {prefix}alias/other is not found."),
        ("store", "Invalid keyId 'store'"),
        ("customers", "Invalid keyId 'customers'"),
        (f"aws/s3/{s3.account.id:012d}", f"Invalid keyId 'aws/s3/{s3.account.id:012d}'"),
        (str(store.uuid), f"Key '{prefix}key/{store.uuid}' does not exist"),
        ("alias/store", f"Alias {prefix}alias/store is not found."),
    ):
        for request in (
            types.PutObjectInput(bucket="bucket", key="key"),
            types.CreateMultipartUploadInput(bucket="bucket", key="key"),
            types.CopyObjectInput(bucket="bucket", key="key", copy_source="bucket/own"),
        ):
            request.server_side_encryption = "aws:kms"
            request.ssekms_key_id = given
            error = await s3.refused(request)
            assert (error.code, error.status, error.message) == ("KMS.NotFoundException", 400, message)


async def test_the_key_that_an_account_has_without_asking(both: Both) -> None:
    _, s3 = both
    tenant = await accounts.create(s3.services.db, accounts.new_canonical_id(), "tenant", "tenant")
    of_root = (await s3.put("a", DATA, server_side_encryption="aws:kms")).ssekms_key_id
    assert (await s3.put("b", DATA, server_side_encryption="aws:kms")).ssekms_key_id == of_root
    request = types.PutObjectInput(bucket="bucket", key="c", server_side_encryption="aws:kms")
    of_tenant = (await s3.do(request, DATA, account=tenant)).ssekms_key_id
    assert of_tenant.startswith(f"arn:aws:kms:us-east-1:{tenant.id:012d}:key/")
    assert of_tenant != of_root
    by_alias = replace(request, ssekms_key_id="alias/aws/s3")
    assert (await s3.do(by_alias, DATA, account=tenant)).ssekms_key_id == of_tenant
    assert (await s3.do(replace(request, ssekms_key_id=of_tenant), DATA, account=tenant)).ssekms_key_id
    error = await s3.refused(replace(request, ssekms_key_id=of_root), DATA, account=tenant)
    assert error.code == "KMS.NotFoundException"
    assert (await s3.get("c"))[1] == DATA


async def test_a_key_that_is_disabled(both: Both) -> None:
    _, s3 = both
    key = await make(s3, "payroll")
    by_key: dict[str, Any] = {"server_side_encryption": "aws:kms", "ssekms_key_id": str(key.uuid)}
    await s3.put("key", DATA, **by_key)
    upload_id = await s3.begin("upload", **by_key)
    await encryption_keys.set_enabled(s3.services.db, key.id, False)
    part = types.UploadPartInput(bucket="bucket", key="upload", upload_id=upload_id, part_number=1)
    for request in (
        types.PutObjectInput(bucket="bucket", key="new", **by_key),
        types.GetObjectInput(bucket="bucket", key="key"),
        types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key"),
        types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key", **by_key),
        part,
    ):
        error = await s3.refused(request, DATA)
        assert (error.code, error.status) == ("KMS.DisabledException", 400)
        assert error.message == f"{arn(s3, key)} is disabled."
    assert (await s3.head("key")).content_length == len(DATA)
    await encryption_keys.set_enabled(s3.services.db, key.id, True)
    await s3.do(part, DATA)
    assert (await s3.get("key"))[1] == DATA


async def test_what_a_request_may_not_say(both: Both) -> None:
    _, s3 = both
    needs = "Server Side Encryption with AWS KMS managed key requires HTTP header"
    kms: dict[str, Any] = {"server_side_encryption": "aws:kms"}
    for members, message in (
        ({"ssekms_key_id": "x"}, needs),
        ({"ssekms_key_id": "x", "server_side_encryption": "AES256"}, needs),
        ({"ssekms_encryption_context": context({})}, needs),
        (kms | customer(SECRET), "Server Side Encryption with Customer provided key is incompatible"),
        (
            kms | {"ssekms_encryption_context": "no base64"},
            "The header 'x-amz-server-side-encryption-context'",
        ),
        (kms | {"ssekms_encryption_context": context(["x"])}, "The header 'x-amz-server-side-encryption"),
        (kms | {"ssekms_encryption_context": context({"x": 1})}, "The header 'x-amz-server-side-encryption"),
        (kms | {"ssekms_encryption_context": base64.b64encode(b"\xff").decode()}, "The header 'x-amz-server"),
        ({"server_side_encryption": "aes:kms"}, "The encryption method specified is not supported"),
    ):
        error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key", **members), b"data")
        assert error.code == "InvalidArgument"
        assert error.message.startswith(message)
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"


async def test_kms_needs_signatures_of_version_4(both: Both) -> None:
    _, s3 = both
    await s3.put("key", DATA, server_side_encryption="aws:kms")
    await s3.do(configuration("aws:kms"))
    message = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature V"
    for request in (
        types.GetObjectInput(bucket="bucket", key="key"),
        types.PutObjectInput(bucket="bucket", key="new"),
        types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key"),
    ):
        ways: list[dict[str, Any]] = [{"anonymous": True}, {"signature": 2}]
        for how in ways:
            error = await s3.refused(request, b"data", **how)
            assert error.code == "InvalidArgument"
            assert error.message == f"{message}ersion 4."
            assert error.fields == {"ArgumentName": "Authorization", "ArgumentValue": "null"}


async def test_context_and_bucket_keys(both: Both) -> None:
    _, s3 = both
    given = context({"department": "payroll"})
    kms: dict[str, Any] = {"server_side_encryption": "aws:kms", "ssekms_encryption_context": given}
    put = await s3.put("key", DATA, bucket_key_enabled=True, **kms)
    assert (put.ssekms_encryption_context, put.bucket_key_enabled) == (given, True)
    got, _ = await s3.get("key")
    assert got.bucket_key_enabled is True
    copied = await s3.do(
        types.CopyObjectInput(
            bucket="bucket", key="copy", copy_source="bucket/key", server_side_encryption="aws:kms"
        )
    )
    # As in S3 a copy takes over neither.
    assert (copied.ssekms_encryption_context, copied.bucket_key_enabled) == (None, None)
    dual = await s3.put("dual", DATA, bucket_key_enabled=True, server_side_encryption="aws:kms:dsse")
    assert (dual.server_side_encryption, dual.bucket_key_enabled) == ("aws:kms:dsse", None)


async def test_an_upload_with_a_kms_key(both: Both) -> None:
    _, s3 = both
    key = await make(s3, "payroll")
    created = await s3.do(
        types.CreateMultipartUploadInput(
            bucket="bucket",
            key="key",
            server_side_encryption="aws:kms",
            ssekms_key_id=str(key.uuid),
            ssekms_encryption_context=context({"a": "b"}),
            bucket_key_enabled=True,
        )
    )
    assert created.ssekms_encryption_context == context({"a": "b"})
    parts = []
    for number, blob in enumerate((random_bytes(5 * MIB), b"end"), 1):
        output = await s3.part("key", created.upload_id, number, blob)
        assert output.e_tag != md5(blob)
        parts.append(completed(number, output))
        await keys.rotate(s3.services.db, "payroll", MASTER)  # at once for what is written next
        shown = (output.server_side_encryption, output.ssekms_key_id, output.bucket_key_enabled)
        assert shown == ("aws:kms", arn(s3, key), True)
    done = await s3.complete("key", created.upload_id, parts)
    assert (done.server_side_encryption, done.ssekms_key_id, done.bucket_key_enabled) == shown
    assert (await s3.get("key"))[1] == random_bytes(5 * MIB) + b"end"
    rows = await s3.services.db.fetch("SELECT DISTINCT key_id FROM chunks")
    assert len(rows) == 2


async def test_two_layers_are_two(both: Both) -> None:
    _, s3 = both
    key = await make(s3, "payroll")
    await s3.put("one", b"data", server_side_encryption="aws:kms", ssekms_key_id="payroll")
    await s3.put("two", b"data", server_side_encryption="aws:kms:dsse", ssekms_key_id="payroll")
    sizes = await s3.services.db.fetch("SELECT key_id, length(data) AS size FROM chunks ORDER BY id")
    assert [row["size"] for row in sizes] == [4 + 28, 4 + 2 * 28]
    assert sizes[0]["key_id"] == key.data_key_id != sizes[1]["key_id"]
    assert (await s3.get("two"))[1] == b"data"


async def test_a_bucket_whose_default_is_a_kms_key(both: Both) -> None:
    _, s3 = both
    key = await make(s3, "payroll")
    put = configuration("aws:kms", kms_master_key_id=str(key.uuid))
    assert put.server_side_encryption_configuration is not None
    assert put.server_side_encryption_configuration.rules is not None
    put.server_side_encryption_configuration.rules[0].bucket_key_enabled = True
    await s3.do(put)
    [rule] = (
        await s3.do(types.GetBucketEncryptionInput(bucket="bucket"))
    ).server_side_encryption_configuration.rules
    by_default = rule.apply_server_side_encryption_by_default
    assert (by_default.sse_algorithm, by_default.kms_master_key_id) == ("aws:kms", str(key.uuid))
    expected = ("aws:kms", arn(s3, key), True)

    def shown(output: Any) -> tuple[Any, ...]:
        return output.server_side_encryption, output.ssekms_key_id, output.bucket_key_enabled

    assert shown(await s3.put("key", DATA)) == expected
    assert shown(await s3.multipart("parts", [DATA])) == expected
    await s3.put("plain", DATA, server_side_encryption="AES256")
    assert (await s3.get("plain"))[0].server_side_encryption == "AES256"
    copy = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/plain")
    assert shown(await s3.do(copy)) == expected
    onto_itself = types.CopyObjectInput(bucket="bucket", key="plain", copy_source="bucket/plain")
    assert shown(await s3.do(onto_itself)) == expected
    form = types.PostObjectInput(bucket="bucket", put=types.PutObjectInput(bucket="bucket", key="form"))
    assert shown((await s3.do(form, DATA)).put) == expected
    request = types.PutObjectInput(bucket="bucket", key="own", server_side_encryption="aws:kms")
    own = await s3.do(request, DATA)
    assert own.ssekms_key_id != arn(s3, key)  # as in S3 the account's own, not the bucket's
    assert own.bucket_key_enabled is True
    await s3.do(configuration("aws:kms", kms_master_key_id="nonsense"))
    assert (
        await s3.refused(types.PutObjectInput(bucket="bucket", key="x"), DATA)
    ).code == "KMS.NotFoundException"
    await s3.do(types.DeleteBucketEncryptionInput(bucket="bucket"))
    assert (await s3.put("key", DATA)).server_side_encryption == "AES256"


async def test_a_bucket_that_takes_no_customers_keys(both: Both) -> None:
    _, s3 = both
    mine = customer(SECRET)
    await s3.put("old", DATA, **mine)
    upload_id = await s3.begin("upload", **mine)

    def rule(**members: Any) -> types.PutBucketEncryptionInput:
        rules = [types.ServerSideEncryptionRule(**members)]
        return types.PutBucketEncryptionInput(
            bucket="bucket",
            server_side_encryption_configuration=types.ServerSideEncryptionConfiguration(rules=rules),
        )

    async def blocked() -> list[str] | None:
        output = await s3.do(types.GetBucketEncryptionInput(bucket="bucket"))
        found = output.server_side_encryption_configuration.rules[0].blocked_encryption_types
        return None if found is None else found.encryption_type

    assert await blocked() is None
    await s3.do(rule(blocked_encryption_types=types.BlockedEncryptionTypes(encryption_type=["SSE-C"])))
    of_part: dict[str, Any] = {"bucket": "bucket", "key": "upload", "upload_id": upload_id, "part_number": 1}
    source: dict[str, Any] = {f"copy_source_{name}": value for name, value in mine.items()}
    parts = types.CompletedMultipartUpload(parts=[types.CompletedPart(part_number=1, e_tag='"x"')])
    for request, action in (
        (types.PutObjectInput(bucket="bucket", key="key", **mine), "s3:PutObject"),
        (
            types.CopyObjectInput(bucket="bucket", key="key", copy_source="bucket/old", **source, **mine),
            "s3:CopyObject",
        ),
        (types.CreateMultipartUploadInput(bucket="bucket", key="key", **mine), "s3:PutObject"),
        (types.UploadPartInput(**of_part, **mine), "s3:PutObject"),
        (
            types.CompleteMultipartUploadInput(
                bucket="bucket", key="upload", upload_id=upload_id, multipart_upload=parts, **mine
            ),
            "s3:PutObject",
        ),
    ):
        error = await s3.refused(request, b"data")
        assert error.code == "AccessDenied"
        who = f"arn:aws:iam::{s3.account.id:012d}:root"
        assert error.message == (
            f"User: {who} is not authorized to perform: {action} on resource: "
            f'"arn:aws:s3:::bucket/{request.key}" because this bucket has blocked upload requests that '
            "specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different "
            "server-side encryption type"
        )
    assert (await s3.get("old", **mine))[1] == DATA
    await s3.put("key", DATA)
    await s3.do(configuration("aws:kms"))
    assert await blocked() == ["SSE-C"]  # said nothing of it
    await s3.do(types.DeleteBucketEncryptionInput(bucket="bucket"))
    assert await blocked() == ["SSE-C"]
    await s3.do(rule(blocked_encryption_types=types.BlockedEncryptionTypes(encryption_type=["NONE"])))
    assert await blocked() == ["NONE"]
    await s3.put("key", DATA, **mine)
    for wrong in (["SSE-KMS"], ["NONE", "SSE-C"], []):
        types_ = types.BlockedEncryptionTypes(encryption_type=wrong)
        assert (await s3.refused(rule(blocked_encryption_types=types_))).code == "MalformedXML"
    assert (await s3.refused(rule())).code == "MalformedXML"


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("allowed", [False, True])
async def test_customers_keys_without_tls(both: Both, allowed: bool, secure: bool) -> None:
    _, s3 = both
    await s3.put("key", b"data", **customer(SECRET))
    settings = replace(s3.services.settings, sse_c_over_http=allowed)
    s3 = replace(s3, services=replace(s3.services, settings=settings))
    for request in (
        types.GetObjectInput(bucket="bucket", key="key", **customer(SECRET)),
        types.PutObjectInput(bucket="bucket", key="key", **customer(SECRET)),
    ):
        if allowed or secure:
            await s3.do(request, b"data", secure=secure)
        else:
            error = await s3.refused(request, b"data", secure=secure)
            assert error.code == "InvalidRequest"
            assert error.message.endswith("must be made over a secure connection.")
    await s3.do(types.PutObjectInput(bucket="bucket", key="other"), b"data", secure=secure)
