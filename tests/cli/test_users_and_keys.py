"""`s3gw user` and `s3gw key` on a database, without a gateway."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from s3gw.cli import main as cli

MASTER = bytes(range(32)).hex()
ID = "ab" * 32


@pytest.fixture(autouse=True)
def _settings(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("S3GW_") and name != "S3GW_TEST_POSTGRES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("S3GW_DATABASE_URL", dsn)
    monkeypatch.setenv("S3GW_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("S3GW_MASTER_KEY", MASTER)


class Shell:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def done(self, *arguments: str) -> str:
        """What a command that succeeds says."""
        assert cli.main(arguments) == 0
        return self._capsys.readouterr().out

    def refused(self, *arguments: str, status: int = 1) -> str:
        """The one line of a command that fails."""
        assert cli.main(arguments) == status
        said = self._capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        return said.err.removeprefix("s3gw: ").rstrip("\n")


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_the_life_of_a_user(shell: Shell) -> None:
    given = ("--id", ID, "--display-name", "Älice A.", "--email", "Alice@Example.com")
    made = json.loads(shell.done("user", "create", "alice", *given, "--json"))
    assert made["arn"].endswith(":user/alice")
    assert {**made, "arn": ""} == {
        "name": "alice",
        "id": ID,
        "display_name": "Älice A.",
        "arn": "",
        "email": "alice@example.com",
    }
    assert "canonical id" in shell.done("user", "create", "bob")
    assert shell.refused("user", "create", "alice") == "there is a user alice already"
    assert "is another user's" in shell.refused("user", "create", "eve", "--id", ID)
    assert "is another user's" in shell.refused("user", "create", "eve", "--email", "alice@example.com")

    key = json.loads(shell.done("key", "create", "alice", "--json"))
    assert (len(key["access_key"]), len(key["secret_key"])) == (20, 40)
    assert key["access_key"].startswith("AKIA")
    said = shell.done("key", "create", "bob", "--access-key", "BOBSKEY", "--secret-key", "bobs-secret")
    assert said.splitlines()[:2] == ["access key  BOBSKEY", "secret key  bobs-secret"]
    again = ("key", "create", "alice", "--access-key", "BOBSKEY", "--secret-key", "other-secret")
    assert shell.refused(*again) == "there is an access key BOBSKEY already"

    listed = (
        shell.done("key", "list") + shell.done("key", "list", "bob", "--json") + shell.done("user", "list")
    )
    assert "BOBSKEY" in listed
    assert key["access_key"] in listed
    assert "secret" not in listed
    assert key["secret_key"] not in listed

    assert shell.done("key", "disable", "BOBSKEY") == "disabled access key BOBSKEY\n"
    assert json.loads(shell.done("key", "list", "bob", "--json"))[0]["disabled"] is True
    shell.done("key", "enable", "BOBSKEY")
    shell.done("key", "delete", "BOBSKEY")
    assert shell.refused("key", "delete", "BOBSKEY") == "there is no access key BOBSKEY"
    shell.done("user", "disable", "alice")
    users = {one["name"]: one for one in json.loads(shell.done("user", "list", "--json"))}
    assert (users["alice"]["disabled"], users["alice"]["keys"], users["bob"]["keys"]) == (True, 1, 0)
    shell.done("user", "enable", "alice")
    shell.done("user", "delete", "alice")
    assert json.loads(shell.done("key", "list", "--json")) == []
    assert shell.refused("key", "list", "alice") == "there is no user alice"
    assert shell.refused("key", "create", "alice") == "there is no user alice"


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "create", "a b"),
        ("user", "create", "root"),
        ("user", "create", "x" * 65),
        ("user", "create", "x", "--id", "AB" * 32),
        ("user", "create", "x", "--email", "nobody"),
        ("user", "create", "x", "--display-name", "a\nb"),
        ("user", "create", "x", "--display-name", ""),
        ("key", "create", "x", "--access-key", "alone"),
        ("key", "create", "x", "--access-key", "a/b", "--secret-key", "long enough"),
        ("key", "create", "x", "--access-key", "abc", "--secret-key", "short"),
    ],
)
def test_what_is_given_is_checked_first(
    shell: Shell, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3GW_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    assert arguments[0] in shell.refused(*arguments, status=2)


def test_secrets_need_the_one_master_key(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.done("user", "create", "alice")
    monkeypatch.delenv("S3GW_MASTER_KEY")
    assert "give all gateways" in shell.refused("key", "create", "alice", status=2)
    monkeypatch.setenv("S3GW_MASTER_KEY", MASTER)
    shell.done("key", "create", "alice")
    monkeypatch.setenv("S3GW_MASTER_KEY", "00" * 32)
    assert "the secrets of 1 access keys" in shell.refused("key", "create", "alice", status=2)
