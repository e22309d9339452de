-- Copies that are being made, and packs that have too few.

ALTER TABLE replicas ADD COLUMN ready boolean NOT NULL DEFAULT true;   -- false: its bytes are not all there yet

CREATE TABLE repairs (                     -- packs that lack a copy, or have a broken one
    pack_id       bigint PRIMARY KEY REFERENCES packs ON DELETE CASCADE,
    queued_at     timestamptz NOT NULL DEFAULT now()
);
