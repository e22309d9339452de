"""Renders what was measured: tables between markers of docs/benchmarks.md, and the plot.

`python -m bench.savings.report` renders the kept figures again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from bench.savings.results import Figures, Measured, Results, load

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results" / "savings.json"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
IMAGE = ROOT / "docs" / "images" / "savings.svg"
BEGIN, END = "<!-- savings: made by make bench-savings -->", "<!-- savings: end -->"


def write(results: Results, document: Path, image: Path) -> None:
    """Renew the tables in `document` and the plot. Raises ValueError where the document lacks the markers."""
    from bench.savings.plot import draw  # not every machine has matplotlib

    page = document.read_text()
    document.write_text(replaced(page, render(results)))
    draw(results, image)


def replaced(page: str, tables: str) -> str:
    """`page` with `tables` between the markers. Raises ValueError where there are none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def render(results: Results) -> str:
    """All tables, as Markdown."""
    systems = list(results.commands)
    return "\n".join(
        [
            "Saved, in percent of the bytes given, with everything counted that is kept:",
            "",
            *_by_set(results, systems, lambda measured, of: _percent(measured, of.total_bytes)),
            "",
            "Chunks only, before compression (what deduplication alone saves) / after it:",
            "",
            *_by_set(results, systems, _chunks),
            "",
            "What describes the chunks, in KiB (database, indexes, manifests):",
            "",
            *_by_set(results, systems, lambda _, of: f"{of.metadata_bytes / 1024:,.0f}"),
            "",
            "Processor seconds: of the gateway with its database (no client), and of each backup program:",
            "",
            *_by_set(results, systems, lambda _, of: f"{of.cpu_seconds:.1f}"),
            "",
            *(_parts(results) if results.parts else ()),
            "How each was driven:",
            "",
            *_table(
                ["System", "Command"], ([name, f"`{command}`"] for name, command in results.commands.items())
            ),
            "",
            "Versions: " + ", ".join(_version(name, told) for name, told in results.versions.items()) + ".",
            "",
        ]
    )


def _parts(results: Results) -> Iterable[str]:
    yield "One file of 200 MiB of random bytes, sent whole, in parts of 8 MiB and in parts of 5 MiB: what"
    yield "deduplication saves, in percent, as it was sent and once the job `rechunk` has closed the seams."
    yield "If parts did not matter it would be 66.7:"
    yield ""
    rows = ([name, f"{saved.sent:.1f}", _measured(saved.settled)] for name, saved in results.parts.items())
    yield from _table(["Preset", "as sent", "later"], rows)
    yield ""


def _measured(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.1f}"


def _by_set(results: Results, systems: list[str], cell: Callable[[Measured, Figures], str]) -> Iterable[str]:
    rows = (
        [
            measured.title,
            f"{measured.logical_bytes / 1e6:,.0f}",
            *(cell(measured, measured.systems[name]) if name in measured.systems else "" for name in systems),
        ]
        for measured in results.sets.values()
    )
    return _table(["Set", "MB", *systems], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    numeric = ["---:"] * (len(head) - 1) if head[1] != "Command" else ["---"]
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(['---', *numeric])}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _percent(measured: Measured, kept: int) -> str:
    return f"{round(100 * (1 - kept / measured.logical_bytes), 1) + 0.0:.1f}"  # 0.0 is added to -0.0


def _chunks(measured: Measured, of: Figures) -> str:
    plain = "–" if of.unique_bytes is None else _percent(measured, of.unique_bytes)
    return f"{plain} / {_percent(measured, of.stored_bytes)}"


def _version(name: str, told: str) -> str:
    """`restic 0.14.0 compiled with …` names itself."""
    return told if told.startswith(name) else f"{name} {told}"


if __name__ == "__main__":
    write(load(RESULTS), DOCUMENT, IMAGE)
