"""What one gateway acknowledged holds at the other at once, and conditions have one winner across both."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import wire
from tests.gateway import Gateway
from tests.several.conftest import Pair
from tests.streams import content

CLIENTS = 50


@pytest.fixture
def bucket(pair: Pair) -> str:
    """A new bucket of the test's own, made by the one gateway and used by both."""
    name = f"pair-{uuid.uuid4().hex[:12]}"
    assert wire.request(pair[0], "PUT", f"/{name}").status == 200
    return name


def at_once(pair: Pair, attempt: Callable[[int, Gateway], wire.Answer], clients: int) -> list[wire.Answer]:
    """The answers to so many clients, every other one at the other gateway, who begin together."""
    gate = threading.Barrier(clients)

    def one(number: int) -> wire.Answer:
        gate.wait(60)
        return attempt(number, pair[number % 2])

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(one, range(clients)))


def the_winner(answers: list[wire.Answer]) -> int:
    """The number of the one client that won; the others were told why they did not."""
    winners = [number for number, said in enumerate(answers) if said.status == 200]
    others = {said.status for said in answers} - {200}
    assert len(winners) == 1, [said.status for said in answers]
    assert others <= {409, 412}
    return winners[0]


def test_what_one_acknowledged_the_other_has(pair: Pair, bucket: str) -> None:
    for number in range(20):
        writer, reader = pair[number % 2], pair[1 - number % 2]
        path, data = f"/{bucket}/{number:03}", content(number, (100, 90_000, 1_200_000)[number % 3])
        assert wire.request(writer, "PUT", path, body=data).status == 200
        assert wire.request(reader, "GET", path).body == data
        listed = re.findall(
            rb"<Key>(\d+)</Key>", wire.request(reader, "GET", f"/{bucket}", "list-type=2").body
        )
        assert listed == [b"%03d" % one for one in range(number + 1)]
    for number in range(20):
        deleter, reader = pair[number % 2], pair[1 - number % 2]
        assert wire.request(deleter, "DELETE", f"/{bucket}/{number:03}").status == 204
        assert wire.request(reader, "GET", f"/{bucket}/{number:03}").code == "NoSuchKey"
    assert b"<Key>" not in wire.request(pair[1], "GET", f"/{bucket}", "list-type=2").body


def test_a_bucket_that_is_gone_is_gone_everywhere(pair: Pair) -> None:
    name = f"pair-{uuid.uuid4().hex[:12]}"
    for turn in range(6):
        one, two = pair[turn % 2], pair[1 - turn % 2]
        assert wire.request(one, "PUT", f"/{name}").status == 200
        assert wire.request(two, "PUT", f"/{name}/k", body=b"%d" % turn).status == 200
        assert wire.request(one, "DELETE", f"/{name}").code == "BucketNotEmpty"
        assert wire.request(one, "DELETE", f"/{name}/k").status == 204
        assert wire.request(one, "DELETE", f"/{name}").status == 204
        for method, path in (("PUT", f"/{name}/k"), ("GET", f"/{name}/k"), ("GET", f"/{name}")):
            body = b"x" if method == "PUT" else b""
            assert wire.request(two, method, path, body=body).code == "NoSuchBucket"


@pytest.mark.parametrize("rounds", [3, pytest.param(15, marks=pytest.mark.slow)])
def test_if_none_match_has_one_winner(pair: Pair, bucket: str, rounds: int) -> None:
    for turn in range(rounds):
        path = f"/{bucket}/put{turn}"

        def put(number: int, gateway: Gateway, path: str = path) -> wire.Answer:
            return wire.request(gateway, "PUT", path, headers={"If-None-Match": "*"}, body=b"%d" % number)

        winner = the_winner(at_once(pair, put, CLIENTS))
        assert [wire.request(one, "GET", path).body for one in pair] == [b"%d" % winner] * 2


