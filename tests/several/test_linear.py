"""Single keys over two gateways behave as registers, whatever becomes of the workers meanwhile."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf

import pytest

from tests import wire
from tests.app.test_gateway import wait_until, workers
from tests.gateway import Gateway
from tests.several.conftest import Pair
from tests.several.linear import Op, linearizable


def test_operations_one_after_another() -> None:
    history = [
        Op("get", None, 0, 1),
        Op("put", "a", 2, 3),
        Op("get", "a", 4, 5),
        Op("delete", None, 6, 7),
        Op("get", None, 8, 9),
    ]
    assert linearizable(history)


@pytest.mark.parametrize("seen", ["a", "b"])
def test_of_two_writes_at_once_either_may_be_last(seen: str) -> None:
    history = [Op("put", "a", 0, 10), Op("put", "b", 1, 9), Op("get", seen, 11, 12), Op("get", seen, 13, 14)]
    assert linearizable(history)


def test_readers_must_agree_on_the_order() -> None:
    writes = [Op("put", "a", 0, 10), Op("put", "b", 1, 9)]
    reads = [Op("get", "a", 11, 12), Op("get", "b", 13, 14)]
    assert not linearizable(writes + reads)
    assert not linearizable([*writes, *reads, Op("get", "a", 15, 16)])


def test_a_stale_read_is_found() -> None:
    history = [Op("put", "a", 0, 1), Op("put", "b", 2, 3), Op("get", "a", 4, 5)]
    assert not linearizable(history)
    assert linearizable([*history[:2], Op("get", "a", 2.5, 5)])  # it began before the second write had ended


def test_a_write_that_is_lost_is_found() -> None:
    assert not linearizable([Op("put", "a", 0, 1), Op("get", None, 2, 3)])


def test_what_was_not_answered_may_happen_late_or_never_but_not_twice() -> None:
    unknown = Op("put", "a", 0)
    assert linearizable([unknown, Op("get", None, 1, 2)])
    assert linearizable([unknown, Op("get", None, 1, 2), Op("get", "a", 3, 4)])
    assert linearizable([unknown, Op("put", "b", 1, 2), Op("get", "a", 3, 4)])
    assert not linearizable([unknown, Op("get", "a", 1, 2), Op("put", "b", 3, 4), Op("get", "a", 5, 6)])
    assert not linearizable([unknown, Op("get", "a", 1, 2), Op("get", None, 3, 4)])


@dataclass
class Clients:
    """Clients that read and write a few keys at either gateway, and what they saw."""

    pair: Pair
    keys: list[str]
    seed: int
    history: defaultdict[str, list[Op]] = field(default_factory=lambda: defaultdict(list))
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, client: int, times: int) -> None:
        """One operation after another; the answers go into the history."""
        chosen = random.Random(f"{self.seed} {client}")
        for turn in range(times):
            if self.stop.is_set():
                return
            key, gateway = chosen.choice(self.keys), chosen.choice(self.pair)
            self.history[key].append(self._ask(gateway, key, f"{client}-{turn}", chosen.random()))

    def _ask(self, gateway: Gateway, key: str, value: str, kind: float) -> Op:
        began = time.monotonic()
        try:
            if kind < 0.4:
                said = wire.request(gateway, "PUT", key, body=value.encode())
                return Op("put", value, began, time.monotonic() if said.status == 200 else inf)
            if kind < 0.5:
                said = wire.request(gateway, "DELETE", key)
                return Op("delete", None, began, time.monotonic() if said.status == 204 else inf)
            said = wire.request(gateway, "GET", key)
        except OSError:  # nobody listened, or the line broke
            return Op(
                "put" if kind < 0.4 else "delete" if kind < 0.5 else "get",
                value if kind < 0.4 else None,
                began,
            )
        if said.status == 200:
            return Op("get", said.body.decode(), began, time.monotonic())
        return Op("get", None, began, time.monotonic() if said.code == "NoSuchKey" else inf)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_keys_are_registers_while_workers_are_killed(new_pair: Pair) -> None:
    """`S3GW_TEST_SEED` repeats the choices of an earlier run, which prints it."""
    seed = int(os.environ.get("S3GW_TEST_SEED") or random.randrange(1 << 32))
    print(f"S3GW_TEST_SEED={seed}")
    chosen = random.Random(seed)
    for gateway in new_pair:
        gateway.start()
    assert wire.request(new_pair[0], "PUT", "/linear").status == 200
    clients = Clients(new_pair, [f"/linear/{number}" for number in range(3)], seed)
    with ThreadPoolExecutor(6) as threads:
        running = [threads.submit(clients.run, number, 150) for number in range(6)]
        try:
            for _ in range(4):
                victim = chosen.choice(new_pair)
                os.kill(chosen.choice(sorted(workers(victim))), signal.SIGKILL)
                wait_until(lambda: len(workers(victim)) == 2, "a new worker")  # noqa: B023
                threading.Event().wait(chosen.uniform(0.1, 1.0))
        except BaseException:
            clients.stop.set()
            raise
        for one in running:
            one.result(200)
    assert sum(map(len, clients.history.values())) == 900
    for key, history in clients.history.items():
        assert linearizable(history), f"{key}: {sorted(history, key=lambda op: op.began)}"
        assert not linearizable([*history, stale(history)]), "the check would not have found a stale read"


def stale(history: list[Op]) -> Op:
    """A read, after everything else, of what an answered write before the last ones wrote."""
    end = max(op.ended for op in history if op.ended < inf)
    read = [op for op in history if op.kind == "get" and op.value is not None and op.ended < inf]
    first = min(read, key=lambda op: op.ended)
    return Op("get", first.value, end + 1, end + 2)
