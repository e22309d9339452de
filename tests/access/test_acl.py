"""Access control lists."""

from __future__ import annotations

import pytest

from s3gw.access.acl import CANNED, Permission, canned, private, stored_acl

OWNER, WRITER, OTHER = "a" * 64, "b" * 64, "c" * 64


@pytest.mark.parametrize(
    ("name", "permission", "anonymous", "authenticated"),
    [
        ("private", Permission.READ, False, False),
        ("public-read", Permission.READ, True, True),
        ("public-read", Permission.WRITE, False, False),
        ("public-read-write", Permission.WRITE, True, True),
        ("authenticated-read", Permission.READ, False, True),
        ("log-delivery-write", Permission.WRITE, False, False),
        ("bucket-owner-read", Permission.READ, False, False),
    ],
)
def test_canned(name: str, permission: Permission, anonymous: bool, authenticated: bool) -> None:
    acl = canned(name, WRITER, OWNER)
    assert acl.permits(None, permission) is anonymous
    assert acl.permits(OTHER, permission) is authenticated
    assert not acl.permits(OTHER, permission, ignore_public=True)
    assert acl.permits(WRITER, permission)
    assert acl.permits(OWNER, permission) is (authenticated or name == "bucket-owner-read")


@pytest.mark.parametrize("name", sorted(CANNED))
def test_a_list_is_stored_and_read_again(name: str) -> None:
    acl = canned(name, WRITER, OWNER)
    assert stored_acl(acl.document(), OWNER) == acl


def test_without_a_list_there_is_the_owner() -> None:
    assert stored_acl(None, OWNER) == private(OWNER)
    locked_out = stored_acl({"owner": OWNER, "grants": []}, OWNER)
    assert not locked_out.permits(OWNER, Permission.READ)
    assert locked_out.permits(OWNER, Permission.WRITE_ACP)
