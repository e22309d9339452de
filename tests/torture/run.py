"""One run of torture: strikes on two gateways under load, and a look at everything every now and then."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.app.test_gateway import wait_until
from tests.proxy import Proxy
from tests.torture.field import Field
from tests.torture.strikes import KILLS, OTHERS, Victim

CLIENTS = 6
BETWEEN = 15
"""What clients are acknowledged between two strikes."""
ROUND = 20
"""Kills between two looks at everything, with the load at rest."""
OTHER = 0.15
"""How many strikes are no kills, as a part of all."""


@contextmanager
def two_gateways(home: Path, url: str, seed: int) -> Iterator[tuple[Field, list[Proxy]]]:
    """Two gateways of two workers on one database and three disks, each with a line of its own."""
    lines = [Proxy.of_database(url) for _ in range(2)]
    field = Field(home, [through for _, through in lines], clients=CLIENTS, workers=2, seed=seed, url=url)
    try:
        field.start()
        yield field, [proxy for proxy, _ in lines]
    finally:
        field.remove()
        for proxy, _ in lines:
            proxy.close()


def torture(
    field: Field,
    proxies: list[Proxy],
    kills: int,
    seed: int,
    tell: Callable[[int, Counter[str]], None] = lambda done, struck: None,
) -> Counter[str]:
    """Strike until there were so many kills; how often each befell a gateway. `tell` hears of each."""
    chosen = random.Random(seed)
    victims = [
        Victim(field, gateway, proxy, random.Random(f"{seed} {number}"))
        for number, (gateway, proxy) in enumerate(zip(field.gateways, proxies, strict=True))
    ]
    struck: Counter[str] = Counter()
    done = 0
    while done < kills:
        field.load()
        for _ in range(min(ROUND, kills - done)):
            while chosen.random() < OTHER:
                _strike(field, victims, OTHERS, chosen, struck)
            _strike(field, victims, KILLS, chosen, struck)
            done += 1
            tell(done, struck)
        field.rest()
        _start_anew(field)
        field.settle()
    return struck


def _strike(
    field: Field,
    victims: list[Victim],
    strikes: Mapping[Callable[[Victim], None], int],
    chosen: random.Random,
    struck: Counter[str],
) -> None:
    enough = field.done + BETWEEN
    wait_until(lambda: field.done >= enough, "writes", 12000)
    threading.Event().wait(chosen.uniform(0.0, 0.3))
    strike = chosen.choices(list(strikes), list(strikes.values()))[0]
    victim = chosen.choice(victims)
    strike(victim)
    victim.revive()
    struck[strike.__name__] += 1
    field.judge()


def _start_anew(field: Field) -> None:
    """End all gateways in order, and start them: leases of what was killed are over then."""
    for gateway in field.gateways:
        assert gateway.stop() == 0
        gateway.restart()
