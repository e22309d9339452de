"""Users, for tests of who may do what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway import Gateway
from tests.realm import Realm


@pytest.fixture(scope="session")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """A gateway with users, whose new buckets are open as they were before 2023."""
    gateway = Gateway(tmp_path_factory.mktemp("realm"), {"S3GW_NEW_BUCKETS": "open"}).start()
    realm = Realm(gateway)
    yield realm
    realm.close()
    assert gateway.stop() == 0
    gateway.remove()
