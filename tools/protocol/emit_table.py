"""Emits the table of operations and the routing table."""

from __future__ import annotations

from collections import defaultdict

from tools.protocol import overrides
from tools.protocol.emit_requests import body_kind
from tools.protocol.model import Model, OperationModel, expect
from tools.protocol.names import function

Route = tuple[str, str, str | None]


def operations_module(model: Model) -> str:
    """OPERATIONS: every operation of the model by name."""
    lines = [
        "from collections.abc import Mapping",
        "from s3gw.protocol.operation import BodyKind, Operation",
        *[
            f"from s3gw.protocol.generated import {kind}_{part}"
            for kind in ("requests", "responses")
            for part in ("bucket", "object", "service")
        ],
        "",
        "OPERATIONS: Mapping[str, Operation] = {",
    ]
    for operation in model.operations.values():
        name, kind = function(operation.name), body_kind(operation)
        requests, responses = f"requests_{operation.resource}", f"responses_{operation.resource}"
        document = f"{requests}.parse_{name}_document" if kind == "DOCUMENT" else "None"
        lines += [
            f"    {operation.name!r}: Operation(",
            f"        name={operation.name!r},",
            f"        body=BodyKind.{kind},",
            f"        parse={requests}.parse_{name},",
            f"        parse_document={document},",
            f"        render={responses}.render_{name},",
            f"        checksum_required={operation.checksum_required},",
            "    ),",
        ]
    return "\n".join([*lines, "}"])


def routes_module(model: Model) -> str:
    """ROUTES by method, resource and sub-resource, and what is known of the query."""
    routes = _routes(model)
    lines = [
        "from collections.abc import Mapping",
        "from s3gw.protocol.routes import Choice",
        "",
        "ROUTES: Mapping[tuple[str, str, str | None], tuple[Choice, ...]] = {",
    ]
    for route in sorted(routes, key=lambda r: (r[1], r[0], r[2] or "")):
        choices = "".join(
            f"Choice({c.operation!r}, {c.kind!r}, {c.name!r}, {c.value!r})," for c in routes[route]
        )
        lines.append(f"    {route!r}: ({choices}),")
    lines += ["}", "", "SUBRESOURCES: frozenset[str] = frozenset({"]
    lines += [f"    {name!r}," for name in sorted({sub for _, _, sub in routes if sub is not None})]
    lines += ["})", "", "PARAMETERS: frozenset[str] = frozenset({"]
    lines += [f"    {name!r}," for name in sorted(_parameters(model))]
    lines += ["})", "", "FIXED_PATHS: Mapping[tuple[str, str], str] = {"]
    for name, (path, _) in overrides.FIXED_PATHS.items():
        lines.append(f"    ({model.operations[name].method!r}, {path!r}): {name!r},")
    return "\n".join([*lines, "}"])


def _parameters(model: Model) -> set[str]:
    names: set[str] = set()
    for operation in model.operations.values():
        if operation.input is not None:
            names |= {m.wire for m in operation.input.members.values() if m.location == "querystring"}
        names |= {name for name, value in operation.query.items() if value}
    return names


def _subresource(operation: OperationModel) -> str | None:
    if operation.name in overrides.SUBRESOURCE_PARAMETERS:
        name, _ = overrides.SUBRESOURCE_PARAMETERS[operation.name]
        assert operation.input is not None
        wires = {m.wire for m in operation.input.members.values() if m.location == "querystring"}
        expect(name in wires and not operation.query, f"{operation.name} is no longer routed by {name}")
        return name
    valueless = [name for name, value in operation.query.items() if not value]
    expect(len(valueless) <= 1, f"{operation.name} has several sub-resources: {valueless}")
    return valueless[0] if valueless else None


def _routes(model: Model) -> dict[Route, tuple[overrides.Choice, ...]]:
    groups: dict[Route, set[str]] = defaultdict(set)
    for operation in model.operations.values():
        if operation.name not in overrides.FIXED_PATHS:
            groups[operation.method, operation.resource, _subresource(operation)].add(operation.name)
    for name, (method, resource, _) in overrides.BEYOND_MODEL.items():
        expect(name not in model.operations, f"the model now has {name}: drop the override")
        groups[method, resource, None].add(name)
    shared = {(s.method, s.resource, s.subresource): s for s in overrides.SHARED_ROUTES}
    routes: dict[Route, tuple[overrides.Choice, ...]] = {}
    for route, names in groups.items():
        override = shared.pop(route, None)
        if override is None:
            expect(len(names) == 1, f"{sorted(names)} share the route {route}: say how to tell them apart")
            routes[route] = (overrides.Choice(next(iter(names)), "otherwise"),)
            continue
        told = {c.operation for c in override.choices} | set(override.unreachable)
        expect(told == names, f"the operations of the route {route} are {sorted(names)}")
        expect(
            all(model.operations[n].deprecated for n in override.unreachable),
            f"an operation of {route} that cannot be reached is not deprecated",
        )
        routes[route] = override.choices
    expect(not shared, f"no operation has the routes {sorted(map(str, shared))}")
    return routes
