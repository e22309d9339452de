"""The S3 model as botocore ships it, with an assertion for whatever the generator does not expect.

Only what matters on the wire is kept: documentation, bounds and hints for client endpoints are dropped.
Whatever is neither known nor known to be irrelevant stops the generator, since a new kind of thing in the
model has to be looked at by someone.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import botocore

from tools.protocol.overrides import ADDED_HEADERS, DIGEST_NOT_NEEDED, DROPPED_MEMBERS

MODEL_PATH = "data/s3/2006-03-01/service-2.json.gz"

_SHAPE_KEYS = {
    "type",
    "members",
    "member",
    "key",
    "value",
    "required",
    "payload",
    "flattened",
    "timestampFormat",
}
_SHAPE_KEYS |= {"eventstream", "xmlNamespace", "sensitive"}
_SHAPE_KEYS_WITHOUT_EFFECT = {
    "documentation", "enum", "min", "max", "pattern", "box", "union",
    "event", "exception", "error", "synthetic", "locationName",
}  # fmt: skip
_MEMBER_KEYS = {"shape", "location", "locationName", "flattened", "xmlAttribute", "streaming", "xmlNamespace"}
_MEMBER_KEYS_WITHOUT_EFFECT = {
    "documentation", "contextParam", "deprecated", "box", "idempotencyToken", "hostLabel", "eventpayload",
}  # fmt: skip
_OPERATION_KEYS = {"name", "http", "input", "output", "httpChecksum", "deprecated"}
_OPERATION_KEYS_WITHOUT_EFFECT = {
    "documentation", "documentationUrl", "errors", "endpoint", "staticContextParams", "authtype",
    "unsignedPayload", "alias", "operationContextParams", "auth", "endpointdiscovery",
}  # fmt: skip
_SCALARS = {"string", "integer", "long", "boolean", "timestamp", "blob"}


class Surprise(Exception):
    """The model holds something that the generator does not know; its message says what and where."""


def expect(condition: object, message: str) -> None:
    """Raise `Surprise` unless `condition` holds."""
    if not condition:
        raise Surprise(message)


@dataclass(slots=True)
class Shape:
    """A shape: a scalar type, or a structure, list or map of others."""

    name: str
    type: str
    members: dict[str, Member] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    payload: str | None = None
    element: Member | None = None
    flattened: bool = False
    timestamp_format: str | None = None
    event_stream: bool = False
    sensitive: bool = False
    """Whether values must not be shown in logs."""


@dataclass(slots=True)
class Member:
    """A member of a structure, or the element of a list (whose `name` is empty)."""

    name: str
    shape: Shape
    location: str | None
    wire: str
    """Header, query parameter, or XML element by which it travels."""
    explicit: bool
    """Whether the model names `wire` itself."""
    flattened: bool
    attribute: bool
    streaming: bool


@dataclass(slots=True)
class OperationModel:
    """An operation with its route."""

    name: str
    method: str
    resource: str
    """ "service", "bucket" or "object"."""
    query: dict[str, str]
    """The fixed query parameters of the request URI."""
    status: int | None
    input: Shape | None
    input_root: str | None
    output: Shape | None
    checksum_required: bool
    deprecated: bool


@dataclass(slots=True)
class Model:
    """The whole model and where it came from."""

    botocore_version: str
    digest: str
    operations: dict[str, OperationModel]


def model_file() -> Path:
    """The model of the installed botocore."""
    return Path(botocore.__file__).parent / MODEL_PATH


def load(path: Path | None = None) -> Model:
    """Read the model; raises `Surprise`."""
    text = gzip.decompress((path or model_file()).read_bytes())
    raw = json.loads(text)
    expect(raw["metadata"]["protocol"] == "rest-xml", "the protocol is not rest-xml")
    for name, member in DROPPED_MEMBERS:
        members = raw["shapes"].get(name, {}).get("members", {})
        others = [value.get("locationName", key) for key, value in members.items() if key != member]
        expect(member in members and member in others, f"dropping {name}.{member} is no longer needed")
    for (name, member), (header, _) in ADDED_HEADERS.items():
        members = raw["shapes"][name]["members"]
        expect(member not in members, f"adding {name}.{member} is no longer needed")
        members[member] = {"shape": "IfMatch", "location": "header", "locationName": header}
    shapes = _Shapes(raw["shapes"])
    operations = {name: _operation(name, data, shapes) for name, data in sorted(raw["operations"].items())}
    return Model(botocore.__version__, hashlib.sha256(text).hexdigest(), operations)


class _Shapes:
    """Builds each shape once, on demand."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw
        self._built: dict[str, Shape] = {}

    def get(self, name: str) -> Shape:
        if name not in self._built:
            self._build(name)
        return self._built[name]

    def _build(self, name: str) -> None:
        raw = self._raw[name]
        unknown = set(raw) - _SHAPE_KEYS - _SHAPE_KEYS_WITHOUT_EFFECT
        expect(not unknown, f"shape {name} has unknown keys {sorted(unknown)}")
        shape = Shape(name, raw["type"])
        self._built[name] = shape
        shape.payload = raw.get("payload")
        shape.required = frozenset(raw.get("required", ()))
        shape.flattened = raw.get("flattened", False)
        shape.timestamp_format = raw.get("timestampFormat")
        shape.event_stream = raw.get("eventstream", False)
        shape.sensitive = raw.get("sensitive", False)
        match shape.type:
            case "structure":
                kept = [key for key in raw["members"] if (name, key) not in DROPPED_MEMBERS]
                shape.members = {key: self._member(name, key, raw["members"][key]) for key in kept}
                wires = [(member.location, member.wire) for member in shape.members.values()]
                expect(len(wires) == len(set(wires)), f"two members of {name} have one name on the wire")
            case "list":
                shape.element = self._member(name, "", raw["member"])
            case "map":
                expect(name == "Metadata", f"a map that is not user metadata: {name}")
            case other:
                expect(other in _SCALARS, f"shape {name} has the unknown type {other}")

    def _member(self, owner: str, name: str, raw: dict[str, Any]) -> Member:
        unknown = set(raw) - _MEMBER_KEYS - _MEMBER_KEYS_WITHOUT_EFFECT
        expect(not unknown, f"member {owner}.{name} has unknown keys {sorted(unknown)}")
        location = raw.get("location")
        expect(
            location in (None, "header", "headers", "querystring", "uri"),
            f"member {owner}.{name} has the unknown location {location}",
        )
        shape = self.get(raw["shape"])
        return Member(
            name=name,
            shape=shape,
            location=location,
            wire=raw.get("locationName", name),
            explicit="locationName" in raw,
            flattened=raw.get("flattened", shape.flattened),
            attribute=raw.get("xmlAttribute", False),
            streaming=raw.get("streaming", False),
        )


