"""A gateway that kills or stops itself at a point of `s3gw.pauses`, as `tests.orders` does it."""

from __future__ import annotations

import json
import signal
import stat
import sys
from pathlib import Path

from tests.gateway import Gateway
from tests.orders import OBEYED, ORDERS
from tests.processes import send

_PROGRAM = """#!{python}
import os, sys
sys.path[:0] = [{folder!r}]
if __name__ == "__main__":
    os.environ["S3GW_TEST_ROOT"] = str(os.getpid())
from tests import orders
orders.install()
if __name__ == "__main__":
    from s3gw.cli.main import main
    sys.exit(main())
"""


class KillableGateway(Gateway):
    """A gateway that ends where it is told to."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.orders = home / "orders"
        program = home / "killable"
        folder = str(Path(__file__).parents[1])
        program.write_text(_PROGRAM.format(python=sys.executable, folder=folder))
        program.chmod(stat.S_IRWXU)
        super().__init__(home, {**settings, ORDERS: str(self.orders)}, program)

    def order(self, what: str, point: str, times: int = 1) -> None:
        """From now on, `kill` all of it, kill the one process (`die`), or `stop` that one, when it reaches
        the point for so many times."""
        for obeyed in self._obeyed():
            obeyed.unlink()
        written = self.orders.with_suffix(".new")
        written.write_text(json.dumps({"what": what, "point": point, "times": times}))
        written.rename(self.orders)

    def take_back(self) -> None:
        """Let it live."""
        self.orders.unlink(missing_ok=True)

    @property
    def has_obeyed(self) -> bool:
        """Whether it reached the point."""
        return self.obeyer is not None

    @property
    def obeyer(self) -> int | None:
        """The process that reached the point; it may be about to do what it was told."""
        return next((int(one.name.removeprefix(OBEYED)) for one in self._obeyed()), None)

    def _obeyed(self) -> list[Path]:
        return list(self.orders.parent.glob(f"{OBEYED}*"))

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the gateway and its workers."""
        for pid in self.gateway_pids():
            send(pid, number)
