"""Snapshots of a growing SQLite database, as a nightly copy of the file would be."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.datasets.text import Prose

SNAPSHOTS = 6
ROWS = 600_000
_SCHEMA = """
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
CREATE TABLE entry (id INTEGER PRIMARY KEY, number INTEGER, name TEXT, body TEXT);
CREATE INDEX entry_number ON entry (number);
"""


def snapshots(folder: Path, scale: float) -> list[Path]:
    """Six copies of a database of about 150 MB. Between two of them 1 % of the rows are updated (nine in ten
    among the newest tenth), 1 % inserted and 0.1 % deleted; the last is taken after VACUUM."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = _Entries(max(1000, round(ROWS * scale)))
    working = folder / "working"
    made = []
    with closing(sqlite3.connect(working)) as database:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", entries.first())
        for number in range(SNAPSHOTS):
            if number:
                database.executemany("UPDATE entry SET body = ? WHERE id = ?", entries.updates())
                database.executemany(
                    "INSERT INTO entry (number, name, body) VALUES (?, ?, ?)", entries.additions()
                )
                database.executemany("DELETE FROM entry WHERE id = ?", entries.deletions())
            database.commit()
            if number == SNAPSHOTS - 1:
                database.execute("VACUUM")
            made.append(folder / f"snapshot-{number}.db")
            shutil.copyfile(working, made[-1])
    working.unlink()
    return made


class _Entries:
    """The rows that change, from one seed."""

    def __init__(self, rows: int):
        self._rows = rows
        self._source = random.Random("database")
        self._prose = Prose(self._source, vocabulary=5000, longest=10)

    def first(self) -> Iterator[tuple[int, int, str, str]]:
        for at in range(self._rows):
            yield at, *self._values()

    def updates(self) -> Iterator[tuple[str, int]]:
        for _ in range(self._rows // 100):
            recent = self._source.random() < 0.9
            yield (
                self._prose.words(25),
                self._source.randrange(self._rows * 9 // 10 if recent else 0, self._rows),
            )

    def additions(self) -> Iterator[tuple[int, str, str]]:
        for _ in range(self._rows // 100):
            yield self._values()

    def deletions(self) -> Iterator[tuple[int]]:
        for _ in range(self._rows // 1000):
            yield (self._source.randrange(self._rows),)

    def _values(self) -> tuple[int, str, str]:
        return self._source.randrange(10**9), self._prose.words(4)[:20], self._prose.words(25)
