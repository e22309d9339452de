"""A real gateway as a process: `s3gw serve` on a port of its own, with a data directory of its own.

The `gateway` fixture is shared by all tests of a worker, so tests take a bucket of their own (`bucket`)
and leave the process alone. A test that kills, restarts or configures one makes it with `new_gateway`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from s3gw.db.embedded import attached
from tests.boto import s3_client
from tests.processes import command_name, process_tree, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BIN = Path(sys.executable).parent
ACCESS_KEY = "AKTESTGATEWAY"
SECRET_KEY = "test-secret-of-no-value"
READY_WITHIN = 110.0


def clean_environment(home: Path, **extra: str) -> dict[str, str]:
    """An environment in which no configuration of the user who runs the tests can be seen."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*", **extra}


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Gateway:
    """One gateway process and what tests need to know of it."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None, command: Path | None = None):
        self.home = home
        self.data = home / "data"
        self.log = home / "gateway.log"
        self.port = free_port()
        self.access_key = ACCESS_KEY
        self.secret_key = SECRET_KEY
        self.command = command or BIN / "s3gw"
        self.settings = dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: list[S3Client] = []
        home.mkdir(parents=True, exist_ok=True)

    # The process ------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        """The address that clients are given."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the process that `s3gw serve` was started as."""
        assert self.process is not None, "the gateway was not started"
        return self.process.pid

    def environment(self) -> dict[str, str]:
        """What every s3gw command of this gateway runs with."""
        given = clean_environment(
            self.home,
            S3GW_DATA=str(self.data),
            S3GW_LISTEN=f"127.0.0.1:{self.port}",
            S3GW_ACCESS_KEY=self.access_key,
            S3GW_SECRET_KEY=self.secret_key,
            S3GW_DOMAINS="s3.test",
            S3GW_WEBSITE_DOMAINS="web.test",
        )
        return given | self.settings

    def start(self) -> Gateway:
        """Start the process and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.command), "serve"],
                env=self.environment(),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        give_up = time.monotonic() + READY_WITHIN
        while not self.answers("/-/ready"):
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.kill9()
                raise AssertionError(f"the gateway did not become ready; its log:\n{self.logs()[-8000:]}")
            time.sleep(0.02)
        return self

    def answers(self, path: str) -> bool:
        """Whether a GET of `path` is answered 200."""
        try:
            with urllib.request.urlopen(self.endpoint + path, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def logs(self) -> str:
        """Everything the process wrote."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self) -> int:
        """Ask the process to end, as a service manager would; its exit status."""
        self._close_clients()
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise AssertionError(
                f"SIGTERM did not end the gateway; its log:\n{self.logs()[-8000:]}"
            ) from None

    def kill9(self, *, keep_clients: bool = False) -> None:
        """SIGKILL to the gateway and its workers, by their ids; PostgreSQL has to notice by itself."""
        if not keep_clients:
            self._close_clients()
        if self.process is None:
            return
        for pid in self.gateway_pids():
            send(pid, signal.SIGKILL)
        self.process.wait(60)

    def remove(self) -> None:
        """Kill what still runs and remove everything it kept."""
        self.kill9()
        shutil.rmtree(self.home, ignore_errors=True)

    def restart(self) -> Gateway:
        """Start again on the same data directory and port."""
        assert self.process is None or self.process.poll() is not None, "the gateway still runs"
        return self.start()

    def gateway_pids(self) -> list[int]:
        """The gateway's own processes, parent first: everything below it that is not PostgreSQL."""
        return [pid for pid in process_tree(self.pid) if "postgres" not in command_name(pid)]

    def postgres_pids(self) -> list[int]:
        """The processes of the embedded PostgreSQL."""
        return [pid for pid in process_tree(self.pid) if "postgres" in command_name(pid)]

    # Memory -----------------------------------------------------------------------------------------

    def reset_peak(self) -> int:
        """Let the peak begin anew; resident bytes of the gateway's own processes now."""
        for pid in self.gateway_pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        return self._memory("VmRSS")

    def peak(self) -> int:
        """Most resident bytes since `reset_peak`, summed over the gateway's own processes."""
        return self._memory("VmHWM")

    def _memory(self, field: str) -> int:
        total = 0
        for pid in self.gateway_pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1]) * 1024
        return total

    # Clients and commands ---------------------------------------------------------------------------

    def client(self, endpoint: str | None = None, **config: Any) -> S3Client:
        """A boto3 client with newest defaults, except what `config` says; without retries."""
        client = s3_client(endpoint or self.endpoint, self.access_key, self.secret_key, **config)
        self._clients.append(client)
        return client

    def aws_environment(self) -> dict[str, str]:
        """The four variables that `make serve` prints, and nothing else of AWS."""
        return clean_environment(
            self.home,
            AWS_ACCESS_KEY_ID=self.access_key,
            AWS_SECRET_ACCESS_KEY=self.secret_key,
            AWS_DEFAULT_REGION="us-east-1",
            AWS_ENDPOINT_URL=self.endpoint,
        )

    def aws(self, *arguments: str, stdin: bytes | None = None, timeout: float = 300) -> bytes:
        """Run aws-cli against this gateway; what it printed. An exit status other than 0 fails the test."""
        return run([str(BIN / "aws"), *arguments], self.aws_environment(), stdin, timeout)

    def s3gw(self, *arguments: str, timeout: float = 300) -> str:
        """Run an s3gw command with this gateway's settings; what it printed."""
        return run([str(self.command), *arguments], self.environment(), None, timeout).decode()

    def close_client(self, client: S3Client) -> None:
        """Close one that is not needed any more; all are closed at the end."""
        self._clients.remove(client)
        client.close()

    def _close_clients(self) -> None:
        while self._clients:
            self._clients.pop().close()


def run(
    command: list[str], environment: dict[str, str], stdin: bytes | None = None, timeout: float = 300
) -> bytes:
    """Run a program to its end; its standard output. An exit status other than 0 fails the test."""
    given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=timeout, check=False, **given
    )
    said = (done.stderr or done.stdout).decode(errors="replace")
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
    output: bytes = done.stdout
    return output


def database_url(gateway: Gateway) -> str:
    """Where the embedded PostgreSQL of a running gateway is reached."""
    found = attached(gateway.data)
    assert found is not None, "no embedded PostgreSQL runs there"
    return found.url


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway that tests share; left as they found it."""
    home = tmp_path_factory.mktemp("gateway")
    running = Gateway(home).start()
    yield running
    assert running.stop() == 0
    running.remove()


@pytest.fixture
def new_gateway(tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Makes a gateway of the test's own, not yet started, with settings such as S3GW_CHUNKING="fixed-4m"."""
    made: list[Gateway] = []

    def make(**settings: str) -> Gateway:
        made.append(Gateway(tmp_path / f"gateway-{len(made)}", settings))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def s3(gateway: Gateway) -> Iterator[S3Client]:
    """A client of the shared gateway."""
    client = gateway.client()
    yield client
    gateway.close_client(client)


@pytest.fixture
def bucket(s3: S3Client) -> str:
    """A new bucket of the test's own on the shared gateway."""
    name = f"test-{uuid.uuid4().hex[:16]}"
    s3.create_bucket(Bucket=name)
    return name
