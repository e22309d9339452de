-- What carries out the lifecycle rules of buckets (s3gw/jobs/lifecycle.py). A pass through a bucket judges pages of
-- keys; what is to happen then happens here, each only to what was judged: the same version, with the same tags,
-- under the same rules. The functions that do it return the places of what they did, or raise
--
--   S3RUL  the rules are others now
--
-- They lock in the order of all writes: bucket, its rules, keys in order. The lock on the rules makes whoever puts
-- others wait for a page, and no page goes on by rules that are gone.

CREATE INDEX bucket_settings_lifecycle ON bucket_settings (bucket_id) WHERE kind = 'lifecycle';

CREATE TABLE lifecycle_passes (            -- how far the last pass through each bucket came
    bucket_id     bigint PRIMARY KEY REFERENCES buckets ON DELETE CASCADE,
    revision      text NOT NULL,           -- of the rules it goes by
    began_at      timestamptz NOT NULL,
    ended_at      timestamptz,
    step          text NOT NULL,
    place         text COLLATE "C"         -- the step goes on with the keys from here; null: from the first
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- The state of a bucket's versioning and its owner, with its rules locked.
CREATE FUNCTION lock_rules(p_bucket bigint, p_revision text, OUT versioning text, OUT owner bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT b.versioning, b.account_id INTO versioning, owner FROM buckets b WHERE id = p_bucket FOR KEY SHARE;
    PERFORM 1 FROM bucket_settings
    WHERE bucket_id = p_bucket AND kind = 'lifecycle' AND document ->> 'revision' = p_revision FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the rules of bucket % are others now', p_bucket USING ERRCODE = 'S3RUL';
    END IF;
END $$;

-- Expire current versions: by a delete marker where the bucket keeps versions.
CREATE FUNCTION expire_current(
    p_bucket bigint, p_revision text, p_keys text[], p_seqs bigint[], p_tags jsonb[]
) RETURNS TABLE (place bigint, version text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    state record;
    w record;
    old objects%ROWTYPE;
    new objects%ROWTYPE;
BEGIN
    SELECT * INTO state FROM lock_rules(p_bucket, p_revision);
    FOR w IN
        SELECT * FROM unnest(p_keys, p_seqs, p_tags) WITH ORDINALITY AS w (key, seq, tags, place)
        ORDER BY w.key COLLATE "C"
    LOOP
        SELECT * INTO old FROM objects
        WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq AND NOT delete_marker
          AND tags IS NOT DISTINCT FROM w.tags
        FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        version := NULL;
        IF state.versioning IS NULL THEN
            DELETE FROM objects WHERE bucket_id = p_bucket AND key = w.key;
            PERFORM trash_body(old.chunk_id, old.manifest_id, old.pieces_id);
        ELSE
            new := NULL;
            new.bucket_id := p_bucket;
            new.key := w.key;
            new.account_id := state.owner;
            new.size := 0;
            new.etag := '';
            new.delete_marker := true;
            new.storage_class := 'STANDARD';
            SELECT v.version INTO version FROM add_version(state.versioning, new, false, NULL) AS v;
        END IF;
        place := w.place;
        RETURN NEXT;
    END LOOP;
END $$;

-- Remove delete markers that are all there is of their keys.
CREATE FUNCTION expire_markers(p_bucket bigint, p_revision text, p_keys text[], p_seqs bigint[])
RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w record;
BEGIN
    PERFORM lock_rules(p_bucket, p_revision);
    FOR w IN
        SELECT * FROM unnest(p_keys, p_seqs) WITH ORDINALITY AS w (key, seq, place) ORDER BY w.key COLLATE "C"
    LOOP
        PERFORM 1 FROM objects
        WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq AND delete_marker FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        PERFORM 1 FROM noncurrent WHERE bucket_id = p_bucket AND key = w.key LIMIT 1;
        CONTINUE WHEN FOUND;
        DELETE FROM objects WHERE bucket_id = p_bucket AND key = w.key;
        place := w.place;
        RETURN NEXT;
    END LOOP;
END $$;

-- The version of a key that came after that one.
CREATE FUNCTION successor(p_bucket bigint, p_key text, p_seq bigint, OUT seq bigint, OUT since timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT version_seq, modified_at INTO seq, since FROM noncurrent
    WHERE bucket_id = p_bucket AND key = p_key AND version_seq > p_seq ORDER BY version_seq LIMIT 1;
    IF NOT FOUND THEN
        SELECT version_seq, modified_at INTO seq, since FROM objects WHERE bucket_id = p_bucket AND key = p_key;
    END IF;
END $$;

-- How many noncurrent versions of a key are newer than that one; counted up to p_most.
CREATE FUNCTION newer_versions(p_bucket bigint, p_key text, p_seq bigint, p_most integer) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_most = 0 THEN
        RETURN 0;
    END IF;
    RETURN (SELECT count(*) FROM (
        SELECT 1 FROM noncurrent WHERE bucket_id = p_bucket AND key = p_key AND version_seq > p_seq
        ORDER BY version_seq LIMIT p_most
    ) AS found);
END $$;

-- Delete noncurrent versions that nothing locks, of each key the oldest first: until then they follow what they
-- followed when they were judged. p_newer says how many newer ones must be there.
CREATE FUNCTION expire_noncurrent(
    p_bucket bigint, p_revision text, p_keys text[], p_seqs bigint[], p_tags jsonb[], p_successors bigint[],
    p_newer integer[]
) RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w record;
    old noncurrent%ROWTYPE;
BEGIN
    PERFORM lock_rules(p_bucket, p_revision);
    FOR w IN
        SELECT * FROM unnest(p_keys, p_seqs, p_tags, p_successors, p_newer) WITH ORDINALITY
            AS w (key, seq, tags, after, newer, place)
        ORDER BY w.key COLLATE "C", w.seq
    LOOP
        PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = w.key FOR UPDATE;  -- of all versions
        CONTINUE WHEN NOT FOUND;
        SELECT * INTO old FROM noncurrent
        WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq AND tags IS NOT DISTINCT FROM w.tags;
        CONTINUE WHEN NOT FOUND OR version_locked(old.lock, false);
        CONTINUE WHEN (SELECT seq FROM successor(p_bucket, w.key, w.seq)) IS DISTINCT FROM w.after;
        CONTINUE WHEN newer_versions(p_bucket, w.key, w.seq, w.newer) < w.newer;
        DELETE FROM noncurrent WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq;
        PERFORM trash_body(old.chunk_id, old.manifest_id, old.pieces_id);
        place := w.place;
        RETURN NEXT;
    END LOOP;
END $$;

-- Show versions in other storage classes.
CREATE FUNCTION move_versions(
    p_bucket bigint, p_revision text, p_keys text[], p_seqs bigint[], p_tags jsonb[], p_classes text[]
) RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w record;
BEGIN
    PERFORM lock_rules(p_bucket, p_revision);
    FOR w IN
        SELECT * FROM unnest(p_keys, p_seqs, p_tags, p_classes) WITH ORDINALITY AS w (key, seq, tags, class, place)
        ORDER BY w.key COLLATE "C", w.seq
    LOOP
        PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = w.key FOR UPDATE;
        UPDATE objects SET storage_class = w.class
        WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq AND tags IS NOT DISTINCT FROM w.tags;
        IF NOT FOUND THEN
            UPDATE noncurrent SET storage_class = w.class
            WHERE bucket_id = p_bucket AND key = w.key AND version_seq = w.seq
              AND tags IS NOT DISTINCT FROM w.tags;
        END IF;
        CONTINUE WHEN NOT FOUND;
        place := w.place;
        RETURN NEXT;
    END LOOP;
END $$;

-- Abort uploads that are still in progress.
CREATE FUNCTION expire_uploads(p_bucket bigint, p_revision text, p_keys text[], p_uploads text[])
RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w record;
BEGIN
    PERFORM lock_rules(p_bucket, p_revision);
    FOR w IN
        SELECT * FROM unnest(p_keys, p_uploads) WITH ORDINALITY AS w (key, id, place) ORDER BY w.id
    LOOP
        CONTINUE WHEN NOT abort_upload(p_bucket, w.key, w.id);
        place := w.place;
        RETURN NEXT;
    END LOOP;
END $$;
