"""The options that stand for settings, one for each: `--header-timeout` is `header_timeout`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]
    """What commands are added to; argparse has no public name for it."""

SETTINGS = {
    "data": ("DIR", "directory of this gateway: lock, root key, embedded database, packs (./data)"),
    "database_url": ("URL", "PostgreSQL to use instead of the embedded one: postgresql://…"),
    "backend": (
        "URL",
        (
            "where packs are: file:///path, s3://bucket/prefix or azure://container/prefix; "
            "repeatable (packs in the data directory)"
        ),
    ),
    "log_format": ("FORMAT", "json, text, or auto: text on a terminal"),
}
"""Settings of every command: metavariable and help."""

SERVE = {
    "listen": ("HOST:PORT", "where to serve (127.0.0.1:9000)"),
    "workers": ("N", "processes that serve; more than one pays above one core's load (1)"),
    "access_key": ("KEY", "root access key; its secret comes from S3GW_SECRET_KEY or the file"),
    "region": ("NAME", "region that clients sign for (us-east-1)"),
    "regions": ("NAME,…", "further regions that clients may sign for and make buckets in"),
    "trusted_proxies": ("NET,…", "proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"),
    "domains": ("HOST,…", "host names under which a leading label names the bucket"),
    "website_listen": (
        "HOST:PORT",
        "where to serve static websites by themselves; the host names the bucket",
    ),
    "website_domains": ("HOST,…", "host names under which a leading label names the bucket of a website"),
    "sse_c_over_http": ("on|off", "take customers' keys (SSE-C) from requests without TLS (on)"),
    "signature_v2": ("on|off", "accept signature version 2 too, for clients that know no other (off)"),
    "new_buckets": ("closed|open", "closed: no access control lists, public access blocked (closed)"),
    "chunking": (
        "PRESET",
        "of new buckets: cdc-256k, cdc-64k, cdc-1m, cdc-4m, fixed-4m, fixed-64k or fixed-8k (cdc-256k)",
    ),
    "archive_hints": ("on|off", "of new buckets: cut at the members of tar and zip archives (on)"),
    "reserve": ("SIZE", "free space below which a disk takes no more packs (1GiB)"),
    "database_reserve": ("SIZE", "the same of the embedded database's disk (as reserve)"),
    "backend_timeout": ("SECONDS", "for one attempt of a call of a backend (60)"),
    "backend_attempts": ("N", "attempts of a call of a service that holds packs (4)"),
    "backend_calls": ("N", "calls at once of a service that holds packs, for each process (32)"),
    "backend_failures": ("N", "calls that fail in a row until a backend counts as down (3)"),
    "backend_down": ("SECONDS", "between two attempts to reach a backend that is down (3)"),
    "replicas": ("NUMBER", "copies of each pack, on as many backends (1)"),
    "write_quorum": ("NUMBER", "copies that must be durable before an upload is acknowledged (all)"),
    "inline_limit": ("SIZE", "stored bytes up to which small objects stay in the database (8192)"),
    "header_timeout": ("SECONDS", "for the headers of a request (30)"),
    "keepalive_timeout": ("SECONDS", "for an idle connection (75)"),
    "body_timeout": ("SECONDS", "that a body may stall, either way (60)"),
    "minimum_rate": ("SIZE", "bytes a second that a body must average (1024)"),
    "slow_answer": ("SECONDS", "until Complete and copies begin to answer, to keep clients waiting (10)"),
    "shutdown_timeout": ("SECONDS", "that running requests get after SIGTERM (30)"),
    "max_connections": ("N", "connections of each worker (4096)"),
    "max_header_size": ("SIZE", "of a request line and its headers together (32K)"),
    "guard_connections": ("on|off", "bound headers and connections beyond the HTTP library (on)"),
    "access_log_interval": ("SECONDS", "between two deliveries of server access logs (300)"),
    "collect_interval": ("SECONDS", "between two rounds of background jobs (60)"),
    "metrics_listen": ("HOST:PORT", "where to serve metrics by themselves, openly; for a private network"),
    "metrics_interval": ("SECONDS", "for which the metrics of what is stored hold (300)"),
    "notify": ("NAME=URL", "where events of buckets may be told; may be repeated"),
    "notify_keep": ("SECONDS", "that an event waits for a target that does not take it (86400)"),
    "notify_limit": ("N", "events at most that wait for one target (100000)"),
    "lifecycle_day": ("SECONDS", "that lifecycle rules count as a day; shorter only for tests (86400)"),
    "job_rest": ("SECONDS", "that jobs rest for each second they worked while requests come (2)"),
    "rechunk_rate": ("SIZE", "bytes a second that are read at most to cut objects again; 0 for any (0)"),
    "compact_rate": ("SIZE", "bytes a second that each other job reads at most; 0 for any (0)"),
    "scrub_period": ("SECONDS", "within which every copy of a pack is verified; 0 for never (2592000)"),
    "export_interval": ("SECONDS", "between two exports of the metadata to the backends; 0 for none (0)"),
    "export_keep": ("N", "exports of the metadata that are kept on each backend, the newest (7)"),
    "compact_dead": ("PERCENT", "of a pack that must be dead for it to be compacted (30)"),
}
"""Further settings of `serve`."""


REPEATED = {"backend", "notify"}
"""Settings of which each option gives one more value."""


def add(parser: argparse._ActionsContainer, settings: dict[str, tuple[str, str]]) -> None:
    """One option for each of `settings`; what is not given stays None."""
    for name, (metavar, text) in settings.items():
        action = "append" if name in REPEATED else "store"
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, dest=name, metavar=metavar, help=text, action=action)


def common() -> argparse.ArgumentParser:
    """A parent parser with what every command takes."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group(
        "settings", "also S3GW_<NAME> in the environment, or <name> in the file"
    )
    group.add_argument("--config", metavar="FILE", help="TOML file with settings (S3GW_CONFIG)")
    add(group, SETTINGS)
    return parser
