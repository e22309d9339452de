"""The settings of a gateway, as one frozen object; `s3gw.config` says where they come from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from s3gw import backend_url, target_url


@dataclass(frozen=True, slots=True)
class Margins:
    """Every waiting time that deletion relies on, in seconds of the database's clock.

    None of them decides whether something may be deleted: the foreign keys do. They say when to try, and how
    long a slow reader may hold on to bytes that nothing names any more.
    """

    lease: float = 120.0
    """How long an upload, an open pack or the run of a job may go without renewing before it counts as
    abandoned."""
    reader: float = 3600.0
    """How long replaced or deleted bytes stay readable for requests that began before."""
    tombstone: float = 3600.0
    """How long an emptied pack stays on its backend. At least the age of the oldest database backup that
    may be restored, where backups are to be restorable without loss."""
    sighting: float = 3600.0
    """How long a blob that no row names must go on being unnamed before it is removed."""
    completed_upload: float = 86400.0
    """How long CompleteMultipartUpload may be repeated."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one gateway. Durations are seconds, sizes bytes."""

    data: Path = Path("data")
    listen: str = "127.0.0.1:9000"
    workers: int = 1
    database_url: str | None = None
    backend: tuple[backend_url.Location, ...] = ()
    """Where packs are; none given: `packs` in the data directory."""
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    master_key: str | None = field(default=None, repr=False)
    """Seals what the database must not reveal: 32 bytes in base64 or hexadecimal."""
    other_master_keys: tuple[str, ...] = field(default=(), repr=False)
    """Further ones that open what they have sealed, while the master key is changed."""
    region: str = "us-east-1"
    regions: tuple[str, ...] = ()
    """Further regions that clients may sign for and make buckets in."""
    domains: tuple[str, ...] = ()
    """Host names under which a leading label names the bucket, such as "s3.example.com"."""
    website_listen: str | None = None
    """Where static websites are served by themselves; the host that is asked for names the bucket."""
    website_domains: tuple[str, ...] = ()
    """Host names under which a leading label names a bucket whose website is asked for, on any port."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    sse_c_over_http: bool = True
    """Whether customers' keys are taken from requests without TLS, which S3 refuses."""
    signature_v2: bool = False
    """Whether requests may be signed by version 2, whose SHA-1 covers less; form uploads always may."""
    new_buckets: str = "closed"
    """"closed": public access blocked and no access control lists, as in S3 since April 2023; or "open":
    neither is so, as before then, and as clients and test suites of older services expect."""
    chunking: str = "cdc-256k"
    archive_hints: bool = True
    reserve: int = 1 << 30
    """Free bytes below which a disk takes no more packs, unless it has a reserve of its own."""
    database_reserve: int | None = None
    """The same of the disk with the embedded database, below which nothing is written; None: `reserve`."""
    backend_timeout: float = 60.0
    """For one attempt of a call of a backend: a pack of 16 MiB at 300 KB/s."""
    backend_attempts: int = 4
    """Attempts of a call of a backend behind a network, where the last may have failed in passing."""
    backend_calls: int = 32
    """Calls at once of a backend behind a network, for each process."""
    backend_failures: int = 3
    """Calls that fail one after another until a backend counts as down."""
    backend_down: float = 3.0
    """Between two attempts to reach a backend that counts as down."""
    replicas: int = 1
    """Copies of each pack, on as many backends."""
    write_quorum: int = 0
    """Copies that must be durable before an upload is acknowledged; 0 for all."""
    inline_limit: int = 8192
    """Stored bytes up to which an object's new chunks stay in the database."""
    header_timeout: float = 30.0
    """From the connection, or the first byte of a further request, to the end of its headers."""
    keepalive_timeout: float = 75.0
    """How long a connection may idle between two requests; longer than proxies keep theirs (60)."""
    body_timeout: float = 60.0
    """How long a body may stall, either way, before the connection is closed."""
    minimum_rate: int = 1024
    """Bytes a second that a body must average once `body_timeout` has passed."""
    slow_answer: float = 10.0
    """How long completing an upload or copying may take before the answer begins, and between its signs of
    life; less than clients wait for an answer (60)."""
    shutdown_timeout: float = 30.0
    """How long requests that run may go on after SIGTERM, or when their worker is replaced."""
    max_connections: int = 4096
    """Connections of one worker; more are answered 503 and closed."""
    guard_connections: bool = True
    """Bound headers and connections beyond what aiohttp does; off only if a release of it breaks that."""
    max_header_size: int = 32768
    """Bytes of the request line and all headers together."""
    log_format: str = "auto"
    """"json" or "text"; "auto" is text on a terminal and JSON otherwise."""
    access_log_interval: float = 300.0
    """Pause between two deliveries of server access logs."""
    collect_interval: float = 60.0
    """Pause between two rounds of the background jobs."""
    metrics_listen: str | None = None
    """Where metrics are served by themselves, without credentials unless there is a token."""
    metrics_token: str | None = field(default=None, repr=False)
    """What a scraper may present, on any port, as `Authorization: Bearer`."""
    metrics_interval: float = 300.0
    """At least so long do the figures of the store hold that cost a walk through its tables."""
    notify: tuple[target_url.Destination, ...] = ()
    """Where events may be told that buckets ask for; nothing else is ever called."""
    notify_keep: float = 86400.0
    """How long an event waits for a target that does not take it."""
    notify_limit: int = 100_000
    """Events at most that wait for one target."""
    lifecycle_day: float = 86400.0
    """Seconds that lifecycle rules count as a day; another number only for tests."""
    job_rest: float = 2.0
    """Seconds that background jobs rest for each second they worked, while the gateway serves."""
    compact_rate: int = 0
    """Bytes a second that each other background job reads at most; 0 for any."""
    rechunk_rate: int = 0
    """Bytes a second that the job `rechunk` reads at most; 0 for any."""
    compact_dead: float = 30.0
    """Percent of a pack that must be dead for its live bytes to be copied elsewhere."""
    scrub_period: float = 30 * 86400.0
    """Within which the job reads and verifies every copy of every pack; 0 for never."""
    export_interval: float = 0.0
    """Pause between two exports of the metadata to the backends; 0 for none."""
    export_keep: int = 7
    """Exports that are kept on each backend, the newest."""
    margins: Margins = field(default_factory=Margins)

    @property
    def host_port(self) -> tuple[str, int]:
        """The address to listen on."""
        return _host_port(self.listen)

    @property
    def needed_replicas(self) -> int:
        """Copies that must be durable before an upload is acknowledged."""
        return self.write_quorum or self.replicas

    @property
    def metrics_host_port(self) -> tuple[str, int] | None:
        """The address to serve metrics on by themselves, if there is one."""
        return None if self.metrics_listen is None else _host_port(self.metrics_listen)

    @property
    def website_host_port(self) -> tuple[str, int] | None:
        """The address to serve websites on by themselves, if there is one."""
        return None if self.website_listen is None else _host_port(self.website_listen)

    @property
    def notifies(self) -> frozenset[str]:
        """The names of the targets that events may be told."""
        return frozenset(one.name for one in self.notify)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the gateway."""
        host, _ = self.host_port
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def _host_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
