"""The command line: its grammar, its exit statuses, and what it prints."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import fields
from pathlib import Path

import pytest

from s3gw.cli import main as cli
from s3gw.cli import options, output, serve
from s3gw.cli import stats as stats_command
from s3gw.config import Settings, load
from s3gw.db.stats import Stats

KIB = 1024


@pytest.fixture(autouse=True)
def _no_settings_of_whoever_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("S3GW_"):
            monkeypatch.delenv(name)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 2) -> str:
    """What a command that must fail says: one line."""
    assert cli.main(arguments) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return said.err


def test_every_setting_has_an_option_except_the_secrets() -> None:
    secrets = {"secret_key", "master_key", "other_master_keys", "metrics_token"}
    names = {field.name for field in fields(Settings)} - {"margins"} - secrets
    assert names == set(options.SETTINGS) | set(options.SERVE)


def test_options_become_settings() -> None:
    given = cli.parser().parse_args(
        ["serve", "--data", "/d", "--listen", "127.0.0.1:1", "--workers", "2", "--archive-hints", "off"]
    )
    settings = load(vars(given), {})
    assert (settings.data, settings.listen) == (Path("/d"), "127.0.0.1:1")
    assert (settings.workers, settings.archive_hints) == (2, False)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("s3gw 0.")


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["serve", "--nonsense"], ["gc", "--grace", "-1"], ["db"]]
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_wrong_settings_stop_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert "listen" in refused(["serve", "--listen", "nowhere"], capsys)


def test_a_port_in_use_stops_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(["serve", "--data", str(tmp_path / "d"), "--listen", f"127.0.0.1:{port}"], capsys)
    assert str(port) in said
    assert "in use" in said


def test_a_data_directory_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert "data" in refused(["serve", "--data", str(tmp_path / "file" / "d")], capsys)


@pytest.mark.parametrize("command", [["stats"], ["gc"], ["db", "migrate"]])
def test_commands_want_a_data_directory(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused([*command, "--data", str(tmp_path / "missing")], capsys)
    assert "no gateway has been started there" in said
    assert not (tmp_path / "missing").exists()


def test_a_database_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"postgresql://nobody@/nothing?host={tmp_path}"
    assert refused(["stats", "--database-url", url], capsys, status=1)


STORE = Stats(
    objects=2,
    logical_bytes=3000,
    unique_bytes=2000,
    stored_bytes=1000,
    chunks=4,
    dead_bytes=100,
    packs=1,
    metadata_bytes=9 * KIB * KIB,
)


def test_the_numbers_of_the_store_for_machines() -> None:
    assert stats_command.as_json(STORE, stats_command.OVERALL) == {
        "objects": 2,
        "logical_bytes": 3000,
        "unique_bytes": 2000,
        "stored_bytes": 1000,
        "dead_bytes": 100,
        "chunks": 4,
        "packs": 1,
        "savings_percent": 66.67,
        "metadata_bytes": 9 * KIB * KIB,
    }
    assert set(stats_command.OVERALL) - set(stats_command.OF_BUCKET) == {
        "dead_bytes",
        "packs",
        "metadata_bytes",
    }


def test_the_numbers_of_the_store_for_people() -> None:
    bucket = Stats(objects=2, logical_bytes=3000, unique_bytes=2000, stored_bytes=1000, chunks=4)
    shown = "\n".join(stats_command.lines(STORE, {"backup": bucket}))
    assert "9.0 MiB" in shown
    assert "66.67 %" in shown
    assert "backup" in shown


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 << 40, "5.0 TiB"),
        (3 << 60, "3072.0 PiB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert output.size(count) == text


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("[::]:9000", "http://[::1]:9000"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("s3.example.com:9000", "http://s3.example.com:9000"),
    ],
)
def test_the_address_that_is_printed(listen: str, url: str) -> None:
    assert serve.address(Settings(listen=listen), 9000) == url


def test_the_json_of_an_empty_store_has_all_fields() -> None:
    empty = Stats(objects=0, logical_bytes=0, unique_bytes=0, stored_bytes=0, chunks=0)
    found = json.loads(json.dumps(stats_command.as_json(empty, stats_command.OF_BUCKET)))
    assert found["savings_percent"] == 0
