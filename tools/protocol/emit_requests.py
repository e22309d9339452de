"""Emits, for each operation, the parser of its headers and query, and the parser of its document."""

from __future__ import annotations

import re

from tools.protocol.emit_readers import READER_IMPORTS, read_members
from tools.protocol.model import Member, Model, OperationModel, Surprise, expect
from tools.protocol.names import attribute, constant, function, input_class
from tools.protocol.overrides import AS_TEXT, CONDITIONAL_DATES, HEADER_TEXT_PREFIX, RETENTION_DATES


def body_kind(operation: OperationModel) -> str:
    """The name of the BodyKind of an operation."""
    if operation.input is None:
        return "NONE"
    if any(member.streaming for member in operation.input.members.values()):
        return "STREAM"
    return "DOCUMENT" if _in_body(operation) else "NONE"


def requests_module(model: Model, resource: str) -> str:
    """The parsers of the operations on `resource`."""
    operations = [op for op in model.operations.values() if op.resource == resource]
    body: list[str] = []
    for operation in operations:
        body += _table(operation, "header") + _table(operation, "querystring")
        body += _parse(operation)
        if body_kind(operation) == "DOCUMENT":
            body += _parse_document(operation)
    text = "\n".join(body)
    readers = sorted(set(re.findall(r"\bread_[a-z0-9_]+(?=\()", text)))
    inputs = sorted(input_class(op) for op in operations)
    return "\n".join(
        [
            "from s3gw.protocol import values, xml",
            f"from s3gw.protocol.generated.inputs import {', '.join(inputs)}",
            f"from s3gw.protocol.generated.readers import {', '.join(readers)}" if readers else "",
            "from s3gw.protocol.operation import Head",
            "from s3gw.protocol.values import Table, fill",
            READER_IMPORTS,
            "",
            text,
        ]
    )


def _members(operation: OperationModel, location: str | None) -> list[Member]:
    shape = operation.input
    return [] if shape is None else [m for m in shape.members.values() if m.location == location]


def _in_body(operation: OperationModel) -> list[Member]:
    assert operation.input is not None
    payload = operation.input.payload
    return [m for m in _members(operation, None) if payload is None or m.name == payload]


def _conversion(operation: OperationModel, member: Member) -> str:
    if (operation.name, member.name) in AS_TEXT or member.shape.type == "string":
        return "values.header_text" if member.wire.startswith(HEADER_TEXT_PREFIX) else "None"
    match member.shape.type:
        case "integer" | "long":
            return "values.integer"
        case "boolean":
            return "values.boolean"
        case "timestamp":
            if member.wire in RETENTION_DATES:
                return "values.retention_date"
            return "values.condition_date" if member.wire in CONDITIONAL_DATES else "values.date"
        case "list":
            assert member.shape.element is not None
            expect(member.shape.element.shape.type == "string", f"{member.name} is a list of no strings")
            return "values.text_list"
    raise Surprise(f"a {member.shape.type} in a header or parameter: {operation.name}.{member.name}")


def _table_name(operation: OperationModel, location: str) -> str:
    return f"_{constant(operation.name)}_{'HEADERS' if location == 'header' else 'QUERY'}"


def _table(operation: OperationModel, location: str) -> list[str]:
    members = _members(operation, location)
    if not members:
        return []
    lines = [f"{_table_name(operation, location)}: Table = {{"]
    for member in members:
        wire = member.wire.lower() if location == "header" else member.wire
        lines.append(f'    "{wire}": ("{attribute(member)}", {_conversion(operation, member)}),')
    return [*lines, "}"]


def _parse(operation: OperationModel) -> list[str]:
    name = input_class(operation)
    arguments = [f"{attribute(m)}=head.{m.name.lower()} or ''" for m in _members(operation, "uri")]
    expect(
        all(m.name in ("Bucket", "Key") for m in _members(operation, "uri")),
        f"{operation.name}: unknown label",
    )
    lines = [
        f"def parse_{function(operation.name)}(head: Head) -> {name}:",
        f"    request = {name}({', '.join(arguments)})",
    ]
    metadata = _members(operation, "headers")
    if metadata:
        expect(
            [m.wire for m in metadata] == ["x-amz-meta-"], f"{operation.name} has unknown prefixed headers"
        )
        expect(attribute(metadata[0]) == "metadata", f"{operation.name} has unknown prefixed headers")
        lines += [
            "    metadata: dict[str, str] = {}",
            f"    fill(request, {_table_name(operation, 'header')}, head.headers, metadata)",
            "    request.metadata = metadata or None",
        ]
    elif _members(operation, "header"):
        lines.append(f"    fill(request, {_table_name(operation, 'header')}, head.headers)")
    if _members(operation, "querystring"):
        lines += [
            "    if head.query:",
            f"        fill(request, {_table_name(operation, 'querystring')}, head.query)",
        ]
    for member in _members(operation, "header") + _members(operation, "querystring"):
        assert operation.input is not None
        if member.name in operation.input.required:
            lines += [
                f"    if request.{attribute(member)} is None:",
                f"        raise values.missing_argument({member.wire!r})",
            ]
    return [*lines, "    return request", ""]


def _parse_document(operation: OperationModel) -> list[str]:
    shape = operation.input
    assert shape is not None
    name = f"parse_{function(operation.name)}_document"
    lines = [f"def {name}(request: {input_class(operation)}, document: bytes) -> None:"]
    if shape.payload is None:
        expect(operation.input_root, f"{operation.name} has members in its body and no root element")
        lines.append(f"    element = xml.parse(document, {operation.input_root!r})")
        members = _in_body(operation)
        return [*lines, *read_members(shape, members, "request"), ""]
    member = shape.members[shape.payload]
    place = f"request.{attribute(member)}"
    if (
        member.shape.type == "string"
    ):  # empty or not, its operation judges it: AWS calls an empty policy malformed
        return [*lines, f"    {place} = xml.utf8(document)", ""]
    lines.append("    if xml.is_empty(document):")
    lines.append(
        "        raise xml.missing_document()" if member.name in shape.required else "        return"
    )
    expect(member.shape.type == "structure", f"{operation.name} has a payload of type {member.shape.type}")
    reader = f"read_{function(member.shape.name)}"
    return [*lines, f"    {place} = {reader}(xml.parse(document, {member.wire!r}))", ""]
