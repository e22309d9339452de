"""What is put round a backend behind a network, with faults by script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.backends.observed import Observed
from s3gw.backends.resilience import Breaker, Deadline, Limit, Policy, Retry, guarded, resilient
from s3gw.errors import BlobNotFound, OutOfSpace, Unavailable

DOWN = Unavailable("down")


def faulty(*faults: Fault) -> FaultyBackend:
    return FaultyBackend(Memory(), faults)


async def settled(true: Callable[[], bool]) -> None:
    """Let other tasks run until something holds."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("did not come true")


async def test_what_may_pass_is_tried_again() -> None:
    inner = faulty(Fault("put", DOWN, count=2), Fault("read", DOWN, count=1))
    backend = Retry(inner, 3, 0.0, 0.0)
    await backend.put("ab", [b"bytes"])
    assert await backend.read("ab", 0, 10) == b"bytes"
    assert inner.met == {"put": 3, "read": 2}


async def test_a_put_of_unknown_outcome_is_repeated_with_the_same_bytes() -> None:
    inner = faulty(Fault("put", DOWN, after=True))
    await Retry(inner, 2, 0.0, 0.0).put("ab", [b"by", b"tes"])
    assert await inner.read("ab", 0, 10) == b"bytes"


async def test_it_gives_up_after_so_many_attempts() -> None:
    inner = faulty(Fault("delete", DOWN, count=None))
    with pytest.raises(Unavailable):
        await Retry(inner, 4, 0.0, 0.0).delete("ab")
    assert inner.met["delete"] == 4


@pytest.mark.parametrize("error", [BlobNotFound("ab"), OutOfSpace("full"), OSError(5, "broken")])
async def test_what_lasts_is_not_tried_again(error: Exception) -> None:
    inner = faulty(Fault("size", error, count=None))
    with pytest.raises(type(error)):
        await Retry(inner, 4, 0.0, 0.0).size("ab")
    assert inner.met["size"] == 1


async def test_pauses_grow_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return 0.0

    monkeypatch.setattr("random.uniform", draw)
    with pytest.raises(Unavailable):
        await Retry(faulty(Fault("size", DOWN, count=None)), 6, 0.5, 3.0).size("ab")
    assert drawn == [(0, 0.5), (0, 1.0), (0, 2.0), (0, 3.0), (0, 3.0)]


async def test_a_deadline_ends_what_hangs() -> None:
    backend = Deadline(faulty(Fault("read", gate=asyncio.Event())), 0.01)
    with pytest.raises(Unavailable, match="longer than"):
        await backend.read("ab", 0, 1)


async def test_a_deadline_holds_for_each_blob_of_a_listing() -> None:
    inner = faulty(Fault("list", gate=asyncio.Event()))
    await inner.put("ab", [b"x"])
    backend = Deadline(inner, 0.01)
    with pytest.raises(Unavailable):
        [info async for info in backend.list()]
    assert [info.name async for info in backend.list()] == ["ab"]


async def test_a_limit_lets_so_many_run() -> None:
    gate = asyncio.Event()
    inner = faulty(Fault("size", gate=gate, count=None))
    await inner.put("ab", [b"x"])
    backend = Limit(inner, 3)
    calls = [asyncio.create_task(backend.size("ab")) for _ in range(10)]
    await settled(lambda: inner.met.get("size") == 3)
    for _ in range(100):
        await asyncio.sleep(0)
    assert inner.met["size"] == 3
    gate.set()
    assert await asyncio.gather(*calls) == [1] * 10


