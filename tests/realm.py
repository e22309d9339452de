"""A gateway with several users, whose new buckets are open: for tests of who may do what to whose."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.boto import s3_client
from tests.gateway import Gateway

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


class User:
    """A user of the gateway with one key."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self.gateway = gateway
        self.name = name
        self.shown = f"{name} shown"
        self.email = f"{name}@example.com"
        created = gateway.s3gw(
            "user", "create", name, "--display-name", self.shown, "--email", self.email, "--json"
        )
        self.id: str = json.loads(created)["id"]
        self.arn: str = json.loads(created)["arn"]
        self.key: Mapping[str, str] = json.loads(gateway.s3gw("key", "create", name, "--json"))
        self.s3 = self.client()

    @property
    def owner(self) -> dict[str, str]:
        """As S3 shows them."""
        return {"DisplayName": self.shown, "ID": self.id}

    def client(self, **config: Any) -> S3Client:
        """A client of theirs."""
        return s3_client(self.gateway.endpoint, self.key["access_key"], self.key["secret_key"], **config)

    def bucket(self, **given: Any) -> str:
        """A new bucket of theirs."""
        name = f"realm-{uuid.uuid4().hex[:16]}"
        self.s3.create_bucket(Bucket=name, **given)
        return name

    def grant(self, permission: str) -> dict[str, Any]:
        """A grant to them."""
        return {"Grantee": {"ID": self.id, "Type": "CanonicalUser"}, "Permission": permission}

    def shown_grant(self, permission: str) -> dict[str, Any]:
        """The same as it is shown."""
        return {"Grantee": {**self.owner, "Type": "CanonicalUser"}, "Permission": permission}


class Realm:
    """The gateway, its users, and somebody without a key."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        with ThreadPoolExecutor(3) as pool:  # each is made by two commands
            self.main, self.alt, self.third = pool.map(partial(User, gateway), ("main", "alt", "third"))
        self.anybody = self.main.client(signature_version=UNSIGNED)

    def close(self) -> None:
        """Close the clients."""
        for client in (self.main.s3, self.alt.s3, self.third.s3, self.anybody):
            client.close()


def group(uri: str, permission: str) -> dict[str, Any]:
    """A grant to a group."""
    return {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}


def statement(action: Any, resource: Any, **members: Any) -> dict[str, Any]:
    """A statement that allows everybody something, changed by `members`; None takes a member away."""
    resources = resource if isinstance(resource, list) else [resource]
    arns = [f"arn:aws:s3:::{name}" for name in resources]
    given = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": action, "Resource": arns} | members
    return {name: value for name, value in given.items() if value is not None}


def policy(*statements: dict[str, Any]) -> str:
    """A policy as PutBucketPolicy takes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call: Any, **given: Any) -> tuple[int, str]:
    """The status and the code of the error by which a call ends."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    response: Any = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


DENIED = (403, "AccessDenied")


def denied(call: Any, **given: Any) -> bool:
    """Whether a call is refused with 403: of a HEAD there is no more to see."""
    status, code = refused(call, **given)
    return status == 403 and code in ("AccessDenied", "403")
