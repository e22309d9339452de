"""Two users of a running gateway as their clients see it, and what the gateway tells of them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.boto import s3_client
from tests.gateway import Gateway

New = Callable[..., Gateway]


class User:
    """A user with one key and a client."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self.name = name
        created = gateway.s3gw("user", "create", name, "--display-name", f"{name} shown", "--json")
        self.id = json.loads(created)["id"]
        self.key = json.loads(gateway.s3gw("key", "create", name, "--json"))
        self.owner = {"DisplayName": f"{name} shown", "ID": self.id}
        self.s3 = s3_client(gateway.endpoint, self.key["access_key"], self.key["secret_key"])


@pytest.fixture
def users(gateway: Gateway) -> Iterator[tuple[User, User]]:
    """Two users, gone afterwards."""
    made = User(gateway, "alice"), User(gateway, "bob")
    yield made
    for user in made:
        user.s3.close()


def code(work: Callable[..., Any], **given: Any) -> str:
    """The code of the error that a call is answered with."""
    with pytest.raises(ClientError) as failed:
        work(**given)
    return failed.value.response["Error"]["Code"]


@pytest.mark.slow
def test_two_users(gateway: Gateway, users: tuple[User, User]) -> None:
    alice, bob = users
    alice.s3.create_bucket(Bucket="of-alice")
    alice.s3.create_bucket(Bucket="of-alice")
    bob.s3.create_bucket(Bucket="of-bob")
    assert code(bob.s3.create_bucket, Bucket="of-alice") == "BucketAlreadyExists"
    for user in users:
        listed = user.s3.list_buckets()
        assert [bucket["Name"] for bucket in listed["Buckets"]] == [f"of-{user.name}"]
        assert listed["Owner"] == user.owner

    alice.s3.put_object(Bucket="of-alice", Key="k", Body=b"x")
    assert alice.s3.get_object(Bucket="of-alice", Key="k")["Body"].read() == b"x"
    here: Any = {"Bucket": "of-alice"}
    refused: Any = (
        (bob.s3.get_object, {"Key": "k"}),
        (bob.s3.put_object, {"Key": "k2"}),
        (bob.s3.delete_object, {"Key": "k"}),
        (bob.s3.list_objects_v2, {}),
        (bob.s3.create_multipart_upload, {"Key": "k"}),
        (bob.s3.delete_bucket, {}),
    )
    for work, given in refused:
        assert code(work, **here, **given) == "AccessDenied"
    assert code(bob.s3.head_bucket, **here) == "403"
    taken: Any = {"Bucket": "of-alice", "Key": "k"}
    assert code(bob.s3.copy_object, Bucket="of-bob", Key="k", CopySource=taken) == "AccessDenied"

    assert alice.s3.list_objects(**here)["Contents"][0]["Owner"] == alice.owner
    assert "Owner" not in alice.s3.list_objects_v2(**here)["Contents"][0]
    assert alice.s3.list_objects_v2(**here, FetchOwner=True)["Contents"][0]["Owner"] == alice.owner
    upload = alice.s3.create_multipart_upload(**here, Key="u")["UploadId"]
    for shown in (
        alice.s3.list_multipart_uploads(**here)["Uploads"][0],
        alice.s3.list_parts(**here, Key="u", UploadId=upload),
    ):
        assert (shown["Owner"], shown["Initiator"]) == (alice.owner, alice.owner)

    root = gateway.client()
    assert root.get_object(**here, Key="k")["Body"].read() == b"x"
    assert not {"of-alice", "of-bob"} & {one["Name"] for one in root.list_buckets()["Buckets"]}

    with pytest.raises(AssertionError, match="user alice owns bucket of-alice"):
        gateway.s3gw("user", "delete", "alice")
    link = alice.s3.generate_presigned_url("get_object", Params={**here, "Key": "k"})
    for off, on in (
        (("key", "disable", alice.key["access_key"]), ("key", "enable", alice.key["access_key"])),
        (("user", "disable", "alice"), ("user", "enable", "alice")),
    ):
        gateway.s3gw(*off)
        assert code(alice.s3.get_object, **here, Key="k") == "InvalidAccessKeyId"
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(link)
        assert failed.value.code == 403
        failed.value.close()
        gateway.s3gw(*on)
        assert alice.s3.get_object(**here, Key="k")["Body"].read() == b"x"

    alice.s3.abort_multipart_upload(**here, Key="u", UploadId=upload)
    alice.s3.delete_object(**here, Key="k")
    alice.s3.delete_bucket(**here)
    bob.s3.delete_bucket(Bucket="of-bob")
    for user in users:
        gateway.s3gw("user", "delete", user.name)
        assert code(user.s3.list_buckets) == "InvalidAccessKeyId"
        secret = user.key["secret_key"]
        assert secret not in gateway.logs()
        assert f'"account": "{user.name}"' in gateway.logs()
    assert (gateway.data / "master-key").read_text().strip() not in gateway.logs()
    assert (gateway.data / "master-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_a_gateway_without_the_master_key_says_so(new_gateway: New) -> None:
    gateway = new_gateway().start()
    gateway.s3gw("user", "create", "alice")
    gateway.s3gw("key", "create", "alice")
    assert gateway.stop() == 0
    other = "11" * 32
    gateway.settings["S3GW_MASTER_KEY"] = other
    with pytest.raises(AssertionError) as failed:
        gateway.start()
    said = str(failed.value)
    assert "master_key: " in said
    assert "S3GW_MASTER_KEY" in said
    assert "Traceback" not in said
    assert other not in said
