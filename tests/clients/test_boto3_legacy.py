"""boto3 1.35, the last that sends no checksums by default, from an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import Gateway, run

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-legacy" / "bin" / "python"


@pytest.mark.client
def test_boto3_without_checksums(gateway: Gateway, tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("boto3 1.35 is not installed; make test-deps does it")
    script = Path(__file__).with_name("legacy.py")
    said = run([str(PYTHON), str(script), "legacy-client", str(tmp_path)], gateway.aws_environment())
    assert said.startswith(b"1.35.")
    assert said.endswith(b"done\n")
