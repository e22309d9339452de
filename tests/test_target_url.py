"""How targets of events are named in the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3gw.config import load
from s3gw.errors import ConfigError
from s3gw.target_url import Destination, parse_all


def test_tables_and_texts() -> None:
    hook = Destination("hook", "https://example.com/a?b=c", "token")
    assert parse_all({"hook": {"url": hook.url, "token": "token"}}) == (hook,)
    both = (Destination("a", "http://h/x=y"), Destination("b.c", "redis://:pw@h/0?list=l"))
    assert parse_all("a=http://h/x=y, b.c=redis://:pw@h/0?list=l") == both
    assert parse_all(["a=http://h/x=y", "b.c=redis://:pw@h/0?list=l"]) == both
    assert [one.scheme for one in both] == ["http", "redis"]
    assert "pw" not in repr(both)
    assert "token" not in repr(hook).replace("token=", "")
    assert parse_all("") == ()


@pytest.mark.parametrize(
    "value",
    [
        "http://example.com",
        "a=ftp://example.com",
        "a=http://",
        "a=http://h:port/",
        "a b=http://h/",
        "a=http://h/,a=http://i/",
        {"a": "http://h/"},
        {"a": {"token": "x"}},
        {"a": {"url": "http://h/", "secret": "x"}},
        {"a": {"url": "http://h/", "token": "two words"}},
        {"a": {"url": "file:///etc/passwd"}},
    ],
)
def test_what_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError):
        parse_all(value)


def test_settings(tmp_path: Path) -> None:
    config = tmp_path / "s3gw.toml"
    config.write_text('notify_keep = 60\n[notify.hook]\nurl = "http://h/"\n')
    settings = load({"config": str(config)}, {})
    assert (settings.notify, settings.notify_keep) == ((Destination("hook", "http://h/"),), 60.0)
    assert settings.notifies == {"hook"}
    settings = load({}, {"S3GW_NOTIFY": "a=http://h/,b=https://i/", "S3GW_NOTIFY_LIMIT": "9"})
    assert settings.notifies == {"a", "b"}
    assert settings.notify_limit == 9
    with pytest.raises(ConfigError, match="notify_limit"):
        load({}, {"S3GW_NOTIFY_LIMIT": "0"})
