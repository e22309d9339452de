-- How jobs have gone so far, whichever gateway ran them. The release before leaves these columns as they are.

ALTER TABLE jobs ADD COLUMN runs bigint NOT NULL DEFAULT 0;        -- that ended, well or not
ALTER TABLE jobs ADD COLUMN failures bigint NOT NULL DEFAULT 0;    -- of these
ALTER TABLE jobs ADD COLUMN succeeded_at timestamptz;              -- when the last one ended well
ALTER TABLE jobs ADD COLUMN rested double precision NOT NULL DEFAULT 0;   -- seconds, of the present run or the last
