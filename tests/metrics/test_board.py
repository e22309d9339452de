"""The memory that processes share, and what a scrape makes of it."""

from __future__ import annotations

import multiprocessing
import re
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families as parse

from s3gw.metrics.board import NUMBERS, Board, Slot
from s3gw.metrics.catalogue import (
    CATALOGUE,
    CONNECTIONS,
    LAG,
    REQUEST_SECONDS,
    REQUESTS,
    RESIDENT,
    RUNNING,
    Kind,
)
from s3gw.metrics.exposition import Exposition

PUT = ("PutObject", "200", "")


def openmetrics_families(text: str) -> list[Any]:
    """By the stricter parser, which has no types."""
    return list(openmetrics_parser.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]


def samples(board: Board) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What a scrape says, by name and labels."""
    text, _ = Exposition(board, Slot.unseen()).render()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse(text.decode())
        for sample in family.samples
    }


def labelled(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


REQUESTS_OF_PUT = labelled("s3gw_requests_total", operation="PutObject", status="200", code="")


def _count_and_end(board: Board, number: int) -> None:
    board.slot(number).add(REQUESTS, 3, *PUT)


def test_counts_of_all_processes_are_added_up() -> None:
    board = Board(3, shared=True)
    board.slot(board.take()).add(REQUESTS, 1, *PUT)
    number = board.take()
    child = multiprocessing.get_context("spawn").Process(target=_count_and_end, args=(board, number))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    board.slot(board.take()).add(REQUESTS, 5, *PUT)
    assert samples(board)[REQUESTS_OF_PUT] == 9


def test_a_process_that_follows_another_goes_on_with_its_counts_but_not_its_gauges() -> None:
    board = Board(2, shared=False)
    board.slot(board.take())
    first = board.take()
    before = board.slot(first)
    before.add(REQUESTS, 2, *PUT)
    before.set(CONNECTIONS, 7)
    of_worker = labelled("s3gw_connections_open", process="worker-1")
    assert samples(board)[of_worker] == 7
    board.free(first)
    found = samples(board)
    assert found[REQUESTS_OF_PUT] == 2
    assert of_worker not in found
    assert board.take() == first
    after = board.slot(first)
    after.add(REQUESTS, 1, *PUT)
    found = samples(board)
    assert found[REQUESTS_OF_PUT] == 3
    assert found[of_worker] == 0


def test_no_slot_left_is_a_slot_that_nobody_reads() -> None:
    board = Board(1, shared=False)
    board.slot(board.take())
    assert board.take() is None
    board.slot(None).add(REQUESTS, 1, *PUT)
    assert REQUESTS_OF_PUT not in samples(board)


def test_series_that_find_no_room_are_counted_as_lost_and_shown_nowhere() -> None:
    board = Board(1, shared=False)
    slot = board.slot(board.take())
    for number in range(NUMBERS):
        slot.add(REQUESTS, 1, f"Operation{number}", "200", "")
    found = samples(board)
    shown = [value for (name, _), value in found.items() if name == "s3gw_requests_total"]
    assert set(shown) == {1.0}
    lost = found[labelled("s3gw_metrics_lost_series_total")]
    assert lost == NUMBERS - len(shown) > 0
    assert slot.series(REQUEST_SECONDS, "Another") + REQUEST_SECONDS.width <= NUMBERS


def test_histograms_count_up_to_each_bound() -> None:
    board = Board(1, shared=False)
    slot = board.slot(board.take())
    for seconds in (0.0005, 0.001, 0.0011, 0.2, 500.0):
        slot.observe(REQUEST_SECONDS, seconds, "GetObject")
    found = samples(board)

    def upto(bound: str) -> float:
        return found[labelled("s3gw_request_duration_seconds_bucket", operation="GetObject", le=bound)]

    assert [upto(bound) for bound in ("0.001", "0.0025", "0.25", "120.0", "+Inf")] == [2, 3, 4, 4, 5]
    assert found[labelled("s3gw_request_duration_seconds_count", operation="GetObject")] == 5
    total = found[labelled("s3gw_request_duration_seconds_sum", operation="GetObject")]
    assert abs(total - 500.2026) < 1e-9


def test_the_system_tells_of_a_process() -> None:
    board = Board(1, shared=False)
    board.slot(board.take()).set(RUNNING, 0)
    found = samples(board)
    assert found[labelled(RESIDENT.name, process="main")] > 1 << 20
    assert found[labelled("s3gw_process_open_fds", process="main")] > 2
    assert found[labelled("s3gw_process_max_fds", process="main")] > 2
    assert found[labelled("s3gw_process_cpu_seconds_total", process="main")] > 0


def test_both_formats_hold_every_metric_and_parse() -> None:
    board = Board(1, shared=False)
    slot = board.slot(board.take())
    for metric in CATALOGUE.values():
        slot.series(metric, *("word" for _ in metric.labels))
    exposition = Exposition(board, slot)
    text, plain = exposition.render()
    open_text, openmetrics = exposition.render("application/openmetrics-text; version=1.0.0")
    assert plain.startswith("text/plain; version=0.0.4")
    assert openmetrics.startswith("application/openmetrics-text; version=1.0.0")
    assert {family.name for family in parse(text.decode())} == set(CATALOGUE)
    assert {family.name for family in openmetrics_families(open_text.decode())} == set(CATALOGUE)
    for family in parse(text.decode()):
        metric = CATALOGUE[family.name]
        assert (family.type, family.documentation) == (metric.kind.value, metric.text)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(metric.shown_labels)


def test_names_follow_the_rules_of_prometheus() -> None:
    """Those of promtool check metrics, and base units."""
    for metric in CATALOGUE.values():
        assert re.fullmatch(r"s3gw_[a-z0-9]+(_[a-z0-9]+)*", metric.name)
        assert not re.search(r"_(total|sum|count|bucket|created)$", metric.name), metric.name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb|kib|mib|percent)(_|$)", metric.name)
        assert metric.text
        assert not metric.text.endswith(".")
        assert not {"le", "quantile", "process"} & set(metric.labels)
        if metric.kind is Kind.HISTOGRAM:
            assert metric.name.endswith("_seconds")
            assert list(metric.buckets) == sorted(set(metric.buckets))
    assert LAG.by_process


def test_what_the_alerts_name_exists() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    (rules,) = [block["groups"][0]["rules"] for block in blocks if "groups" in block]
    endings = {Kind.COUNTER: "_total", Kind.GAUGE: "", Kind.HISTOGRAM: "_bucket"}
    shown = {metric.name + endings[metric.kind] for metric in CATALOGUE.values()}
    for rule in rules:
        named = set(re.findall(r"s3gw_\w+", rule["expr"]))
        assert named
        assert named <= shown, rule["alert"]
