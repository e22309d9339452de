"""The picture: what a data set takes, of each 100 bytes given, beside the backup programs."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.savings.results import Results

_SYSTEMS = {
    "s3gw": ("s3gw", "#2f6f4f"),
    "cdc-64k": ("s3gw, preset cdc-64k", "#7fb58f"),
    "restic": ("restic", "#b9a44c"),
    "borg": ("borg", "#8a94a6"),
}
"""What the plot shows of the systems that were measured: label and colour."""
_SHOWN = ("releases-tar", "releases-unpacked", "database", "documents", "events", "events-cdc")
_HEIGHT = 0.2


def draw(results: Results, image: Path) -> None:
    """Write the plot as SVG, the same bytes for the same figures."""
    shown = [results.sets[name] for name in _SHOWN if name in results.sets]
    settings = {"svg.hashsalt": "s3gw", "svg.fonttype": "none", "font.family": "sans-serif"}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(8.2, 0.5 + 1.05 * len(shown)), layout="constrained", facecolor="white")
        axes = figure.add_subplot()
        for number, (system, (label, colour)) in enumerate(_SYSTEMS.items()):
            rows = [row for row, one in enumerate(shown) if system in one.systems]
            kept = [100 * shown[row].systems[system].total_bytes / shown[row].logical_bytes for row in rows]
            places = [row + (number - (len(_SYSTEMS) - 1) / 2) * _HEIGHT for row in rows]
            bars = axes.barh(places, kept, _HEIGHT * 0.92, label=label, color=colour)
            axes.bar_label(bars, [f"{part:.1f}" for part in kept], padding=3, fontsize=9)
        axes.set_yticks(range(len(shown)), [f"{one.title}\n{_size(one.logical_bytes)}" for one in shown])
        axes.invert_yaxis()
        axes.set_xlim(0, 108)
        axes.set_xlabel("bytes kept of 100 given, all metadata counted: less is better")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower right", frameon=False)
        image.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(image, format="svg", metadata={"Date": None})


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
