"""`python -m bench.inline`: what small objects cost in rows of the database, and what in packs.

For each size, incompressible objects go up and come back with everything inline and with nothing inline; the
figures are requests a second over eight connections and bytes on disk for each object, packs and database
together. `docs/decisions/0006-inline-limit.md` shows a run.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from bench.load import Body, Target, drive
from tests.gateway import Gateway

KIB = 1 << 10
SIZES = (1 * KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB)
OBJECTS = 2000
CONNECTIONS = 8


def main() -> None:
    """Measure and print a Markdown table."""
    print(
        "| Object | PUT/s inline | PUT/s in packs | GET/s inline | GET/s in packs | Bytes inline | in packs |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for size in SIZES:
        inline, packed = _measure(size, 1 << 20), _measure(size, 0)
        row = [f"{a:,.0f} | {b:,.0f}" for a, b in zip(inline, packed, strict=True)]
        print(f"| {size // KIB} KiB | {' | '.join(row)} |", flush=True)


def _measure(size: int, limit: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(prefix="s3gw-bench-") as home:
        gateway = Gateway(Path(home), {"S3GW_INLINE_LIMIT": str(limit)}).start()
        try:
            target = Target(gateway.port, gateway.access_key, gateway.secret_key)
            drive(target, [target.request("PUT", "/bench")])
            before = _bytes(gateway)
            rates = []
            for method in ("PUT", "GET"):
                requests = [
                    target.request(method, f"/bench/{n}", Body(n + 1, size if method == "PUT" else 0))
                    for n in range(OBJECTS)
                ]
                os.sync()
                rates.append(drive(target, requests, CONNECTIONS).rate)
            return rates[0], rates[1], (_bytes(gateway) - before) / OBJECTS
        finally:
            gateway.stop()


def _bytes(gateway: Gateway) -> int:
    stats = json.loads(gateway.s3gw("stats", "--json"))
    packs = sum(path.stat().st_size for path in (gateway.data / "packs").rglob("*") if path.is_file())
    return int(stats["metadata_bytes"]) + packs


if __name__ == "__main__":
    main()
