"""Emits the functions that write structures into answers, and the renderer of each operation."""

from __future__ import annotations

import re

from tools.protocol import overrides
from tools.protocol.emit_readers import flat_name
from tools.protocol.emit_types import nested_structures
from tools.protocol.model import Member, Model, OperationModel, Shape, Surprise, expect
from tools.protocol.names import attribute, function, output_class

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def writers_module(model: Model) -> str:
    """One writer per structure that occurs in an answer; each gives the text inside of the element."""
    shapes = nested_structures(model, requests=False, responses=True)
    lines = [
        "from s3gw.protocol.generated.structures import " + ", ".join(shape.name for shape in shapes),
        "from s3gw.protocol.values import iso_date, precise_date",
        "from s3gw.protocol.xml import escape",
        "",
    ]
    for shape in shapes:
        lines += [f"def write_{function(shape.name)}(value: {shape.name}) -> str:", '    s = ""']
        lines += [line for m in shape.members.values() if not m.attribute for line in _write(m, "value")]
        lines += ["    return s", ""]
    return "\n".join(lines)


def _write(member: Member, source: str) -> list[str]:
    """Statements that append a member's elements to `s`."""
    place = f"{source}.{attribute(member)}"
    lines = [f"    if {place} is not None:"]
    if member.shape.type != "list":
        return [*lines, f"        s += {_element(member.wire, member.shape, place)}"]
    assert member.shape.element is not None
    item = member.shape.element
    name = f"{attribute(member)}_item"
    if member.flattened:
        return [
            *lines,
            f"        for {name} in {place}:",
            f"            s += {_element(flat_name(member), item.shape, name)}",
        ]
    expect(item.explicit, f"the list {member.shape.name} does not name its element")
    return [
        *lines,
        f"        s += '<{member.wire}>'",
        f"        for {name} in {place}:",
        f"            s += {_element(item.wire, item.shape, name)}",
        f"        s += '</{member.wire}>'",
    ]


def _element(name: str, shape: Shape, place: str) -> str:
    opening = f"<{name}>"
    for member in (m for m in shape.members.values() if m.attribute):
        expect(
            member.wire == "xsi:type" and member.name in shape.required, f"the XML attributes of {shape.name}"
        )
        opening = f'<{name} xmlns:xsi="{_XSI}" xsi:type="{{escape({place}.{attribute(member)} or \'\')}}">'
    return f"f'''{opening}{{{_content(name, shape, place)}}}</{name}>'''"


def _content(name: str, shape: Shape, place: str) -> str:
    match shape.type:
        case "string":
            return f"escape({place})"
        case "integer" | "long":
            return place
        case "boolean":
            return f'"true" if {place} else "false"'
        case "timestamp":
            expect(
                shape.timestamp_format in (None, "iso8601"),
                f"the date {shape.name} is written in another form",
            )
            return f"{_date_form(name)}({place})"
        case "structure":
            return f"write_{function(shape.name)}({place})"
    raise Surprise(f"a {shape.type} in an answer's document")


def _date_form(name: str) -> str:
    """The function that writes the date in an element or header of that name."""
    return "precise_date" if name in overrides.RETENTION_DATES else "iso_date"


def responses_module(model: Model, resource: str) -> str:
    """The renderers of the operations on `resource`."""
    operations = [op for op in model.operations.values() if op.resource == resource]
    text = "\n".join(line for operation in operations for line in _render(operation))
    writers = sorted(set(re.findall(r"\bwrite_[a-z0-9_]+(?=\()", text)))
    outputs = sorted(output_class(op) for op in operations if op.output)
    kinds = sorted(set(re.findall(r"isinstance\(entry, (\w+)\)", text)))
    return "\n".join(
        [
            f"from s3gw.protocol.generated.outputs import {', '.join(outputs)}" if outputs else "",
            f"from s3gw.protocol.generated.structures import {', '.join(kinds)}" if kinds else "",
            f"from s3gw.protocol.generated.writers import {', '.join(writers)}" if writers else "",
            "from s3gw.protocol.operation import Reply",
            "from s3gw.protocol.values import http_date, iso_date, metadata_header, precise_date",
            "from s3gw.protocol.xml import DECLARATION, escape",
            "",
            text,
        ]
    )


def status_of(operation: OperationModel) -> int:
    """The status of an operation's plain success."""
    if operation.name in overrides.STATUSES:
        status, _ = overrides.STATUSES[operation.name]
        expect(
            operation.status is None, f"the model now gives the status of {operation.name}: drop the override"
        )
        return status
    return operation.status or 200


