"""How busy a gateway is, by what its processes tell the board."""

from __future__ import annotations

import pytest

from s3gw.app.load import FRESH, PRESSED, SERVES, BoardLoad
from s3gw.http.figures import UNKNOWN
from s3gw.metrics import catalogue
from s3gw.metrics.board import Board, Slot


class World:
    """A parent and a worker, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("s3gw.app.load.time.monotonic", lambda: self.now)
        board = Board(3, shared=False)
        self.parent: Slot = board.slot(board.take())
        self.worker: Slot = board.slot(board.take())
        self.board = board
        self.load = BoardLoad(board)

    def later(self, seconds: float = 1.0) -> float:
        """The pressure after a while."""
        self.now += seconds
        return self.load.pressure()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World(monkeypatch)
    found.later()
    return found


def test_nobody_asks(world: World) -> None:
    assert world.later() == 0
    world.parent.observe(catalogue.LAG, 0.5)  # by the job itself
    assert world.later() == 0


def test_a_request_that_runs(world: World) -> None:
    world.worker.set(catalogue.RUNNING, 1)
    assert world.later() == SERVES
    world.worker.set(catalogue.RUNNING, 0)
    assert world.later() == 0


def test_requests_that_ran(world: World) -> None:
    world.worker.add(catalogue.REQUESTS, 10, "GetObject", "200", "")
    assert world.later() == SERVES
    assert world.later() == 0
    world.worker.add(catalogue.REQUESTS, 1, "GetObject", "200", "")
    assert world.later() == 0
    world.worker.add(catalogue.REQUESTS, 100, UNKNOWN, "200", "")  # who looks at metrics and health
    assert world.later() == 0


@pytest.mark.parametrize("late", [True, False])
def test_requests_that_wait(world: World, late: bool) -> None:
    world.worker.set(catalogue.RUNNING, 5)
    if late:
        for _ in range(4):
            world.worker.observe(catalogue.LAG, 0.1)
    else:
        world.worker.set(catalogue.POOL_WAITING, 2)
    assert world.later() == PRESSED
    world.worker.set(catalogue.POOL_WAITING, 0)
    world.worker.observe(catalogue.LAG, 0.001)
    assert world.later() == SERVES


def test_it_is_looked_at_now_and_then(world: World) -> None:
    world.worker.set(catalogue.RUNNING, 5)
    assert world.later(FRESH / 2) == 0
    assert world.later(FRESH / 2) == SERVES


def test_a_process_that_ended_serves_nobody(world: World) -> None:
    world.worker.set(catalogue.RUNNING, 5)
    world.board.free(1)
    assert world.later() == 0
