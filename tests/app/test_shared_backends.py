"""Several gateways on one database, with directories of packs that they share; and what is refused."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Server, _run
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20
New = Callable[..., Gateway]


@pytest.fixture
def shared_dsn(postgres: Server) -> Iterator[str]:
    """The URL of a database for several gateways."""
    name = _run(postgres.create())
    yield postgres.url(name)
    _run(postgres.drop(name))


def refused(gateway: Gateway) -> str:
    """The one line with which a gateway that must not start ends."""
    done = subprocess.run(
        [str(gateway.command), "serve"],
        env=gateway.environment(),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    said = [line for line in done.stderr.splitlines() if line.startswith("s3gw: ")]
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    return said[0]


@pytest.mark.slow
def test_two_gateways_share_a_directory(new_gateway: New, shared_dsn: str, tmp_path: Path) -> None:
    settings = {"S3GW_DATABASE_URL": shared_dsn, "S3GW_BACKEND": (tmp_path / "shared").as_uri()}
    one, two = (new_gateway(**settings).start() for _ in range(2))
    first, second = one.client(), two.client()
    first.create_bucket(Bucket="shared")
    for number, (writer, reader) in enumerate([(first, second), (second, first)]):
        data = content(number, 3 * MIB)
        writer.put_object(Bucket="shared", Key=str(number), Body=data)
        assert reader.get_object(Bucket="shared", Key=str(number))["Body"].read() == data
    assert not (one.data / "packs").exists()
    second.delete_object(Bucket="shared", Key="0")
    assert re.search(r"[1-9]\d* chunks", one.s3gw("gc"))
    assert first.get_object(Bucket="shared", Key="1")["Body"].read() == content(1, 3 * MIB)
    assert one.stop() == two.stop() == 0


@pytest.mark.slow
def test_two_with_packs_of_their_own_are_refused(new_gateway: New, shared_dsn: str) -> None:
    one = new_gateway(S3GW_DATABASE_URL=shared_dsn).start()
    two = new_gateway(S3GW_DATABASE_URL=shared_dsn)
    line = refused(two)
    assert f"add --backend {(one.data / 'packs').as_uri()}" in line
    two.settings["S3GW_BACKEND"] = (one.data / "packs").as_uri()
    two.start()
    one.client().create_bucket(Bucket="shared")
    two.client().put_object(Bucket="shared", Key="k", Body=content(1, MIB))
    assert one.client().get_object(Bucket="shared", Key="k")["Body"].read() == content(1, MIB)


@pytest.mark.slow
def test_a_second_gateway_must_not_make_up_a_key(new_gateway: New, shared_dsn: str, tmp_path: Path) -> None:
    settings = {"S3GW_DATABASE_URL": shared_dsn, "S3GW_BACKEND": (tmp_path / "shared").as_uri()}
    one, two = (new_gateway(**settings) for _ in range(2))
    for gateway in (one, two):
        gateway.access_key = gateway.secret_key = ""
    one.start()
    for _ in range(2):  # the key that it made up does not count the second time either
        assert "S3GW_ACCESS_KEY and S3GW_SECRET_KEY" in refused(two)
    assert one.stop() == 0
    one.restart()


@pytest.mark.slow
def test_a_command_needs_every_backend(new_gateway: New, tmp_path: Path) -> None:
    gateway = new_gateway(S3GW_BACKEND=(tmp_path / "a").as_uri()).start()
    environment = gateway.environment()
    environment.pop("S3GW_BACKEND")
    for arguments in (["gc"], ["gc", "--backend", (tmp_path / "b").as_uri()]):
        done = subprocess.run(
            [str(gateway.command), *arguments], env=environment, capture_output=True, check=False, text=True
        )
        assert done.returncode == 2
        assert re.fullmatch(r"s3gw: backend: .*\n", done.stderr)
    done = subprocess.run(
        [str(gateway.command), "gc", "--backend", (tmp_path / "a").as_uri()],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
