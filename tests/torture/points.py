"""The points of `s3gw.pauses`, by what leads to them; `tests/faults/test_kill_points.py` kills at each."""

from __future__ import annotations

from collections.abc import Mapping

# What a client's load reaches by itself, jobs in a hurry included; what jobs reach when asked for; and what
# needs something to be broken first.
POINTS: Mapping[str, tuple[str, ...]] = {
    "put": (
        "put.begun",
        "put.pinned",
        "put.synced",
        "put.chunked",
        "put.resolved",
        "put.inserted",
        "put.stored",
        "put.published",
        "whole.known",
        "whole.safe",
    ),
    "pack": ("pack.registered", "pack.opened", "pack.synced", "pack.closed"),
    "other": (
        "part.published",
        "complete.checked",
        "complete.published",
        "abort.done",
        "copy.found",
        "copy.published",
        "append.published",
        "rename.done",
        "delete.done",
    ),
    "collect": (
        "collect.trash-locked",
        "collect.trash-dropped",
        "collect.manifests-locked",
        "collect.manifests-deleted",
        "collect.chunks-locked",
        "collect.chunks-deleted",
        "collect.packs-locked",
        "collect.packs-deleted",
        "tombstone.due",
        "tombstone.unlinked",
    ),
    "reap": (
        "reap.manifests-locked",
        "reap.pack-sized",
        "reap.pack-sealed",
        "sighting.nameless",
        "sighting.due",
        "sighting.removed",
    ),
    "compact": (
        "compact.chosen",
        "compact.synced",
        "compact.repointed",
        "compact.published",
        "compact.done",
    ),
    "repair": (
        "replica.registered",
        "replica.put",
        "replica.ready",
        "replica.given-up",
        "repair.settled",
    ),
}
ELSEWHERE = {
    "scrub.read": "tests/faults/test_kill_jobs.py",
    "lifecycle.judged": "tests/jobs/test_lifecycle.py",
    "notify.sent": "tests/jobs/test_notify.py",
    "reencrypt.turned": "tests/jobs/test_reencrypt.py",
    "rechunk.chosen": "tests/races/test_races_rechunk.py",
    "rechunk.read": "tests/races/test_races_rechunk.py",
    "rechunk.written": "tests/races/test_races_rechunk.py",
    "rechunk.published": "tests/races/test_races_rechunk.py",
    "pack.put": "tests/races/test_races_stopped.py",
    "pack.copies-given-up": "tests/races/test_races_stopped.py",
    "start.alone": "tests/faults/test_stopped_start.py",
}
"""Points that no load leads to by itself, and the tests that stop or cut off something there."""
KILLED_BY: Mapping[str, str] = {
    "pack.copies-given-up": "tests/faults/test_kill_copies.py",
    "start.alone": "tests/faults/test_stopped_start.py",
}
"""Those of them at which other tests kill than `tests/faults/test_kill_jobs.py`."""
