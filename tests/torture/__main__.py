"""The long run: `python -m tests.torture [--kills N] [--seed N]`, under load, on a database of its own.

The choices of a run follow from its seed, which is printed; what the machine makes of them does not. A
finding ends the run, and leaves its files.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from s3gw.db.embedded import start_embedded
from tests.conftest import _run
from tests.torture.run import torture, two_gateways


class Teller:
    """A bar in a terminal, and a line now and then elsewhere."""

    def __init__(self, kills: int) -> None:
        self._kills = kills
        self._began = time.monotonic()
        self._bar = sys.stderr.isatty()

    def __call__(self, done: int, struck: Counter[str]) -> None:
        """So much is done."""
        if not self._bar and done % 10 and done < self._kills:
            return
        seconds = time.monotonic() - self._began
        left = seconds / done * (self._kills - done)
        full = 30 * done // self._kills
        line = f"{done} of {self._kills} kills in {seconds:.0f} s, {left:.0f} s to go"
        if self._bar:
            print(f"\r[{'#' * full}{'.' * (30 - full)}] {line} ", end="", file=sys.stderr, flush=True)
        else:
            print(f"{line}; {dict(sorted(struck.items()))}", file=sys.stderr, flush=True)


def main() -> int:
    """Torture two gateways; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to repeat its choices")
    given = parser.parse_args()
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    home = Path(tempfile.mkdtemp(prefix="s3gw-torture-"))
    print(f"SEED={seed}, files in {home}", file=sys.stderr)
    server = _run(start_embedded(home / "postgres", durable=False))
    try:
        with two_gateways(home, server.url, seed) as (field, proxies):
            struck = torture(field, proxies, given.kills, seed, Teller(given.kills))
            done = field.done
    except BaseException:
        print(f"\nSEED={seed}, files in {home}", file=sys.stderr)
        raise
    finally:
        _run(server.stop())
    shutil.rmtree(home)
    print(
        f"\n{given.kills} kills, {done} requests acknowledged, nothing lost: {dict(sorted(struck.items()))}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
