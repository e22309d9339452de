"""Every metric: its name, what it means, by what it is told apart. docs/operations.md shows the same table.

Names follow Prometheus: `s3gw_`, base units, and `_total` behind a counter, which the text format adds. The
values of labels are of the gateway's own making: no bucket, key or word of a client is ever one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a metric behaves, and how those of several processes are put together."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. Counters and histograms of all processes are added up, unless each is shown by itself."""

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds; one more bucket takes the rest."""
    by_process: bool = False
    """Whether every process shows its own, under a label `process`."""

    @property
    def width(self) -> int:
        """Numbers that a series of it takes: one, or a sum and the buckets."""
        return len(self.buckets) + 2 if self.kind is Kind.HISTOGRAM else 1

    @property
    def shown_labels(self) -> tuple[str, ...]:
        """The labels that a scrape sees."""
        return (*self.labels, "process") if self.by_process else self.labels


CATALOGUE: dict[str, Metric] = {}


def _add(metric: Metric) -> Metric:
    CATALOGUE[metric.name] = metric
    return metric


def _counter(name: str, text: str, *labels: str, by_process: bool = False) -> Metric:
    return _add(Metric(name, Kind.COUNTER, text, labels, by_process=by_process))


def _gauge(name: str, text: str, *labels: str) -> Metric:
    return _add(Metric(name, Kind.GAUGE, text, labels))


def _of_process(name: str, text: str) -> Metric:
    return _add(Metric(name, Kind.GAUGE, text, by_process=True))


def _histogram(
    name: str, text: str, buckets: tuple[float, ...], *labels: str, by_process: bool = False
) -> Metric:
    return _add(Metric(name, Kind.HISTOGRAM, text, labels, buckets, by_process))


_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
_LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_CALL_SECONDS = (0.00025, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = _counter(
    "s3gw_requests",
    "Requests that ended: S3 operation, HTTP status (0: none sent), S3 error code or how it was broken off",
    "operation",
    "status",
    "code",
)
REQUEST_SECONDS = _histogram(
    "s3gw_request_duration_seconds",
    "From a request's headers to the end of its answer",
    _REQUEST_SECONDS,
    "operation",
)
RECEIVED = _counter("s3gw_received_bytes", "Bytes of request bodies, as they came over the wire", "operation")
SENT = _counter("s3gw_sent_bytes", "Bytes of answers' bodies", "operation")
RUNNING = _of_process("s3gw_requests_running", "Requests under way")
CONNECTIONS = _of_process("s3gw_connections_open", "Open client connections")

BACKEND_CALLS = _counter(
    "s3gw_backend_calls", "Calls of a storage backend by how they ended", "backend", "method", "outcome"
)
BACKEND_SECONDS = _histogram(
    "s3gw_backend_call_duration_seconds",
    "How long calls of a storage backend took",
    _CALL_SECONDS,
    "backend",
    "method",
)
BACKEND_FREE = _gauge(
    "s3gw_backend_free_bytes", "Bytes that a backend may still take, above its reserve", "backend"
)
BACKEND_FULL = _gauge(
    "s3gw_backend_full", "Whether a backend has no room above its reserve, and takes no packs", "backend"
)
BACKEND_DOWN = _gauge(
    "s3gw_backend_down", "Processes for which a backend counts as down: their calls fail at once", "backend"
)
BACKEND_SIZE = _gauge("s3gw_backend_size_bytes", "Bytes of the medium behind a backend", "backend")
COMMITS = _counter(
    "s3gw_group_commits", "Appends to packs that were made durable, each for a group of uploads"
)
COMMIT_MEMBERS = _counter("s3gw_group_commit_members", "Appends of uploads that shared those group commits")
COMMIT_BYTES = _counter("s3gw_group_commit_bytes", "Bytes of frames in those group commits")

POOL_LIMIT = _of_process("s3gw_database_pool_limit", "Connections that the database pool may open")
POOL_OPEN = _of_process("s3gw_database_pool_open", "Connections that the database pool has open")
POOL_USED = _of_process("s3gw_database_pool_in_use", "Connections of the database pool that somebody uses")
POOL_WAITING = _of_process("s3gw_database_pool_waiting", "Who waits for a connection of the database pool")
POOL_WAITS = _counter("s3gw_database_pool_waits", "How often somebody had to wait for a connection")
BATCHES = _counter("s3gw_database_batches", "Statements that answer questions of one or several requests")
BATCHED = _counter("s3gw_database_batched_questions", "Questions that those statements answered")

STORE_AT = _gauge(
    "s3gw_store_figures_timestamp_seconds",
    "When the figures of the store were computed; all s3gw_store_ hold then",
)
STORE_SECONDS = _gauge(
    "s3gw_store_figures_duration_seconds", "How long computing the figures of the store took"
)
STORE_FAILURES = _counter(
    "s3gw_store_figures_failures", "Failed attempts to compute the figures of the store"
)
OBJECTS = _gauge("s3gw_store_objects", "Object versions")
BUCKETS = _gauge("s3gw_store_buckets", "Buckets")
LOGICAL = _gauge("s3gw_store_logical_bytes", "Bytes of all objects, as S3 shows them")
UNIQUE = _gauge("s3gw_store_unique_bytes", "Bytes of all chunks, each once, not compressed")
STORED = _gauge(
    "s3gw_store_stored_bytes", "Bytes of packs, dead ones included, and of chunks in the database"
)
DEAD = _gauge("s3gw_store_dead_bytes", "Bytes of packs in which no chunk lives")
OLD_KEYS = _gauge(
    "s3gw_store_old_keys_bytes", "Bytes of frames and rows that older versions of keys have encrypted"
)
METADATA = _gauge("s3gw_store_metadata_bytes", "Size of the database, small objects included")
CHUNKS = _gauge("s3gw_store_chunks", "Chunks")
PACKS = _gauge("s3gw_store_packs", "Packs: open ones are appended to, sealed ones are not", "state")
DEDUPLICATION = _gauge("s3gw_store_deduplication_ratio", "Logical bytes for each unique byte")
COMPRESSION = _gauge("s3gw_store_compression_ratio", "Unique bytes for each stored byte that is not dead")
TRASH = _gauge("s3gw_store_trash", "Replaced and deleted bodies that wait for the reader margin")
TOMBSTONES = _gauge("s3gw_store_tombstones", "Emptied packs that wait to be unlinked")
DAMAGED = _gauge("s3gw_store_damaged_copies", "Copies of packs that were found not to be whole")
REPAIRS = _gauge("s3gw_store_repairs", "Packs that wait for a copy to be made anew")
CANDIDATES = _gauge(
    "s3gw_store_candidates", "Chunks and manifests that wait to be looked at by the collector"
)
UNPUBLISHED = _gauge("s3gw_store_unpublished_manifests", "Manifests of uploads that are not published")
UPLOADS = _gauge("s3gw_store_multipart_uploads", "Multipart uploads that are not completed")
EVENTS = _gauge("s3gw_store_events", "Events that wait to be told to their targets")
EVENTS_AGE = _gauge("s3gw_store_oldest_event_seconds", "Age of the oldest event that waits; 0 if none does")

JOB_RUNS = _counter("s3gw_job_runs", "Runs of a background job that ended, here", "job")
JOB_FAILURES = _counter("s3gw_job_failures", "Runs of a background job that ended with an error, here", "job")
JOB_RUNNING = _gauge("s3gw_job_running", "Whether a background job runs now, here", "job")
JOB_FAILING = _gauge(
    "s3gw_job_failing", "Whether the last run of a background job ended with an error", "job"
)
JOB_SECONDS = _gauge(
    "s3gw_job_last_duration_seconds", "How long the last run of a background job took", "job"
)
JOB_SUCCEEDED = _gauge(
    "s3gw_job_last_success_timestamp_seconds", "When a run of a background job last ended well, here", "job"
)
JOB_RESTED = _counter(
    "s3gw_job_rested_seconds", "For how long a background job has rested because the gateway serves", "job"
)
JOB_DONE = _counter(
    "s3gw_job_items", "What the runs of a background job did that have ended, as it counts it", "job", "item"
)
JOB_PAUSED = _gauge("s3gw_job_paused", "Whether a background job is paused, for all gateways", "job")
JOB_AT = _gauge(
    "s3gw_job_last_end_timestamp_seconds", "When the last run of a background job ended, here", "job"
)

LAG = _histogram(
    "s3gw_event_loop_lag_seconds",
    "How late a timer of the event loop came",
    _LAG_SECONDS,
    by_process=True,
)
SILENT = _of_process("s3gw_process_silent_seconds", "For how long the event loop has not run its timer")
RESIDENT = _of_process("s3gw_process_resident_memory_bytes", "Resident memory")
OPEN_FILES = _of_process("s3gw_process_open_fds", "Open files and sockets")
MAX_FILES = _of_process("s3gw_process_max_fds", "Open files and sockets that the system allows")
CPU = _counter("s3gw_process_cpu_seconds", "Processor time, user and system", by_process=True)
STARTED = _of_process("s3gw_process_start_time_seconds", "When the process was started")
RESTARTS = _counter("s3gw_worker_restarts", "Workers that ended by themselves and were started again")
WORKERS = _gauge("s3gw_workers", "Worker processes that there are to be; 1 where the parent serves itself")
BEGAN = _gauge("s3gw_start_time_seconds", "When this gateway was started; its uptime is time() less this")
BUILD = _gauge("s3gw_build_info", "1, with what the gateway is made of", "version", "python")
LOST = _counter("s3gw_metrics_lost_series", "Label sets that found no room and are not shown")
