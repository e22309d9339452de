"""Two gateways of two workers each, on one PostgreSQL and one directory of packs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Server, _run
from tests.gateway import Gateway

Pair = tuple[Gateway, Gateway]


def settings_of_a_pair(dsn: str, packs: Path) -> dict[str, str]:
    """What both gateways are given, beside data directories of their own."""
    return {"S3GW_DATABASE_URL": dsn, "S3GW_BACKEND": packs.as_uri(), "S3GW_WORKERS": "2"}


@pytest.fixture(scope="package")
def pair(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two running gateways that the tests of this folder share; each takes buckets of its own."""
    name = _run(postgres.create())
    home = tmp_path_factory.mktemp("pair")
    settings = settings_of_a_pair(postgres.url(name), home / "packs")
    one, two = Gateway(home / "one", settings), Gateway(home / "two", settings)
    try:
        one.start()
        two.start()
        yield one, two
        assert one.stop() == two.stop() == 0
    finally:
        one.remove()
        two.remove()
        _run(postgres.drop(name))


@pytest.fixture
def new_pair(new_gateway: Callable[..., Gateway], shared_dsn: str, tmp_path: Path) -> Pair:
    """Two gateways of the test's own, not yet started."""
    settings = settings_of_a_pair(shared_dsn, tmp_path / "packs")
    return new_gateway(**settings), new_gateway(**settings)
