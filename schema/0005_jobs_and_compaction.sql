-- Background jobs as anybody may see and steer them, and the queue of packs to be judged for compaction.
--
-- The release before this one ignores both: it neither pauses a job nor queues packs. What it let go of is
-- judged when a further chunk of the pack dies, or by `s3gw compact`.

CREATE TABLE jobs (
    name          text PRIMARY KEY,
    paused_at     timestamptz,             -- null: not paused
    wanted_at     timestamptz,             -- somebody asked for a run that has not begun yet
    began_at      timestamptz,             -- of the present run, or the last
    seen_at       timestamptz,             -- when the present run last said how it goes; null: none runs
    ended_at      timestamptz,             -- of the last run
    counts        jsonb NOT NULL DEFAULT '{}',
    done          bigint,                  -- of the present run, where it knows how much there is
    total         bigint,
    error         text                     -- of the last run
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE compaction_queue (            -- append-only: sealed packs that lost a chunk, or were just sealed
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pack_id       bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO compaction_queue (pack_id) SELECT id FROM packs WHERE lease_until IS NULL;

CREATE INDEX packs_by_size ON packs (size) WHERE lease_until IS NULL;
