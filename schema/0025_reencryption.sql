-- Another encryption of a version that stays the same in all else: its ETag, its dates and its parts. p_encryption is how
-- it is encrypted then. Where the key is another its bytes were stored anew, as the chunk or manifest given, which takes
-- the place of the body that was read; where it is the same only what is told of it changes (p_rewritten is false).
--
--   S3CHG  the version is not any more as it was read
--   S3LCK  retention or a legal hold forbids it
CREATE FUNCTION reencrypt_version(
    p_bucket bigint, p_key text, p_version text, p_size bigint, p_old_chunk bigint, p_old_manifest bigint,
    p_old_pieces bigint, p_old_encryption jsonb, p_encryption jsonb, p_rewritten boolean, p_chunk bigint, p_manifest bigint,
    OUT done boolean
) LANGUAGE plpgsql AS $$
DECLARE
    v objects%ROWTYPE;
    home text := 'objects';
    list bigint;
BEGIN
    SELECT * INTO v FROM objects WHERE bucket_id = p_bucket AND key = p_key FOR UPDATE;
    IF FOUND AND p_version <> coalesce(v.version_id, 'null') THEN
        home := 'noncurrent';
        SELECT * INTO v FROM noncurrent
        WHERE bucket_id = p_bucket AND key = p_key AND coalesce(version_id, 'null') = p_version FOR UPDATE;
    END IF;
    IF v.bucket_id IS NULL OR v.delete_marker OR (v.size, v.chunk_id, v.manifest_id, v.pieces_id, v.encryption)
        IS DISTINCT FROM (p_size, p_old_chunk, p_old_manifest, p_old_pieces, p_old_encryption)
    THEN
        RAISE EXCEPTION 'the version has changed' USING ERRCODE = 'S3CHG';
    END IF;
    IF version_locked(v.lock, false) THEN
        RAISE EXCEPTION 'the version is locked' USING ERRCODE = 'S3LCK';
    END IF;
    IF p_rewritten THEN
        v.chunk_id := p_chunk;
        v.manifest_id := p_manifest;
        v.pieces_id := NULL;
        IF v.parts_count IS NOT NULL THEN  -- parts are named by pieces: one for all of them
            list := nextval('pieces_ids');
            IF p_size > 0 THEN
                INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
                VALUES (list, 0, p_manifest, p_chunk, 0, p_size);
            END IF;
            INSERT INTO object_parts (pieces_id, part_number, size, checksums)
            SELECT list, part_number, size, checksums FROM object_parts WHERE pieces_id = p_old_pieces;
            v.chunk_id := NULL;
            v.manifest_id := NULL;
            v.pieces_id := list;
        END IF;
        PERFORM trash_body(p_old_chunk, p_old_manifest, p_old_pieces);
    END IF;
    EXECUTE format(
        'UPDATE %I SET encryption = $1, chunk_id = $2, manifest_id = $3, pieces_id = $4,
             prev_chunk_id = NULL, prev_manifest_id = NULL, prev_pieces_id = NULL
         WHERE bucket_id = $5 AND key = $6 AND version_seq = $7', home
    ) USING p_encryption, v.chunk_id, v.manifest_id, v.pieces_id, p_bucket, p_key, v.version_seq;
    done := true;
END $$;
