-- Object lock. What keeps a version is in its column `lock`: {"mode", "until", "hold"}, each only where it is set;
-- what new versions of a bucket get is in its document "object-lock": {"mode", "days" or "years"}. Everything is
-- judged by the clock of the database.

-- The lock of a version that is made now: what it was given, with the bucket's default where that has no mode. A
-- day has 24 hours and a year 365 days.
CREATE FUNCTION lock_of_new(p_bucket bigint, p_made timestamptz, p_lock jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    rule jsonb;
    days integer;
BEGIN
    IF p_lock ->> 'mode' IS NOT NULL THEN
        RETURN p_lock;
    END IF;
    SELECT document INTO rule FROM bucket_settings WHERE bucket_id = p_bucket AND kind = 'object-lock';
    IF NOT FOUND THEN
        RETURN p_lock;
    END IF;
    days := coalesce((rule ->> 'days')::integer, (rule ->> 'years')::integer * 365);
    RETURN coalesce(p_lock, '{}') || jsonb_build_object(
        'mode', rule ->> 'mode',
        'until', to_char(
            date_trunc('milliseconds', p_made + make_interval(hours => 24 * days)) AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
        )
    );
END $$;

-- add_version of 0008, by which a new version is also locked.
CREATE OR REPLACE FUNCTION add_version(
    p_versioning text, new objects, p_absent boolean, p_if_match text,
    OUT modified timestamptz, OUT version text
) LANGUAGE plpgsql AS $$
DECLARE
    old objects%ROWTYPE;
    inserted boolean := false;
    locks boolean := p_versioning = 'Enabled' AND NOT new.delete_marker;
BEGIN
    IF p_versioning = 'Enabled' THEN
        new.version_id := replace(gen_random_uuid()::text, '-', '');
    END IF;
    version := coalesce(new.version_id, 'null');
    LOOP  -- until the key's row is either seen and locked, or inserted
        SELECT * INTO old FROM objects WHERE bucket_id = new.bucket_id AND key = new.key FOR UPDATE;
        EXIT WHEN FOUND;
        IF p_if_match IS NOT NULL THEN
            RAISE EXCEPTION 'there is no such key' USING ERRCODE = 'S3404';
        END IF;
        new.version_seq := nextval('version_seqs');
        new.modified_at := clock_timestamp();
        IF locks THEN
            new.lock := lock_of_new(new.bucket_id, new.modified_at, new.lock);
        END IF;
        INSERT INTO objects VALUES (new.*) ON CONFLICT (bucket_id, key) DO NOTHING;
        inserted := FOUND;
        EXIT WHEN inserted;
    END LOOP;
    IF NOT inserted THEN
        IF p_absent AND NOT old.delete_marker THEN
            RAISE EXCEPTION 'the key exists' USING ERRCODE = 'S3412';
        ELSIF p_if_match IS NOT NULL AND old.delete_marker THEN
            RAISE EXCEPTION 'there is no such key' USING ERRCODE = 'S3404';
        ELSIF p_if_match NOT IN (old.etag, '*') THEN
            RAISE EXCEPTION 'the ETag differs' USING ERRCODE = 'S3412';
        END IF;
        -- after the wait for the row, so that both follow the order of the versions
        new.version_seq := nextval('version_seqs');
        new.modified_at := clock_timestamp();
        IF locks THEN
            new.lock := lock_of_new(new.bucket_id, new.modified_at, new.lock);
        END IF;
        IF p_versioning = 'Enabled' OR old.version_id IS NOT NULL THEN
            IF p_versioning <> 'Enabled' THEN
                WITH gone AS (
                    DELETE FROM noncurrent n
                    WHERE n.bucket_id = new.bucket_id AND n.key = new.key AND n.version_id IS NULL
                    RETURNING n.chunk_id, n.manifest_id, n.pieces_id
                )
                INSERT INTO trash (chunk_id, manifest_id, pieces_id)
                SELECT chunk_id, manifest_id, pieces_id FROM gone
                WHERE chunk_id IS NOT NULL OR manifest_id IS NOT NULL OR pieces_id IS NOT NULL;
            END IF;
            INSERT INTO noncurrent VALUES (old.*);
        ELSE
            PERFORM trash_body(old.chunk_id, old.manifest_id, old.pieces_id);
        END IF;
        PERFORM write_current(new);
    END IF;
    modified := new.modified_at;
END $$;

-- Have a bucket lock objects, which nothing undoes, and set what new versions get; null: nothing. It waits for
-- writes that have begun.
--
-- 'set', 'missing', or 'unversioned' where the bucket does not keep versions.
CREATE FUNCTION set_object_lock(p_bucket bigint, p_default jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    SELECT versioning INTO state FROM buckets WHERE id = p_bucket FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    END IF;
    IF state IS DISTINCT FROM 'Enabled' THEN
        RETURN 'unversioned';
    END IF;
    UPDATE buckets SET object_lock = true WHERE id = p_bucket AND NOT object_lock;
    IF p_default IS NULL THEN
        DELETE FROM bucket_settings WHERE bucket_id = p_bucket AND kind = 'object-lock';
    ELSE
        INSERT INTO bucket_settings (bucket_id, kind, document) VALUES (p_bucket, 'object-lock', p_default)
        ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document;
    END IF;
    RETURN 'set';
END $$;

-- Whether the retention of a version may become p_new, which is null where it is to have none. Compliance can only
-- be prolonged; governance can be prolonged, and everything else is done to it with p_bypass.
CREATE FUNCTION may_retain(p_lock jsonb, p_new jsonb, p_bypass boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce((p_lock ->> 'until')::timestamptz <= now(), true) THEN
        RETURN true;
    END IF;
    IF p_new ->> 'mode' = p_lock ->> 'mode'
        AND (p_new ->> 'until')::timestamptz >= (p_lock ->> 'until')::timestamptz
    THEN
        RETURN true;
    END IF;
    RETURN p_bypass AND p_lock ->> 'mode' = 'GOVERNANCE';
END $$;

-- Replace the retention of one version, as S3 shows its id, or its legal hold where p_hold is given.
--
-- 'set', 'missing', 'delete-marker' or 'locked'.
CREATE FUNCTION set_lock(
    p_bucket bigint, p_key text, p_version text, p_retention jsonb, p_hold text, p_bypass boolean
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    present jsonb;
    wanted jsonb;
BEGIN
    -- the lock of all versions of the key, under which the version is read
    PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = p_key FOR UPDATE;
    SELECT v.lock INTO present FROM (
        SELECT lock FROM objects
        WHERE bucket_id = p_bucket AND key = p_key AND coalesce(version_id, 'null') = p_version
        UNION ALL
        SELECT lock FROM noncurrent WHERE version_id = p_version AND bucket_id = p_bucket AND key = p_key
        UNION ALL
        SELECT lock FROM noncurrent
        WHERE p_version = 'null' AND bucket_id = p_bucket AND key = p_key AND version_id IS NULL
    ) AS v;
    IF p_hold IS NOT NULL THEN
        wanted := coalesce(present, '{}') || jsonb_build_object('hold', p_hold);
    ELSIF may_retain(present, p_retention, p_bypass) THEN
        wanted := nullif((coalesce(present, '{}') - 'mode' - 'until') || coalesce(p_retention, '{}'), '{}');
    ELSE
        RETURN 'locked';
    END IF;
    RETURN set_version_property(p_bucket, p_key, p_version, 'lock', wanted, false, NULL);
END $$;
