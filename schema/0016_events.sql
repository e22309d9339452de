-- Events on their way to the targets that buckets want them told to (s3gw/jobs/notify.py). The statement that makes
-- an event happen writes it here, so that it is told if and only if it happened; a row goes when its target has taken
-- it. Of one key, ids follow the order of what happened: they are drawn behind the lock on the key.

CREATE TABLE events (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target        text NOT NULL,
    record        jsonb NOT NULL,          -- what is told, as far as it was known before
    version       text,                    -- the version that was made
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX events_target ON events (target, id);

CREATE TABLE event_targets (               -- targets that did not take an event, until they do
    target        text PRIMARY KEY,
    failures      integer NOT NULL,        -- in a row
    retry_at      timestamptz NOT NULL,
    error         text NOT NULL
);
