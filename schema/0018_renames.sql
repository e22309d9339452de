-- Renames that were done, by the token that a client gave: asked again they have succeeded already. Kept for an hour.
CREATE TABLE renames (
    bucket_id     bigint NOT NULL REFERENCES buckets ON DELETE CASCADE,
    token         text NOT NULL,
    request       bytea NOT NULL,          -- SHA-256 of all that was asked
    renamed_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bucket_id, token)
);
CREATE INDEX renames_due ON renames (bucket_id, renamed_at);

-- Move the row of a key, in a bucket without versioning, over what stands at the new key. p_source_modified and
-- p_target_modified (null: no such key) say which rows the request was judged on.
--
-- 'renamed', 'changed', 'versioned' or 'no-bucket'.
CREATE FUNCTION rename_object(
    p_bucket bigint, p_source text, p_target text, p_source_modified timestamptz, p_target_modified timestamptz,
    p_token text, p_request bytea
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    gone objects%ROWTYPE;
BEGIN
    SELECT versioning INTO state FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN 'no-bucket';
    END IF;
    IF state IS NOT NULL THEN
        RETURN 'versioned';
    END IF;
    PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key IN (p_source, p_target) ORDER BY key FOR UPDATE;
    PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = p_source AND modified_at = p_source_modified;
    IF NOT FOUND THEN
        RETURN 'changed';
    END IF;
    SELECT * INTO gone FROM objects WHERE bucket_id = p_bucket AND key = p_target;
    IF gone.modified_at IS DISTINCT FROM p_target_modified THEN
        RETURN 'changed';
    END IF;
    IF gone.key IS NOT NULL THEN
        DELETE FROM objects WHERE bucket_id = p_bucket AND key = p_target;
        PERFORM trash_body(gone.chunk_id, gone.manifest_id, gone.pieces_id);
    END IF;
    UPDATE objects SET key = p_target, prev_chunk_id = NULL, prev_manifest_id = NULL, prev_pieces_id = NULL
    WHERE bucket_id = p_bucket AND key = p_source;
    DELETE FROM renames WHERE bucket_id = p_bucket AND renamed_at < now() - interval '1 hour';
    IF p_token IS NOT NULL THEN
        INSERT INTO renames (bucket_id, token, request) VALUES (p_bucket, p_token, p_request);
    END IF;
    RETURN 'renamed';
END $$;
