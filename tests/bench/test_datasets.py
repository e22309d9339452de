"""The data sets are the same bytes wherever and whenever they are made."""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from bench.datasets import database, documents
from bench.datasets.catalogue import SETS, DataSet

MADE_HERE = [one for one in SETS if one.name in ("database", "documents")]
OF_PARQUET = [one for one in SETS if one.name.startswith("events")]
SCALE = 0.002


def _digest(versions: list[Path]) -> str:
    digest = hashlib.sha256()
    for version in versions:
        for path in sorted(version.rglob("*")) if version.is_dir() else [version]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@pytest.mark.parametrize("data_set", MADE_HERE, ids=lambda one: one.name)
def test_a_set_made_twice_is_the_same(data_set: DataSet, tmp_path: Path) -> None:
    first = data_set.make(tmp_path / "first", SCALE)
    second = data_set.make(tmp_path / "second", SCALE)
    assert [path.name for path in first] == [path.name for path in second]
    assert _digest(first) == _digest(second)


def test_rows_of_the_database_are_known(tmp_path: Path) -> None:
    """Rows, since the file names the SQLite that wrote it."""
    last = database.snapshots(tmp_path, SCALE)[-1]
    with closing(sqlite3.connect(last)) as connection:
        rows = connection.execute("SELECT * FROM entry ORDER BY id").fetchall()
    assert len(rows) == 1200 + 5 * 12 - 5
    assert (
        hashlib.sha256(repr(rows).encode()).hexdigest()
        == "36b5e1467e8d16575168a60b609e92c1d17d2e521a81b9fbab442768c3b5664f"
    )


def test_members_of_the_documents_are_known(tmp_path: Path) -> None:
    """Members, since compressed bytes depend on the zlib that made them."""
    versions = documents.versions(tmp_path, SCALE)
    assert len(versions) == 8
    assert sorted(path.name for path in versions[7].iterdir()) == [
        "paper-00.pdf",
        "paper-01.pdf",
        "report-00.docx",
        "report-01.docx",
    ]
    digest = hashlib.sha256()
    with zipfile.ZipFile(versions[7] / "report-01.docx") as package:
        for member in package.namelist():
            digest.update(member.encode() + package.read(member))
    assert digest.hexdigest() == "16849a26a014795bd8d346b2d25d1c4782066a2ab150d5ee689da25dc51fd9e9"


def test_a_pdf_grows_at_its_end_only(tmp_path: Path) -> None:
    versions = documents.versions(tmp_path, SCALE)
    contents = [(version / "paper-00.pdf").read_bytes() for version in versions]
    for before, after in pairwise(contents):
        assert len(after) > len(before)
        assert after.startswith(before)


@pytest.mark.client
@pytest.mark.parametrize("data_set", OF_PARQUET, ids=lambda one: one.name)
def test_parquet_made_twice_is_the_same(data_set: DataSet, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="make test-deps installs pyarrow")
    first = data_set.make(tmp_path / "first", SCALE)
    assert len(first) == 6
    assert _digest(first) == _digest(data_set.make(tmp_path / "second", SCALE))


@pytest.mark.client
def test_both_kinds_of_parquet_hold_the_same_table(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="make test-deps installs pyarrow")
    plain, cut = (one.make(tmp_path / one.name, SCALE) for one in OF_PARQUET)
    tables = [parquet.read_table(versions[-1]) for versions in (plain, cut)]
    assert tables[0].equals(tables[1])
    # 3000 rows, 150 more five times, and at most 200 fewer three times.
    assert 3750 - 600 <= len(tables[0]) < 3750
