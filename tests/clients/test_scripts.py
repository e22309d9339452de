"""The clients of `make conformance` that have no tests of their own here."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.__main__ import SCRIPTS, run
from tests.gateway import BIN, Gateway


@pytest.mark.client
@pytest.mark.parametrize("client", ["aws-sdk-js", "restic", "s3cmd"])
def test_a_client(gateway: Gateway, tmp_path: Path, client: str) -> None:
    result = run(SCRIPTS / f"{client}.sh", gateway.aws_environment() | {"BIN": str(BIN)}, tmp_path / client)
    if result.verdict == "not installed":
        pytest.skip(f"{client} is not installed; make test-deps does it")
    assert result.verdict == "passed", result.output
