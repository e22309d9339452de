"""Figures as tables and as a plot; and the document shows the figures that are kept."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.savings import report
from bench.savings.results import Figures, Measured, Parts, Results, load


def _results() -> Results:
    systems = {
        "s3gw": Figures(500_000, 100_000, 102_048, 1.25),
        "restic": Figures(None, 200_000, 300_000, 2),
        "borg": Figures(900_000, 250_000, 350_000, 3),
    }
    return Results(
        versions={"s3gw": "0.1", "restic": "restic 0.14.0 compiled with go"},
        commands={name: f"{name} run" for name in systems},
        sets={"releases-tar": Measured("ten releases", 10, 10, 1_000_000, systems)},
        parts={"cdc-256k": Parts(42.04, 66.66)},
    )


def test_tables_show_what_was_measured() -> None:
    tables = report.render(_results()).splitlines()
    assert "| ten releases | 1 | 89.8 | 70.0 | 65.0 |" in tables
    assert "| ten releases | 1 | 50.0 / 90.0 | – / 80.0 | 10.0 / 75.0 |" in tables
    assert "| ten releases | 1 | 2 | 98 | 98 |" in tables
    assert "| ten releases | 1 | 1.2 | 2.0 | 3.0 |" in tables
    assert "| cdc-256k | 42.0 | 66.7 |" in tables
    assert "| borg | `borg run` |" in tables
    assert "Versions: s3gw 0.1, restic 0.14.0 compiled with go." in tables


def test_a_system_that_was_left_out_leaves_a_gap() -> None:
    results = _results()
    del results.sets["releases-tar"].systems["restic"]
    assert "| ten releases | 1 | 89.8 |  | 65.0 |" in report.render(results).splitlines()


def test_tables_stand_between_the_markers_and_nowhere_else() -> None:
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    once = report.replaced(page, "new\n")
    assert once == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    assert report.replaced(once, "new\n") == once
    with pytest.raises(ValueError, match="has no lines"):
        report.replaced(page.replace(report.END, ""), "new")


def test_the_document_shows_the_figures_that_are_kept() -> None:
    results, page = load(report.RESULTS), report.DOCUMENT.read_text()
    assert results.scale == 1.0
    assert report.replaced(page, report.render(results)) == page


@pytest.mark.client
def test_the_plot_is_the_same_for_the_same_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="make test-deps installs matplotlib")
    from bench.savings.plot import draw

    draw(_results(), tmp_path / "one.svg")
    draw(_results(), tmp_path / "two.svg")
    drawn = (tmp_path / "one.svg").read_bytes()
    assert drawn == (tmp_path / "two.svg").read_bytes()
    said = "".join(ET.fromstring(drawn).itertext())
    for shown in ("ten releases", "10.2", "30.0", "35.0", "restic", "borg"):
        assert shown in said
