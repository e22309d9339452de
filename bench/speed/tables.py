"""Markdown tables of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from bench.speed.measure import Run
from bench.speed.plan import LIMITS, REQUIRED
from bench.speed.results import Measured, Results, Spread
from bench.speed.servers import PEER, TITLES

Cell = Callable[[Measured, str], str]


def required(results: Results) -> str:
    """What must be reached, and what was."""
    rows = []
    for need in REQUIRED:
        work = results.works.get(need.work)
        if work and work.runs.get(PEER) and work.runs.get("s3gw"):
            ours, theirs = work.spread("s3gw"), work.spread(PEER)
            ratio = ours.median / theirs.median
            figures = (_spread(theirs), _spread(ours), work.unit, f"{need.ratio:.1f}×", f"{ratio:.2f}×")
            rows.append([work.title, str(work.connections), *figures, _yes(ratio >= need.ratio)])
    for limit in LIMITS:
        work = results.works.get(limit.work)
        if work and work.runs.get("s3gw"):
            took = work.spread("s3gw")
            figures = ("", _spread(took, 2), "ms", f"≤ {limit.most:.0f} ms", f"{took.median:.2f} ms")
            rows.append([work.title, str(work.connections), *figures, _yes(took.median <= limit.most)])
    return table(["Work", "Conn.", "rclone", "s3gw", "Unit", "Required", "Measured", "Met"], rows)


def group(results: Results, name: str) -> str:
    """Three tables of a group: the main figure beside the peer, latencies, processor time; and memory."""
    works = results.group(name)
    servers = [one for one in TITLES if any(one in work.runs for work in works)]
    parts = [_figures(works, servers)]
    if any(work.unit != "ms" for work in works):
        parts += [
            "p50 / p99, in ms:",
            _plain(works, servers, _latency),
            f"Processor time of {_summed(servers)}, in µs a request (s/GB where MB/s are counted):",
            _plain(works, servers, _cpu),
        ]
    peaks = [f"{TITLES[one]} {_peak(works, one) / 2**20:,.0f} MiB" for one in servers]
    parts.append(f"Peak resident memory, without the database: {', '.join(peaks)}. {_load(works)}")
    return "\n\n".join(parts)


def growth(results: Results) -> str:
    """The cost of a PUT by the number of keys that are there."""
    rows = []
    for work in sorted(_growth(results), key=_keys):
        cpu = [work.spread("s3gw", lambda run: run.cpu_per_request("server") * 1e6)]
        cpu.append(work.spread("s3gw", lambda run: run.cpu_per_request("database") * 1e6))
        figures = (_spread(work.spread("s3gw")), *(_spread(one) for one in cpu), _latency(work, "s3gw"))
        rows.append([f"{_keys(work):,}", *figures])
    head = ["Keys in the bucket", "PUT/s", "CPU of the gateway, µs", "of the database, µs", "p50 / p99, ms"]
    return table(head, rows)


def machine(results: Results) -> str:
    """What the figures hold for."""
    ran = {
        "measured": results.began,
        "in": f"{results.seconds / 60:.0f} minutes",
        "by": f"`{results.command}`",
    }
    rows = [[name, value] for name, value in {**results.machine, **results.versions, **ran}.items()]
    said = table(["", ""], rows, numeric=False)
    if results.failures:
        said += "\n\nFailed:\n\n" + "\n".join(f"- {one}" for one in results.failures)
    return said


def growth_points(results: Results) -> list[tuple[int, Spread]]:
    """Keys in the bucket, and processor time of a PUT, gateway and database together, in µs."""
    works = sorted(_growth(results), key=_keys)
    return [
        (_keys(one), one.spread("s3gw", lambda run: run.cpu_per_request("server", "database") * 1e6))
        for one in works
    ]


def _growth(results: Results) -> list[Measured]:
    return [work for name, work in results.works.items() if "-among-" in name and work.runs.get("s3gw")]


def _keys(work: Measured) -> int:
    return int(work.title.split(" among ")[1].split()[0].replace(",", ""))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: bool = True) -> str:
    """A Markdown table; columns behind the first stand to the right."""
    marks = ["---", *["---:" if numeric else "---"] * (len(head) - 1)]
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(marks)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _figures(works: Sequence[Measured], servers: Sequence[str]) -> str:
    compared = [one for one in servers if one != PEER and PEER in servers]
    head = ["Work", "Conn.", *(TITLES[one] for one in servers), "Unit", *(_ratio_of(one) for one in compared)]
    rows = []
    for work in works:
        row = [work.title, str(work.connections)]
        row += [_known(work, one, lambda work, one: _spread(work.spread(one))) for one in servers]
        rows.append([*row, work.unit, *(_known(work, one, _ratio) for one in compared)])
    return table(head, rows)


def _ratio_of(server: str) -> str:
    return "Ratio" if server in ("s3gw", "upstream") else "of two workers"


def _plain(works: Sequence[Measured], servers: Sequence[str], cell: Cell) -> str:
    head = ["Work", "Conn.", *(TITLES[one] for one in servers)]
    rows = (
        [work.title, str(work.connections), *(_known(work, one, cell) for one in servers)] for work in works
    )
    return table(head, rows)


def _known(work: Measured, server: str, cell: Cell) -> str:
    return cell(work, server) if work.runs.get(server) else "–"


def _ratio(work: Measured, server: str) -> str:
    if not work.runs.get(PEER):
        return "–"
    return f"{work.spread(server).median / work.spread(PEER).median:.2f}×"


def _latency(work: Measured, server: str) -> str:
    p50, p99 = work.spread(server, lambda run: run.p50), work.spread(server, lambda run: run.p99)
    return f"{_short(p50.median * 1e3)} / {_short(p99.median * 1e3)}"


def _cpu(work: Measured, server: str) -> str:
    def cost(part: str) -> str:
        if work.unit == "MB/s":
            return f"{work.spread(server, lambda run: run.cpu_per_gb(part)).median:.2f}"
        return f"{work.spread(server, lambda run: run.cpu_per_request(part) * 1e6).median:,.0f}"

    parts = [part for part in ("server", "database", "upstream") if part in work.runs[server][0].cpu]
    return " + ".join(cost(part) for part in parts)


def _summed(servers: Sequence[str]) -> str:
    upstream = any(one.startswith("upstream") for one in servers)
    return "server + database" + (" + upstream" if upstream else "")


def _load(works: Sequence[Measured]) -> str:
    """What the load itself took, as the median of all runs."""
    large = works[0].unit == "MB/s"
    runs = [run for work in works for runs in work.runs.values() for run in runs if run.bytes or not large]
    if large:
        return f"The load itself took {median(run.cpu_per_gb('load') for run in runs):.2f} s/GB."
    return (
        f"The load itself took {median(run.cpu_per_request('load') for run in runs) * 1e6:,.0f} µs a request."
    )


def _peak(works: Sequence[Measured], server: str) -> int:
    runs: list[Run] = [run for work in works for run in work.runs.get(server, [])]
    return max((run.peak for run in runs), default=0)


def _spread(spread: Spread, digits: int = 0) -> str:
    median, least, most = (f"{value:,.{digits}f}" for value in spread)
    return f"{median} ({least}–{most})"


def _short(value: float) -> str:
    return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"
