"""Whether a request may do what it asks: one decision, on one parsed bucket and key, without any I/O.

Today's rules are two: nobody may do anything anonymously, and the root account may do everything. Policies
and access control lists are further voices in `decide`, asked in the order of IAM: an explicit deny wins,
then any allow, else the request is denied.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from s3gw.db.records import Account


class Decision(Enum):
    """The outcome for one question."""

    ALLOW = "allow"
    DENY = "deny"


class Question(NamedTuple):
    """Who wants to do what to which bucket and key."""

    account: Account | None
    """None: the request is anonymous."""
    operation: str
    actions: tuple[str, ...]
    """IAM actions, such as "s3:GetObject", all of which must be allowed."""
    bucket: str | None
    key: str | None


def decide(question: Question) -> Decision:
    """The decision on `question`; what nothing allows is denied."""
    if question.account is not None and question.account.is_root:
        return Decision.ALLOW
    return Decision.DENY
