"""The tables of docs/ that follow from the code: operations of S3, settings, metrics.

`python -m tools.tables` writes docs/s3-coverage.md, docs/settings.md and docs/metrics.md; with --check it
only compares and ends with 1 where a file is out of date.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from s3gw.cli.options import SERVE, SETTINGS
from s3gw.config import Margins, Settings
from s3gw.metrics.catalogue import CATALOGUE, Kind
from s3gw.operations import REGISTRY
from s3gw.operations.parameters import DIFFERS, NO, support
from s3gw.protocol import OPERATIONS
from tools.protocol.model import load
from tools.protocol.names import attribute

DOCS = Path(__file__).parents[1] / "docs"
REFERENCE = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_{}.html"

BEYOND_THE_MODEL = ("OptionsObject", "PostObject")

COVERAGE = """# S3 coverage

Made from the code by `make tables`. {done} of {all} operations are implemented, {older} of them as older
names of others; every other one is parsed and answered with a well-formed `501 NotImplemented`.
[Parameters](#parameters) tells of each parameter of those that are.

| Operation | | IAM actions it requires |
|---|---|---|
{rows}

## Where the answers differ from AWS

- CopyObject takes sources of any size, where AWS stops at 5 GiB: a copy writes metadata only.
- A copy of an object that was uploaded in parts keeps its `-N` ETag, since no byte is read again. One of an
  object that was appended to has no parts any more.
- Storage classes are kept and shown; all of them are stored alike. Objects of GLACIER and DEEP_ARCHIVE are
  readable at once: they show `x-amz-restore` as restored, and RestoreObject answers 200. A lifecycle
  transition changes the class that is shown.
- A copy by reference keeps a composite checksum of its source, as it keeps its parts; AWS computes one of the
  whole object. It does where the request names an algorithm.
- RenameObject, appends (`x-amz-write-offset-bytes`) and deletes on conditions of time and size work in every
  bucket; AWS has them in directory buckets only. The first two need a bucket without versioning.
- Events are told to targets that the gateway's settings name; the EventBridge element is kept and shown, and
  tells nothing.
- In the Filter of a lifecycle rule Prefix and Tag may stand beside each other; both must hold.
- Replication, inventory, analytics, metrics and Intelligent-Tiering configurations and transfer acceleration
  are checked, stored and returned, and nothing is done by them: no object is copied, no report is written, no
  object shows a replication status.
- UpdateObjectEncryption reads and stores the bytes anew where the key is another, since objects of one key
  share chunks that are encrypted by it: it takes as long as such a copy, and then effect at once.
- A write may carry `If-Match: *`, "whatever is there, if there is something"; AWS knows one entity tag only.
- A conditional CompleteMultipartUpload is judged by the key as it is when the upload is completed. AWS also
  answers `409 ConditionalRequestConflict` where the key was written or deleted since the upload began.
- The gateway's own region may be named as the location of a new bucket, also if it is us-east-1, and creating
  a bucket again succeeds for its owner in every region.
- An answer that begins before its operation has ended (`slow_answer`) has no version id among its headers,
  since that is not known yet.
- CreateBucket takes the names of all regions as locations at a gateway of us-east-1, and of those that
  `regions` names. The bucket is in the same place; clients may sign for its region or the gateway's.
- GetBucketAcl and the like show DisplayName, as AWS did until 2025.
- A page of ListMultipartUploads that ends with a common prefix names it as NextKeyMarker, so that the listing
  can go on; AWS leaves it empty.

## Parameters

What a request of each operation may carry, by the names of the S3 API. **yes** is taken as by S3.

| Operation | yes | differs | no |
|---|---|---|---|
{parameters}
"""

SETTINGS_PAGE = """# Settings

Made from the code by `make tables`. Each setting has one name everywhere: `listen` is `--listen` on the
command line, `S3GW_LISTEN` in the environment and `listen = "..."` in the TOML file that `--config` or
`S3GW_CONFIG` names; the first of these that is given wins. Sizes are bytes or `64M`, `1GiB`; durations are
seconds. Secrets have no option, so that they do not show in a list of processes.

| Setting | Environment | Default | |
|---|---|---|---|
{rows}

## Margins

Waiting times of deletion, in seconds of the database's clock: `[margins]` in the file, `S3GW_MARGIN_...` in
the environment. None of them decides whether something may be deleted (the foreign keys do); they say when to
try, and how long a slow reader may hold on to what was replaced.

| Margin | Environment | Default |
|---|---|---:|
{margins}
"""

METRICS_PAGE = """# Metrics

Made from the code by `make tables`. [Operating s3gw](operations.md#metrics) tells how to scrape them.
Counters and histograms are those of all processes of a gateway together. A label `process` tells processes
apart: `main` is the parent, or the whole gateway where it is one process. Histograms have the usual
`_bucket`, `_sum` and `_count`.

| Metric | | Labels | |
|---|---|---|---|
{rows}

## Buckets

| Histogram | Upper bounds in seconds, and one without |
|---|---|
{buckets}
"""

WORDS = {
    "secret_key": "root secret key",
    "master_key": "seals keys and secrets in the database: 32 bytes in base64 or hexadecimal",
    "other_master_keys": "further master keys, separated by commas, that open what they have sealed",
    "metrics_token": "bearer token that a scraper of `/-/metrics` may present",
    "database_url": "PostgreSQL to use instead of the embedded one",
}


def coverage() -> str:
    """docs/s3-coverage.md."""
    rows = []
    older = {name: newer for name in sorted(OPERATIONS) if (newer := newer_name(name)) is not None}
    for name in sorted(OPERATIONS):
        known = REGISTRY.get(older.get(name, name))
        actions = ", ".join(f"`{action}`" for action in known.actions) if known else ""
        word = f"implemented, as {older[name]}" if name in older else "implemented" if known else "501"
        rows.append(f"| [{name}]({REFERENCE.format(name)}) | {word} | {actions} |")
    return COVERAGE.format(
        done=len(REGISTRY) + len(older),
        older=len(older),
        all=len(OPERATIONS),
        rows="\n".join(rows),
        parameters="\n".join(_parameters()),
    )


def newer_name(name: str) -> str | None:
    """The operation that answers requests of an older name, such as GetBucketLifecycle; None for others."""
    operation = load().operations.get(name)
    if operation is None or name in REGISTRY:
        return None
    newer = f"{name}Configuration"
    return newer if newer in REGISTRY else None


def _parameters() -> list[str]:
    """A row for each operation of the model that is implemented."""
    model = load()
    rows = []
    for operation in sorted(model.operations.values(), key=lambda each: each.name):
        if operation.name not in REGISTRY or operation.input is None:
            continue
        cells: dict[str, list[str]] = {"yes": [], DIFFERS: [], NO: []}
        for member in operation.input.members.values():
            found = support(operation.name, attribute(member))
            if found is None:
                cells["yes"].append(member.name)
            else:
                cells[found.word].append(f"{member.name} ({found.how})")
        yes, differs, no = (", ".join(names) for names in cells.values())
        rows.append(f"| {operation.name} | {yes} | {differs} | {no} |")
    return rows


def settings() -> str:
    """docs/settings.md."""
    told = {name: text for table in (SETTINGS, SERVE) for name, (_, text) in table.items()} | WORDS
    rows = []
    for setting in fields(Settings):
        if setting.name == "margins":
            continue
        text = told.get(setting.name, "").split(" (")[0].replace("|", "\\|")
        default = _shown(setting.name, setting.default)
        rows.append(f"| `{setting.name}` | `S3GW_{setting.name.upper()}` | {default} | {text} |")
    margins = [
        f"| `{margin.name}` | `S3GW_MARGIN_{margin.name.upper()}` | {margin.default:.0f} |"
        for margin in fields(Margins)
    ]
    return SETTINGS_PAGE.format(rows="\n".join(rows), margins="\n".join(margins))


def metrics() -> str:
    """docs/metrics.md."""
    rows = []
    for metric in CATALOGUE.values():
        name = f"{metric.name}_total" if metric.kind is Kind.COUNTER else metric.name
        labels = ", ".join(f"`{label}`" for label in metric.shown_labels)
        rows.append(f"| `{name}` | {metric.kind.value} | {labels} | {metric.text} |")
    buckets = [
        f"| `{metric.name}` | {' '.join(f'{bound:g}' for bound in metric.buckets)} |"
        for metric in CATALOGUE.values()
        if metric.buckets
    ]
    return METRICS_PAGE.format(rows="\n".join(rows), buckets="\n".join(buckets))


def _shown(name: str, value: object) -> str:
    match value:
        case None | ():
            return {
                "access_key": "generated once",
                "secret_key": "generated once",
                "master_key": "generated once",
                "backend": "DATA/packs",
            }.get(name, "none")
        case bool():
            return "on" if value else "off"
        case int() if value >= 1 << 20 and value % (1 << 20) == 0:
            return f"{value >> 20:,} MiB"
        case float():
            return f"{value:g}"
        case _:
            return f"`{value}`"


def _pages() -> list[tuple[str, str]]:
    return [("s3-coverage.md", coverage()), ("settings.md", settings()), ("metrics.md", metrics())]


def main() -> int:
    """Write or compare the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check: bool = parser.parse_args().check
    stale = False
    for name, text in _pages():
        path = DOCS / name
        if check and (not path.exists() or path.read_text() != text):
            print(f"docs/{name} is out of date; make tables writes it", file=sys.stderr)
            stale = True
        elif not check:
            path.write_text(text)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
