"""The load generator counts what was asked and answered, and does not let a wrong answer pass."""

from __future__ import annotations

import hashlib

import pytest

from bench.load import Body, Target, Unexpected, drive
from tests.gateway import Gateway

SMALL, LARGE = 4096, (3 << 20) + 17


@pytest.fixture
def target(gateway: Gateway) -> Target:
    return Target(gateway.port, gateway.access_key, gateway.secret_key)


def test_bodies_are_their_size_and_share_no_run() -> None:
    one, other = Body.new(LARGE), Body.new(LARGE)
    assert len(one.bytes()) == LARGE
    assert one.sha256() == hashlib.sha256(one.bytes()).hexdigest()
    assert one.range_sha256(70_000, 100_000) == hashlib.sha256(one.bytes()[70_000:170_000]).hexdigest()
    windows = {one.bytes()[at : at + (32 << 10)] for at in range(0, LARGE, 32 << 10)}
    assert not any(other.bytes()[at : at + (32 << 10)] in windows for at in range(0, LARGE, 32 << 10))


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_adds_up(target: Target, bucket: str, processes: int) -> None:
    bodies = [Body.new(SMALL) for _ in range(40)] + [Body.new(LARGE) for _ in range(3)]
    paths = [f"/{bucket}/{number}" for number in range(len(bodies))]
    total = sum(body.size for body in bodies)
    puts = [target.request("PUT", path, body) for path, body in zip(paths, bodies, strict=True)]
    done = drive(target, puts, 8, processes=processes)
    assert (done.requests, done.sent, done.received, done.errors) == (43, total, 0, 0)
    assert 0 < done.quantile(0.5) <= done.quantile(0.99) <= done.quantile(1) <= done.seconds
    assert done.cpu > 0

    gets = [
        target.request("GET", path, length=body.size, check=body.sha256())
        for path, body in zip(paths, bodies, strict=True)
    ]
    done = drive(target, gets, 8, processes=processes)
    assert (done.requests, done.sent, done.received) == (43, 0, total)

    done = drive(target, [target.request("HEAD", path) for path in paths], 4)
    assert (done.requests, done.received) == (43, 0)
    listed = target.request("GET", f"/{bucket}", query={"list-type": "2"})
    assert drive(target, [listed] * 3, 2).received > 0
    ranged = target.request(
        "GET", paths[-1], headers={"range": "bytes=65536-131071"}, status=206, length=65536,
        check=bodies[-1].range_sha256(65536, 65536),
    )  # fmt: skip
    assert drive(target, [ranged]).received == 65536
    copied = target.request("PUT", f"/{bucket}/copy", headers={"x-amz-copy-source": paths[-1]})
    assert drive(target, [copied]).requests == 1
    deletes = [target.request("DELETE", path, status=204) for path in paths]
    assert drive(target, deletes, 4).statuses == {204: 43}


@pytest.mark.slow
def test_no_request_is_begun_after_the_time(target: Target, bucket: str) -> None:
    puts = [target.request("PUT", f"/{bucket}/{number}", Body.new(SMALL)) for number in range(20)]
    assert drive(target, puts, 2, seconds=0).requests == 2


@pytest.mark.slow
def test_a_wrong_answer_ends_the_run(target: Target, bucket: str) -> None:
    body = Body.new(SMALL)
    path = f"/{bucket}/key"
    drive(target, [target.request("PUT", path, body)])
    with pytest.raises(Unexpected, match="404 Not Found"):
        drive(target, [target.request("GET", f"/{bucket}/none")])
    with pytest.raises(Unexpected, match="4095 bytes were expected"):
        drive(target, [target.request("GET", path, length=4095)])
    with pytest.raises(Unexpected, match="not what was expected"):
        drive(target, [target.request("GET", path, check=Body.new(SMALL).sha256())])
    with pytest.raises(Unexpected, match="400 Bad Request"):
        drive(target, [target.request("PUT", path, body, sha256="0" * 64)], processes=2)


@pytest.mark.slow
def test_tolerated_answers_are_counted(target: Target, bucket: str) -> None:
    requests = [target.request("GET", f"/{bucket}/none{number}") for number in range(5)]
    done = drive(target, requests, 2, tolerated=(404,))
    assert (done.requests, done.errors, done.statuses) == (5, 5, {404: 5})