async def test_a_pause_holds_no_place() -> None:
    inner = faulty(Fault("size", DOWN, count=1))
    await inner.put("ab", [b"x"])
    backend = Retry(Limit(inner, 1), 2, 1000.0, 1000.0)
    first = asyncio.create_task(backend.size("ab"))
    await settled(lambda: inner.met.get("size") == 1)
    assert await backend.size("ab") == 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_breaker_fails_at_once_and_tries_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = faulty(Fault("size", DOWN, count=4))
    await inner.put("ab", [b"x"])
    clock = [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
    backend = Breaker(inner, 3, 10.0)
    for _ in range(8):
        with pytest.raises(Unavailable):
            await backend.size("ab")
    assert inner.met["size"] == 3, "from the third failure on nothing is asked"
    clock[0] += 10.0
    outcomes = await asyncio.gather(*(backend.size("ab") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert inner.met["size"] == 4, "one tried for all"
    clock[0] += 10.0
    assert await backend.size("ab") == 1
    assert await backend.size("ab") == 1


async def test_an_answer_lets_calls_of_the_other_kind_try_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They need not wait until it is their own turn to try a backend that is there again."""
    inner = faulty()
    await inner.put("ab", [b"x"])
    inner.script(Fault("size", DOWN, count=1), Fault("put", DOWN, count=1))
    clock = [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
    backend = Breaker(inner, 1, 10.0)
    with pytest.raises(Unavailable):
        await backend.put("cd", [b"x"])
    clock[0] += 9.0
    with pytest.raises(Unavailable):
        await backend.size("ab")
    clock[0] += 1.0
    await backend.put("cd", [b"x"])
    assert await backend.size("ab") == 1


async def test_answers_close_a_breaker() -> None:
    script = [Fault("size", DOWN, count=2), Fault("size", BlobNotFound("ab"), count=1)]
    backend = Breaker(faulty(*script, Fault("size", DOWN, count=2)), 3, 10.0)
    for _ in range(5):
        with pytest.raises((Unavailable, BlobNotFound)):
            await backend.size("ab")
    with pytest.raises(BlobNotFound):  # asked, not refused
        await backend.size("ab")


async def test_an_observer_is_told_of_every_outcome() -> None:
    told: list[tuple[str, str, str]] = []

    class Notes:
        def observe(self, backend: str, method: str, seconds: float, outcome: str) -> None:
            assert seconds >= 0
            told.append((backend, method, outcome))

    gate = asyncio.Event()
    inner = faulty(
        Fault("read", DOWN), Fault("size", OutOfSpace("full")), Fault("delete", OSError(5, "broken")),
        Fault("space", gate=gate),
    )  # fmt: skip
    backend = Observed(inner, "cold", Notes())
    await backend.put("ab", [b"x"])
    for call in (
        backend.read("ab", 0, 1),
        backend.size("ab"),
        backend.delete("ab"),
        backend.read("cd", 0, 1),
    ):
        with pytest.raises((Unavailable, OutOfSpace, OSError, BlobNotFound)):
            await call
    hanging = asyncio.create_task(backend.space())
    await settled(lambda: "space" in inner.met)
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    appender = await backend.open("ef")
    await appender.append([b"x"])
    await appender.close()
    assert told == [
        ("cold", "put", "ok"),
        ("cold", "read", "unavailable"),
        ("cold", "size", "full"),
        ("cold", "delete", "failed"),
        ("cold", "read", "not found"),
        ("cold", "space", "cancelled"),
        ("cold", "open", "ok"),
        ("cold", "append", "ok"),
    ]


async def test_the_whole_bridges_a_short_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    inner = faulty(Fault("put", DOWN, count=3), Fault("read", DOWN, count=3))
    backend = resilient(inner)
    await backend.put("ab", [b"bytes"])
    assert await backend.read("ab", 1, 3) == b"yte"
    await backend.close()


async def test_the_space_is_told_while_the_backend_is_down() -> None:
    """Every write asks for it, also one that needs the database only."""
    inner = faulty(Fault("size", DOWN, count=None))
    backend = Breaker(inner, 1, 1000.0)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await backend.size("ab")
    assert await backend.space() is None


async def test_what_cannot_be_written_may_still_be_read() -> None:
    inner = faulty()
    await inner.put("ab", [b"bytes"])
    inner.script(Fault("put", DOWN, count=None))
    backend = Breaker(inner, 2, 1000.0)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await backend.put("cd", [b"x"])
    assert inner.met["put"] == 2
    assert backend.is_down
    assert await backend.read("ab", 0, 5) == b"bytes"


async def test_a_disk_that_hangs_is_given_up_and_tried_again() -> None:
    """Appends, too; nothing is tried again by itself, since what was written may not be written twice."""
    gate = asyncio.Event()
    inner = FaultyBackend(Memory(), [Fault("append", gate=gate, count=None)])
    backend = guarded(inner, Policy(seconds=0.01, failures=2, down=0.0))
    appender = await backend.open("ab")
    with pytest.raises(Unavailable, match="longer than"):
        await appender.append([b"x"])
    assert inner.met["append"] == 1
    assert [backend.is_down] == [False]
    with pytest.raises(Unavailable):
        await appender.append([b"x"])
    assert backend.is_down
    gate.set()
    again = await backend.open("cd")
    await again.append([b"x"])
    assert [backend.is_down] == [False]


async def test_observers_see_through_what_is_round_a_backend() -> None:
    class Notes:
        def observe(self, backend: str, method: str, seconds: float, outcome: str) -> None:
            pass

    inner = faulty(Fault("size", DOWN, count=None))
    backend = Observed(resilient(inner, Policy(attempts=1, failures=1)), "cold", Notes())
    with pytest.raises(Unavailable):
        await backend.size("ab")
    assert backend.is_down


@pytest.mark.parametrize("kind", ["size", "put"])
async def test_one_that_nobody_asks_for_anything_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    inner = faulty(Fault(kind, DOWN, count=1))
    clock = [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
    backend = Breaker(inner, 1, 10.0)
    with pytest.raises(Unavailable):
        await (backend.size("ab") if kind == "size" else backend.put("ab", [b"x"]))
    asked = "marker" if kind == "size" else "put"
    inner.script(Fault(asked, DOWN, count=1))
    with pytest.raises(Unavailable):
        await backend.try_again()
    assert inner.met == {}, "it is not yet time"
    clock[0] += 10.0
    with pytest.raises(Unavailable):
        await backend.try_again()
    assert [backend.is_down] == [True]
    clock[0] += 10.0
    await backend.try_again()
    assert [backend.is_down] == [False]
    assert inner.met[asked] == 2
    assert [info async for info in backend.list()] == []
    before = dict(inner.met)
    await backend.try_again()
    assert inner.met == before, "one that works is asked for nothing"


async def test_what_can_be_read_is_still_down_for_what_cannot_be_written() -> None:
    inner = faulty(Fault("put", DOWN, count=None))
    backend = Observed(Breaker(inner, 1, 0.0), "cold", Silent())
    with pytest.raises(Unavailable):
        await backend.put("ab", [b"x"])
    with pytest.raises(Unavailable):
        await backend.try_again()
    assert backend.is_down


class Silent:
    """Observes nothing."""

    def observe(self, backend: str, method: str, seconds: float, outcome: str) -> None:
        """As Observer."""
