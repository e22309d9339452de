"""What a gateway keeps for itself: lock, identity, root key."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from s3gw.app.data_directory import DataDirectory
from s3gw.config import Settings
from s3gw.errors import ConfigError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    directory = DataDirectory.create(tmp_path / "data")
    assert mode(directory.path) == 0o700


def test_the_modes_of_what_exists_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    (tmp_path / "data").chmod(0o750)
    assert mode(DataDirectory.create(tmp_path / "data").path) == 0o750


def test_one_gateway_at_a_time(tmp_path: Path) -> None:
    first, second = (DataDirectory.create(tmp_path) for _ in range(2))
    first.lock()
    with pytest.raises(ConfigError, match=rf"in use by another gateway \(process {os.getpid()}\)"):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


def test_the_identity_lasts(tmp_path: Path) -> None:
    made = DataDirectory.create(tmp_path).instance_id()
    assert DataDirectory.create(tmp_path).instance_id() == made
    (tmp_path / "instance").write_text("nonsense")
    with pytest.raises(ConfigError, match="instance"):
        DataDirectory.create(tmp_path).instance_id()


def test_the_root_key_is_made_once_and_kept(tmp_path: Path) -> None:
    made = DataDirectory.create(tmp_path).credentials(Settings())
    assert made.generated
    assert len(made.access_key) == 20
    assert len(made.secret_key) == 40
    assert mode(tmp_path / "root-key.json") == 0o600
    assert DataDirectory.create(tmp_path).credentials(Settings()) == made
    assert made.secret_key not in repr(made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root-key.json"]


def test_a_given_key_is_used_and_not_kept(tmp_path: Path) -> None:
    given = Settings(access_key="AKGIVEN", secret_key="given-secret")
    used = DataDirectory.create(tmp_path).credentials(given)
    assert (used.access_key, used.secret_key, used.generated) == ("AKGIVEN", "given-secret", False)
    assert not (tmp_path / "root-key.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"access_key": "A"})])
def test_a_broken_root_key_is_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "root-key.json").write_text(text)
    with pytest.raises(ConfigError, match=r"root-key\.json"):
        DataDirectory.create(tmp_path).credentials(Settings())
    assert (tmp_path / "root-key.json").read_text() == text


def test_the_master_key_is_made_once_when_it_is_asked_for(tmp_path: Path) -> None:
    directory = DataDirectory.create(tmp_path / "data")
    assert directory.master_key(Settings()) is None
    made = directory.master_key(Settings(), make=True)
    assert made is not None
    assert directory.master_key(Settings()) == made
    assert mode(directory.path / "master-key") == 0o600
    given = bytes(range(32))
    assert directory.master_key(Settings(master_key=given.hex())) == given
    (directory.path / "master-key").write_text("x")
    with pytest.raises(ConfigError, match="master key"):
        directory.master_key(Settings(), make=True)
