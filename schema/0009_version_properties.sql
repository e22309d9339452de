-- Replace one property of a version that may change once it is written: tags, acl or lock. p_version is as S3 shows it,
-- null for the current one. With p_check only if the property still is p_expected. The lock on the row in `objects`
-- is that of all versions of the key, so the version cannot move meanwhile.
--
-- 'set', 'missing', 'delete-marker' or 'changed'.
CREATE FUNCTION set_version_property(
    p_bucket bigint, p_key text, p_version text, p_name text, p_value jsonb, p_check boolean, p_expected jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v objects%ROWTYPE;
    home text := 'objects';
    present jsonb;
BEGIN
    SELECT * INTO v FROM objects WHERE bucket_id = p_bucket AND key = p_key FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    END IF;
    IF p_version <> coalesce(v.version_id, 'null') THEN
        home := 'noncurrent';
        IF p_version = 'null' THEN
            SELECT * INTO v FROM noncurrent
            WHERE bucket_id = p_bucket AND key = p_key AND version_id IS NULL FOR UPDATE;
        ELSE
            SELECT * INTO v FROM noncurrent
            WHERE version_id = p_version AND bucket_id = p_bucket AND key = p_key FOR UPDATE;
        END IF;
        IF NOT FOUND THEN
            RETURN 'missing';
        END IF;
    END IF;
    IF v.delete_marker THEN
        RETURN 'delete-marker';
    END IF;
    present := CASE p_name WHEN 'tags' THEN v.tags WHEN 'acl' THEN v.acl WHEN 'lock' THEN v.lock END;
    IF p_check AND present IS DISTINCT FROM p_expected THEN
        RETURN 'changed';
    END IF;
    EXECUTE format(
        'UPDATE %I SET %I = $1 WHERE bucket_id = $2 AND key = $3 AND version_seq = $4', home, p_name
    ) USING p_value, p_bucket, p_key, v.version_seq;
    RETURN 'set';
END $$;
