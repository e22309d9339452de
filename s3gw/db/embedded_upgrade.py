"""Bring the embedded PostgreSQL's cluster to the major version that this release runs.

    DATA/pg/data.upgraded    the new cluster once pg_upgrade has filled it, until it is renamed to data
    DATA/pg/data.16          the old cluster afterwards, to be removed by hand

Every step can be repeated: what a crash leaves half done is made again, or finished by its name.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

from s3gw.db.embedded import launch
from s3gw.db.embedded_cluster import (
    INSTALLS,
    MAJOR,
    USER,
    LaunchRefused,
    binary,
    cluster,
    initialise,
    lock,
    made_by,
    prepare,
    run_program,
    sync_directory,
    wait_for_predecessor,
)
from s3gw.db.embedded_identity import Identity, identities, refused
from s3gw.errors import ConfigError


async def upgrade(data: Path) -> Path | None:
    """Upgrade the cluster of a data directory on which no gateway runs; where the old one is kept.

    None where there is nothing to do. Needs as much free space as the cluster takes. Raises ConfigError
    where the version is not one that this release can upgrade from.
    """
    held = await lock(data)
    try:
        return await _upgrade(data)
    finally:
        os.close(held)


async def _upgrade(data: Path) -> Path | None:
    directory = cluster(data)
    upgraded = directory.with_name("data.upgraded")
    if directory.exists():
        major = made_by(directory)
        if major == MAJOR:
            return None
        if major not in INSTALLS:
            raise ConfigError(
                f"{directory} is of PostgreSQL {major}; this release upgrades from "
                f"{', '.join(str(known) for known in INSTALLS if known != MAJOR)}"
            )
        await wait_for_predecessor(directory)
        reasons: list[str] = []
        for identity in identities([directory.parent, binary("postgres"), binary("postgres", major)]):
            try:
                await _build(data, upgraded, identity, major)
                break
            except LaunchRefused as error:
                reasons.append(str(error))
        else:
            raise refused(data, reasons)
        directory.rename(directory.with_name(f"data.{major}"))
    kept = next(iter(sorted(directory.parent.glob("data.*[0-9]"))), None)
    if kept is None or not upgraded.exists():
        raise ConfigError(f"{directory.parent} holds no PostgreSQL cluster")
    upgraded.rename(directory)
    sync_directory(directory.parent)
    return kept


async def _build(data: Path, upgraded: Path, identity: Identity, major: int) -> None:
    """Make the new cluster from the old one, which stays as it is."""
    old, fresh = cluster(data), upgraded.with_name("data.filling")
    sockets = prepare(data, identity)
    # pg_upgrade takes only a cluster that was shut down in order, which this one may not have been.
    server = await launch(data, identity, {}, major=major)
    await server.stop()
    said = await asyncio.to_thread(run_program, identity, binary("pg_controldata"), ["-D", str(old)])
    checksums = not re.search(r"^Data page checksum version: +0$", said, re.MULTILINE)
    for leftover in (upgraded, fresh):
        shutil.rmtree(leftover, ignore_errors=True)
    option = "--data-checksums" if checksums else "--no-data-checksums"
    await asyncio.to_thread(initialise, fresh, identity, options=[option])
    arguments = ["--old-bindir", str(binary("postgres", major).parent), "--old-datadir", str(old)]
    arguments += ["--new-bindir", str(binary("postgres").parent), "--new-datadir", str(fresh)]
    arguments += ["--username", USER, "--socketdir", str(sockets), "--jobs", str(os.cpu_count() or 1)]
    await asyncio.to_thread(run_program, identity, binary("pg_upgrade"), arguments, cwd=sockets)
    for script in sockets.glob("*.sh"):
        script.unlink()
    fresh.rename(upgraded)
    sync_directory(upgraded.parent)
