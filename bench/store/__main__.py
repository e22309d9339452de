"""`python -m bench.store`: measure what the store itself costs, and print it as tables."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.store import copies, rows
from bench.store.copies import SCRUBBED, Copies, Latency
from bench.store.gateways import MIB

PRESETS = ("cdc-64k", "cdc-256k", "cdc-1m", "cdc-4m", "fixed-4m", "fixed-64k", "fixed-8k")


def main() -> int:
    """Run everything."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="s3gw-store-") as work:
        print("| Preset | Chunks of 1 GiB | Database, MiB for each TiB stored |\n|---|---:|---:|")
        for preset in PRESETS:
            size = max(64 * MIB, int(1024 * MIB * given.scale))
            found = rows.measure(preset, Path(work) / preset, size)
            chunks = found.chunks * 1024 * MIB // size
            print(f"| {preset} | {chunks:,} | {found.bytes_per_tib / MIB:,.0f} |", flush=True)
        print(
            "\n" + _shown(copies.measure(Path(work) / "copies", int(SCRUBBED * given.scale), given.seconds))
        )
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full size, such as 0.1")
    parser.add_argument("--seconds", type=float, default=10.0, help="that each kind of request is sent")
    return parser.parse_args()


def _shown(found: Copies) -> str:
    lines = [
        f"`s3gw scrub` reads and verifies {found.scrubbed:,.0f} MB a second.",
        "",
        "| 64 KiB, 8 connections, two copies on three disks | p50, ms | p99, ms | slowest, ms |",
        "|---|---:|---:|---:|",
    ]
    for name, latency in (
        ("PUT, all disks there", found.put),
        ("PUT, one lost", found.put_without),
        ("GET, all disks there", found.get),
        ("GET, one lost", found.get_without),
    ):
        lines.append(_row(name, latency))
    return "\n".join(lines)


def _row(name: str, of: Latency) -> str:
    return f"| {name} | {of.p50:.1f} | {of.p99:.1f} | {of.slowest:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
