"""The wheel carries everything that it needs, and the containers' files say what is true."""

from __future__ import annotations

import re
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

from s3gw.config import Settings, load
from tests.gateway import Gateway, clean_environment, run
from tests.streams import content

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_runs_elsewhere(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    hatchling = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "--target",
        "wheel",
        "--directory",
        str(tmp_path / "dist"),
    ]
    run(["env", "-C", str(ROOT), *hatchling], environment)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"s3gw/schema/{path.name}" for path in (ROOT / "schema").glob("*.sql")} <= names
    assert "s3gw/py.typed" in names
    assert not {name for name in names if name.startswith(("tests/", "tools/", "bench/"))}

    # Only the dependencies are shared with the checkout, neither the package nor its folder.
    elsewhere = tmp_path / "venv"
    venv.create(elsewhere, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = elsewhere / "lib" / version / "site-packages"
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = elsewhere / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    run([*pip, str(wheel)], environment)
    where = run([str(python), "-P", "-c", "import s3gw; print(s3gw.__file__)"], environment)
    assert where.decode().startswith(str(packages))

    gateway = Gateway(tmp_path / "gateway", command=elsewhere / "bin" / "s3gw").start()
    try:
        client, data = gateway.client(), content(1, 3 << 20)
        client.create_bucket(Bucket="wheel")
        client.put_object(Bucket="wheel", Key="k", Body=data)
        assert client.get_object(Bucket="wheel", Key="k")["Body"].read() == data
        assert "wheel" in gateway.s3gw("stats")
        assert gateway.stop() == 0
    finally:
        gateway.remove()


def test_the_compose_file_gives_settings_that_work() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
    gateway = compose["services"]["gateway"]
    given = {
        name: value.split(":?")[0].lstrip("${") + "-value" for name, value in gateway["environment"].items()
    }
    settings = load({}, given)
    assert settings.database_url is not None
    assert settings.access_key is not None
    assert gateway["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert int(gateway["stop_grace_period"].rstrip("s")) > Settings().shutdown_timeout
    assert (ROOT / "docker" / gateway["build"]["context"] / gateway["build"]["dockerfile"]).exists()


def test_the_compose_file_of_several_gateways_agrees_with_the_image_and_the_balancer() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose-several.yaml").read_text())
    services, dockerfile = compose["services"], (ROOT / "docker" / "Dockerfile").read_text()
    one, two = services["one"], services["two"]
    given = {name: value.split(":?")[0].lstrip("${") + "-value" for name, value in one["environment"].items()}
    settings = load({}, given | {"S3GW_WORKERS": one["environment"]["S3GW_WORKERS"]})
    assert settings.workers > 1
    assert settings.database_url is not None
    assert one["environment"] == two["environment"]
    packs = one["environment"]["S3GW_BACKEND"].removeprefix("file://")
    assert packs in dockerfile  # a volume takes its owner from the folder in the image
    assert [f"packs:{packs}" in gateway["volumes"] for gateway in (one, two)] == [True, True]
    assert len({volume for gateway in (one, two) for volume in gateway["volumes"]}) == 3
    assert int(one["stop_grace_period"].rstrip("s")) > Settings().shutdown_timeout
    assert {volume.split(":")[0] for gateway in (one, two) for volume in gateway["volumes"]} <= set(
        compose["volumes"]
    )
    balancer = (ROOT / "docker" / "haproxy.cfg").read_text()
    assert services["balancer"]["volumes"][0].startswith("./haproxy.cfg:")
    assert re.findall(r"^    server (\w+) (\w+):9000$", balancer, re.MULTILINE) == [
        ("one", "one"),
        ("two", "two"),
    ]
    assert "uri /-/ready " in balancer
    kept = re.findall(r"http-keep-alive (\d+)s", balancer)
    assert [int(seconds) < Settings().keepalive_timeout for seconds in kept] == [True]


def test_the_image_runs_as_nobody_special() -> None:
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()
    assert "USER s3gw" in lines
    assert 'ENTRYPOINT ["s3gw"]' in lines
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
