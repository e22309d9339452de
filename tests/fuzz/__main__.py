"""The long run: `python -m tests.fuzz [--seconds N] [target …]`, by atheris where it is installed.

Each target runs in a process of its own for an even share of the time. Without atheris, Hypothesis makes the
inputs, which finds less in the same time. A finding ends the run with its input.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.fuzz.seeds import SEEDS
from tests.fuzz.strategies import inputs
from tests.fuzz.targets import TARGETS

CORPUS = Path(".fuzz")


def by_atheris(name: str, seconds: int) -> int:
    """Let libFuzzer look for inputs that take new paths; its corpus is kept in `CORPUS`."""
    corpus = CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    code = (
        "import sys, atheris\n"
        "with atheris.instrument_imports(include=['s3gw']):\n"
        "    from tests.fuzz.targets import TARGETS\n"
        f"atheris.Setup(sys.argv, TARGETS[{name!r}])\natheris.Fuzz()\n"
    )
    options = [f"-max_total_time={seconds}", "-max_len=4096", f"-artifact_prefix={CORPUS}/{name}-"]
    return subprocess.run([sys.executable, "-c", code, str(corpus), *options], check=False).returncode


def by_hypothesis(name: str, seconds: int) -> int:
    """Thousand inputs after thousand until the time is over."""
    end = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < end:
        rounds += 1

        @settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(inputs(name))
        def attempt(data: bytes) -> None:
            TARGETS[name](data)

        attempt()
    print(f"{name}: {rounds * 1000} inputs")
    return 0


def main() -> int:
    """Run the targets one after another; 1 where one found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="target")
    given_arguments = parser.parse_args()
    unknown = set(given_arguments.targets) - set(TARGETS)
    if unknown:
        parser.error(f"there are only {', '.join(TARGETS)}")
    fuzz = by_atheris if importlib.util.find_spec("atheris") else by_hypothesis
    share = max(1, given_arguments.seconds // len(given_arguments.targets))
    found = [name for name in given_arguments.targets if fuzz(name, share)]
    print(f"found something: {', '.join(found)}" if found else "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
