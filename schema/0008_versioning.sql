-- What keeps versions of keys. The functions of 0002 that write keys stay for the release before this one, which
-- knows buckets without versioning only.
--
-- Whether a bucket keeps versions is read under a lock on its row, which whoever changes it waits for: a write
-- goes by what holds when it is committed. Behind that, the lock on the row in `objects` is the lock of all
-- versions of a key; `noncurrent` has rows of a key only while `objects` has one. Both tables have the same
-- columns in the same order, and rows are moved between them as a whole: add columns to both.

CREATE INDEX noncurrent_newest ON noncurrent (bucket_id, key, version_seq DESC);
CREATE INDEX noncurrent_version ON noncurrent (version_id) WHERE version_id IS NOT NULL;
CREATE UNIQUE INDEX noncurrent_null ON noncurrent (bucket_id, key) WHERE version_id IS NULL;

-- 'set', 'missing' or 'locked': a bucket with object lock keeps its versions. Waits for writes that have begun.
CREATE FUNCTION set_versioning(p_bucket bigint, p_versioning text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    locked boolean;
BEGIN
    SELECT object_lock INTO locked FROM buckets WHERE id = p_bucket FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    END IF;
    IF locked AND p_versioning <> 'Enabled' THEN
        RETURN 'locked';
    END IF;
    UPDATE buckets SET versioning = p_versioning WHERE id = p_bucket;
    RETURN 'set';
END $$;

-- Overwrite the current row of a key, which the caller has locked.
CREATE FUNCTION write_current(new objects) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE objects AS o SET
        size = new.size, chunk_id = new.chunk_id, manifest_id = new.manifest_id, pieces_id = new.pieces_id,
        version_seq = new.version_seq, account_id = new.account_id, modified_at = new.modified_at,
        prev_chunk_id = NULL, prev_manifest_id = NULL, prev_pieces_id = NULL,
        parts_count = new.parts_count, delete_marker = new.delete_marker, version_id = new.version_id,
        etag = new.etag, storage_class = new.storage_class, headers = new.headers, metadata = new.metadata,
        checksums = new.checksums, tags = new.tags, acl = new.acl, encryption = new.encryption,
        lock = new.lock
    WHERE o.bucket_id = new.bucket_id AND o.key = new.key;
END $$;

-- Make a version or delete marker the current one of its key, in a bucket whose versioning is p_versioning. What
-- was current becomes noncurrent; with versioning suspended, the null version gives way, wherever it is.
CREATE FUNCTION add_version(
    p_versioning text, new objects, p_absent boolean, p_if_match text,
    OUT modified timestamptz, OUT version text
) LANGUAGE plpgsql AS $$
DECLARE
    old objects%ROWTYPE;
    inserted boolean := false;
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

-- Make a body the current version of a key. p_versioning is what the bucket's row says, read under a lock by the
-- same statement; `version` is null where that is null.
CREATE FUNCTION put_version(
    p_versioning text,
    p_bucket bigint, p_key text, p_account bigint, p_size bigint, p_chunk bigint, p_manifest bigint,
    p_pieces bigint, p_etag text, p_parts_count integer, p_storage_class text, p_headers jsonb,
    p_metadata jsonb, p_checksums jsonb, p_tags jsonb, p_acl jsonb, p_encryption jsonb, p_lock jsonb,
    p_absent boolean, p_if_match text, OUT modified timestamptz, OUT version text
) LANGUAGE plpgsql AS $$
DECLARE
    new objects%ROWTYPE;
BEGIN
    IF p_versioning IS NULL THEN
        SELECT u.modified INTO modified FROM upsert_object(
            p_bucket, p_key, p_account, p_size, p_chunk, p_manifest, p_pieces, p_etag, p_parts_count,
            p_storage_class, p_headers, p_metadata, p_checksums, p_tags, p_acl, p_encryption, p_lock,
            p_absent, p_if_match
        ) AS u;
        RETURN;
    END IF;
    new.bucket_id := p_bucket;
    new.key := p_key;
    new.account_id := p_account;
    new.size := p_size;
    new.chunk_id := p_chunk;
    new.manifest_id := p_manifest;
    new.pieces_id := p_pieces;
    new.etag := p_etag;
    new.parts_count := p_parts_count;
    new.delete_marker := false;
    new.storage_class := p_storage_class;
    new.headers := p_headers;
    new.metadata := p_metadata;
    new.checksums := p_checksums;
    new.tags := p_tags;
    new.acl := p_acl;
    new.encryption := p_encryption;
    new.lock := p_lock;
    SELECT v.modified, v.version INTO modified, version
    FROM add_version(p_versioning, new, p_absent, p_if_match) AS v;
END $$;

-- Whether retention or a legal hold forbids to delete a version; p_bypass sets aside what is only governance.
CREATE FUNCTION version_locked(p_lock jsonb, p_bypass boolean) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(p_lock ->> 'hold' = 'ON', false) OR coalesce(
        (p_lock ->> 'until')::timestamptz > now() AND NOT (p_bypass AND p_lock ->> 'mode' = 'GOVERNANCE'), false
    );
END $$;

-- Delete one version of a key for good; if it was the current one, the newest that is left becomes that.
CREATE FUNCTION delete_version(
    p_bucket bigint, p_key text, p_version text, p_etag text, p_bypass boolean,
    OUT outcome text, OUT marker boolean
) LANGUAGE plpgsql AS $$
DECLARE
    gone objects%ROWTYPE;
    heir objects%ROWTYPE;
    current boolean;
BEGIN
    marker := false;
    outcome := 'missing';
    SELECT * INTO gone FROM objects WHERE bucket_id = p_bucket AND key = p_key FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    current := coalesce(gone.version_id, 'null') = p_version;
    IF NOT current THEN
        IF p_version = 'null' THEN
            SELECT * INTO gone FROM noncurrent
            WHERE bucket_id = p_bucket AND key = p_key AND version_id IS NULL FOR UPDATE;
        ELSE
            SELECT * INTO gone FROM noncurrent
            WHERE version_id = p_version AND bucket_id = p_bucket AND key = p_key FOR UPDATE;
        END IF;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p_etag IS NOT NULL AND (gone.delete_marker OR p_etag NOT IN (gone.etag, '*')) THEN
        outcome := 'precondition-failed';
        RETURN;
    END IF;
    IF version_locked(gone.lock, p_bypass) THEN
        outcome := 'locked';
        RETURN;
    END IF;
    outcome := 'done';
    marker := gone.delete_marker;
    IF current THEN
        SELECT * INTO heir FROM noncurrent
        WHERE bucket_id = p_bucket AND key = p_key ORDER BY version_seq DESC LIMIT 1 FOR UPDATE;
        IF FOUND THEN
            PERFORM write_current(heir);
            DELETE FROM noncurrent
            WHERE bucket_id = p_bucket AND key = p_key AND version_seq = heir.version_seq;
        ELSE
            DELETE FROM objects WHERE bucket_id = p_bucket AND key = p_key;
        END IF;
    ELSE
        DELETE FROM noncurrent WHERE bucket_id = p_bucket AND key = p_key AND version_seq = gone.version_seq;
    END IF;
    PERFORM trash_body(gone.chunk_id, gone.manifest_id, gone.pieces_id);
END $$;

-- Delete keys, by a delete marker where the bucket keeps versions, or single versions of them where p_versions
-- says which. `outcome` is 'done', 'missing', 'precondition-failed' or 'locked' for each place in the arrays;
-- `marker` tells that a delete marker was made or deleted, `version` which one was made.
CREATE FUNCTION delete_objects(
    p_bucket bigint, p_account bigint, p_keys text[], p_versions text[], p_etags text[], p_bypass boolean
) RETURNS TABLE (place bigint, outcome text, marker boolean, version text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    state text;
    w record;
    old objects%ROWTYPE;
    new objects%ROWTYPE;
BEGIN
    SELECT versioning INTO state FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    IF state IS NULL THEN
        -- The rows are locked in the order of their keys and judged as locked; the DELETE then follows each to
        -- its newest version.
        RETURN QUERY
            WITH wanted AS (
                SELECT * FROM unnest(p_keys, p_versions, p_etags) WITH ORDINALITY AS w (key, version, etag, place)
                WHERE coalesce(w.version, 'null') = 'null'
            ), locked AS MATERIALIZED (
                SELECT o.key, o.etag FROM objects o
                WHERE o.bucket_id = p_bucket AND o.key = ANY (p_keys)
                ORDER BY o.key FOR UPDATE
            ), judged AS MATERIALIZED (
                SELECT l.key, bool_and(w.etag IS NULL OR w.etag IN (l.etag, '*')) AS matches
                FROM locked l JOIN wanted w ON w.key = l.key GROUP BY l.key
            ), deleted AS (
                DELETE FROM objects o USING judged j WHERE o.bucket_id = p_bucket AND o.key = j.key AND j.matches
                RETURNING o.chunk_id, o.manifest_id, o.pieces_id
            ), trashed AS (
                INSERT INTO trash (chunk_id, manifest_id, pieces_id)
                SELECT chunk_id, manifest_id, pieces_id FROM deleted
                WHERE chunk_id IS NOT NULL OR manifest_id IS NOT NULL OR pieces_id IS NOT NULL
            )
            SELECT w.place, CASE WHEN j.matches THEN 'done' ELSE 'precondition-failed' END, false, NULL::text
            FROM wanted w JOIN judged j ON j.key = w.key;
        RETURN;
    END IF;
    FOR w IN
        SELECT * FROM unnest(p_keys, p_versions, p_etags) WITH ORDINALITY AS w (key, version, etag, place)
        ORDER BY w.key COLLATE "C", w.place
    LOOP
        place := w.place;
        version := NULL;
        IF w.version IS NOT NULL THEN
            SELECT d.outcome, d.marker INTO outcome, marker
            FROM delete_version(p_bucket, w.key, w.version, w.etag, p_bypass) AS d;
            RETURN NEXT;
            CONTINUE;
        END IF;
        outcome := 'done';
        marker := false;
        IF w.etag IS NOT NULL THEN
            SELECT * INTO old FROM objects WHERE bucket_id = p_bucket AND key = w.key FOR UPDATE;
            IF NOT FOUND OR old.delete_marker THEN
                outcome := 'missing';
            ELSIF w.etag NOT IN (old.etag, '*') THEN
                outcome := 'precondition-failed';
            END IF;
        END IF;
        IF outcome = 'done' THEN
            new := NULL;
            new.bucket_id := p_bucket;
            new.key := w.key;
            new.account_id := p_account;
            new.size := 0;
            new.etag := '';
            new.delete_marker := true;
            new.storage_class := 'STANDARD';
            SELECT v.version INTO version FROM add_version(state, new, false, NULL) AS v;
            marker := true;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- complete_upload of 0002 for buckets that may keep versions. The answer that is kept for a repetition also
-- tells the version.
CREATE FUNCTION complete_version(
    p_bucket bigint, p_upload text, p_account bigint, p_numbers integer[], p_etags text[], p_etag text,
    p_checksums jsonb, p_answer jsonb, p_absent boolean, p_if_match text,
    OUT modified timestamptz, OUT version text, OUT answer jsonb
) LANGUAGE plpgsql AS $$
DECLARE
    state text;
    u uploads%ROWTYPE;
    new_pieces bigint;
    total bigint;
    matching bigint;
    covered bigint;
BEGIN
    SELECT versioning INTO state FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    SELECT * INTO u FROM uploads WHERE id = p_upload AND bucket_id = p_bucket FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no upload %', p_upload USING ERRCODE = 'S3UPL';
    END IF;
    IF u.completed_at IS NOT NULL THEN
        modified := u.completed_at;
        answer := u.completed;
        version := answer ->> 'version';
        RETURN;
    END IF;
    SELECT count(*), coalesce(sum(p.size), 0) INTO matching, total
    FROM unnest(p_numbers, p_etags) AS c (number, etag)
    JOIN parts p ON p.upload_id = p_upload AND p.part_number = c.number AND p.etag = c.etag;
    IF matching <> cardinality(p_numbers) THEN
        RAISE EXCEPTION 'parts of % are missing', p_upload USING ERRCODE = 'S3PRT';
    END IF;
    new_pieces := nextval('pieces_ids');
    WITH chosen AS (
        SELECT p.*, (sum(p.size) OVER (ORDER BY p.part_number) - p.size)::bigint AS position
        FROM parts p WHERE p.upload_id = p_upload AND p.part_number = ANY (p_numbers)
    ), recorded AS (
        INSERT INTO object_parts (pieces_id, part_number, size, checksums)
        SELECT new_pieces, part_number, size, checksums FROM chosen
    ), inserted AS (
        INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
        SELECT new_pieces, position, manifest_id, chunk_id, 0, size
        FROM chosen WHERE manifest_id IS NOT NULL OR chunk_id IS NOT NULL
        UNION ALL
        SELECT new_pieces, c.position + s.byte_offset, s.manifest_id, s.chunk_id, s.start, s.length
        FROM chosen c JOIN pieces s ON s.pieces_id = c.pieces_id
        RETURNING length
    )
    SELECT coalesce(sum(length), 0) INTO covered FROM inserted;
    IF covered <> total THEN
        RAISE EXCEPTION 'parts of % cover % of % bytes', p_upload, covered, total;
    END IF;
    SELECT o.modified, o.version INTO modified, version FROM put_version(
        state, p_bucket, u.key, p_account, total, NULL, NULL, new_pieces, p_etag, cardinality(p_numbers),
        u.storage_class, u.headers, u.metadata, p_checksums, u.tags, u.acl, u.encryption, u.lock,
        p_absent, p_if_match
    ) AS o;
    PERFORM trash_parts(p_upload, p_numbers);
    answer := p_answer || jsonb_strip_nulls(jsonb_build_object('version', version));
    UPDATE uploads SET completed_at = modified, completed = answer WHERE id = p_upload;
END $$;

-- list_objects for all versions: by key and then from the newest, which is the current one. Where p_version is
-- given, the versions of p_after behind that one belong to the listing, or all, if it is gone meanwhile.
CREATE FUNCTION list_versions(
    p_bucket bigint, p_prefix text, p_delimiter text, p_after text, p_version text, p_limit integer
) RETURNS TABLE (
    common text, key text, version_id text, latest boolean, delete_marker boolean, size bigint, etag text,
    modified_at timestamptz, storage_class text, checksums jsonb, account_id bigint
) LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    every constant bigint := 9223372036854775807;
    place text COLLATE "C" := list_start(p_prefix, p_delimiter, p_after);
    below bigint := every;  -- of the versions of `place` those before this one
    stop text COLLATE "C" := coalesce(text_after(p_prefix), text_end());
    rest integer := p_limit;
    run integer := CASE p_delimiter WHEN '' THEN p_limit ELSE least(p_limit, 8) END;
    seen integer;
    o record;
BEGIN
    IF p_version <> '' AND starts_with(p_after, p_prefix) AND place = p_after || chr(1) THEN
        place := p_after;
        SELECT coalesce(min(version_seq), every) INTO below FROM (
            SELECT version_seq FROM objects
            WHERE bucket_id = p_bucket AND key = p_after AND coalesce(version_id, 'null') = p_version
            UNION ALL
            SELECT version_seq FROM noncurrent
            WHERE version_id = p_version AND bucket_id = p_bucket AND key = p_after
            UNION ALL
            SELECT version_seq FROM noncurrent
            WHERE p_version = 'null' AND bucket_id = p_bucket AND key = p_after AND version_id IS NULL
        ) AS marker;
    END IF;
    WHILE place IS NOT NULL AND rest > 0 LOOP
        seen := 0;
        common := NULL;
        FOR o IN
            (
                SELECT t.key, t.version_seq, t.version_id, true AS latest, t.delete_marker, t.size, t.etag,
                       t.modified_at, t.storage_class, t.checksums, t.account_id
                FROM objects t
                WHERE t.bucket_id = p_bucket AND t.key >= place AND t.key < stop
                  AND (t.key > place OR t.version_seq < below)
                ORDER BY t.key LIMIT run
            ) UNION ALL (
                SELECT t.key, t.version_seq, t.version_id, false AS latest, t.delete_marker, t.size, t.etag,
                       t.modified_at, t.storage_class, t.checksums, t.account_id
                FROM noncurrent t
                WHERE t.bucket_id = p_bucket AND t.key = place AND t.key < stop AND t.version_seq < below
                ORDER BY t.version_seq DESC LIMIT run
            ) UNION ALL (
                SELECT t.key, t.version_seq, t.version_id, false AS latest, t.delete_marker, t.size, t.etag,
                       t.modified_at, t.storage_class, t.checksums, t.account_id
                FROM noncurrent t
                WHERE t.bucket_id = p_bucket AND t.key > place AND t.key < stop
                ORDER BY t.key, t.version_seq DESC LIMIT run
            )
            ORDER BY key, latest DESC, version_seq DESC LIMIT run
        LOOP
            seen := seen + 1;
            rest := rest - 1;
            IF p_delimiter <> '' THEN
                common := common_prefix(o.key, p_prefix, p_delimiter);
            END IF;
            IF common IS NOT NULL THEN
                key := NULL;
                version_id := NULL;
                RETURN NEXT;
                place := text_after(common);
                below := every;
                EXIT;
            END IF;
            key := o.key;
            version_id := o.version_id;
            latest := o.latest;
            delete_marker := o.delete_marker;
            size := o.size;
            etag := o.etag;
            modified_at := o.modified_at;
            storage_class := o.storage_class;
            checksums := o.checksums;
            account_id := o.account_id;
            RETURN NEXT;
            place := o.key;
            below := o.version_seq;
        END LOOP;
        IF common IS NOT NULL THEN
            run := 1;
        ELSIF seen < run THEN
            RETURN;
        ELSE
            run := least(run * 8, rest);
        END IF;
    END LOOP;
END $$;
