"""Backends are known by their markers: found again where they moved, refused where they are not ours."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from s3gw.app.adoption import adopt, recognise
from s3gw.app.following import Followed
from s3gw.backend_url import FileLocation
from s3gw.config import Settings
from s3gw.db import instances, packs
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, Unavailable


def at(path: Path, name: str | None = None) -> FileLocation:
    return FileLocation(path, name)


async def used(db: Database, number: int) -> None:
    """Let a pack be on the backend."""
    instance = await instances.start(db, uuid4())
    await packs.create(db, instance, (await packs.reserve(db))[0], [number], 60.0)


async def test_a_new_directory_is_marked_and_registered(database: Database, tmp_path: Path) -> None:
    (place,) = await adopt(database, [at(tmp_path / "new" / "packs")])
    store = await packs.store_id(database)
    assert (tmp_path / "new" / "packs" / "store").read_text().strip() == str(store)
    assert (tmp_path / "new" / "packs" / "backend").read_text().strip() == str(place.row.identity)
    assert (place.row.name, place.row.url) == ("disk", (tmp_path / "new" / "packs").as_uri())
    assert (tmp_path / "new" / "packs").stat().st_mode & 0o777 == 0o700
    assert await adopt(database, [at(tmp_path / "new" / "packs")]) == (place,)
    assert await recognise(database, [at(tmp_path / "new" / "packs")]) == (place,)


async def test_one_that_moved_is_found_again(database: Database, tmp_path: Path) -> None:
    (before,) = await adopt(database, [at(tmp_path / "a")])
    await used(database, before.row.id)
    (tmp_path / "a").rename(tmp_path / "b")
    (after,) = await adopt(database, [at(tmp_path / "b")])
    assert after.row.id == before.row.id
    assert after.row.url == (tmp_path / "b").as_uri()


async def test_one_of_another_database_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "store").write_text(f"{uuid4()}\n")
    with pytest.raises(ConfigError, match="another database"):
        await adopt(database, [at(tmp_path / "a")])
    assert await instances.backends(database) == []


@pytest.mark.parametrize("left", ["nothing", "an empty directory"])
async def test_what_is_not_mounted_is_not_taken_for_new(
    database: Database, tmp_path: Path, left: str
) -> None:
    await adopt(database, [at(tmp_path / "a")])
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    if left == "an empty directory":
        (tmp_path / "a").mkdir()
    with pytest.raises(ConfigError, match="is it mounted"):
        await adopt(database, [at(tmp_path / "a")])
    assert not (tmp_path / "a" / "store").exists()


async def test_one_that_is_not_given_is_named(database: Database, tmp_path: Path) -> None:
    await adopt(database, [at(tmp_path / "a")])
    for ask in (adopt, recognise):
        with pytest.raises(ConfigError, match=f"add --backend {(tmp_path / 'a').as_uri()}"):
            await ask(database, [])
    with pytest.raises(ConfigError, match="add --backend"):
        await adopt(database, [at(tmp_path / "b")])
    assert not (tmp_path / "b").exists(), "nothing was made of what was refused"


async def test_a_dead_one_need_not_be_given(database: Database, tmp_path: Path) -> None:
    (place,) = await adopt(database, [at(tmp_path / "a")])
    await used(database, place.row.id)
    await database.execute("UPDATE backends SET state = 'dead'")
    (other,) = await adopt(database, [at(tmp_path / "b")])
    assert (other.row.id, other.row.name) != (place.row.id, place.row.name)


async def test_release_0_1_0_marked_the_store_only(database: Database, tmp_path: Path) -> None:
    """Its directory is known by that alone, also where it moved, and then gets a marker of its own."""
    row = await instances.ensure_backend(database, "disk", (tmp_path / "a").as_uri())
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "store").write_text(f"{await packs.store_id(database)}\n")
    await used(database, row.id)
    (place,) = await adopt(database, [at(tmp_path / "b")])
    assert place.row.id == row.id
    assert (tmp_path / "b" / "backend").read_text().strip() == str(place.row.identity)


async def test_the_library_marks_nothing(database: Database, tmp_path: Path) -> None:
    row = await instances.ensure_backend(database, "disk", (tmp_path / "a").as_uri())
    await used(database, row.id)
    with pytest.raises(ConfigError, match="is it mounted"):
        await adopt(database, [at(tmp_path / "a")])
    (tmp_path / "a" / "ab").mkdir(parents=True)
    (tmp_path / "a" / "ab" / ("ab" * 16)).touch()
    (place,) = await adopt(database, [at(tmp_path / "a")])
    assert place.row.id == row.id


async def test_names_are_given_or_made(database: Database, tmp_path: Path) -> None:
    given = [at(tmp_path / "a"), at(tmp_path / "b"), at(tmp_path / "c", "cold")]
    assert [place.row.name for place in await adopt(database, given)] == ["disk", "disk-2", "cold"]
    with pytest.raises(ConfigError, match="called 'cold' already"):
        await adopt(database, [at(tmp_path / "a", "cold"), *given[1:]])
    renamed = await adopt(database, [at(tmp_path / "a", "warm"), *given[1:]])
    assert [place.row.name for place in renamed] == ["warm", "disk-2", "cold"]


async def test_one_backend_by_two_ways_is_refused(database: Database, tmp_path: Path) -> None:
    await adopt(database, [at(tmp_path / "a")])
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ConfigError, match="the same one"):
        await adopt(database, [at(tmp_path / "a"), at(tmp_path / "b")])


async def test_own_packs_that_were_never_used_are_let_go(database: Database, tmp_path: Path) -> None:
    own = at(tmp_path / "own")
    (place,) = await adopt(database, [own])
    (shared,) = await adopt(database, [at(tmp_path / "shared")], spare=own)
    assert [row.id for row in await instances.backends(database)] == [shared.row.id]
    both = await adopt(database, [own, at(tmp_path / "shared")])
    used_one = next(other.row for other in both if other.row.identity == place.row.identity)
    await used(database, used_one.id)
    with pytest.raises(ConfigError, match="add --backend"):
        await adopt(database, [at(tmp_path / "shared")], spare=own)


async def test_a_command_registers_nothing(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no backend of this database"):
        await recognise(database, [at(tmp_path / "a")])
    assert not (tmp_path / "a").exists()


async def test_an_unreadable_marker_stops_the_start(database: Database, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "store").write_text("nonsense")
    with pytest.raises(ConfigError, match="restore it"):
        await adopt(database, [at(tmp_path / "a")])
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Not a directory"):
        await adopt(database, [at(tmp_path / "file" / "packs")])


async def test_nothing_is_written_where_the_file_system_went(database: Database, tmp_path: Path) -> None:
    places = await adopt(database, [at(tmp_path / "a")])
    (backend,) = Followed(database, places, Settings(reserve=0), None).backends.values()
    await backend.put("ab" * 16, [b"x"])
    (tmp_path / "a").rename(tmp_path / "gone")
    (tmp_path / "a").mkdir()
    for write in (backend.put("cd" * 16, [b"x"]), backend.open("ef" * 16)):
        with pytest.raises(Unavailable, match="mounted"):
            await write
    assert list((tmp_path / "a").iterdir()) == []
    await backend.close()
