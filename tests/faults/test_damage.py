"""Bits flip, packs are cut short or gone below a gateway: another copy serves and repairs, or none does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import wire
from tests.app.test_gateway import wait_until
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20
BUCKET = "damage"
New = Callable[..., Gateway]
Spoil = Callable[[Path], None]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def flip(pack: Path) -> None:
    """One bit in the middle."""
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)


def cut(pack: Path) -> None:
    """Half of it is gone."""
    with pack.open("rb+") as file:
        file.truncate(pack.stat().st_size // 2)


def packs(place: Path) -> list[Path]:
    """All of a backend, but its markers."""
    return sorted(path for path in place.glob("??/*") if path.is_file())


@pytest.mark.parametrize("spoil", [flip, cut, Path.unlink], ids=["flipped", "cut", "gone"])
def test_one_of_two_copies(new_gateway: New, tmp_path: Path, spoil: Spoil) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
    backends = " ".join(place.as_uri() for place in places)
    gateway = new_gateway(S3GW_BACKEND=backends, S3GW_REPLICAS="2", S3GW_COLLECT_INTERVAL="1").start()
    data = content(1, 3 * MIB)
    assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
    assert wire.request(gateway, "PUT", f"/{BUCKET}/k", body=data).status == 200
    assert gateway.stop() == 0
    damaged = packs(places[0])
    assert damaged
    for pack in damaged:
        spoil(pack)
    gateway.restart()
    for _ in range(3):
        assert wire.request(gateway, "GET", f"/{BUCKET}/k").body == data
    gateway.s3gw("scrub")  # ends with 1 where a copy stays that is not whole
    for place in places:
        assert wire.request(gateway, "GET", f"/{BUCKET}/k").body == data
        assert packs(place)
    # What was made anew is enough.
    for pack in packs(places[1]):
        pack.unlink()
    assert gateway.stop() == 0
    gateway.restart()
    assert wire.request(gateway, "GET", f"/{BUCKET}/k").body == data
    assert gateway.stop() == 0


@pytest.mark.parametrize("spoil", [flip, cut, Path.unlink], ids=["flipped", "cut", "gone"])
def test_the_only_copy(new_gateway: New, spoil: Spoil) -> None:
    gateway = new_gateway(S3GW_COLLECT_INTERVAL="1").start()
    data, other = content(1, 3 * MIB), content(2, 3 * MIB)
    assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
    assert wire.request(gateway, "PUT", f"/{BUCKET}/k", body=data).status == 200
    assert gateway.stop() == 0
    (pack,) = packs(gateway.data / "packs")
    spoil(pack)
    gateway.restart()
    try:
        found = wire.request(gateway, "GET", f"/{BUCKET}/k")
    except OSError:
        pass  # the line was broken off, since the answer had begun
    else:
        assert found.body != data
        assert found.status >= 500 or data.startswith(found.body), "wrong bytes were sent"
    with pytest.raises(AssertionError, match=f"{BUCKET}.*k"):
        gateway.s3gw("scrub")
    assert wire.request(gateway, "PUT", f"/{BUCKET}/k2", body=other).status == 200
    assert wire.request(gateway, "GET", f"/{BUCKET}/k2").body == other
    wait_until(lambda: gateway.answers("/-/ready"), "readiness")
