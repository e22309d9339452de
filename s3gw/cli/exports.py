"""`s3gw db export`, `exports` and `restore`: the metadata beside the packs, or in a file, and back."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from s3gw import app
from s3gw.backends.base import Backend, Buffer
from s3gw.cli import progress
from s3gw.cli.output import complain, say, size, table
from s3gw.config import Settings
from s3gw.errors import ConfigError
from s3gw.jobs.export import exporter
from s3gw.jobs.job import Progress
from s3gw.metadata import blobs
from s3gw.metadata.blobs import Export
from s3gw.metadata.dump import Exported, dump
from s3gw.metadata.restore import restore

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_READ = 1 << 20


def add(actions: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to those of `s3gw db`."""
    exporting = actions.add_parser(
        "export",
        parents=[common],
        help="write all metadata to the backends, or to a file",
        description="Writes everything that the database knows, as it is at one moment, beside the packs, or "
        "to FILE. Sealed by the master key, where there is one. Safe beside running gateways.",
    )
    exporting.add_argument("file", nargs="?", metavar="FILE", help="a new file, or - for standard output")
    exporting.set_defaults(run=run_export)
    listing = actions.add_parser("exports", parents=[common], help="list what was exported to the backends")
    listing.set_defaults(run=run_list)
    restoring = actions.add_parser(
        "restore",
        parents=[common],
        help="fill an empty database from an export",
        description="Fills an empty database, or the embedded one of a data directory that has none, from "
        "the newest export on the backends that are given (the packs in the data directory), or from FILE.",
    )
    restoring.add_argument(
        "file", nargs="?", metavar="FILE", help="an exported file, or - for standard input"
    )
    restoring.add_argument("--export", metavar="ID", help="not the newest, but this one")
    restoring.add_argument(
        "--unsealed", action="store_true", help="take one that is not sealed, though there is a master key"
    )
    restoring.set_defaults(run=run_restore)


def run_export(settings: Settings, given: argparse.Namespace) -> int:
    """Export, and say what and where."""
    if given.file is not None:
        exported = asyncio.run(_to_file(settings, given.file))
        _tell(f"exported {exported.rows} rows", exported.sealed)
        return 0
    export = asyncio.run(_to_backends(settings))
    say(export.id)
    _tell(f"exported {export.rows} rows in {size(export.size)}", export.sealed)
    return 0


def _tell(what: str, sealed: bool) -> None:
    complain(
        f"{what}; " + ("keep the master key elsewhere" if sealed else "not sealed: there is no master key")
    )


async def _to_backends(settings: Settings) -> Export:
    done = Progress()
    async with app.storage(settings) as (db, backends), progress.shown("exporting", done):
        return await exporter(db, backends, app.masters_of(settings), settings).export(done)


async def _to_file(settings: Settings, name: str) -> Exported:
    done = Progress()
    async with app.database(settings) as db, progress.shown("exporting", done):
        with _Target(name) as target:

            async def take(data: bytes) -> None:
                await asyncio.to_thread(target.write, data)

            return await dump(db, app.masters_of(settings), take, expect=done.expect, advance=done.advance)


class _Target:
    """A new file for its owner alone, there only when all was written; or standard output."""

    def __init__(self, name: str) -> None:
        self._name = None if name == "-" else Path(name)
        self._file: BinaryIO = sys.stdout.buffer

    def __enter__(self) -> _Target:
        if self._name is not None:
            try:
                handle = os.open(self._name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise ConfigError(f"{self._name}: {error.strerror}") from None
            self._file = os.fdopen(handle, "wb")
        return self

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise ConfigError(f"{self._name or 'standard output'}: {error.strerror}") from None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._file.flush()
            if self._name is not None:
                os.fsync(self._file.fileno())
        except OSError as error:
            if kind is None:
                raise ConfigError(f"{self._name or 'standard output'}: {error.strerror}") from None
        finally:
            if self._name is not None:
                self._file.close()
                if kind is not None:
                    self._name.unlink()


def run_list(settings: Settings, given: argparse.Namespace) -> int:
    """Print the exports on all backends, the newest last."""
    found = asyncio.run(_listed(settings))
    rows = [("export", "of", "rows", "size", "schema", "sealed")]
    for export in sorted({export.id: export for _, export in found}.values(), key=lambda one: one.moment):
        made = f"{export.made_at:%Y-%m-%d %H:%M:%S}"
        sealed = "yes" if export.sealed else "no"
        rows.append((export.id, made, str(export.rows), size(export.size), str(export.schema), sealed))
    for line in table(rows):
        say(line)
    return 0


def run_restore(settings: Settings, given: argparse.Namespace) -> int:
    """Restore, and say what to do next."""
    if given.file is not None and given.export is not None:
        raise ConfigError("restore: give a file, or the id of an export on a backend, not both")
    exported = asyncio.run(_restore(settings, given.file, given.export, given.unsealed))
    say(f"restored {exported.rows} rows, as they were at {exported.made_at:%Y-%m-%d %H:%M:%S} UTC")
    say("Files that were written after that stay, since the job sightings is paused. Start the gateway,")
    say("run `s3gw fsck`, where it finds damage also `s3gw fsck --rebuild`, and then")
    say("`s3gw jobs resume sightings`.")
    return 0


async def _restore(settings: Settings, file: str | None, number: str | None, unsealed: bool) -> Exported:
    done = Progress()
    masters = app.masters_of(settings)
    async with AsyncExitStack() as stack:
        if file is not None:
            source = _blocks(stack.enter_context(_opened(file)))
        else:
            places = await stack.enter_async_context(_places(settings))
            backend, export = _chosen(await _find(places), number)
            complain(f"restoring the export {export.id} of {export.made_at:%Y-%m-%d %H:%M:%S} UTC")
            source = blobs.read(backend, export)
        url = await stack.enter_async_context(app.new_database(settings))
        async with progress.shown("restoring", done):
            return await restore(url, masters, source, unsealed=unsealed, advance=done.advance)


def _chosen(found: Sequence[tuple[Backend, Export]], number: str | None) -> tuple[Backend, Export]:
    wanted = [one for one in found if number in (None, one[1].id)]
    if not wanted:
        what = "no export is" if number is None else f"the export {number} is not"
        raise ConfigError(f"restore: {what} on the backends that were given; name them by --backend")
    stores = {export.store for _, export in wanted}
    if len(stores) > 1:
        raise ConfigError("restore: the backends have exports of several stores; name those of one")
    return max(wanted, key=lambda one: one[1].moment)


def _opened(file: str) -> BinaryIO:
    try:
        return sys.stdin.buffer if file == "-" else Path(file).open("rb")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None


async def _blocks(file: BinaryIO) -> AsyncIterator[Buffer]:
    while data := await asyncio.to_thread(file.read, _READ):
        yield data


@asynccontextmanager
async def _places(settings: Settings) -> AsyncIterator[Sequence[Backend]]:
    """The backends that are given, without asking a database which they are."""
    places = app.open_places(replace(settings, reserve=0))
    try:
        yield places
    finally:
        for place in places:
            await place.close()


async def _find(places: Sequence[Backend]) -> list[tuple[Backend, Export]]:
    found: list[tuple[Backend, Export]] = []
    for place in places:
        exports = (await blobs.find(place, float("inf"))).whole
        found += [(place, export) for export in exports]
    return found


async def _listed(settings: Settings) -> list[tuple[Backend, Export]]:
    async with _places(settings) as places:
        return await _find(places)
