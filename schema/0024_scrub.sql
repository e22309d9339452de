-- When each copy of a pack was last read and compared with its checksums, and since when it is known not to match.

ALTER TABLE replicas ADD COLUMN verified_at timestamptz;   -- null: not since it was written
ALTER TABLE replicas ADD COLUMN damaged_at timestamptz;    -- null: as far as is known, it is whole
CREATE INDEX replicas_verified ON replicas ((coalesce(verified_at, created_at)));
CREATE INDEX replicas_damaged ON replicas (pack_id) WHERE damaged_at IS NOT NULL;
