"""Renders what was measured: tables between markers of docs/benchmarks.md, and plots.

`python -m bench.speed.report` renders the kept figures again.
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.speed.plan import full
from bench.speed.results import PLOTS, Results, load
from bench.speed.tables import group, growth, machine, required

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "bench" / "results" / "speed.json"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
_SECTION = re.compile(
    r"(<!-- speed (\S+): made by make bench-full -->\n).*?(<!-- speed \2: end -->)", re.DOTALL
)


def sections(results: Results) -> dict[str, str]:
    """The tables by the names of their markers; none where nothing was measured for them."""
    made = {"required": required(results), "machine": machine(results)}
    made |= {one.name: group(results, one.name) for one in full() if _has_a_table(one.name, results)}
    if any("-among-" in name for name in results.works):
        made["growth"] = growth(results)
    return made


def _has_a_table(name: str, results: Results) -> bool:
    """The groups that `growth` shows have none of their own."""
    return bool(results.group(name)) and not name.startswith("keys-")


def tables(results: Results) -> str:
    """All of them, for the terminal."""
    return "\n\n".join(f"## {name}\n\n{said}" for name, said in sections(results).items()) + "\n"


def replaced(page: str, results: Results) -> str:
    """`page` with tables between its markers; what was not measured stays.

    Raises ValueError where the page has no markers.
    """
    made = sections(results)

    def section(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        if name not in made:
            return found[0]
        plot = f"![{name}](images/{PLOTS[name]})\n\n" if name in PLOTS else ""
        return f"{begin}\n{plot}{made[name]}\n\n{end}"

    new, number = _SECTION.subn(section, page)
    if not number:
        raise ValueError("the document has no markers of speed")
    return new


def write(results: Results, document: Path = DOCUMENT, images: Path = IMAGES) -> None:
    """Renew the document and its plots."""
    from bench.speed.plots import draw  # matplotlib is there only where requirements/bench.txt is installed

    document.write_text(replaced(document.read_text(), results))
    draw(results, images)


if __name__ == "__main__":
    write(load(FIGURES))
