"""Access control lists as requests give them: a canned name, grants in headers, or a document.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#CannedACL
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from s3gw.access.acl import CANNED, GROUPS, MAX_GRANTS, Acl, Grant, Permission, canned, granted
from s3gw.access.documents import PREFERRED, access_of
from s3gw.db import grantees
from s3gw.db.records import Account, Bucket, Properties
from s3gw.errors import S3Error
from s3gw.operations.call import Call
from s3gw.protocol import types
from s3gw.protocol.members import Members
from s3gw.protocol.values import invalid_argument

_MEMBERS = {
    Permission.READ: "grant_read",
    Permission.WRITE: "grant_write",
    Permission.READ_ACP: "grant_read_acp",
    Permission.WRITE_ACP: "grant_write_acp",
    Permission.FULL_CONTROL: "grant_full_control",
}
_GRANTS = Members(_MEMBERS)
_ENTRY = re.compile(r'\s*(id|emailAddress|uri)\s*=\s*(?:"([^"]*)"|([^",]*))\s*', re.IGNORECASE)
_CANONICAL_USER = "CanonicalUser/ID"
_OWNERS = frozenset({"bucket-owner-full-control", "private"})


def names_acl(request: Any) -> bool:
    """Whether the request says anything of an access control list in its headers."""
    return bool(request.acl) or bool(_GRANTS.given(request))


async def from_headers(call: Call, request: Any, owner: str, bucket_owner: str | None = None) -> Acl | None:
    """The list that the headers ask for, or None.

    Raises InvalidArgument for an unknown name or grantee, InvalidRequest for a name together with grants.
    """
    grants = _GRANTS.given(request)
    if request.acl:
        if grants:
            raise S3Error("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
        if request.acl not in CANNED:
            raise invalid_argument("x-amz-acl", request.acl, "")  # S3 says no more
        return canned(request.acl, owner, bucket_owner)
    if not grants:
        return None
    found = []
    for permission, value in grants.items():
        header = f"x-amz-{_MEMBERS[permission].replace('_', '-')}"
        for kind, name in _entries(header, value):
            found.append(Grant(await _grantee(call, kind, name), permission))
    return granted(owner, found)


def _entries(header: str, value: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while True:
        entry = _ENTRY.match(value, at)
        if entry is None or (entry.end() < len(value) and value[entry.end()] != ","):
            raise invalid_argument(header, value, "Argument format not recognized")
        found.append((entry[1].lower(), (entry[2] if entry[2] is not None else entry[3]).strip()))
        at = entry.end() + 1
        if entry.end() >= len(value):
            return found


async def _grantee(call: Call, kind: str, name: str, element: str | None = None) -> str:
    """The canonical id or the group that is meant; `element` is what it is called in a document.

    Raises InvalidArgument, UnresolvableGrantByEmailAddress.
    """
    match kind:
        case "uri":
            if name not in GROUPS:
                raise invalid_argument(element or "uri", name, "Invalid group uri")
            return name
        case "emailaddress":
            account = await grantees.by_email(call.services.db, name)
            if account is None:
                raise S3Error("UnresolvableGrantByEmailAddress")
            return account.canonical_id
        case _:
            if await grantees.by_canonical_id(call.services.db, name) is None:
                raise invalid_argument(element or "id", name, "Invalid id")
            return name


async def from_document(call: Call, policy: types.AccessControlPolicy, owner: str) -> Acl:
    """The list of a document.

    Raises MalformedACLError, InvalidArgument for grantees and an owner that there are not, AccessDenied for
    one that gives the owner away.
    """
    if policy.owner is None or not policy.owner.id or len(policy.grants or ()) > MAX_GRANTS:
        raise S3Error("MalformedACLError")
    if policy.owner.id != owner:
        await _grantee(call, "id", policy.owner.id, _CANONICAL_USER)
        raise S3Error("AccessDenied")
    return granted(owner, await resolved(call, policy.grants or ()))


async def resolved(call: Call, given: Iterable[types.Grant]) -> list[Grant]:
    """The grants of a document. Raises MalformedACLError, and for grantees that there are not."""
    found = []
    for grant in given:
        grantee = grant.grantee
        if grantee is None or grant.permission not in Permission.__members__:
            raise S3Error("MalformedACLError")
        match grantee.type:
            case "CanonicalUser" if grantee.id:
                name = await _grantee(call, "id", grantee.id, _CANONICAL_USER)
            case "Group" if grantee.uri:
                name = await _grantee(call, "uri", grantee.uri, "Group/URI")
            case "AmazonCustomerByEmail" if grantee.email_address:
                name = await _grantee(call, "emailaddress", grantee.email_address)
            case _:
                raise S3Error("MalformedACLError")
        found.append(Grant(name, Permission(grant.permission)))
    return found


def owner_of_new(call: Call, bucket: Bucket, request: Any = None) -> Account:
    """Whose an object is that the caller writes: theirs, unless the bucket's owner owns everything in it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    access = access_of(bucket)
    if call.anonymous or not access.acls_count:
        return bucket.owner
    if access.ownership == PREFERRED and getattr(request, "acl", None) == "bucket-owner-full-control":
        return bucket.owner
    return call.account


