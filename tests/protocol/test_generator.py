"""The checked-in modules are those of the installed model, and surprises stop the generator."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3gw.protocol import generated
from tools.protocol import __main__ as generator
from tools.protocol import overrides
from tools.protocol.model import Model, Surprise, load, model_file
from tools.protocol.report import additions


@pytest.fixture(scope="module")
def model() -> Model:
    """The model of the installed botocore."""
    return load()


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A model file with a change."""
    raw = json.loads(gzip.decompress(model_file().read_bytes()))
    change(raw)
    path = tmp_path / "service-2.json.gz"
    path.write_bytes(gzip.compress(json.dumps(raw).encode(), compresslevel=1))
    return path


def test_the_installed_botocore_adds_nothing(model: Model) -> None:
    new = additions(model)
    assert not new, "run python -m tools.protocol; the installed botocore adds " + ", ".join(new)
    assert model.digest == generated.MODEL_SHA256, (
        f"the model of botocore {model.botocore_version} differs from that of {generated.BOTOCORE_VERSION};"
        " run python -m tools.protocol"
    )


def test_the_checked_in_modules_are_what_is_generated(model: Model) -> None:
    made = generator.modules(model)
    assert generator.differences(made, generator.TARGET) == []


def test_differences_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "b.py").write_text("2")
    found = generator.differences({"a.py": "x", "c.py": "y"}, tmp_path)
    assert found == ["a.py differs", "c.py is missing", "b.py should not be there"]


def test_what_another_model_adds_is_reported(tmp_path: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["operations"]["NewThing"] = {"name": "NewThing", "http": {"method": "GET", "requestUri": "/?new"}}
        raw["shapes"]["Owner"]["members"]["Shoe"] = {"shape": "DisplayName"}
        raw["shapes"]["PutObjectRequest"]["members"]["Hat"] = {
            "shape": "DisplayName", "location": "header", "locationName": "x-amz-hat",
        }  # fmt: skip

    found = additions(load(changed(tmp_path, change)))
    assert found == ["operation NewThing", "member PutObjectInput.hat", "member Owner.shoe"]


def test_the_report_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(
        tmp_path, lambda raw: raw["shapes"]["Owner"]["members"].update(Shoe={"shape": "DisplayName"})
    )
    assert generator.main(["--report", str(path)]) == 0
    assert capsys.readouterr().out == "member Owner.shoe\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw["metadata"].update(protocol="json"),
        lambda raw: raw["operations"]["GetObject"].update(novelty=True),
        lambda raw: raw["operations"]["GetObject"]["http"].update(requestUri="/{Bucket}/x/{Key+}"),
        lambda raw: raw["operations"]["PutBucketPolicy"]["http"].update(responseCode=204),
        lambda raw: raw["operations"]["DeleteBucket"]["http"].update(requestUri="/{Bucket}/{Key+}"),
        lambda raw: raw["operations"].pop("ListParts"),
        lambda raw: raw["shapes"]["Owner"].update(novelty=True),
        lambda raw: raw["shapes"]["Owner"]["members"]["ID"].update(location="statusCode"),
        lambda raw: raw["shapes"]["Owner"]["members"]["ID"].update(locationName="DisplayName"),
        lambda raw: raw["shapes"]["ETag"].update(type="float"),
        lambda raw: raw["shapes"]["QueueConfigurationDeprecated"]["members"].pop("Event"),
        lambda raw: raw["shapes"]["ResponseExpires"].update(type="string"),
        lambda raw: raw["shapes"]["GetObjectOutput"]["members"].pop("ContentRange"),
        lambda raw: raw["shapes"]["GetBucketLocationOutput"]["members"].update(Other={"shape": "ETag"}),
        lambda raw: raw["shapes"]["DeleteBucketRequest"]["members"].update(Other={"shape": "Owner"}),
    ],
)
def test_a_surprise_stops_the_generator(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = changed(tmp_path, change)
    with pytest.raises(Surprise):
        generator.modules(load(path))


def test_every_override_has_a_reason() -> None:
    for route in overrides.SHARED_ROUTES:
        assert route.reason
    for table in (overrides.AS_TEXT, overrides.DROPPED_MEMBERS, overrides.CONDITIONAL_DATES):
        assert all(table.values())
    assert all(overrides.RETENTION_DATES.values())
