"""The pictures: small requests by size, large bodies, and what a PUT costs in a growing bucket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.speed.results import PLOTS, Measured, Results
from bench.speed.servers import TITLES
from bench.speed.tables import growth_points

_COLOURS = dict(zip(TITLES, ("#8a94a6", "#2f6f4f", "#7fb394", "#b9a44c", "#d8cb8e"), strict=True))
_STYLE = {"svg.hashsalt": "s3gw", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}


def draw(results: Results, images: Path) -> None:
    """Write each plot that there are figures for, the same bytes for the same figures."""
    images.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        if small := [work for work in results.group("small") if work.connections == 16]:
            _bars(small, "requests/s at 16 connections", images / PLOTS["small"])
        large = results.group("large") + results.group("gigabyte")
        if large := [work for work in large if not work.title.startswith("COPY")]:
            _bars(large, "MB/s", images / PLOTS["large"])
        if points := growth_points(results):
            _line([keys for keys, _ in points], [cost.median for _, cost in points], images)


def _bars(works: Sequence[Measured], label: str, image: Path) -> None:
    """A panel a work, since their figures differ by orders of magnitude."""
    columns = 4
    rows = -(-len(works) // columns)
    figure = Figure(figsize=(8.2, 1.75 * rows), layout="constrained", facecolor="white")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels[len(works) :]:
        panel.set_visible(False)
    for panel, work in zip(panels, works, strict=False):
        servers = [one for one in TITLES if work.runs.get(one)]
        spreads = [work.spread(one) for one in servers]
        heights = [spread.median for spread in spreads]
        around = [[s.median - s.least for s in spreads], [s.most - s.median for s in spreads]]
        style = {"color": [_COLOURS[one] for one in servers], "error_kw": {"lw": 0.8, "ecolor": "#444"}}
        bars = panel.bar(range(len(servers)), heights, 0.8, yerr=around, **style)
        panel.bar_label(bars, [f"{height:,.0f}" for height in heights], padding=2, fontsize=7)
        panel.set_title(work.title + (f" ×{work.connections}" if work.unit == "MB/s" else ""), fontsize=8)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.margins(y=0.25)
        panel.spines[["top", "right", "left"]].set_visible(False)
    shown = [one for one in TITLES if any(work.runs.get(one) for work in works)]
    handles = [mpl.patches.Patch(color=_COLOURS[one], label=TITLES[one]) for one in shown]
    figure.legend(handles=handles, loc="outside upper left", ncols=len(shown), frameon=False, title=label)
    _save(figure, image)


def _line(keys: Sequence[int], costs: Sequence[float], images: Path) -> None:
    figure = Figure(figsize=(5, 2.4), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.plot(keys, costs, marker="o", color=_COLOURS["s3gw"])
    axes.set_xscale("log")
    axes.set_ylim(0, max(costs) * 1.3)
    axes.set_xlabel("keys in the bucket")
    axes.set_ylabel("CPU of a PUT of 4 KiB, µs")
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, images / PLOTS["growth"])


def _save(figure: Any, image: Path) -> None:
    figure.savefig(image, format="svg", metadata={"Date": None})
