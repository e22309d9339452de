-- How a bucket's objects are cut may be changed at any time, and what is not cut as the bucket wants is cut again in
-- the background.
--
-- The release before this one goes on compressing at its usual level and in the store's own domain; what it writes is
-- queued all the same, by the triggers.

ALTER TABLE buckets ADD COLUMN compression_level smallint;                 -- null: the usual one
ALTER TABLE buckets ADD COLUMN dedup text NOT NULL DEFAULT 'store' CHECK (dedup IN ('store', 'account'));

-- Versions that were put together from pieces, to be looked through for seams. Append-only: a row is removed by the id
-- that was read. A version is known by its key and version_seq, wherever it is by then.
CREATE TABLE rechunk_queue (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket_id     bigint NOT NULL,
    key           text COLLATE "C" NOT NULL,
    version_seq   bigint NOT NULL,
    done_to       bigint NOT NULL DEFAULT 0,   -- bytes of it that were cut again already
    whole         boolean NOT NULL DEFAULT false   -- none of its cuts is relied upon
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Buckets whose objects are all to be looked at, since another preset was chosen; and how far that came.
CREATE TABLE rechunk_passes (
    bucket_id     bigint PRIMARY KEY REFERENCES buckets ON DELETE CASCADE,
    number        bigint NOT NULL DEFAULT nextval('revisions'),   -- another one whenever it begins anew
    after_key     text COLLATE "C" NOT NULL DEFAULT '',
    after_seq     bigint NOT NULL DEFAULT 0
);

-- Whoever replaces a body gives the version another version_seq; rechunk_body does not.
CREATE FUNCTION queue_rechunk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rechunk_queue (bucket_id, key, version_seq) VALUES (NEW.bucket_id, NEW.key, NEW.version_seq);
    RETURN NULL;
END $$;
CREATE TRIGGER pieced AFTER INSERT ON objects FOR EACH ROW
    WHEN (NEW.pieces_id IS NOT NULL) EXECUTE FUNCTION queue_rechunk();
CREATE TRIGGER repieced AFTER UPDATE OF pieces_id, key ON objects FOR EACH ROW
    WHEN (NEW.pieces_id IS NOT NULL AND (NEW.version_seq <> OLD.version_seq OR NEW.key <> OLD.key))
    EXECUTE FUNCTION queue_rechunk();

CREATE FUNCTION begin_rechunk_pass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rechunk_passes (bucket_id) VALUES (NEW.id)
    ON CONFLICT (bucket_id) DO UPDATE SET number = nextval('revisions'), after_key = '', after_seq = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER rechunked AFTER UPDATE OF chunking, archive_hints ON buckets FOR EACH ROW
    WHEN (NEW.chunking <> OLD.chunking OR NEW.archive_hints <> OLD.archive_hints)
    EXECUTE FUNCTION begin_rechunk_pass();

-- What is pieced together already.
INSERT INTO rechunk_queue (bucket_id, key, version_seq)
SELECT bucket_id, key, version_seq FROM objects WHERE pieces_id IS NOT NULL
UNION ALL SELECT bucket_id, key, version_seq FROM noncurrent WHERE pieces_id IS NOT NULL;

-- Put a manifest in the place of `p_length` bytes from `p_start` of a version's body, if that is still the body that
-- the three columns name; the old body goes to the trash for those who read it. Nothing else of the version changes.
--
--   S3CHG  the version is gone, or has another body
--   S3LSE  the lease of the manifest was lost
CREATE FUNCTION rechunk_body(
    p_bucket bigint, p_key text, p_seq bigint, p_chunk bigint, p_manifest bigint, p_pieces bigint,
    p_start bigint, p_length bigint, p_new bigint, OUT manifest bigint, OUT pieces bigint
) LANGUAGE plpgsql AS $$
DECLARE
    old objects%ROWTYPE;
    covered bigint;
BEGIN
    PERFORM claim_manifest(p_new, p_length);
    -- The lock on the key's row in objects is that of all its versions.
    SELECT * INTO old FROM objects WHERE bucket_id = p_bucket AND key = p_key FOR UPDATE;
    IF old.version_seq IS DISTINCT FROM p_seq THEN
        SELECT * INTO old FROM noncurrent WHERE bucket_id = p_bucket AND key = p_key AND version_seq = p_seq FOR UPDATE;
    END IF;
    IF old.version_seq IS NULL OR old.chunk_id IS DISTINCT FROM p_chunk OR old.manifest_id IS DISTINCT FROM p_manifest
        OR old.pieces_id IS DISTINCT FROM p_pieces OR p_start + p_length > old.size
    THEN
        RAISE EXCEPTION 'the version has changed' USING ERRCODE = 'S3CHG';
    END IF;
    IF p_pieces IS NULL AND p_start = 0 AND p_length = old.size THEN
        manifest := p_new;
    ELSE
        pieces := nextval('pieces_ids');
        WITH before AS (
            SELECT * FROM pieces AS p WHERE p.pieces_id = p_pieces
            UNION ALL
            SELECT 0, 0, old.manifest_id, old.chunk_id, 0, old.size WHERE p_pieces IS NULL
        ), inserted AS (
            INSERT INTO pieces AS new (pieces_id, byte_offset, manifest_id, chunk_id, start, length)
            SELECT rechunk_body.pieces, b.byte_offset, b.manifest_id, b.chunk_id, b.start,
                   least(b.length, p_start - b.byte_offset)
            FROM before b WHERE b.byte_offset < p_start
            UNION ALL
            SELECT rechunk_body.pieces, p_start, p_new, NULL, 0, p_length
            UNION ALL
            SELECT rechunk_body.pieces, greatest(b.byte_offset, p_start + p_length), b.manifest_id, b.chunk_id,
                   b.start + greatest(0, p_start + p_length - b.byte_offset),
                   b.length - greatest(0, p_start + p_length - b.byte_offset)
            FROM before b WHERE b.byte_offset + b.length > p_start + p_length
            RETURNING new.length
        )
        SELECT sum(length) INTO covered FROM inserted;
        IF covered IS DISTINCT FROM old.size THEN
            RAISE EXCEPTION 'pieces of % cover % of % bytes', p_key, covered, old.size;
        END IF;
        INSERT INTO object_parts (pieces_id, part_number, size, checksums)
        SELECT rechunk_body.pieces, part_number, size, checksums FROM object_parts WHERE pieces_id = p_pieces;
    END IF;
    UPDATE objects SET
        chunk_id = NULL, manifest_id = rechunk_body.manifest, pieces_id = rechunk_body.pieces,
        prev_chunk_id = NULL, prev_manifest_id = NULL, prev_pieces_id = NULL
    WHERE bucket_id = p_bucket AND key = p_key AND version_seq = p_seq;
    IF NOT FOUND THEN
        UPDATE noncurrent SET chunk_id = NULL, manifest_id = rechunk_body.manifest, pieces_id = rechunk_body.pieces
        WHERE bucket_id = p_bucket AND key = p_key AND version_seq = p_seq;
    END IF;
    PERFORM trash_body(old.chunk_id, old.manifest_id, old.pieces_id);
END $$;