Owned = Callable[[Account], types.Owner]


def owners_shown(bucket: Bucket) -> Owned:
    """How listings show the owners of objects: as they are, or as the bucket's where it owns everything."""
    if access_of(bucket).acls_count:
        return lambda owner: types.Owner(display_name=owner.display_name, id=owner.canonical_id)
    owner = bucket.owner
    return lambda _: types.Owner(display_name=owner.display_name, id=owner.canonical_id)


async def of_new(call: Call, bucket: Bucket, request: Any) -> dict[str, Any]:
    """The `acl` to keep with an object that a request writes, as extra property; nothing for a private one.

    Raises AccessControlListNotSupported where the bucket has no lists, AccessDenied for a public one where
    the bucket blocks those.
    """
    if not names_acl(request):
        return {}
    access = access_of(bucket)
    owner = owner_of_new(call, bucket, request).canonical_id
    acl = await from_headers(call, request, owner, bucket.owner.canonical_id)
    if acl is None:
        return {}
    if not access.acls_count:
        check_enforced(request, acl, bucket.owner.canonical_id)
        return {}
    if access.block.block_public_acls and acl.public:
        raise S3Error("AccessDenied")
    return {"acl": acl.document()}


async def with_acl(call: Call, bucket: Bucket, request: Any, kept: Properties) -> Properties:
    """The properties to keep with a new object, with the list that the request gives."""
    if not names_acl(request):
        return kept
    return kept._replace(extra={**kept.extra, **await of_new(call, bucket, request)})


def check_enforced(request: Any, acl: Acl, owner: str) -> None:
    """Raise AccessControlListNotSupported for a list that a bucket without lists cannot have.

    What gives its owner full control, and nobody else anything, is what is so anyway.
    """
    if request.acl in _OWNERS or (not request.acl and acl.grants == (Grant(owner, Permission.FULL_CONTROL),)):
        return
    raise S3Error("AccessControlListNotSupported")


async def shown(call: Call, acl: Acl) -> tuple[types.Owner, list[types.Grant]]:
    """A list as GetBucketAcl and GetObjectAcl show it, with the names of the accounts."""
    ids = {acl.owner} | {grant.grantee for grant in acl.grants if not grant.to_group}
    names = await grantees.display_names(call.services.db, ids)
    grants = []
    for grant in acl.grants:
        if grant.to_group:
            grantee = types.Grantee(type="Group", uri=grant.grantee)
        else:
            grantee = types.Grantee(
                type="CanonicalUser", id=grant.grantee, display_name=names.get(grant.grantee)
            )
        grants.append(types.Grant(grantee=grantee, permission=grant.permission.value))
    return types.Owner(id=acl.owner, display_name=names.get(acl.owner)), grants
