"""Emits the functions that read structures from the elements of a request document."""

from __future__ import annotations

from tools.protocol.emit_types import nested_structures
from tools.protocol.model import Member, Model, Shape, expect
from tools.protocol.names import attribute, function

_READ = {
    "string": "text({0})",
    "integer": "integer({0})",
    "long": "integer({0})",
    "boolean": "boolean({0})",
    "timestamp": "date({0})",
}
READER_IMPORTS = "from s3gw.protocol.xml import boolean, date, integer, malformed, text"


def readers_module(model: Model) -> str:
    """One reader per structure that occurs in a request document."""
    shapes = nested_structures(model, requests=True, responses=False)
    lines = [
        "from xml.etree.ElementTree import Element",
        "",
        "from s3gw.protocol.generated.structures import " + ", ".join(shape.name for shape in shapes),
        READER_IMPORTS,
        "from s3gw.protocol.xml import XSI_TYPE",
        "",
    ]
    for shape in shapes:
        lines += [
            f"def read_{function(shape.name)}(element: Element) -> {shape.name}:",
            f"    value = {shape.name}()",
            *read_members(shape, list(shape.members.values()), "value"),
            "    return value",
            "",
        ]
    return "\n".join(lines)


def read_members(shape: Shape, members: list[Member], target: str) -> list[str]:
    """Statements that fill `target` from the children and attributes of `element`, and check them."""
    lines: list[str] = []
    for member in (m for m in members if m.attribute):
        expect(member.wire == "xsi:type", f"the XML attribute {member.wire} of {shape.name} is unknown")
        lines.append(f"    {target}.{attribute(member)} = element.get(XSI_TYPE)")
    children = [m for m in members if not m.attribute]
    if children:
        lines.append("    for child in element:")
        lines.append("        tag = child.tag")
    branch = "if"
    for member in children:
        lines.append(f"        {branch} tag == {_element_name(member)!r}:")
        lines += ["            " + line for line in _read_child(member, f"{target}.{attribute(member)}")]
        branch = "elif"
    required = [m for m in members if m.name in shape.required]
    if required:
        missing = " or ".join(f"{target}.{attribute(m)} is None" for m in required)
        lines += [f"    if {missing}:", "        raise malformed()"]
    return lines


def _element_name(member: Member) -> str:
    return flat_name(member) if member.shape.type == "list" and member.flattened else member.wire


def flat_name(member: Member) -> str:
    """The element that is repeated for each item of a flattened list."""
    assert member.shape.element is not None
    inner = member.shape.element
    expect(
        not inner.explicit or inner.wire == member.wire,
        f"the flattened list {member.name} has two element names: {inner.wire} and {member.wire}",
    )
    return member.wire


def _read_child(member: Member, place: str) -> list[str]:
    shape = member.shape
    if shape.type != "list":
        return [f"{place} = {read_value(shape, 'child')}"]
    assert shape.element is not None
    item = shape.element
    if member.flattened:
        return [
            f"if {place} is None:",
            f"    {place} = []",
            *_append(place, item.shape, "child"),
        ]
    expect(item.explicit, f"the list {shape.name} does not name its element")
    return [
        f"{place} = []",
        "for item in child:",
        f"    if item.tag == {item.wire!r}:",
        *["        " + line for line in _append(place, item.shape, "item")],
    ]


def _append(place: str, shape: Shape, element: str) -> list[str]:
    expect(shape.type in ("string", "structure"), f"a list of {shape.type} in a document")
    return [f"{place}.append({read_value(shape, element)})"]


def read_value(shape: Shape, element: str) -> str:
    """An expression that reads a scalar or structure from the element called `element`."""
    if shape.type == "structure":
        return f"read_{function(shape.name)}({element})"
    expect(shape.type in _READ, f"a {shape.type} in a document")
    return _READ[shape.type].format(element)
