"""`make bench-seeds`: what the presets save on workloads of known savings, measured through the S3 API.

Every object goes up by one PUT to a gateway started for this; the figure is 1 - unique / logical of its
bucket, as `s3gw stats --json` tells it. Exits with 1 where a figure is off by more than 0.1.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import workloads
from tests.gateway import Gateway

Workload = Callable[[], Iterator[bytes]]
EXPECTED: dict[str, list[tuple[Workload, float]]] = {
    "fixed-4m": [(workloads.pool, 90.0), (workloads.versions, 40.0), (workloads.duplicate, 50.0)],
    "cdc-4m": [(workloads.prefix, 45.1), (workloads.versions, 40.0), (workloads.duplicate, 50.0)],
}


def main() -> int:
    """Run everything and print a Markdown table."""
    print("| Workload | Preset | Objects | Logical bytes | Unique bytes | Saved % | Known % |")
    print("|---|---|---:|---:|---:|---:|---:|")
    met = True
    for preset, runs in EXPECTED.items():
        with tempfile.TemporaryDirectory(prefix="s3gw-bench-") as home:
            gateway = Gateway(Path(home), {"S3GW_CHUNKING": preset, "S3GW_ARCHIVE_HINTS": "off"}).start()
            try:
                for workload, known in runs:
                    met &= _run(gateway, preset, workload, known)
            finally:
                gateway.stop()
    return 0 if met else 1


def _run(gateway: Gateway, preset: str, workload: Workload, known: float) -> bool:
    client, name = gateway.client(), workload.__name__
    client.create_bucket(Bucket=name)
    for number, body in enumerate(workload()):
        client.put_object(Bucket=name, Key=f"{number:06}", Body=body)
    stats = json.loads(gateway.s3gw("stats", "--json"))["buckets"][name]
    saved = 100 * (1 - stats["unique_bytes"] / stats["logical_bytes"])
    print(
        f"| {name} | {preset} | {stats['objects']} | {stats['logical_bytes']:,} | {stats['unique_bytes']:,} "
        f"| {saved:.1f} | {known:.1f} |",
        flush=True,
    )
    return bool(abs(saved - known) <= 0.1)


if __name__ == "__main__":
    sys.exit(main())
