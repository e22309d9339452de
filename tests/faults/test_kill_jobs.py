"""SIGKILL of a gateway in the midst of what jobs do that no load leads to by itself: everything is as
acknowledged, each job completes after the restart, and nothing is left over."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from s3gw import backend_url
from s3gw.backends.opening import open_backend
from s3gw.db.pool import Database
from tests import upstream
from tests.app.test_gateway import wait_until
from tests.app.test_notifications_of_gateway import ARN, Receiver, receiver
from tests.invariants import check_store
from tests.killable import KillableGateway
from tests.stores import random_bytes
from tests.torture.field import HURRY, run
from tests.torture.points import ELSEWHERE, KILLED_BY

__all__ = ["receiver"]

PRESETS = ("fixed-64k", "cdc-256k", "cdc-64k", "fixed-8k")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Scene:
    """A gateway whose packs go up whole, to an S3 service; what it was told to keep, expire and tell."""

    def __init__(self, home: Path, dsn: str, place: str, receiver: Receiver) -> None:
        self.dsn = dsn
        self.place = place
        self.receiver = receiver
        self.master = secrets.token_bytes(32)
        config = home / "s3gw.toml"
        config.write_text(f'[notify.hook]\nurl = "{receiver.url}"\n')
        settings = {
            **HURRY,
            "S3GW_CONFIG": str(config),
            "S3GW_DATABASE_URL": dsn,
            "S3GW_BACKEND": place,
            "S3GW_MASTER_KEY": self.master.hex(),
            "S3GW_LIFECYCLE_DAY": "1",
            "S3GW_SCRUB_PERIOD": "1",
            **upstream.CREDENTIALS,
        }
        self.gateway = KillableGateway(home / "gateway", settings)
        self.kept: dict[str, bytes] = {}
        self.told: set[str] = set()
        self.s3: Any = self.gateway.start().client()

    def lay(self) -> None:
        """A bucket that tells what happens, and expires some of it; objects in packs and in rows."""
        self.s3.create_bucket(Bucket="bucket")
        rule = {"Id": "all", "QueueArn": ARN, "Events": ["s3:ObjectCreated:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket="bucket", NotificationConfiguration={"QueueConfigurations": [rule]}
        )
        expire = {"Filter": {"Prefix": "expire/"}, "Status": "Enabled", "Expiration": {"Days": 1}}
        self.s3.put_bucket_lifecycle_configuration(
            Bucket="bucket", LifecycleConfiguration={"Rules": [expire]}
        )
        self.put("large", 700_000)
        self.put("small", 3000)

    def put(self, key: str, size: int) -> None:
        """Write an object that is kept."""
        data = random_bytes(size, len(self.kept))
        self.s3.put_object(Bucket="bucket", Key=key, Body=data)
        self.kept[key] = data
        self.told.add(key)

    def kill_at(self, point: str, cause: Callable[[], object]) -> None:
        """Have the gateway end there, and start it again."""
        self.gateway.order("kill", point)
        try:
            cause()
        except Exception:  # noqa: BLE001 - it may end while it is asked
            assert self.gateway.has_obeyed
        wait_until(lambda: self.gateway.has_obeyed, point, 6000)
        assert self.gateway.process is not None
        self.gateway.process.wait(60)
        self.s3 = self.gateway.restart().client()

    def look(self) -> None:
        """Everything is as acknowledged."""
        for key, data in self.kept.items():
            assert self.s3.get_object(Bucket="bucket", Key=key)["Body"].read() == data

    def ask(self, query: str) -> Any:
        async def asking() -> Any:
            db = await Database.connect(self.dsn, size=1)
            try:
                return await db.fetchval(query)
            finally:
                await db.close()

        return run(asking())

    def violations(self) -> list[str]:
        async def look() -> list[str]:
            db = await Database.connect(self.dsn)
            [location] = backend_url.parse_all(self.place)
            backend = open_backend(location)
            try:
                [number] = [row["id"] for row in await db.fetch("SELECT id FROM backends")]
                return await check_store(db, {number: backend}, self.master)
            finally:
                await backend.close()
                await db.close()

        return run(look())

    # What leads to the points ---------------------------------------------------------------------------

    def put_more(self) -> None:
        """Not acknowledged, perhaps."""
        self.s3.put_object(Bucket="bucket", Key="more", Body=os.urandom(200_000))

    def put_young(self) -> None:
        self.s3.put_object(Bucket="bucket", Key="expire/this", Body=b"x")

    def cut_by(self, preset: str) -> None:
        self.s3.put_bucket_tagging(
            Bucket="bucket", Tagging={"TagSet": [{"Key": "s3gw:chunking", "Value": preset}]}
        )

    def turn_keys(self) -> None:
        self.gateway.s3gw("kms", "rotate", "store")
        self.gateway.s3gw("kms", "reencrypt", "store")

    def causes(self) -> Mapping[str, Callable[[], object]]:
        """By the points that they lead to."""
        cutting = ("rechunk.chosen", "rechunk.read", "rechunk.written", "rechunk.published")
        return {
            "pack.put": self.put_more,
            "scrub.read": lambda: None,
            **{point: partial(self.cut_by, preset) for point, preset in zip(cutting, PRESETS, strict=True)},
            "reencrypt.turned": self.turn_keys,
            "lifecycle.judged": self.put_young,
            "notify.sent": lambda: self.put("told", 100),
        }


@pytest.fixture
def scene(
    shared_dsn: str,
    new_upstream: Callable[[str], upstream.Upstream],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Scene]:
    for name, value in upstream.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    below = new_upstream("moto")
    upstream.make_bucket(below, "packs")
    made = Scene(tmp_path, shared_dsn, upstream.url(below, "packs/all"), receiver)
    yield made
    made.gateway.kill9()


def test_killed_in_every_job(scene: Scene) -> None:
    scene.lay()
    causes = scene.causes()
    assert set(causes) == ELSEWHERE.keys() - KILLED_BY.keys()
    for point, cause in causes.items():
        scene.kill_at(point, cause)
        scene.look()
        wait_until(lambda: scene.ask("SELECT count(*) FROM rechunk_passes") == 0, "all is cut again", 6000)
    cut = "SELECT max(length) FROM objects JOIN manifest_chunks USING (manifest_id) JOIN chunks c"
    assert scene.ask(f"{cut} ON c.id = manifest_chunks.chunk_id") <= 8 << 10
    left = "SELECT bool_and(left_at IS NOT NULL) FROM data_keys WHERE leaving_at IS NOT NULL"
    wait_until(lambda: scene.ask(left), "all is encrypted by the new key", 6000)
    wait_until(lambda: scene.ask("SELECT count(*) FROM objects WHERE key ~ 'expire'") == 0, "expired", 6000)
    scene.receiver.wait_for(lambda: scene.told <= set(scene.receiver.keys()))
    verified = "SELECT count(*) FROM replicas JOIN packs p ON p.id = pack_id WHERE verified_at IS NULL"
    wait_until(lambda: scene.ask(f"{verified} AND p.size IS NOT NULL") == 0, "all is scrubbed", 6000)
    scene.look()
    assert scene.gateway.stop() == 0
    scene.gateway.s3gw("gc", "--grace", "0")
    assert scene.violations() == []
