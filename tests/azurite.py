"""Azurite, the emulator of Azure Blob Storage, for a backend to stand on. `make test-deps` installs it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from azure.storage.blob import ContainerClient

from tests.gateway import READY_WITHIN, clean_environment, free_port

ACCOUNT = "s3gwtests"
KEY = "c2VjcmV0IG9mIHRoZSB0ZXN0cyBvZiBzM2d3IG9ubHk="
_MAIN = Path(__file__).parents[1] / ".node" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


class Azurite:
    """A process of its own with its data in a directory of its own."""

    credentials: ClassVar[dict[str, str]] = {"AZURE_STORAGE_ACCOUNT": ACCOUNT, "AZURE_STORAGE_KEY": KEY}
    """The environment with which a gateway may use it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Its address, in which an emulator has the account."""
        return f"http://127.0.0.1:{self._port}/{ACCOUNT}"

    def url(self, place: str) -> str:
        """The setting `backend` for a container, or container/prefix."""
        return f"azure://{place}?account={ACCOUNT}&endpoint={self.endpoint}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._home.mkdir(parents=True, exist_ok=True)
        node = shutil.which("node")
        assert node is not None
        with (self._home / "azurite.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(node, str(_MAIN), "--silent", "--skipApiVersionCheck", "--disableTelemetry"),
                    *("--blobHost", "127.0.0.1", "--blobPort", str(self._port)),
                    *("--location", str(self._home / "data")),
                ],
                env=clean_environment(self._home, AZURITE_ACCOUNTS=f"{ACCOUNT}:{KEY}"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        give_up = time.monotonic() + READY_WITHIN
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError((self._home / "azurite.log").read_text(errors="replace"))
            time.sleep(0.05)

    def make_container(self, name: str) -> None:
        """Create a container, as whoever runs the service would."""
        with ContainerClient(self.endpoint, name, {"account_name": ACCOUNT, "account_key": KEY}) as client:
            client.create_container()

    def stop(self) -> None:
        """End it in peace: killed, it loses what it acknowledged in its last seconds."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def kill9(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """The emulator that tests share; take a container of your own."""
    if not _MAIN.exists():
        pytest.skip("make test-deps installs Azurite")
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    running.start()
    yield running
    running.kill9()
