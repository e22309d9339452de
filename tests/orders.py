"""Inside a gateway of `tests.killable`: it kills or stops itself where its orders say.

They stand in a file, which is read at every point of `s3gw.pauses`, so that a test may change its mind while
the gateway runs. What was obeyed is moved out of the way. Jobs and the supervisor are in a hurry.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path

from s3gw import pauses
from s3gw.app import supervisor
from s3gw.db import jobs
from s3gw.jobs.runner import Runner
from tests.processes import command_name, process_tree, send

ORDERS = "S3GW_TEST_ORDERS"
ROOT = "S3GW_TEST_ROOT"
OBEYED = "obeyed-by-"
"""What the orders are renamed to, with the process that obeys them."""
LOOK = 0.1
"""Seconds between two looks at what is due."""
SILENT = 1.0
"""Seconds after which a run of a job that says nothing any more counts as cut off."""
PAUSE = 0.1
"""Seconds until a worker that ended soon is started again."""


def install() -> None:
    """Obey the orders, in this process."""
    orders = Path(os.environ[ORDERS])
    reached: Counter[tuple[str, float]] = Counter()

    async def hook(point: str) -> None:
        try:
            given, age = json.loads(orders.read_bytes()), orders.stat().st_mtime_ns
        except OSError:
            return
        if given["point"] != point:
            return
        reached[point, age] += 1
        if reached[point, age] == given["times"]:
            _obey(orders, given["what"])

    pauses.install(hook)
    assert Runner.__init__.__kwdefaults__ is not None
    Runner.__init__.__kwdefaults__["look"] = LOOK
    jobs.SILENT = SILENT
    supervisor.FIRST_PAUSE = supervisor.LAST_PAUSE = PAUSE


def _obey(orders: Path, what: str) -> None:
    """Do it, unless another process was faster."""
    try:
        orders.rename(orders.with_name(f"{OBEYED}{os.getpid()}"))
    except OSError:
        return
    if what == "kill":
        # PostgreSQL, where it is embedded, has to notice by itself.
        for pid in process_tree(int(os.environ[ROOT])):
            if pid != os.getpid() and "postgres" not in command_name(pid):
                send(pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGSTOP if what == "stop" else signal.SIGKILL)
