"""Emits the dataclasses: structures of documents, inputs and outputs of operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.protocol.model import Model, OperationModel, Shape, expect
from tools.protocol.names import attribute, input_class, output_class, type_of
from tools.protocol.overrides import AS_TEXT, MIXED_LISTS

_CLASS = "@dataclass(slots=True, kw_only=True, eq=False, repr=False)"
_IMPORTS = ["from dataclasses import dataclass", "from datetime import datetime", ""]


def nested(shape: Shape | None) -> Iterator[Shape]:
    """Structures below `shape`, each once, without the members of event streams."""
    seen: dict[str, Shape] = {}

    def walk(current: Shape) -> None:
        for member in current.members.values():
            child = member.shape
            if child.type == "list":
                assert child.element is not None
                child = child.element.shape
                expect(child.type != "list", f"a list of lists in {current.name}")
            if child.type == "structure" and not child.event_stream and child.name not in seen:
                seen[child.name] = child
                walk(child)

    if shape is not None:
        walk(shape)
    return iter(seen.values())


def nested_structures(model: Model, *, requests: bool, responses: bool) -> list[Shape]:
    """Structures that occur in the documents of requests or of answers, by name."""
    found: dict[str, Shape] = {}
    for operation in model.operations.values():
        for shape, wanted in ((operation.input, requests), (operation.output, responses)):
            found.update((s.name, s) for s in nested(shape) if wanted)
    return [found[name] for name in sorted(found)]


def sensitive_attributes(model: Model) -> list[str]:
    """Names of the attributes whose values the model marks as sensitive."""
    shapes = nested_structures(model, requests=True, responses=True)
    shapes += [s for op in model.operations.values() for s in (op.input, op.output) if s is not None]
    return sorted({attribute(m) for shape in shapes for m in shape.members.values() if m.shape.sensitive})


def structures_module(model: Model) -> str:
    """The dataclasses of everything that occurs inside of documents."""
    lines = [*_IMPORTS, "from s3gw.protocol.values import Shape", ""]
    for shape in nested_structures(model, requests=True, responses=True):
        lines += [_CLASS, f"class {shape.name}(Shape):", f'    """{shape.name} of the S3 model."""']
        lines += [*_fields(shape, ()), ""]
    return "\n".join(lines)


def inputs_module(model: Model) -> str:
    """One dataclass for the request of each operation."""
    return _operations_module(
        ((op, input_class(op), op.input) for op in model.operations.values()), "Request of", ("uri",)
    )


def outputs_module(model: Model) -> str:
    """One dataclass for the answer of each operation that has one."""
    return _operations_module(
        ((op, output_class(op), op.output) for op in model.operations.values() if op.output), "Answer of", ()
    )


def _operations_module(
    classes: Iterable[tuple[OperationModel, str, Shape | None]], purpose: str, required: tuple[str, ...]
) -> str:
    body: list[str] = []
    used: set[str] = set()
    for operation, name, shape in classes:
        body += [_CLASS, f"class {name}(Shape):", f'    """{purpose} {operation.name}."""']
        if shape is not None:
            body += _fields(shape, required, operation)
            if shape is operation.output:
                body += _mixed_list(operation)
            used |= _direct_structures(shape)
        body.append("")
    imports = [*_IMPORTS, "from s3gw.protocol.values import Shape, Stream"]
    imports.append(f"from s3gw.protocol.generated.structures import {', '.join(sorted(used))}")
    return "\n".join([*imports, "", *body])


def _mixed_list(operation: OperationModel) -> list[str]:
    if operation.name not in MIXED_LISTS:
        return []
    assert operation.output is not None
    name, members, _ = MIXED_LISTS[operation.name]
    kinds = []
    for member in members:
        expect(member in operation.output.members, f"{operation.name} has lost {member}")
        element = operation.output.members[member].shape.element
        assert element is not None
        kinds.append(element.shape.name)
    return [f"    {name}: list[{' | '.join(kinds)}] | None = None"]


def _direct_structures(shape: Shape) -> set[str]:
    shapes = [m.shape.element.shape if m.shape.element else m.shape for m in shape.members.values()]
    return {s.name for s in shapes if s.type == "structure" and not s.event_stream}


def _fields(shape: Shape, required: tuple[str, ...], operation: OperationModel | None = None) -> list[str]:
    lines: list[str] = []
    names: set[str] = set()
    for member in shape.members.values():
        name = attribute(member)
        expect(name not in names, f"{shape.name} has two members called {name}")
        names.add(name)
        kind = type_of(member.shape, member.streaming)
        if operation is not None and (operation.name, member.name) in AS_TEXT:
            kind = "str"
        if member.location in required and member.location is not None:
            lines.append(f"    {name}: {kind}")
        else:
            lines.append(f"    {name}: {kind} | None = None")
    return lines
