"""The embedded PostgreSQL: started anywhere, found by commands, gone with its parent, upgraded."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from s3gw.db import embedded_cluster, embedded_upgrade, launcher
from s3gw.db.embedded import Embedded, attached, launch, open_embedded, start_embedded
from s3gw.db.embedded_cluster import cluster, initialise, prepare, until
from s3gw.db.embedded_identity import Identity, identities
from s3gw.db.pool import Database
from s3gw.errors import ConfigError

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="changes ids")
NOBODY = pwd.getpwnam("nobody")


async def query(embedded: Embedded, statement: str) -> object:
    db = await Database.connect(embedded.url)
    try:
        return await db.fetchval(statement)
    finally:
        await db.close()


def gone(pid: int) -> bool:
    """Whether the process has ended, or only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_it_starts_again_with_what_it_held(tmp_path: Path) -> None:
    first = await start_embedded(tmp_path, durable=False)
    await query(first, "CREATE TABLE kept AS SELECT 7 AS number")
    await first.stop()
    assert not first.running()
    second = await start_embedded(tmp_path, durable=False)
    assert await query(second, "SELECT number FROM kept") == 7
    await second.stop()


async def test_it_listens_on_a_private_socket_only(tmp_path: Path) -> None:
    embedded = await start_embedded(tmp_path, durable=False)
    try:
        assert await query(embedded, "SHOW listen_addresses") == ""
        assert stat.S_IMODE((tmp_path / "pg").stat().st_mode) == 0o700
        assert stat.S_IMODE(embedded.socket_directory.stat().st_mode) == 0o700
    finally:
        await embedded.stop()


async def test_the_default_is_durable(tmp_path: Path) -> None:
    embedded = await start_embedded(tmp_path)
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await query(embedded, f"SHOW {setting}") == "on"
    finally:
        await embedded.stop()


async def test_a_command_finds_the_running_server_or_starts_one(tmp_path: Path) -> None:
    running = await start_embedded(tmp_path, durable=False)
    async with open_embedded(tmp_path) as found:
        assert found.url == running.url
        assert await query(found, "SELECT 1") == 1
    assert running.running()
    await running.stop()
    async with open_embedded(tmp_path) as own:
        assert await query(own, "SELECT 1") == 1
        async with open_embedded(tmp_path) as second:
            assert second.url == own.url
    assert attached(tmp_path) is None


@pytest.mark.parametrize("name", ["sp ace", "co:lon", "per%20cent", "n\u00e4me@x", "quo\"t'e"])
@pytest.mark.slow
async def test_awkward_paths(tmp_path: Path, name: str) -> None:
    async with open_embedded(tmp_path / name) as embedded:
        assert embedded.socket_directory.is_relative_to(tmp_path)
        assert await query(embedded, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["long" * 20 + "/" + "name" * 20, "com,ma"])
async def test_a_path_that_no_socket_can_have(tmp_path: Path, name: str) -> None:
    data = tmp_path / name
    data.mkdir(parents=True)
    embedded = await start_embedded(data, durable=False)
    try:
        assert not embedded.socket_directory.is_relative_to(data)
        assert stat.S_IMODE(embedded.socket_directory.stat().st_mode) == 0o700
        assert await query(embedded, "SELECT 1") == 1
    finally:
        await embedded.stop()
        embedded.socket_directory.rmdir()


async def test_a_foreign_directory_in_place_of_the_socket_is_refused(tmp_path: Path) -> None:
    run = tmp_path / "pg" / "run"
    run.mkdir(parents=True, mode=0o777)
    run.chmod(0o777)
    with pytest.raises(ConfigError, match="not a private directory"):
        await start_embedded(tmp_path, durable=False)


async def test_parents_of_mode_0700_stay_as_they_are(tmp_path: Path) -> None:
    parent = tmp_path / "closed"
    parent.mkdir(mode=0o700)
    embedded = await start_embedded(parent / "data", durable=False)
    await embedded.stop()
    assert stat.S_IMODE(parent.stat().st_mode) == 0o700
    assert parent.stat().st_uid == os.geteuid()


