"""Names of the generated code, made from the names of the model."""

from __future__ import annotations

import keyword

from botocore import xform_name

from tools.protocol.model import Member, OperationModel, Shape, expect


def attribute(member: Member) -> str:
    """The attribute of a dataclass: "IfNoneMatch" → "if_none_match", and "And" → "and_"."""
    name: str = xform_name(member.name)
    expect(name.isidentifier(), f"{member.name} gives no usable attribute")
    return name + "_" if keyword.iskeyword(name) else name


def function(name: str) -> str:
    """The part of a function's name that comes from an operation or shape: "PutObject" → "put_object"."""
    return str(xform_name(name))


def constant(name: str) -> str:
    """The part of a constant's name that comes from an operation."""
    return function(name).upper()


def input_class(operation: OperationModel) -> str:
    """The dataclass of an operation's request."""
    return f"{operation.name}Input"


def output_class(operation: OperationModel) -> str:
    """The dataclass of an operation's answer."""
    return f"{operation.name}Output"


def type_of(shape: Shape, streaming: bool = False) -> str:
    """The Python type of a value of `shape`, without None."""
    match shape.type:
        case "string":
            return "str"
        case "integer" | "long":
            return "int"
        case "boolean":
            return "bool"
        case "timestamp":
            return "datetime"
        case "blob":
            return "Stream" if streaming else "bytes"
        case "map":
            return "dict[str, str]"
        case "list":
            expect(shape.element is not None, f"list {shape.name} has no element")
            assert shape.element is not None
            return f"list[{type_of(shape.element.shape)}]"
        case _:
            return "Stream" if shape.event_stream else shape.name
