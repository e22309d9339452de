"""Keys on a database that several gateways may share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gateway import Gateway


@pytest.mark.slow
def test_nothing_is_sealed_that_other_gateways_could_not_open(
    new_gateway: Callable[..., Gateway], shared_dsn: str
) -> None:
    """A master key of one data directory would be one that the others do not have."""
    gateway = new_gateway(S3GW_DATABASE_URL=shared_dsn)
    gateway.s3gw("db", "migrate")
    for command in (("kms", "create", "store"), ("kms", "rotate", "store")):
        with pytest.raises(AssertionError, match="the same S3GW_MASTER_KEY"):
            gateway.s3gw(*command)
        assert not (gateway.data / "master-key").exists()
    gateway.settings["S3GW_MASTER_KEY"] = "11" * 32
    gateway.s3gw("kms", "create", "store")
    gateway.s3gw("kms", "rotate", "store")
    assert len(gateway.s3gw("kms", "list").splitlines()) == 3
    assert not (gateway.data / "master-key").exists()
