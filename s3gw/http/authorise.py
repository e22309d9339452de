"""The steps "look up" and "authorise": what a request addresses, and whether the caller may do it.

Everything is decided on the bucket and key that were parsed once, before any byte of a body is read; what
only a document can tell is decided when it was read, by the same gate.
"""

from __future__ import annotations

from collections.abc import Sequence

from s3gw.access.acl import Permission
from s3gw.access.conditions import Context
from s3gw.access.decision import Decision, Question, decide, decide_on_version, may_everything, owns
from s3gw.access.documents import access_of
from s3gw.access.requirements import BY_INITIATOR, Need, Rule, Target, needs, rule_for
from s3gw.db.assumed import Assumed, Outdated
from s3gw.db.pool import Database
from s3gw.db.records import Account, Bucket, ObjectVersion
from s3gw.errors import S3Error
from s3gw.http.authorization import wrong_region
from s3gw.http.facts import Sent, facts
from s3gw.operations.call import Registered
from s3gw.operations.names import missing_bucket
from s3gw.operations.target import LookedUp, initiated, look_up, remembered

_BY_DOCUMENT = frozenset({"PutObjectTagging", "PutObjectRetention", "PutObjectLegalHold"})
"""Operations whose document holds what conditions may ask for."""

_SERVICE = Target.SERVICE


class Gate:
    """The decisions on one request."""

    def __init__(self, sent: Sent, registered: Registered) -> None:
        self._sent = sent
        self._registered = registered
        key = getattr(sent.given, "key", None) is not None
        self._rule = rule_for(registered.name, registered.actions, key=key)
        self._facts: Context | None = None
        self.charged = False
        """Whether the caller has agreed to pay for the request."""

    def _context(self) -> Context:
        if self._facts is None:
            self._facts = facts(self._sent, self._registered.name)
        return self._facts

    async def look_up(
        self, db: Database, assumed: Assumed | None = None, *, remember: bool = False
    ) -> LookedUp | None:
        """Look up what the request addresses and decide. Raises AccessDenied, NoSuchBucket.

        None for requests that concern no bucket that there is. `assumed` is the access key that the request
        goes by, and then also the bucket. With `remember` that may be one of some time ago, for a statement
        to compare; raises Outdated where a remembered access key is not what it was.
        """
        account, operation = self._sent.account, self._registered.name
        assumed = Assumed() if assumed is None else assumed
        rule = self._rule
        if rule.target is _SERVICE:
            if account is None:
                raise S3Error("AccessDenied")
            self._check_region(None)
            if assumed.remembered:
                raise Outdated("there is nothing that could compare it")
            return None
        target = remembered(db, operation, self._sent.given) if remember else None
        if target is not None:
            assumed.remembered = True
        else:
            target = await look_up(db, operation, rule.target, self._sent.given, assumed)
            if assumed.access_key is not None and target.found.bucket is not None:
                assumed.confirm(target.found.holds)
        bucket = target.found.bucket
        self._check_region(bucket)
        if bucket is None:
            db.memory.forget(target.bucket, None)
            raise missing_bucket(target.bucket)
        assumed.bucket_id, assumed.bucket_revision = bucket.id, bucket.revision
        if may_everything(account, bucket):
            return target
        if operation not in _BY_DOCUMENT or access_of(bucket).policy is None:
            await self._decide(rule, bucket, target.found.version, db)
        if not self._pays(bucket):
            raise S3Error("AccessDenied")
        return target

    def _pays(self, bucket: Bucket) -> bool:
        """Whether the caller agrees to pay, where somebody else than the owner must.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
        """
        account = self._sent.account
        if not access_of(bucket).requester_pays or owns(account, bucket):
            return True
        agrees = self._sent.headers.get("x-amz-request-payer", "").lower() == "requester"
        self.charged = agrees and account is not None
        return self.charged

    def _check_region(self, bucket: Bucket | None) -> None:
        """A signature is for the gateway's region, one that it serves besides, or that of the bucket."""
        authenticated, settings = self._sent.authenticated, self._sent.settings
        if authenticated is None:
            return
        given = authenticated.scope.region
        if (
            given == settings.region
            or given in settings.regions
            or (bucket is not None and given == bucket.region)
        ):
            return
        expected = settings.region if bucket is None else bucket.region
        in_header = not (authenticated.presigned or authenticated.form)
        raise wrong_region(given, expected, in_header=in_header)

    def decide_by_document(self, target: LookedUp | None) -> None:
        """Decide what had to wait for the document. Raises AccessDenied."""
        if target is None or target.found.bucket is None or self._registered.name not in _BY_DOCUMENT:
            return
        if access_of(target.found.bucket).policy is not None:
            self._facts = None
            if not self._may(self._rule, target.found.bucket, target.found.version):
                raise S3Error("AccessDenied")

    def caller(self, target: LookedUp | None) -> Account:
        """On whose behalf the operation acts: of somebody anonymous, the bucket's owner."""
        if self._sent.account is not None:
            return self._sent.account
        assert target is not None
        assert target.found.bucket is not None
        return target.found.bucket.owner

    async def _decide(self, rule: Rule, bucket: Bucket, version: ObjectVersion | None, db: Database) -> None:
        if self._may(rule, bucket, version):
            return
        account = self._sent.account
        if account is None or self._registered.name not in BY_INITIATOR:
            raise S3Error("AccessDenied")
        denied = not self._may(rule, bucket, version, implied=True)
        if denied or not await initiated(db, bucket, self._sent.given, account):
            raise S3Error("AccessDenied")

    def _may(
        self, rule: Rule, bucket: Bucket, version: ObjectVersion | None, *, implied: bool = False
    ) -> bool:
        operation, given, account = self._registered.name, self._sent.given, self._sent.account
        wanted = needs(operation, rule, given, bucket.owner.canonical_id)
        if not wanted and account is None:
            access = access_of(bucket)
            if access.policy is None and not (
                access.acls_count and access.acl.permits(None, Permission.WRITE)
            ):
                return False
        if implied:
            wanted = tuple(need._replace(implied=True) for need in wanted)
        question = Question(account, wanted, bucket, getattr(given, "key", None), version, self._context)
        decision = decide_on_version(question) if rule.target is Target.VERSION else decide(question)
        return decision is Decision.ALLOW

    def allows(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None = None
    ) -> bool:
        """Whether the caller may."""
        question = Question(self._sent.account, needs, bucket, key, version, self._context)
        return decide(question) is Decision.ALLOW and self._pays(bucket)

    def may_read(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None
    ) -> bool:
        """Whether the caller may read a version, or hear that there is none."""
        question = Question(self._sent.account, needs, bucket, key, version, self._context)
        return decide_on_version(question) is Decision.ALLOW and self._pays(bucket)
