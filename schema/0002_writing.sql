-- What changes keys, parts and buckets, so that each change is one round trip. The functions follow the lock
-- order of docs/architecture.md and catch nothing: a step that must not happen raises one of these states,
-- and then nothing of the whole statement stays.
--
--   S3412  a precondition does not hold
--   S3404  If-Match, and there is no such key
--   S3LSE  the lease of a manifest was lost, or the database crashed since it was begun
--   S3SRC  a body that is to be copied is gone
--   S3UPL  no such upload in progress
--   S3PRT  a part that Complete names is not there
--
-- They are all VOLATILE, so under READ COMMITTED each statement in them sees what was committed before it.

-- The chunk of that content, inserted unless it exists; locked, so that it stays until a reference to it is
-- committed. It loops because an existing one may be collected between the two statements.
CREATE FUNCTION inline_chunk(
    p_domain integer, p_digest bytea, p_length integer, p_codec smallint, p_data bytea, p_key integer
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    chunk bigint;
BEGIN
    LOOP
        INSERT INTO chunks (domain_id, digest, length, codec, data, key_id)
        VALUES (p_domain, p_digest, p_length, p_codec, p_data, p_key)
        ON CONFLICT (domain_id, digest) DO NOTHING
        RETURNING id INTO chunk;
        IF chunk IS NOT NULL THEN
            RETURN chunk;
        END IF;
        SELECT id INTO chunk FROM chunks
        WHERE domain_id = p_domain AND digest = p_digest
        FOR KEY SHARE;
        IF chunk IS NOT NULL THEN
            RETURN chunk;
        END IF;
    END LOOP;
END $$;

-- A new manifest, leased, and bound to this life of the database.
CREATE FUNCTION begin_manifest(p_instance uuid, p_epoch bigint, p_lease double precision) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    present uuid;
    manifest bigint;
BEGIN
    LOOP
        SELECT id INTO present FROM generation;
        EXIT WHEN FOUND;
        INSERT INTO generation DEFAULT VALUES ON CONFLICT DO NOTHING;
    END LOOP;
    INSERT INTO manifests (instance_id, epoch, lease_until, generation)
    VALUES (p_instance, p_epoch, now() + make_interval(secs => p_lease), present)
    RETURNING id INTO manifest;
    RETURN manifest;
END $$;

-- End the lease of a manifest that an upload has written: from here on only references keep it. One that was
-- begun before a crash of the database may have lost rows in it.
CREATE FUNCTION claim_manifest(p_manifest bigint, p_size bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    UPDATE manifests
    SET size = p_size, instance_id = NULL, epoch = NULL, lease_until = NULL, generation = NULL
    WHERE id = p_manifest AND lease_until IS NOT NULL AND generation = (SELECT id FROM generation);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease of manifest % is lost', p_manifest USING ERRCODE = 'S3LSE';
    END IF;
    RETURN p_manifest;
END $$;

CREATE FUNCTION trash_body(p_chunk bigint, p_manifest bigint, p_pieces bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF p_chunk IS NOT NULL OR p_manifest IS NOT NULL OR p_pieces IS NOT NULL THEN
        INSERT INTO trash (chunk_id, manifest_id, pieces_id) VALUES (p_chunk, p_manifest, p_pieces);
    END IF;
END $$;

-- A body that has the bytes of [p_start, p_start + p_length) of another: the same chunk or manifest where
-- that is the whole of it, else new pieces. The foreign keys of whatever names the result, and the count of
-- bytes here, refuse a source that was collected meanwhile; hence the source's row needs no lock.
CREATE FUNCTION copy_body(
    p_chunk bigint, p_manifest bigint, p_pieces bigint, p_size bigint, p_start bigint, p_length bigint,
    p_with_parts boolean, OUT chunk bigint, OUT manifest bigint, OUT pieces bigint
) LANGUAGE plpgsql AS $$
DECLARE
    copied bigint;
BEGIN
    IF p_pieces IS NULL AND p_start = 0 AND p_length = p_size THEN
        chunk := p_chunk;
        manifest := p_manifest;
        RETURN;
    END IF;
    pieces := nextval('pieces_ids');
    IF p_pieces IS NULL THEN
        INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
        VALUES (copy_body.pieces, 0, p_manifest, p_chunk, p_start, p_length);
        RETURN;
    END IF;
    WITH inserted AS (
        INSERT INTO pieces AS new (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
        SELECT copy_body.pieces, greatest(old.byte_offset - p_start, 0), old.manifest_id, old.chunk_id,
               old.start + greatest(p_start - old.byte_offset, 0),
               least(old.byte_offset + old.length, p_start + p_length) - greatest(old.byte_offset, p_start)
        FROM pieces AS old
        WHERE old.pieces_id = p_pieces
          AND old.byte_offset < p_start + p_length AND old.byte_offset + old.length > p_start
        RETURNING new.length
    ), recorded AS (  -- in the same statement, or the parts could be collected after the pieces were seen
        INSERT INTO object_parts (pieces_id, part_number, size, checksums)
        SELECT copy_body.pieces, part_number, size, checksums FROM object_parts
        WHERE pieces_id = p_pieces AND p_with_parts
    )
    SELECT coalesce(sum(length), 0) INTO copied FROM inserted;
    IF copied <> p_length THEN
        RAISE EXCEPTION 'pieces % are gone', p_pieces USING ERRCODE = 'S3SRC';
    END IF;
END $$;

-- Make a body the current version of a key, and send what the row held before to the trash. The row itself
-- tells what that was (prev_*): an earlier SELECT could have seen another version.
CREATE FUNCTION upsert_object(
    p_bucket bigint, p_key text, p_account bigint, p_size bigint, p_chunk bigint, p_manifest bigint,
    p_pieces bigint, p_etag text, p_parts_count integer, p_storage_class text, p_headers jsonb,
    p_metadata jsonb, p_checksums jsonb, p_tags jsonb, p_acl jsonb, p_encryption jsonb, p_lock jsonb,
    p_absent boolean, p_if_match text, OUT modified timestamptz, OUT version text
) LANGUAGE plpgsql AS $$
DECLARE
    old_chunk bigint;
    old_manifest bigint;
    old_pieces bigint;
BEGIN
    IF p_if_match IS NULL THEN
        INSERT INTO objects AS o (
            bucket_id, key, account_id, size, chunk_id, manifest_id, pieces_id, etag, parts_count,
            storage_class, headers, metadata, checksums, tags, acl, encryption, lock, modified_at
        ) VALUES (
            p_bucket, p_key, p_account, p_size, p_chunk, p_manifest, p_pieces, p_etag, p_parts_count,
            p_storage_class, p_headers, p_metadata, p_checksums, p_tags, p_acl, p_encryption, p_lock,
            clock_timestamp()
        )
        ON CONFLICT (bucket_id, key) DO UPDATE SET
            prev_chunk_id = o.chunk_id, prev_manifest_id = o.manifest_id, prev_pieces_id = o.pieces_id,
            account_id = excluded.account_id, size = excluded.size, chunk_id = excluded.chunk_id,
            manifest_id = excluded.manifest_id, pieces_id = excluded.pieces_id, etag = excluded.etag,
            parts_count = excluded.parts_count, storage_class = excluded.storage_class,
            headers = excluded.headers, metadata = excluded.metadata, checksums = excluded.checksums,
            tags = excluded.tags, acl = excluded.acl, encryption = excluded.encryption,
            lock = excluded.lock, version_seq = excluded.version_seq, delete_marker = false,
            -- after the wait for the row, so that times of one key follow the order of its versions
            modified_at = clock_timestamp()
        WHERE NOT p_absent OR o.delete_marker
        RETURNING o.modified_at, o.version_id, o.prev_chunk_id, o.prev_manifest_id, o.prev_pieces_id
        INTO modified, version, old_chunk, old_manifest, old_pieces;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the key exists' USING ERRCODE = 'S3412';
        END IF;
    ELSE
        UPDATE objects AS o SET
            prev_chunk_id = o.chunk_id, prev_manifest_id = o.manifest_id, prev_pieces_id = o.pieces_id,
            account_id = p_account, size = p_size, chunk_id = p_chunk, manifest_id = p_manifest,
            pieces_id = p_pieces, etag = p_etag, parts_count = p_parts_count,
            storage_class = p_storage_class, headers = p_headers, metadata = p_metadata,
            checksums = p_checksums, tags = p_tags, acl = p_acl, encryption = p_encryption,
            lock = p_lock, version_seq = nextval('version_seqs'), modified_at = clock_timestamp()
        WHERE o.bucket_id = p_bucket AND o.key = p_key AND NOT o.delete_marker
          AND p_if_match IN (o.etag, '*')
        RETURNING o.modified_at, o.version_id, o.prev_chunk_id, o.prev_manifest_id, o.prev_pieces_id
        INTO modified, version, old_chunk, old_manifest, old_pieces;
        IF NOT FOUND THEN
            PERFORM 1 FROM objects WHERE bucket_id = p_bucket AND key = p_key AND NOT delete_marker;
            IF FOUND THEN
                RAISE EXCEPTION 'the ETag differs' USING ERRCODE = 'S3412';
            END IF;
            RAISE EXCEPTION 'there is no such key' USING ERRCODE = 'S3404';
        END IF;
    END IF;
    PERFORM trash_body(old_chunk, old_manifest, old_pieces);
END $$;

-- Store a part of an upload in progress, replacing what has its number. The lock on the upload makes this
-- wait for a Complete or Abort that has begun, and these wait for it.
CREATE FUNCTION upsert_part(
    p_upload text, p_number integer, p_size bigint, p_chunk bigint, p_manifest bigint, p_pieces bigint,
    p_etag text, p_checksums jsonb
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    modified timestamptz;
    old_chunk bigint;
    old_manifest bigint;
    old_pieces bigint;
BEGIN
    PERFORM 1 FROM uploads WHERE id = p_upload AND completed_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no upload %', p_upload USING ERRCODE = 'S3UPL';
    END IF;
    INSERT INTO parts AS p (
        upload_id, part_number, size, chunk_id, manifest_id, pieces_id, etag, checksums, modified_at
    ) VALUES (
        p_upload, p_number, p_size, p_chunk, p_manifest, p_pieces, p_etag, p_checksums, clock_timestamp()
    )
    ON CONFLICT (upload_id, part_number) DO UPDATE SET
        prev_chunk_id = p.chunk_id, prev_manifest_id = p.manifest_id, prev_pieces_id = p.pieces_id,
        size = excluded.size, chunk_id = excluded.chunk_id, manifest_id = excluded.manifest_id,
        pieces_id = excluded.pieces_id, etag = excluded.etag, checksums = excluded.checksums,
        modified_at = clock_timestamp()
    RETURNING p.modified_at, p.prev_chunk_id, p.prev_manifest_id, p.prev_pieces_id
    INTO modified, old_chunk, old_manifest, old_pieces;
    PERFORM trash_body(old_chunk, old_manifest, old_pieces);
    RETURN modified;
END $$;

-- Send the bodies of all parts of an upload to the trash, except those that pieces name from now on.
CREATE FUNCTION trash_parts(p_upload text, p_kept integer[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (
        DELETE FROM parts WHERE upload_id = p_upload
        RETURNING part_number, chunk_id, manifest_id, pieces_id
    )
    INSERT INTO trash (chunk_id, manifest_id, pieces_id)
    SELECT chunk_id, manifest_id, pieces_id FROM gone
    WHERE pieces_id IS NOT NULL
       OR ((chunk_id IS NOT NULL OR manifest_id IS NOT NULL) AND part_number <> ALL (p_kept));
END $$;

-- Make the chosen parts the current version of the upload's key. An upload that is completed already
-- answers as it did then.
CREATE FUNCTION complete_upload(
    p_bucket bigint, p_upload text, p_account bigint, p_numbers integer[], p_etags text[], p_etag text,
    p_checksums jsonb, p_answer jsonb, p_absent boolean, p_if_match text,
    OUT modified timestamptz, OUT version text, OUT answer jsonb
) LANGUAGE plpgsql AS $$
DECLARE
    u uploads%ROWTYPE;
    new_pieces bigint;
    total bigint;
    matching bigint;
    covered bigint;
BEGIN
    PERFORM 1 FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    SELECT * INTO u FROM uploads WHERE id = p_upload AND bucket_id = p_bucket FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no upload %', p_upload USING ERRCODE = 'S3UPL';
    END IF;
    IF u.completed_at IS NOT NULL THEN
        modified := u.completed_at;
        answer := u.completed;
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
    SELECT o.modified, o.version INTO modified, version FROM upsert_object(
        p_bucket, u.key, p_account, total, NULL, NULL, new_pieces, p_etag, cardinality(p_numbers),
        u.storage_class, u.headers, u.metadata, p_checksums, u.tags, u.acl, u.encryption, u.lock,
        p_absent, p_if_match
    ) AS o;
    PERFORM trash_parts(p_upload, p_numbers);
    UPDATE uploads SET completed_at = modified, completed = p_answer WHERE id = p_upload;
    answer := p_answer;
END $$;

-- Whether there was such an upload in progress.
CREATE FUNCTION abort_upload(p_bucket bigint, p_key text, p_upload text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM uploads
    WHERE id = p_upload AND bucket_id = p_bucket AND key = p_key AND completed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM trash_parts(p_upload, '{}');
    DELETE FROM uploads WHERE id = p_upload;
    RETURN true;
END $$;

-- 'deleted', 'missing' or 'not-empty'. The lock waits for writes into the bucket that have begun, and those
-- that come later wait for it and then find no bucket. Uploads in progress do not keep a bucket.
CREATE FUNCTION delete_bucket(p_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    bucket bigint;
BEGIN
    SELECT id INTO bucket FROM buckets WHERE name = p_name FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'missing';
    END IF;
    PERFORM 1 FROM objects WHERE bucket_id = bucket LIMIT 1;
    IF FOUND THEN
        RETURN 'not-empty';
    END IF;
    PERFORM 1 FROM noncurrent WHERE bucket_id = bucket LIMIT 1;
    IF FOUND THEN
        RETURN 'not-empty';
    END IF;
    PERFORM 1 FROM uploads WHERE bucket_id = bucket ORDER BY id FOR UPDATE;
    PERFORM trash_parts(id, '{}') FROM uploads WHERE bucket_id = bucket;
    DELETE FROM uploads WHERE bucket_id = bucket;
    DELETE FROM buckets WHERE id = bucket;
    RETURN 'deleted';
END $$;
