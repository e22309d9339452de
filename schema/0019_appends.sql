-- Bytes behind those that an object has, in a bucket without versioning. An object that grows has a list of pieces of
-- its own, which each append adds one to; whoever reads an older state of it knows that state's size. It is told from
-- an object completed from parts by its ETag, which counts none. p_modified says which state the request was judged
-- on, p_first are the checksums of the part that an object without parts becomes.
--
--   S3CHG  the object is not in that state any more
--   S3VER  the bucket has versioning
--   S3PTS  the object has as many parts as one can have
CREATE FUNCTION append_object(
    p_bucket bigint, p_key text, p_modified timestamptz, p_size bigint, p_chunk bigint, p_manifest bigint, p_etag text,
    p_checksums jsonb, p_first jsonb, p_part jsonb, OUT modified timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    state text;
    old objects%ROWTYPE;
    list bigint;
    last integer;
BEGIN
    SELECT versioning INTO state FROM buckets WHERE id = p_bucket FOR KEY SHARE;
    IF state IS NOT NULL THEN
        RAISE EXCEPTION 'the bucket has versioning' USING ERRCODE = 'S3VER';
    END IF;
    SELECT * INTO old FROM objects
    WHERE bucket_id = p_bucket AND key = p_key AND modified_at = p_modified AND NOT delete_marker FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the object has changed' USING ERRCODE = 'S3CHG';
    END IF;
    list := old.pieces_id;
    IF old.parts_count IS NULL OR position('-' IN old.etag) > 0 THEN
        list := nextval('pieces_ids');
        INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
        SELECT list, byte_offset, manifest_id, chunk_id, start, length FROM pieces WHERE pieces_id = old.pieces_id;
        IF old.pieces_id IS NULL AND old.size > 0 THEN
            INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
            VALUES (list, 0, old.manifest_id, old.chunk_id, 0, old.size);
        END IF;
        IF old.parts_count IS NULL THEN
            INSERT INTO object_parts (pieces_id, part_number, size, checksums) VALUES (list, 1, old.size, p_first);
        ELSE
            INSERT INTO object_parts (pieces_id, part_number, size, checksums)
            SELECT list, part_number, size, checksums FROM object_parts WHERE pieces_id = old.pieces_id;
        END IF;
        PERFORM trash_body(NULL, NULL, old.pieces_id);
    END IF;
    SELECT max(part_number) INTO last FROM object_parts WHERE pieces_id = list;
    IF last >= 10000 THEN
        RAISE EXCEPTION 'the object has % parts', last USING ERRCODE = 'S3PTS';
    END IF;
    INSERT INTO pieces (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
    VALUES (list, old.size, p_manifest, p_chunk, 0, p_size);
    INSERT INTO object_parts (pieces_id, part_number, size, checksums) VALUES (list, last + 1, p_size, p_part);
    UPDATE objects SET
        size = old.size + p_size, chunk_id = NULL, manifest_id = NULL, pieces_id = list,
        prev_chunk_id = NULL, prev_manifest_id = NULL, prev_pieces_id = NULL,
        parts_count = coalesce(old.parts_count, 1) + 1, etag = p_etag, checksums = p_checksums,
        version_seq = nextval('version_seqs'), modified_at = clock_timestamp()
    WHERE bucket_id = p_bucket AND key = p_key
    RETURNING modified_at INTO modified;
END $$;