def _render(operation: OperationModel) -> list[str]:
    name = function(operation.name)
    status = status_of(operation)
    if operation.output is None:
        return [f"def render_{name}(output: None) -> Reply:", f"    return Reply({status}, [], None)", ""]
    lines = [
        f"def render_{name}(output: {output_class(operation)}) -> Reply:",
        "    headers: list[tuple[str, str]] = []",
    ]
    for member in operation.output.members.values():
        if member.location is not None:
            lines += _header(operation, member)
    lines += _status(operation, status)
    return [*lines, *_body(operation), ""]


def _status(operation: OperationModel, status: int) -> list[str]:
    if operation.name not in overrides.PARTIAL_CONTENT:
        return [f"    status = {status}"]
    assert operation.output is not None
    decides, _ = overrides.PARTIAL_CONTENT[operation.name]
    expect(decides in operation.output.members, f"{operation.name} has lost {decides}")
    place = attribute(operation.output.members[decides])
    return [f"    status = {status} if output.{place} is None else 206"]


def _header(operation: OperationModel, member: Member) -> list[str]:
    place = f"output.{attribute(member)}"
    if member.location == "headers":
        expect(member.wire == "x-amz-meta-", f"{operation.name} has unknown prefixed headers")
        return [
            f"    if {place} is not None:",
            f"        for name, text in {place}.items():",
            "            headers.append(('x-amz-meta-' + name, metadata_header(text)))",
        ]
    expect(member.location == "header", f"{operation.name}.{member.name} in an answer")
    match member.shape.type:
        case "string":
            value = place
        case "integer" | "long":
            value = f"str({place})"
        case "boolean":
            value = f'"true" if {place} else "false"'
        case "timestamp":
            iso = member.shape.timestamp_format == "iso8601"
            value = f"{_date_form(member.wire) if iso else 'http_date'}({place})"
        case other:
            raise Surprise(f"a {other} in a header: {operation.name}.{member.name}")
    return [f"    if {place} is not None:", f"        headers.append(({member.wire!r}, {value}))"]


def _root_attributes() -> str:
    return ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def _body(operation: OperationModel) -> list[str]:
    output = operation.output
    assert output is not None
    if output.payload is not None:
        expect(operation.name not in overrides.ROOTS, f"{operation.name} has a payload: drop its root name")
        return _payload(operation, output.members[output.payload])
    members = [m for m in output.members.values() if m.location is None]
    if not members:
        return ["    return Reply(status, headers, None)"]
    expect(operation.name in overrides.ROOTS, f"the root element of {operation.name}'s answer is not known")
    root = overrides.ROOTS[operation.name]
    lines = ["    headers.append(('Content-Type', 'application/xml'))"]
    if operation.name in overrides.TEXT_OF_ROOT:
        only, _ = overrides.TEXT_OF_ROOT[operation.name]
        expect([m.name for m in members] == [only], f"{operation.name} answers more than {only}")
        lines.append(f"    s = escape(output.{attribute(members[0])} or '')")
    else:
        lines.append("    s = ''")
        for member in members:
            lines += _write(member, "output")
            lines += _mixed_list(operation, member)
    return [*lines, *_document(root)]


def _mixed_list(operation: OperationModel, behind: Member) -> list[str]:
    """Statements that append a list of several kinds, behind the last of the lists by kind."""
    name, members, _ = overrides.MIXED_LISTS.get(operation.name, ("", ("",), ""))
    if behind.name != members[-1]:
        return []
    assert operation.output is not None
    lines = [f"    for entry in output.{name} or ():"]
    for word, member in zip(("if", "elif"), (operation.output.members[one] for one in members), strict=True):
        assert member.shape.element is not None
        shape = member.shape.element.shape
        lines += [
            f"        {word} isinstance(entry, {shape.name}):",
            f"            s += {_element(flat_name(member), shape, 'entry')}",
        ]
    return lines


def _document(root: str) -> list[str]:
    return [
        f"    text = f'''{{DECLARATION}}<{root}{_root_attributes()}>{{s}}</{root}>'''",
        "    return Reply(status, headers, text.encode())",
    ]


def _payload(operation: OperationModel, member: Member) -> list[str]:
    place = f"output.{attribute(member)}"
    if member.streaming or member.shape.event_stream:
        return [f"    return Reply(status, headers, {place})"]
    empty = [f"    if {place} is None:", "        return Reply(status, headers, None)"]
    if member.shape.type == "string":
        expect(
            operation.name in overrides.CONTENT_TYPES,
            f"the content type of {operation.name}'s answer is not known",
        )
        kind, _ = overrides.CONTENT_TYPES[operation.name]
        return [
            *empty,
            f"    headers.append(('Content-Type', {kind!r}))",
            f"    return Reply(status, headers, {place}.encode())",
        ]
    expect(member.shape.type == "structure", f"{operation.name} answers a {member.shape.type}")
    return [
        *empty,
        "    headers.append(('Content-Type', 'application/xml'))",
        f"    s = write_{function(member.shape.name)}({place})",
        *_document(member.wire),
    ]
