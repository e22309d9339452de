"""Who may do what."""

from __future__ import annotations

import pytest

from s3gw.access.decision import Decision, Question, decide
from s3gw.db.records import Account

ROOT = Account(id=1, canonical_id="c", name="root", display_name="root", is_root=True)
OTHER = Account(id=2, canonical_id="d", name="other", display_name="other", is_root=False)


@pytest.mark.parametrize(
    ("account", "decision"), [(None, Decision.DENY), (OTHER, Decision.DENY), (ROOT, Decision.ALLOW)]
)
@pytest.mark.parametrize("key", [None, "key"])
def test_only_root_may_do_anything(account: Account | None, decision: Decision, key: str | None) -> None:
    question = Question(account, "GetObject", ("s3:GetObject",), "bucket", key)
    assert decide(question) is decision
