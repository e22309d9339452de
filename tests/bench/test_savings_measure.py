"""What the comparison counts: on data of which it is known, in a real gateway and in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.datasets.catalogue import DataSet
from bench.savings import peers
from bench.savings.__main__ import measure
from bench.savings.gateway import PRESETS, parts_saved
from bench.savings.peers import PEERS, Peer
from bench.savings.results import Parts, Results, load
from tests.streams import content

MIB = 1 << 20
SMALL = 20


def _same_twice(folder: Path, _scale: float) -> list[Path]:
    """Two versions, alike, of one file of 3 MiB and twenty of 1000 bytes; nothing compresses."""
    made = []
    for version in ("one", "two"):
        made.append(folder / version)
        (made[-1] / "small").mkdir(parents=True)
        (made[-1] / "large").write_bytes(content(1, 3 * MIB))
        for number in range(SMALL):
            (made[-1] / "small" / str(number)).write_bytes(content(100 + number, 1000))
    return made


SAME_TWICE = DataSet("same", "the same twice", _same_twice)
UNIQUE = 3 * MIB + SMALL * 1000


@pytest.mark.slow
def test_a_gateway_is_charged_for_its_database(tmp_path: Path) -> None:
    results = Results()
    assert list(measure(SAME_TWICE, PRESETS[:1], results, tmp_path)) == ["s3gw"]
    measured = results.sets["same"]
    assert (measured.versions, measured.files, measured.logical_bytes) == (2, 2 * (SMALL + 1), 2 * UNIQUE)
    figures = measured.systems["s3gw"]
    assert figures.unique_bytes == UNIQUE
    assert UNIQUE <= figures.stored_bytes < UNIQUE + 64 * 1024
    # Forty-two objects and their chunks take rows, and small objects are in them: some pages of 8 KiB.
    assert figures.stored_bytes + 8192 <= figures.total_bytes < UNIQUE + MIB
    assert figures.cpu_seconds > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_parts_that_end_elsewhere_cost_what_arithmetic_says(tmp_path: Path) -> None:
    """12 MiB in chunks of 4: cut alike whole and in parts of 8 MiB, while parts of 5 MiB share one chunk."""
    saved = parts_saved("fixed-4m", tmp_path / "home", 12 * MIB)
    assert saved.sent == pytest.approx(100 * (1 - 20 / 36), abs=0.05)
    assert saved.settled == pytest.approx(100 * 2 / 3, abs=0.05)


@pytest.mark.client
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_is_charged_for_its_whole_repository(peer: Peer, tmp_path: Path) -> None:
    if peer.name in peers.missing():
        pytest.skip(f"make test-deps installs {peer.name}")
    assert peer.name in peer.told_version()
    results = Results()
    assert list(measure(SAME_TWICE, [peer], results, tmp_path)) == [peer.name]
    figures = results.sets["same"].systems[peer.name]
    assert figures.unique_bytes is None or UNIQUE <= figures.unique_bytes < UNIQUE + 64 * 1024
    assert UNIQUE <= figures.stored_bytes < figures.total_bytes < UNIQUE + MIB


def test_results_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert load(path) == Results()
    results = Results(
        versions={"s3gw": "1"}, commands={"s3gw": "serve"}, parts={"cdc-256k": Parts(42.0, 66.7)}
    )
    assert list(measure(SAME_TWICE, [], results, tmp_path)) == []
    results.save(path)
    assert load(path) == results
    assert json.loads(path.read_text())["sets"]["same"]["logical_bytes"] == 2 * UNIQUE
