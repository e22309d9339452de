"""Single keys over two gateways behave as registers, whatever befalls these; and so does what is listed.

Every entry of a listing, and every key that it lacks, counts as a read of that key.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import pytest

from tests import wire
from tests.gateway import Gateway
from tests.several.linear import Kind, Op, linearizable
from tests.torture.run import two_gateways
from tests.torture.strikes import (
    Victim,
    cut_off,
    hold_the_line,
    kill_all,
    kill_at_a_point,
    kill_worker,
    stop_all,
    stop_at_a_point,
)

CLIENTS = 5
BUCKET = "/linear"
KEYS = [f"k{number}" for number in range(3)]
KINDS: tuple[Kind, ...] = ("put", "delete", "swap", "get")
STRIKES: dict[str, tuple[Callable[[Victim], None], ...]] = {
    "killed": (kill_worker, kill_all, kill_at_a_point),
    "stopped": (stop_all, stop_at_a_point),
    "cut-off": (cut_off, hold_the_line),
}


@dataclass
class Clients:
    """Clients that read, write, replace and list a few keys at either gateway, and what they saw."""

    gateways: Sequence[Gateway]
    seed: int
    history: defaultdict[str, list[Op]] = field(default_factory=lambda: defaultdict(list))
    stop: threading.Event = field(default_factory=threading.Event)
    etags: dict[str, str] = field(default_factory=dict)
    """What was ever to be written, by its ETag."""

    def run(self, client: int) -> None:
        """One operation after another; the answers go into the history."""
        chosen = random.Random(f"{self.seed} {client}")
        held: dict[str, str | None] = {}
        turn = 0
        while not self.stop.is_set():
            turn += 1
            key, gateway = chosen.choice(KEYS), chosen.choice(self.gateways)
            kind: Kind = chosen.choices(KINDS, (3, 1, 3, 5))[0]
            began = time.monotonic()
            try:
                if chosen.random() < 0.15:
                    self._list(gateway, began)
                    continue
                op = self._ask(gateway, key, kind, f"{client}-{turn}", held.get(key), began)
            except OSError:  # nobody listened, or the line broke
                self.stop.wait(0.02)
                expected = held.get(key) if kind == "swap" else None
                value = None if kind in ("get", "delete") else f"{client}-{turn}"
                op = Op(kind, value, began, expected=expected)
            if op is not None:
                self.history[key].append(op)
                if op.kind == "get" and op.ended < inf:
                    held[key] = op.value

    def _ask(
        self, gateway: Gateway, key: str, kind: Kind, value: str, expected: str | None, began: float
    ) -> Op | None:
        path = f"{BUCKET}/{key}"
        if kind == "get":
            said = wire.request(gateway, "GET", path, timeout=10)
            if said.status == 200:
                return Op("get", said.body.decode(), began, time.monotonic())
            return Op("get", None, began, time.monotonic() if said.code == "NoSuchKey" else inf)
        if kind == "delete":
            said = wire.request(gateway, "DELETE", path, timeout=10)
            return Op("delete", None, began, time.monotonic() if said.status == 204 else inf)
        self.etags[hashlib.md5(value.encode()).hexdigest()] = value
        headers = {}
        if kind == "swap":
            headers = {"If-None-Match": "*"} if expected is None else {"If-Match": etag_of(expected)}
        said = wire.request(gateway, "PUT", path, headers=headers, body=value.encode(), timeout=10)
        ended = time.monotonic()
        if said.status == 200:
            return Op("swap" if kind == "swap" else "put", value, began, ended, expected)
        if kind == "swap" and said.status in (404, 412):
            return Op("refused", value, began, ended, expected)
        if said.status == 409:  # two at once: nothing was done
            return None
        return Op("swap" if kind == "swap" else "put", value, began, expected=expected)

    def _list(self, gateway: Gateway, began: float) -> None:
        """All keys, a page of two after the other."""
        found: dict[str, str] = {}
        query = "list-type=2&max-keys=2"
        while True:
            said = wire.request(gateway, "GET", BUCKET, query, timeout=10)
            if said.status != 200:
                return
            pairs = re.findall(rb"<Key>(.*?)</Key>.*?<ETag>&quot;(\w+)&quot;</ETag>", said.body, re.DOTALL)
            pairs = pairs or re.findall(rb'<Key>(.*?)</Key>.*?<ETag>"(\w+)"</ETag>', said.body, re.DOTALL)
            found |= {key.decode(): etag.decode() for key, etag in pairs}
            if b"<IsTruncated>true</IsTruncated>" not in said.body:
                break
            query = f"list-type=2&max-keys=2&start-after={max(found)}"
        ended = time.monotonic()
        for key in KEYS:
            value = self.etags[found[key]] if key in found else None
            self.history[key].append(Op("get", value, began, ended))


def etag_of(value: str) -> str:
    """As If-Match takes it."""
    return f'"{hashlib.md5(value.encode()).hexdigest()}"'


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", STRIKES)
def test_keys_are_registers_whatever_befalls_the_gateways(
    shared_dsn: str, tmp_path: Path, fault: str
) -> None:
    """`S3GW_TEST_SEED` repeats the choices of an earlier run, which prints it."""
    seed = int(os.environ.get("S3GW_TEST_SEED") or random.randrange(1 << 32))
    print(f"S3GW_TEST_SEED={seed}")
    chosen = random.Random(seed)
    with two_gateways(tmp_path, shared_dsn, seed) as (two, proxies):
        victims = [
            Victim(two, gateway, proxy, chosen) for gateway, proxy in zip(two.gateways, proxies, strict=True)
        ]
        assert wire.request(two.gateways[0], "PUT", BUCKET).status == 200
        clients = Clients(two.gateways, seed)
        with ThreadPoolExecutor(CLIENTS) as threads:
            running = [threads.submit(clients.run, number) for number in range(CLIENTS)]
            try:
                for strike in STRIKES[fault] * 2:
                    victim = chosen.choice(victims)
                    threading.Event().wait(chosen.uniform(0.1, 1.0))
                    strike(victim)
                    victim.revive()
            finally:
                clients.stop.set()
            for one in running:
                one.result(120)
    answered = [op for history in clients.history.values() for op in history if op.ended < inf]
    assert {"get", "put", "swap", "refused"} <= {op.kind for op in answered}
    for key, history in clients.history.items():
        assert linearizable(history), f"{key}: {sorted(history, key=lambda op: op.began)}"
        early = sorted(history, key=lambda op: op.began)[:200]  # to refuse, every order must be tried
        assert not linearizable([*early, stale(early)]), "the check would not have found a stale read"
        assert not linearizable([*early, lost(early)]), "the check would not have found a lost update"


def stale(history: list[Op]) -> Op:
    """A read, after everything else, of what was replaced long ago."""
    end = max(op.ended for op in history if op.ended < inf)
    read = [op for op in history if op.kind == "get" and op.value is not None and op.ended < inf]
    first = min(read, key=lambda op: op.ended)
    return Op("get", first.value, end + 1, end + 2)


def lost(history: list[Op]) -> Op:
    """Another replacement, after everything else, of what was replaced long ago."""
    return Op("swap", "lost", (read := stale(history)).began, read.ended, read.value)
