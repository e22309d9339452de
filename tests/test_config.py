"""Settings: their order, their conversions, and what is refused."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from s3gw.config import Margins, Settings, load
from s3gw.errors import ConfigError


def test_defaults_need_nothing() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.host_port == ("127.0.0.1", 9000)
    assert settings.data == Path("data")
    assert settings.database_url is None


def test_command_line_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "s3gw.toml"
    file.write_text('listen = "10.0.0.1:1"\nregion = "from-file"\nworkers = 3\narchive_hints = false\n')
    env = {"S3GW_CONFIG": str(file), "S3GW_LISTEN": "10.0.0.2:2", "S3GW_REGION": "from-env"}
    settings = load({"listen": "10.0.0.3:3", "region": None}, env)
    assert settings.listen == "10.0.0.3:3"
    assert settings.region == "from-env"
    assert settings.workers == 3
    assert settings.archive_hints is False


def test_the_option_names_the_file_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('region = "a"')
    (tmp_path / "b.toml").write_text('region = "b"')
    env = {"S3GW_CONFIG": str(tmp_path / "a.toml")}
    assert load({"config": str(tmp_path / "b.toml")}, env).region == "b"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("data", "/srv/s3", Path("/srv/s3")),
        ("workers", "4", 4),
        ("reserve", "10G", 10 << 30),
        ("reserve", "1 GiB", 1 << 30),
        ("inline_limit", "0", 0),
        ("minimum_rate", "4096", 4096),
        ("body_timeout", "2.5", 2.5),
        ("domains", "s3.example.com, Other.Example", ("s3.example.com", "other.example")),
        ("archive_hints", "off", False),
        ("archive_hints", "TRUE", True),
        ("chunking", "fixed-4m", "fixed-4m"),
        ("chunking", "cdc-64k", "cdc-64k"),
        ("database_url", "postgresql://db/s3", "postgresql://db/s3"),
        ("listen", "[::1]:9000", "[::1]:9000"),
        ("metrics_listen", "10.0.0.1:9100", "10.0.0.1:9100"),
        ("metrics_token", "0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_every_kind_of_value_from_the_environment(name: str, text: str, value: object) -> None:
    assert getattr(load({}, {f"S3GW_{name.upper()}": text}), name) == value


def test_every_setting_can_be_given_in_the_environment() -> None:
    for field in fields(Settings):
        value = getattr(Settings(), field.name)
        if field.name != "margins" and value is not None:
            text = ",".join(value) if isinstance(value, tuple) else str(value)
            assert getattr(load({}, {f"S3GW_{field.name.upper()}": text}), field.name) == value


def test_margins(tmp_path: Path) -> None:
    file = tmp_path / "s3gw.toml"
    file.write_text("[margins]\nreader = 60\ntombstone = 86400\n")
    settings = load({"config": str(file)}, {"S3GW_MARGIN_READER": "5"})
    assert settings.margins == Margins(reader=5, tombstone=86400)
    file.write_text("[margins]\nnonsense = 60\n")
    with pytest.raises(ConfigError, match="margins"):
        load({"config": str(file)}, {})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"listen": "9000"}, "listen"),
        ({"listen": "host:port"}, "listen"),
        ({"listen": "host:70000"}, "listen"),
        ({"listen": "host:²"}, "listen"),
        ({"workers": "0"}, "workers"),
        ({"workers": "many"}, "workers"),
        ({"chunking": "cdc-1"}, "chunking"),
        ({"reserve": "a lot"}, "reserve"),
        ({"body_timeout": "-1"}, "body_timeout"),
        ({"body_timeout": "0"}, "body_timeout"),
        ({"header_timeout": "nan"}, "header_timeout"),
        ({"max_connections": "0"}, "max_connections"),
        ({"max_header_size": "100"}, "max_header_size"),
        ({"archive_hints": "maybe"}, "archive_hints"),
        ({"log_format": "xml"}, "log_format"),
        ({"access_key": "AKID"}, "secret_key"),
        ({"access_key": "AK", "secret_key": "long-enough"}, "access_key"),
        ({"access_key": "A/K/ID", "secret_key": "long-enough"}, "access_key"),
        ({"access_key": "AKID", "secret_key": "short"}, "secret_key"),
    ],
)
def test_what_cannot_work_is_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(given, {})
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lisen = 1", "lisen"),
        ("listen = ", "TOML"),
        (b"\xff", "TOML"),
        ("margins = 3", "margins"),
        (None, "read"),
    ],
)
def test_a_file_that_cannot_work(tmp_path: Path, text: str | bytes | None, says: str) -> None:
    file = tmp_path / "s3gw.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=says):
        load({"config": str(file)}, {})


@pytest.mark.parametrize("secret", ["minioadmin", "password", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"])
def test_case_33_a_published_secret_guards_no_network(secret: str) -> None:
    given = {"access_key": "minioadmin", "secret_key": secret}
    for listen in ("0.0.0.0:9000", "192.0.2.1:9000", "[::]:9000", "s3.example.com:9000"):
        with pytest.raises(ConfigError, match="published default"):
            load({**given, "listen": listen}, {})
    for listen in ("127.0.0.1:9000", "[::1]:9000", "localhost:9000"):
        assert load({**given, "listen": listen}, {}).secret_key == secret


def test_the_secret_is_not_shown() -> None:
    settings = load({"access_key": "AKID", "secret_key": "not-to-be-shown"}, {})
    assert "not-to-be-shown" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"website_listen": "8080"}, "website_listen: '8080' is not HOST:PORT"),
        ({"website_listen": "127.0.0.1:9000"}, "website_listen: needs a port of its own"),
        ({"website_listen": "127.0.0.1:0"}, "website_listen: needs a port of its own"),
        (
            {"domains": "a.test,b.test", "website_domains": "b.test"},
            "website_domains: b.test stands in domains",
        ),
    ],
)
def test_websites_need_addresses_of_their_own(given: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(given, {})
