"""`make conformance`: every script in `conformance/clients`, against one endpoint, as a table.

Without --endpoint a gateway is started for it; with it, the usual AWS_* variables hold the credentials. A
script gets these variables, a bucket name that is free (BUCKET), an empty folder to work in and, in BIN, the
folder of the programs of this checkout. It ends with 0 where everything held and with 77 where its client is
not installed; its first line of output is the client's version.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.gateway import BIN, Gateway, clean_environment

SCRIPTS = Path(__file__).with_name("clients")
NOT_INSTALLED = 77


@dataclass(frozen=True)
class Result:
    """What became of one script."""

    client: str
    version: str
    verdict: str
    seconds: float
    output: str


def main() -> int:
    """Run the scripts; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--endpoint", help="of a server that runs already")
    parser.add_argument("clients", nargs="*", help="names of scripts; all by default")
    given = parser.parse_args()
    scripts = sorted(path for path in SCRIPTS.iterdir() if path.suffix in (".sh", ".py"))
    if given.clients:
        scripts = [path for path in scripts if path.stem in given.clients]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3gw-conformance-")))
        environment = _environment(given.endpoint, home, stack)
        results = [run(script, environment, home / script.stem) for script in scripts]
    print("| Client | Version | Result | Seconds |\n|---|---|---|---:|")
    for result in results:
        print(f"| {result.client} | {result.version} | {result.verdict} | {result.seconds:.1f} |")
    for result in results:
        if result.verdict == "failed":
            print(f"\n{result.client}:\n{result.output}", file=sys.stderr)
    return int(any(result.verdict == "failed" for result in results))


def run(script: Path, environment: dict[str, str], folder: Path) -> Result:
    """Run one script in a folder of its own."""
    folder.mkdir(parents=True)
    bucket = f"conformance-{script.stem}-{uuid.uuid4().hex[:8]}"
    shell = [sys.executable] if script.suffix == ".py" else ["bash", "-euo", "pipefail"]
    began = time.monotonic()
    done = subprocess.run(
        [*shell, str(script)],
        env=environment | {"BUCKET": bucket, "HOME": str(folder)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=900,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    verdict = {0: "passed", NOT_INSTALLED: "not installed"}.get(done.returncode, "failed")
    version = output.partition("\n")[0].strip() if verdict == "passed" else ""
    return Result(script.stem, version, verdict, time.monotonic() - began, output)


def _environment(endpoint: str | None, home: Path, stack: ExitStack) -> dict[str, str]:
    if endpoint:
        given = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        environment = clean_environment(home) | given | {"AWS_ENDPOINT_URL": endpoint}
    else:
        gateway = Gateway(home / "gateway").start()
        stack.callback(gateway.stop)
        environment = gateway.aws_environment()
    return environment | {"BIN": str(BIN), "LEGACY": str(BIN.parents[1] / ".venv-legacy" / "bin")}


if __name__ == "__main__":
    sys.exit(main())
