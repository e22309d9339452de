-- delete_objects of 0008 for requests with conditions: an ETag, when a version must have been modified (to the second,
-- as HTTP tells times), its size. What is not there meets none of them: 'missing', and nothing is done. A delete marker
-- that is current has no ETag. All rows are locked in the order of their keys before any is judged.
CREATE FUNCTION delete_objects_if(
    p_bucket bigint, p_account bigint, p_keys text[], p_versions text[], p_etags text[], p_modified timestamptz[],
    p_sizes bigint[], p_bypass boolean
) RETURNS TABLE (place bigint, outcome text, marker boolean, version text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    w record;
    v objects%ROWTYPE;
    met bigint[] := '{}';
BEGIN
    PERFORM 1 FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = ANY (p_keys) ORDER BY key FOR UPDATE;
    marker := false;
    FOR w IN
        SELECT * FROM unnest(p_keys, p_versions, p_etags, p_modified, p_sizes)
            WITH ORDINALITY AS w (key, version, etag, modified, size, place)
    LOOP
        IF w.etag IS NULL AND w.modified IS NULL AND w.size IS NULL THEN
            met := met || w.place;
            CONTINUE;
        END IF;
        SELECT * INTO v FROM objects WHERE bucket_id = p_bucket AND key = w.key FOR UPDATE;
        IF FOUND AND w.version <> coalesce(v.version_id, 'null') THEN
            SELECT * INTO v FROM noncurrent
            WHERE bucket_id = p_bucket AND key = w.key AND coalesce(version_id, 'null') = w.version;
        END IF;
        place := w.place;
        IF NOT FOUND THEN
            outcome := 'missing';
            RETURN NEXT;
        ELSIF date_trunc('second', v.modified_at) <> date_trunc('second', w.modified) OR v.size <> w.size
              OR w.etag NOT IN (v.etag, '*') OR (w.etag IS NOT NULL AND v.delete_marker) THEN
            outcome := 'precondition-failed';
            RETURN NEXT;
        ELSE
            met := met || w.place;
        END IF;
    END LOOP;
    RETURN QUERY
        SELECT met[d.place], d.outcome, d.marker, d.version FROM delete_objects(
            p_bucket, p_account,
            ARRAY(SELECT p_keys[m.place] FROM unnest(met) WITH ORDINALITY AS m (place, n) ORDER BY m.n),
            ARRAY(SELECT p_versions[m.place] FROM unnest(met) WITH ORDINALITY AS m (place, n) ORDER BY m.n),
            ARRAY(SELECT p_etags[m.place] FROM unnest(met) WITH ORDINALITY AS m (place, n) ORDER BY m.n),
            p_bypass
        ) AS d;
END $$;
