-- Several bodies that are published by one statement (db/whole.py): a chunk that the statement has not added
-- itself, found in a snapshot of its own, which sees what others committed while the statement waited for them.
--
--   S3GON  the chunk is gone

CREATE FUNCTION stored_chunk(p_domain integer, p_digest bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM chunks WHERE domain_id = p_domain AND digest = p_digest FOR KEY SHARE;
    IF found IS NULL THEN
        RAISE EXCEPTION 'a chunk of a body is gone' USING ERRCODE = 'S3GON';
    END IF;
    RETURN found;
END $$;
