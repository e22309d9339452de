"""What befalls a gateway: killed in part or as a whole, anywhere or at a point; stopped; cut off."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.app.test_gateway import wait_until, workers
from tests.killable import KillableGateway
from tests.processes import is_running, send
from tests.proxy import Proxy
from tests.torture.field import LEASE, MARGIN, Field
from tests.torture.points import POINTS

STOPPED = max(LEASE, 2 * MARGIN) + 1.0
"""Seconds for which a gateway stands still, or is cut off: longer than every margin."""
PATIENCE = 400
"""Hundredths of a second to wait for a gateway to reach a point; it may be one that nothing leads to now."""


@dataclass
class Victim:
    """A gateway, and its line to the database."""

    field: Field
    gateway: KillableGateway
    proxy: Proxy
    chosen: random.Random

    def revive(self) -> None:
        """Start what was killed, and have clients look at everything."""
        if self.gateway.process is None or self.gateway.process.poll() is not None:
            self.gateway.restart()
        wait_until(lambda: len(workers(self.gateway)) == 2, "two workers", 6000)
        self.field.restarts += 1


def kill_worker(victim: Victim) -> None:
    """A worker; its parent starts another."""
    running = sorted(workers(victim.gateway))
    if running:
        send(victim.chosen.choice(running), signal.SIGKILL)


def kill_parent(victim: Victim) -> None:
    """The parent with all jobs, on which the workers finish."""
    left = workers(victim.gateway)
    assert victim.gateway.process is not None
    victim.gateway.process.kill()
    victim.gateway.process.wait(60)
    wait_until(lambda: not any(map(is_running, left)), "the end of the workers", 6000)


def kill_all(victim: Victim) -> None:
    """Everything at once."""
    victim.gateway.kill9(keep_clients=True)


def kill_at_a_point(victim: Victim) -> None:
    """The whole, or the process that gets there, at a point that is reached soon."""
    what = victim.chosen.choice(("kill", "die"))
    left = workers(victim.gateway)
    if not _order(victim, what):
        kill_all(victim)
        return
    process = victim.gateway.process
    assert process is not None
    obeyer = victim.gateway.obeyer
    if what == "kill":
        process.wait(60)
    elif obeyer == process.pid:
        process.wait(60)  # a look does not do: it may be a zombie whose threads have not ended yet
        for pid in left:  # they are nobody's now, and listen until they have finished
            send(pid, signal.SIGKILL)
        kill_all(victim)
        wait_until(lambda: not any(map(is_running, left)), "the end of the workers", 6000)
    else:
        wait_until(lambda: not is_running(obeyer or 0), "the end of the process", 6000)
        wait_until(lambda: len(workers(victim.gateway)) == 2, "an end", 6000)


def stop_all(victim: Victim) -> None:
    """The whole stands still for longer than every margin, and goes on."""
    pids = victim.gateway.gateway_pids()
    for pid in pids:
        send(pid, signal.SIGSTOP)
    threading.Event().wait(STOPPED)
    for pid in pids:
        send(pid, signal.SIGCONT)


def stop_at_a_point(victim: Victim) -> None:
    """The process that gets to a point stands still there for longer than every margin, and goes on."""
    if _order(victim, "stop"):
        threading.Event().wait(STOPPED)
        victim.gateway.signal_all(signal.SIGCONT)


def cut_off(victim: Victim) -> None:
    """Its connections to the database break, and no new ones are made for a while."""
    victim.proxy.cut()
    threading.Event().wait(victim.chosen.choice((0.1, 1.0, STOPPED)))
    victim.proxy.mend()


def hold_the_line(victim: Victim) -> None:
    """Nothing passes to or from the database for a while; then the line breaks, or everything comes late."""
    victim.proxy.hold()
    threading.Event().wait(victim.chosen.choice((0.5, STOPPED)))
    if victim.chosen.random() < 0.5:
        victim.proxy.cut()
    victim.proxy.mend()


KILLS: Mapping[Callable[[Victim], None], int] = {
    kill_worker: 3,
    kill_parent: 1,
    kill_all: 2,
    kill_at_a_point: 5,
}
OTHERS: Mapping[Callable[[Victim], None], int] = {
    stop_all: 1,
    stop_at_a_point: 2,
    cut_off: 2,
    hold_the_line: 1,
}


def _order(victim: Victim, what: str) -> bool:
    """Whether the gateway reached a point, chosen at random, in time."""
    point = victim.chosen.choice(points())
    victim.gateway.order(what, point, victim.chosen.choice((1, 1, 2, 5)))
    for _ in range(PATIENCE):
        if victim.gateway.has_obeyed:
            return True
        threading.Event().wait(0.01)
    victim.gateway.take_back()
    return victim.gateway.has_obeyed


def points() -> list[str]:
    """Every point of the source that load and jobs lead to."""
    return [point for group in ("put", "pack", "other", "collect", "compact") for point in POINTS[group]]
