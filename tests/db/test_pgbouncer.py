"""The database layer through a real pgbouncer in transaction mode, which shares few sessions among many."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which

import pytest

from s3gw.db import accounts, buckets, leading, objects
from s3gw.db.embedded import start_embedded
from s3gw.db.embedded_cluster import command, until
from s3gw.db.embedded_identity import identities
from s3gw.db.migrations import migrate
from s3gw.db.pool import Database
from s3gw.db.records import Draft, Properties

pytestmark = pytest.mark.client
SETTINGS = """[databases]
postgres = host={server} user=s3gw
[pgbouncer]
listen_addr =
unix_socket_dir = {run}
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
"""


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a server behind pgbouncer, with three sessions for everybody."""
    program = which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    server = await start_embedded(tmp_path / "data", durable=False)
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(SETTINGS.format(server=server.socket_directory, run=tmp_path))
    identity = next(identities([settings, Path(program)]))  # it refuses to be root, as PostgreSQL does
    bouncer = subprocess.Popen(
        command(identity, Path(program), [str(settings)]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert await until(lambda: _accepts(tmp_path / ".s.PGSQL.6432"), 30)
    yield f"postgresql://s3gw@/postgres?host={tmp_path}&port=6432&statement_cache_size=0"
    bouncer.terminate()
    bouncer.wait()
    await server.stop()


def _accepts(path: Path) -> bool:
    """Whether somebody listens on the socket, which is there a moment before that."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


async def test_many_clients_on_few_sessions(url: str) -> None:
    await migrate(url)
    db = await Database.connect(url, size=16)
    account = await accounts.ensure_root(db)
    bucket, _ = await buckets.create(db, "bucket", account.id, "r", "cdc-256k", True)

    async def use(client: int) -> None:
        for number in range(20):
            key = f"{client}-{number}"
            await objects.publish(
                db, bucket.id, key, account.id, Draft(0), key, Properties(metadata={"k": key})
            )
            version = (await objects.get(db, "bucket", key)).version
            assert version is not None
            assert (version.etag, version.properties.metadata) == (key, {"k": key})
            assert await db.fetchval("SELECT $1::integer + 1", number) == number + 1
            await objects.delete(db, bucket.id, [key])

    await asyncio.gather(*(use(client) for client in range(16)))
    assert await db.fetchval("SELECT count(*) FROM objects") == 0
    await db.close()


async def test_one_at_a_time_runs_a_job_for_longer_than_the_silence(url: str) -> None:
    """And the next gets no session in which anything of it is left."""
    db = await Database.connect(url, size=4)
    limit = "SELECT current_setting('idle_in_transaction_session_timeout')"
    before = await db.fetchval(limit)
    longer = (
        "SELECT now() - xact_start > interval '3 s' FROM pg_stat_activity a JOIN pg_locks l USING (pid)"
        " WHERE l.locktype = 'advisory'"
    )
    async with leading.exclusive(db, "test", 2.0) as alone:
        assert alone
        async with asyncio.timeout(60):
            while not await db.fetchval(longer):
                await asyncio.sleep(0.05)
        async with leading.exclusive(db, "test") as other:
            assert not other
    async with leading.exclusive(db, "test") as alone:
        assert alone
    assert {await db.fetchval(limit) for _ in range(8)} == {before}
    await db.close()