@pytest.mark.parametrize("rounds", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_completing_an_upload_and_copying_have_one_winner(pair: Pair, bucket: str, rounds: int) -> None:
    """Clients with an upload each, with a source each, and with a plain PUT, all for one key."""
    for turn in range(rounds):
        path = f"/{bucket}/mixed{turn}"
        prepared = [prepare(pair[number % 2], bucket, path, number) for number in range(CLIENTS)]

        def attempt(number: int, gateway: Gateway, prepared: list[Attempt] = prepared) -> wire.Answer:
            return prepared[number](gateway)

        winner = the_winner(at_once(pair, attempt, CLIENTS))
        assert [wire.request(one, "GET", path).body for one in pair] == [b"%d" % winner] * 2


Attempt = Callable[[Gateway], wire.Answer]


def prepare(gateway: Gateway, bucket: str, path: str, number: int) -> Attempt:
    """Everything up to the request that makes the key: one of three kinds."""
    condition, data = {"If-None-Match": "*"}, b"%d" % number
    if number % 3 == 0:
        return lambda at: wire.request(at, "PUT", path, headers=condition, body=data)
    if number % 3 == 1:
        source = f"/{bucket}/source{number}"
        assert wire.request(gateway, "PUT", source, body=data).status == 200
        headers = condition | {"x-amz-copy-source": source}
        return lambda at: wire.request(at, "PUT", path, headers=headers)
    begun = wire.request(gateway, "POST", path, "uploads=").body
    upload = re.findall(rb"<UploadId>(\w+)</UploadId>", begun)[0].decode()
    part = wire.request(gateway, "PUT", path, f"partNumber=1&uploadId={upload}", body=data)
    document = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{part.headers['ETag']}</ETag></Part></CompleteMultipartUpload>"
    ).encode()
    return lambda at: wire.request(at, "POST", path, f"uploadId={upload}", headers=condition, body=document)


@pytest.mark.parametrize(("clients", "times"), [(6, 5), pytest.param(10, 20, marks=pytest.mark.slow)])
def test_a_counter_by_if_match_loses_no_update(pair: Pair, bucket: str, clients: int, times: int) -> None:
    path = f"/{bucket}/counter"
    assert wire.request(pair[0], "PUT", path, body=b"0").status == 200

    def count(number: int, gateway: Gateway) -> wire.Answer:
        done = 0
        while done < times:
            found = wire.request(gateway, "GET", path)
            condition = {"If-Match": found.headers["ETag"]}
            said = wire.request(gateway, "PUT", path, headers=condition, body=b"%d" % (int(found.body) + 1))
            assert said.status in (200, 409, 412), (said.status, said.code)
            done += said.status == 200
        return said

    at_once(pair, count, clients)
    assert [wire.request(one, "GET", path).body for one in pair] == [b"%d" % (clients * times)] * 2


def test_one_delete_by_if_match_wins_over_all_writes(pair: Pair, bucket: str) -> None:
    """Whoever saw the version it deletes or replaces may do so once; a delete leaves nothing to match."""
    path = f"/{bucket}/race"
    for turn in range(4):
        etag = wire.request(pair[turn % 2], "PUT", path, body=b"begin%d" % turn).headers["ETag"]

        def attempt(number: int, gateway: Gateway, condition: str = etag) -> wire.Answer:
            if number % 5 == 0:
                return wire.request(gateway, "DELETE", path, headers={"If-Match": condition})
            return wire.request(gateway, "PUT", path, headers={"If-Match": condition}, body=b"%d" % number)

        answers = at_once(pair, attempt, 20)
        winners = [(number, said) for number, said in enumerate(answers) if said.status in (200, 204)]
        assert len(winners) == 1, [(said.status, said.code) for said in answers]
        number, said = winners[0]
        left = [wire.request(one, "GET", path) for one in pair]
        if said.status == 204:
            assert [one.code for one in left] == ["NoSuchKey"] * 2
        else:
            assert [one.body for one in left] == [b"%d" % number] * 2


@pytest.mark.slow
def test_two_collect_at_once(pair: Pair, bucket: str) -> None:
    """Two commands beside the jobs of two gateways: what is left is what is still named, intact."""
    for number in range(12):
        data = content(1000 + number, 300_000)
        assert wire.request(pair[number % 2], "PUT", f"/{bucket}/{number}", body=data).status == 200
    for number in range(0, 12, 2):
        assert wire.request(pair[1], "DELETE", f"/{bucket}/{number}").status == 204
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: one.s3gw("gc", "--grace", "0"), pair))
    for number in range(1, 12, 2):
        said = wire.request(pair[0], "GET", f"/{bucket}/{number}")
        assert said.body == content(1000 + number, 300_000)
