-- How much of each backend is left free, and what the gateways that run tell of them.

ALTER TABLE backends ADD COLUMN reserve bigint;    -- free bytes that are left; null: as each gateway is set

CREATE UNLOGGED TABLE backend_reports (            -- one row a gateway and backend, renewed every few seconds
    instance_id   uuid NOT NULL,
    backend_id    smallint NOT NULL,
    reported_at   timestamptz NOT NULL,
    processes     integer NOT NULL,                -- of the gateway
    down          integer NOT NULL,                -- those for which it counts as down
    is_full       boolean NOT NULL,                -- it has no room above its reserve
    calls         bigint NOT NULL,                 -- since the report before
    failures      bigint NOT NULL,                 -- of these calls
    seconds       double precision NOT NULL,       -- that these calls took together
    PRIMARY KEY (instance_id, backend_id)
);
