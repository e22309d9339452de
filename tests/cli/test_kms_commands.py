"""`s3gw kms` on a database, without a gateway."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest

from s3gw.cli import main as cli

OLD, NEW = bytes(range(32)).hex(), bytes(range(32, 64)).hex()


@pytest.fixture(autouse=True)
def _settings(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("S3GW_") and name != "S3GW_TEST_POSTGRES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("S3GW_DATABASE_URL", dsn)
    monkeypatch.setenv("S3GW_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("S3GW_MASTER_KEY", OLD)


class Shell:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def done(self, *arguments: str) -> str:
        """What a command that succeeds says."""
        assert cli.main(["kms", *arguments]) == 0
        return self._capsys.readouterr().out

    def refused(self, *arguments: str) -> str:
        """What a command that fails says, of which none of it is a secret."""
        assert cli.main(["kms", *arguments]) != 0
        said = self._capsys.readouterr().err
        assert said.count("\n") == 1
        assert OLD not in said
        assert NEW not in said
        return said

    def states(self) -> list[tuple[str, str]]:
        """Names and states of all keys."""
        return [(line.split()[1], line.split()[3]) for line in self.done("list").splitlines()[1:]]

    def versions(self) -> dict[str, str]:
        """What becomes of each version, by number."""
        return {line.split()[0]: line.split()[-1] for line in self.done("list").splitlines()[1:]}


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_the_life_of_a_key(shell: Shell) -> None:
    assert UUID(shell.done("create", "payroll").strip()).version == 4
    assert "all need the master key" in shell.done("create", "store")
    assert "already" in shell.refused("create", "payroll")
    shell.done("rotate", "payroll")
    shell.done("disable", "payroll")
    assert shell.states() == [("payroll", "disabled"), ("store", "enabled"), ("payroll", "disabled")]
    shell.done("enable", "payroll")
    assert ("payroll", "disabled") not in shell.states()
    for action in ("rotate", "disable", "enable"):
        assert "there is no key 'other'" in shell.refused(action, "other")
    assert "cannot be disabled" in shell.refused("disable", "store")
    for action in ("rotate", "disable"):
        assert "kept by the gateway itself" in shell.refused(action, "customers")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "customers",
            "customer/x",
            "aws/s3/1",
            "dsse/x",
            "alias/x",
            "arn:aws:kms",
            "a b",
            "é",
            "x" * 65,
        ),
        "12345678-1234-1234-1234-123456789ABC",
    ],
)
def test_names_that_keys_cannot_have(shell: Shell, name: str) -> None:
    assert "cannot be the name of a key" in shell.refused("create", name)


def test_everything_is_sealed_anew(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.done("create", "payroll")
    assert "S3GW_OTHER_MASTER_KEYS" in shell.refused("reseal", "--new-master")
    monkeypatch.setenv("S3GW_MASTER_KEY", NEW)
    assert "cannot be read without the master key" in shell.refused("reseal")
    monkeypatch.setenv("S3GW_OTHER_MASTER_KEYS", OLD)
    assert shell.done("reseal") == "sealed anew: 1 keys, 0 secrets of access keys\n"
    monkeypatch.delenv("S3GW_OTHER_MASTER_KEYS")
    shell.done("create", "other")
    monkeypatch.setenv("S3GW_MASTER_KEY", OLD)
    assert "cannot be read without the master key" in shell.refused("create", "third")


def test_the_end_of_old_versions(shell: Shell) -> None:
    shell.done("create", "payroll")
    for action in ("reencrypt", "retire"):
        assert "there is no key 'other'" in shell.refused(action, "other")
        assert shell.done(action, "payroll") == "there is no older version\n"
    shell.done("rotate", "payroll")
    shell.done("rotate", "payroll")
    assert shell.versions() == {"1": "kept", "2": "kept", "3": "current"}
    assert "s3gw jobs shows how far it is" in shell.done("reencrypt", "payroll")
    assert shell.versions() == {"1": "leaving", "2": "leaving", "3": "current"}
    assert shell.done("retire", "payroll") == "removed version 1\nremoved version 2\n"
    assert shell.versions() == {"3": "current"}
