"""Write the modules of s3gw/protocol/generated from the S3 model of the installed botocore."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tools.protocol import overrides
from tools.protocol.emit_readers import readers_module
from tools.protocol.emit_requests import requests_module
from tools.protocol.emit_table import operations_module, routes_module
from tools.protocol.emit_types import (
    inputs_module,
    nested_structures,
    outputs_module,
    sensitive_attributes,
    structures_module,
)
from tools.protocol.emit_writers import responses_module, writers_module
from tools.protocol.model import Model, Surprise, expect, load

TARGET = Path(__file__).parents[2] / "s3gw" / "protocol" / "generated"
_RESOURCES = {"bucket": "a bucket", "object": "an object", "service": "the service"}
_NOTE = "# Written by `python -m tools.protocol` from the S3 model of botocore. Do not edit."


def modules(model: Model) -> dict[str, str]:
    """Every generated file, by name, formatted."""
    check_overrides(model)
    made = {
        "__init__.py": _init_module(model),
        "structures.py": _with_doc("Structures that occur inside of documents.", structures_module(model)),
        "inputs.py": _with_doc("The request of each operation.", inputs_module(model)),
        "outputs.py": _with_doc("The answer of each operation that has one.", outputs_module(model)),
        "types.py": _types_module(),
        "readers.py": _with_doc(
            "Structures read from the elements of request documents.", readers_module(model)
        ),
        "writers.py": _with_doc("Structures written into the documents of answers.", writers_module(model)),
        "operations.py": _with_doc("Every operation of the model by name.", operations_module(model)),
        "routing_table.py": _with_doc("Which operation a request names.", routes_module(model)),
    }
    for resource, what in _RESOURCES.items():
        made[f"requests_{resource}.py"] = _with_doc(
            f"Parsers of the operations on {what}.", requests_module(model, resource)
        )
        made[f"responses_{resource}.py"] = _with_doc(
            f"Renderers of the operations on {what}.", responses_module(model, resource)
        )
    return {name: _format(text) for name, text in made.items()}


def check_overrides(model: Model) -> None:
    """Raise `Surprise` for an override that names what the model does not have."""
    by_name = (
        overrides.ROOTS, overrides.STATUSES, overrides.PARTIAL_CONTENT, overrides.TEXT_OF_ROOT,
        overrides.CONTENT_TYPES, overrides.SUBRESOURCE_PARAMETERS, overrides.FIXED_PATHS,
    )  # fmt: skip
    for table in by_name:
        for name in table:
            expect(name in model.operations, f"an override names {name}, which is not in the model")
    inputs = [op.input for op in model.operations.values() if op.input is not None]
    for operation, member in overrides.AS_TEXT:
        shape = model.operations[operation].input
        expect(
            shape is not None and member in shape.members and shape.members[member].shape.type != "string",
            f"the override of {operation}.{member} changes nothing",
        )
    dates = {m.wire for s in inputs for m in s.members.values() if m.shape.type == "timestamp"}
    for header in overrides.CONDITIONAL_DATES:
        expect(header in dates, f"an override names the date {header}, which is not in the model")
    structures = nested_structures(model, requests=True, responses=True)
    dates |= {m.wire for s in structures for m in s.members.values() if m.shape.type == "timestamp"}
    for name in overrides.RETENTION_DATES:
        expect(name in dates, f"an override names the date {name}, which is not in the model")


def _with_doc(doc: str, text: str) -> str:
    return f'{_NOTE}\n"""{doc}"""\n\nfrom __future__ import annotations\n\n{text}\n'


def _init_module(model: Model) -> str:
    return "\n".join(
        [
            _NOTE,
            '"""The S3 model as Python, and which model it was."""',
            "",
            f"BOTOCORE_VERSION = {model.botocore_version!r}",
            f"MODEL_SHA256 = {model.digest!r}",
            f"SENSITIVE = frozenset({sensitive_attributes(model)!r})",
            '"""Attributes whose values are not for logs."""',
            "",
        ]
    )


def _types_module() -> str:
    star = "\n".join(
        f"from s3gw.protocol.generated.{name} import *" for name in ("inputs", "outputs", "structures")
    )
    return f'{_NOTE}\n"""Every type of the model under one name."""\n\n{star}\n'


def _format(text: str) -> str:
    rules = ["check", "--isolated", "--fix", "--select", "F401,I", "--line-length", "110", "--quiet"]
    rules += ["--config", "lint.isort.known-first-party=['s3gw']"]
    for command in (rules, ["format", "--isolated", "--line-length", "110", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text


def differences(made: dict[str, str], target: Path) -> list[str]:
    """What in `target` is not as `made`, one line each."""
    found = []
    for name, text in made.items():
        path = target / name
        if not path.exists():
            found.append(f"{name} is missing")
        elif path.read_text() != text:
            found.append(f"{name} differs")
    found += [
        f"{path.name} should not be there" for path in sorted(target.glob("*.py")) if path.name not in made
    ]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Generate or compare; the exit status is 1 when something differs or the model surprises."""
    parser = argparse.ArgumentParser(prog="python -m tools.protocol", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--report", type=Path, metavar="MODEL", help="list what this service-2.json.gz adds")
    options = parser.parse_args(arguments)
    try:
        if options.report is not None:
            from tools.protocol.report import additions  # needs what this program generates

            print("\n".join(additions(load(options.report))))
            return 0
        made = modules(load())
    except Surprise as surprise:
        print(f"tools.protocol: {surprise}", file=sys.stderr)
        return 1
    if options.check:
        found = differences(made, TARGET)
        for line in found:
            print(f"s3gw/protocol/generated: {line}; run python -m tools.protocol", file=sys.stderr)
        return 1 if found else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (TARGET / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
