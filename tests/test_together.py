"""What tests of a group share is made once, whatever the number of workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MODULE = """
import os, pathlib, pytest
{mark}
@pytest.fixture(scope="module")
def shared():
    with pathlib.Path("made").open("a") as made:
        print("{name}", os.environ["PYTEST_XDIST_WORKER"], file=made)

@pytest.mark.parametrize("number", range(8))
def test(shared, number):
    pass
"""
_MARK = 'pytestmark = pytest.mark.xdist_group("{}")'


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[1])
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    (folder / "conftest.py").write_text(
        f'import sys\nsys.path.insert(0, {root!r})\npytest_plugins = ["tests.together"]\n'
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


def test_a_group_is_given_to_one_worker(tmp_path: Path) -> None:
    groups = {"alone": "alone", "one": "both", "two": "both"}
    for name, group in groups.items():
        (tmp_path / f"test_{name}.py").write_text(_MODULE.format(name=name, mark=_MARK.format(group)))
    (tmp_path / "test_free.py").write_text(_MODULE.format(name="free", mark=""))
    done = _run(tmp_path, "-n", "2", "--dist", "loadgroup")
    assert done.returncode == 0, done.stdout
    assert "32 passed" in done.stdout
    made = [line.split() for line in (tmp_path / "made").read_text().splitlines()]
    for name in groups:
        assert sum(one == name for one, _ in made) == 1, made
    assert len({worker for name, worker in made if name in ("one", "two")}) == 1, made


def test_a_mark_that_would_have_no_effect_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_hidden.py").write_text(
        _MODULE.format(name="hidden", mark="pytestmark = pytest.mark.xdist_group(name='other')")
    )
    done = _run(tmp_path, "-p", "no:xdist")
    assert done.returncode != 0
    assert "xdist_group is a mark of whole modules" in done.stderr
