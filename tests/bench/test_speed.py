"""A quick run of the benchmark keeps honest accounts, and its figures become tables and plots."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.load import Body, Outcome, Unexpected
from bench.speed import report
from bench.speed.__main__ import main
from bench.speed.measure import Run, measure
from bench.speed.plan import Group, full, quick
from bench.speed.results import PLOTS, Measured, Results, load
from bench.speed.runner import Runner
from bench.speed.servers import SERVERS
from bench.speed.works.base import BUCKET, MIB, Session, Work
from bench.speed.works.compaction import Beside, Compaction
from bench.speed.works.large import Large
from bench.speed.works.listing import Listing, fill
from bench.speed.works.small import METHODS, Ranges, Small
from tests.processes import is_running

SMALL = [Small(method, 4096, 1, 0.05) for method in METHODS]


def figures() -> Results:
    def run(seconds: float) -> Run:
        cpu = {"server": 0.5, "database": 0.25, "load": 0.1}
        return Run(seconds, 1000, 128_000_000, 0.001, 0.002, 0.003, 0, 100 << 20, cpu)

    results = Results("today", "python -m bench.speed", 60, {"cores": "2"}, {"s3gw": "0"})
    for group in full():
        for work in group.works:
            made = Measured(group.name, work.title, work.connections, work.unit)
            made.runs = {name: [run(1 + at), run(2 + at)] for at, name in enumerate(group.servers)}
            results.works[f"{group.name}/{work.name}"] = made
    return results


@pytest.mark.slow
def test_a_run_beside_the_peer_adds_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = tmp_path / "figures.json"
    # One connection: rclone answers some of several PUTs at once with 500.
    chosen = ["--full", "--only", "^small/(put|get|delete)-4k-c1$", "--rounds", "2", "--duration", "0.05"]
    assert main([*chosen, "--servers", "rclone,s3gw", "--into", str(into)]) == 0
    results = load(into)
    assert set(results.works) == {f"small/{method}-4k-c1" for method in ("put", "get", "delete")}
    for name, work in results.works.items():
        assert {server: len(runs) for server, runs in work.runs.items()} == {"rclone": 2, "s3gw": 2}
        for run in (run for runs in work.runs.values() for run in runs):
            assert run.requests >= 1
            assert run.errors == 0
            assert run.bytes == (0 if "delete" in name else 4096 * run.requests)
            assert 0 < run.p50 <= run.p99 <= run.slowest <= run.seconds
            assert run.peak > 10 * MIB
    assert set(results.works["small/put-4k-c1"].runs["s3gw"][0].cpu) == {"server", "database", "load"}
    assert "| PUT 4 KiB | 1 |" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_kind_of_work_runs(tmp_path: Path) -> None:
    works: list[Work] = [
        *SMALL,
        Small("COPY", 4096, 2, 0.05),
        Large("PUT", MIB, 2, 2),
        Large("AGAIN", MIB, 2, 2),
        Large("GET", MIB, 2, 2),
        Large("COPY", MIB, 2, 2),
        Ranges(MIB, 2, 0.05),
    ]
    results = Results()
    runner = Runner(results, lambda: None, minutes=5)
    runner.group(Group("all", works, ("s3gw",), 2))
    assert results.failures == []
    for work in works:
        runs = results.works[f"all/{work.name}"].runs
        assert len(runs["s3gw"]) == 2
        assert all(run.requests > 0 for run in runs["s3gw"])
    again = results.works["all/again-1m-s2"].runs["s3gw"][0]
    assert again.bytes == 2 * MIB


@pytest.mark.slow
def test_pages_of_a_filled_bucket(tmp_path: Path) -> None:
    with SERVERS["s3gw"](tmp_path / "s3gw") as server:
        session = Session(server, tmp_path / "files")
        session.begin()
        fill(session, 20_000)
        client = server.gateway.client() if server.gateway else None
        assert client is not None
        assert (
            client.get_object(Bucket=BUCKET, Key="folder-0007/key-00001007")["Body"].read()
            == Body(0xF111, 4096).bytes()
        )
        for delimiter in ("", "/"):
            for where in ("http", "call", "sql"):
                run = measure(server, Listing(delimiter, where).prepare(session, 0))
                assert run.requests == 40
                assert run.p50 > 0


@pytest.mark.slow
def test_requests_beside_compaction() -> None:
    beside = Beside(Small("GET", 4096, 2, 0.05), 64 * MIB, rate=8 * MIB)
    results = Results()
    runner = Runner(results, lambda: None, minutes=5)
    runner.group(Group("compaction", [Compaction(32 * MIB), beside], ("s3gw",), 1))
    assert results.failures == []
    assert results.works["compaction/compact"].runs["s3gw"][0].bytes == 16 * MIB
    assert results.works["compaction/get-4k-c2-compacting"].runs["s3gw"][0].requests > 0


@pytest.mark.slow
def test_what_fails_is_noted_and_the_rest_goes_on() -> None:
    class Broken(Small):
        def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
            raise Unexpected("not this one")

    saved: list[int] = []
    results = Results()
    runner = Runner(results, lambda: saved.append(len(results.works)), minutes=5)
    runner.group(Group("some", [Broken("HEAD", 1, 1), SMALL[0]], ("s3gw",), 2))
    assert results.failures == ["head-1b-c1 on s3gw: Unexpected: not this one"]
    assert [len(work.runs.get("s3gw", [])) for work in results.works.values()] == [0, 2]
    assert len(saved) >= 2


@pytest.mark.slow
def test_servers_leave_no_process(tmp_path: Path) -> None:
    seen: list[int] = []
    for name in ("rclone", "s3gw"):
        with pytest.raises(KeyboardInterrupt), SERVERS[name](tmp_path / name) as server:  # noqa: PT012
            seen += [pid for part in server.pids().values() for pid in part]
            raise KeyboardInterrupt
    assert seen
    assert not [pid for pid in seen if is_running(pid)]


def test_works_have_names_of_their_own() -> None:
    for plan in (quick(), full()):
        names = [f"{group.name}/{work.name}" for group in plan for work in group.works]
        assert len(set(names)) == len(names)


def test_an_outcome_ranks_its_latencies() -> None:
    outcome = Outcome(2.0, array("d", [0.3, 0.1, 0.2, 0.4]), Counter({200: 3, 503: 1}))
    assert (outcome.quantile(0.5), outcome.quantile(0.99), outcome.quantile(1)) == (0.3, 0.4, 0.4)
    assert (outcome.rate, outcome.errors) == (2.0, 1)


def test_figures_are_kept_and_rendered(tmp_path: Path) -> None:
    results = figures()
    results.save(tmp_path / "figures.json")
    assert load(tmp_path / "figures.json") == results
    made = report.sections(results)
    ratio = "| GET 4 KiB | 16 | 750 (500–1,000) | 417 (333–500) | requests/s | 1.2× | 0.56× | **no** |"
    assert ratio in made["required"]
    assert "| PUT 128 MiB | 4 | 96 (64–128) | 53 (43–64) |" in made["large"]
    assert "| 1,000,000 | 750 (500–1,000) | 500 (500–500) | 250 (250–250) | 1.00 / 2.00 |" in made["growth"]
    assert "| cores | 2 |" in made["machine"]


def test_a_page_gets_the_tables_between_its_markers() -> None:
    page = (
        "Before.\n<!-- speed machine: made by make bench-full -->\nold\n<!-- speed machine: end -->\n"
        "Between.\n<!-- speed other: made by make bench-full -->\nkept\n<!-- speed other: end -->\n"
    )
    new = report.replaced(page, figures())
    assert "old" not in new
    assert "| cores | 2 |" in new
    assert "kept" in new
    assert report.replaced(new, figures()) == new
    with pytest.raises(ValueError, match="no markers"):
        report.replaced("no marker", figures())


def test_the_document_has_a_place_for_every_table() -> None:
    page = report.DOCUMENT.read_text()
    for name in report.sections(figures()):
        assert f"<!-- speed {name}: made by make bench-full -->" in page
    if report.FIGURES.exists():
        assert report.replaced(page, load(report.FIGURES)) == page


@pytest.mark.client
def test_plots_are_the_same_for_the_same_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="make test-deps installs matplotlib")
    from bench.speed.plots import draw

    for folder in ("one", "other"):
        draw(figures(), tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(PLOTS.values())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