@pytest.mark.parametrize("killed", [signal.SIGKILL, signal.SIGTERM])
async def test_it_dies_with_its_parent_and_the_next_start_waits(
    tmp_path: Path, killed: signal.Signals
) -> None:
    script = (
        "import asyncio, sys, pathlib\n"
        "from s3gw.db.embedded import start_embedded\n"
        "async def main():\n"
        "    print((await start_embedded(pathlib.Path(sys.argv[1]))).pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    server = int(await parent.stdout.readline())
    found = attached(tmp_path)
    assert found is not None
    await query(found, "CREATE TABLE kept AS SELECT 7 AS number")
    parent.send_signal(killed)
    await parent.wait()
    successor = await start_embedded(tmp_path)
    assert gone(server)
    assert await query(successor, "SELECT number FROM kept") == 7
    await successor.stop()


async def test_a_pid_file_that_names_a_living_stranger(tmp_path: Path) -> None:
    first = await start_embedded(tmp_path, durable=False)
    pid_file = cluster(tmp_path) / "postmaster.pid"
    text = pid_file.read_text()
    await first.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text(text.replace(text.split("\n")[0], str(stranger.pid), 1))
        second = await start_embedded(tmp_path, durable=False)
        await second.stop()
    finally:
        stranger.kill()
        stranger.wait()


async def test_another_major_version_names_the_upgrade(tmp_path: Path) -> None:
    cluster(tmp_path).mkdir(parents=True)
    (cluster(tmp_path) / "PG_VERSION").write_text("17\n")
    with pytest.raises(ConfigError, match=f"s3gw db upgrade --data {tmp_path}"):
        await start_embedded(tmp_path)
    with pytest.raises(ConfigError, match="upgrades from 16"):
        await embedded_upgrade.upgrade(tmp_path)


class TestUpgrade:
    async def old(self, data: Path) -> None:
        """A cluster of PostgreSQL 16 with a table, stopped."""
        identity = next(identities([data / "pg"]))
        prepare(data, identity)
        initialise(cluster(data), identity, durable=False, major=16)
        server = await launch(data, identity, {"fsync": "off"}, major=16)
        await query(server, "CREATE TABLE kept AS SELECT 7 AS number")
        await server.stop()

    @pytest.mark.slow
    async def test_what_16_held_runs_in_18(self, tmp_path: Path) -> None:
        await self.old(tmp_path)
        with pytest.raises(ConfigError, match="s3gw db upgrade"):
            await start_embedded(tmp_path)
        kept = await embedded_upgrade.upgrade(tmp_path)
        assert kept == tmp_path / "pg" / "data.16"
        server = await start_embedded(tmp_path, durable=False)
        assert await query(server, "SELECT number FROM kept") == 7
        assert await query(server, "SHOW server_version_num") >= "180000"  # type: ignore[operator]
        await server.stop()
        assert await embedded_upgrade.upgrade(tmp_path) is None

    @pytest.mark.slow
    async def test_one_that_was_cut_off_between_its_renames(self, tmp_path: Path) -> None:
        await self.old(tmp_path)
        assert await embedded_upgrade.upgrade(tmp_path)
        cluster(tmp_path).rename(tmp_path / "pg" / "data.upgraded")
        with pytest.raises(ConfigError, match="s3gw db upgrade"):
            await start_embedded(tmp_path)
        assert await embedded_upgrade.upgrade(tmp_path) == tmp_path / "pg" / "data.16"
        assert embedded_cluster.made_by(cluster(tmp_path)) == embedded_cluster.MAJOR


class TestIdentities:
    @root_only
    def test_root_is_mapped_where_it_may_enter_by_mode(self, tmp_path: Path) -> None:
        found = list(identities([tmp_path / "pg"]))
        assert found[0].argument.startswith("map:")
        assert found[0].owner is None

    @root_only
    def test_under_another_users_closed_directory_root_becomes_that_user(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            os.chown(name, NOBODY.pw_uid, NOBODY.pw_gid)  # of mode 0700, as mkdtemp(3) makes them
            first = next(identities([Path(name) / "pg"]))
        assert first.argument == f"become:{NOBODY.pw_uid}:{NOBODY.pw_gid}"

    @root_only
    async def test_root_without_user_namespaces_becomes_an_ordinary_user(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        become = Identity(f"become:{NOBODY.pw_uid}:{NOBODY.pw_gid}", (NOBODY.pw_uid, NOBODY.pw_gid))
        refusing = Identity("map:4294967295:0")
        monkeypatch.setattr("s3gw.db.embedded.identities", lambda places: iter([refusing, become]))
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o711)
            server = await start_embedded(Path(name), durable=False)
            assert await query(server, "SELECT 1") == 1
            assert cluster(Path(name)).stat().st_uid == NOBODY.pw_uid
            await server.stop()

    async def test_where_no_way_is_left_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refusing = Identity("map:4294967295:0")
        monkeypatch.setattr("s3gw.db.embedded.identities", lambda places: iter([refusing]))
        with pytest.raises(ConfigError, match=r"found no other way.*--database-url"):
            await start_embedded(tmp_path, durable=False)
        assert attached(tmp_path) is None

    @pytest.mark.parametrize("uid", [NOBODY.pw_uid, 54321])
    def test_as_an_ordinary_user_named_or_not(self, tmp_path: Path, uid: int) -> None:
        script = (
            "import asyncio, os, sys, pathlib\n"
            "from s3gw.db.embedded import start_embedded\n"
            "from s3gw.db.pool import Database\n"
            "async def main():\n"
            "    server = await start_embedded(pathlib.Path(sys.argv[1]))\n"
            "    db = await Database.connect(server.url)\n"
            "    print(os.geteuid(), await db.fetchval('SELECT 1 + 1'))\n"
            "    await db.close()\n"
            "    await server.stop()\n"
            "asyncio.run(main())\n"
        )
        # The launcher itself shows the script as that user.
        as_user = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), f"map:{uid}:{uid}"]
        done = subprocess.run(
            [*as_user, sys.executable, "-c", script, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == (f"{uid} 2", "")


async def test_waiting_gives_up() -> None:
    assert not await until(lambda: False, 0.02)
