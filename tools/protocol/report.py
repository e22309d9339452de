"""What another version of the model has that the generated code lacks, for whoever updates botocore."""

from __future__ import annotations

from collections.abc import Iterator

from s3gw.protocol import OPERATIONS, types
from tools.protocol.emit_types import nested_structures
from tools.protocol.model import Model, Shape
from tools.protocol.names import attribute, input_class, output_class


def additions(model: Model) -> list[str]:
    """Operations, structures and members of `model` that the checked-in code does not know, one line each."""
    found: list[str] = []
    for operation in model.operations.values():
        if operation.name not in OPERATIONS:
            found.append(f"operation {operation.name}")
            continue
        found += _members(input_class(operation), operation.input)
        found += _members(output_class(operation), operation.output)
    for shape in nested_structures(model, requests=True, responses=True):
        found += _members(shape.name, shape)
    return found


def _members(name: str, shape: Shape | None) -> Iterator[str]:
    if shape is None:
        return
    known = getattr(types, name, None)
    if known is None:
        yield f"structure {name}"
        return
    fields = known.__dataclass_fields__
    yield from (f"member {name}.{attribute(m)}" for m in shape.members.values() if attribute(m) not in fields)
