"""Everything that clients and jobs may do to a gateway, in any order, against a model of a hundred lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from s3gw.db.pool import Database
from s3gw.jobs import compact
from s3gw.operations import complete
from tests.conftest import Server
from tests.jobs.copies import World
from tests.model.machine import Ground, Machine

EXAMPLES = int(os.environ.get("S3GW_TEST_EXAMPLES") or 150)
"""Of the long run, each of sixty steps."""
_QUIET = list(HealthCheck)


@pytest.fixture
def machine(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Machine]]:
    """On a database of the test's own; parts may be small, and little is worth compacting."""
    monkeypatch.setattr(complete, "MIN_PART", 1)
    monkeypatch.setattr(compact, "WORTHWHILE", 1)
    monkeypatch.setattr(compact, "MANY", 2)
    with asyncio.Runner() as runner:
        name = runner.run(postgres.create())
        db = runner.run(Database.connect(postgres.url(name)))
        world = runner.run(World.create(db, 3))

        class Here(Machine):
            ground = Ground(runner, world)

        yield Here
        runner.run(world.close())
        runner.run(db.close())
        runner.run(postgres.drop(name))


def test_some_walks(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            suppress_health_check=_QUIET,
            database=None,
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_walks(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=_QUIET,
            database=None,
            print_blob=True,
        ),
    )
