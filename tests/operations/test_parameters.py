"""Every parameter of the model is read by the code, or stands in the tables of what is not."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

import s3gw
from s3gw.operations import REGISTRY, parameters
from s3gw.protocol import types

INPUTS = {name: [each.name for each in fields(getattr(types, f"{name}Input"))] for name in REGISTRY}


def names_in(root: Path) -> set[str]:
    """The attributes that the code reads, and the strings by which it might."""
    found = set()
    for path in root.rglob("*.py"):
        if "generated" in path.parts or path.name == "parameters.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


READ = names_in(Path(s3gw.__file__).parent)


@pytest.mark.parametrize("operation", sorted(REGISTRY))
def test_each_parameter_is_read_or_listed(operation: str) -> None:
    for member in INPUTS[operation]:
        listed = parameters.support(operation, member)
        known = listed is not None or member in parameters.READ_BY_HEADER or member in READ
        assert known, f"{operation}: {member} is read nowhere"


def test_the_tables_name_parameters_that_there_are() -> None:
    every = {member for members in INPUTS.values() for member in members}
    assert set(parameters.READ_BY_HEADER) | set(parameters.EVERYWHERE) <= every
    for operation, member in parameters.OF_OPERATION:
        assert member in INPUTS[operation]
    for how in (*parameters.EVERYWHERE.values(), *parameters.OF_OPERATION.values()):
        assert how.word in (parameters.NO, parameters.DIFFERS)
        assert how.how