def _operation(name: str, raw: dict[str, Any], shapes: _Shapes) -> OperationModel:
    unknown = set(raw) - _OPERATION_KEYS - _OPERATION_KEYS_WITHOUT_EFFECT
    expect(not unknown, f"operation {name} has unknown keys {sorted(unknown)}")
    http = raw["http"]
    expect(set(http) <= {"method", "requestUri", "responseCode"}, f"operation {name} has unknown http keys")
    path, _, query = http["requestUri"].partition("?")
    resources = {"/": "service", "/{Bucket}": "bucket", "/{Bucket}/{Key+}": "object"}
    resources["/WriteGetObjectResponse"] = "service"
    expect(path in resources, f"operation {name} has the unknown path {path}")
    digest = raw.get("httpChecksum", {}).get("requestChecksumRequired", False)
    expect(digest or name not in DIGEST_NOT_NEEDED, f"the model demands no digest for {name}: drop that")
    return OperationModel(
        name=name,
        method=http["method"],
        resource=resources[path],
        query=dict(parse_qsl(query, keep_blank_values=True)),
        status=http.get("responseCode"),
        input=shapes.get(raw["input"]["shape"]) if "input" in raw else None,
        input_root=raw.get("input", {}).get("locationName"),
        output=shapes.get(raw["output"]["shape"]) if "output" in raw else None,
        checksum_required=digest and name not in DIGEST_NOT_NEEDED,
        deprecated=raw.get("deprecated", False),
    )
