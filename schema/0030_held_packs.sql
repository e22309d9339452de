-- Which of these packs their writer still holds. Rows of chunks are made for no other: what a writer appends after
-- its lease was over, say because its process was stopped, may stand in copies that were given up or made meanwhile
-- without it.
CREATE FUNCTION held_packs(p_packs bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT p.id FROM packs p
    WHERE p.id = ANY (p_packs) AND p.lease_until > now() AND NOT EXISTS (
        SELECT FROM instances i WHERE i.id = p.instance_id AND i.epoch > p.epoch
    )
$$;

-- As in 0007, but for the packs of new chunks, which must be held.
CREATE OR REPLACE FUNCTION whole_manifest(
    p_size bigint, p_domain integer,
    p_digests bytea[], p_lengths integer[], p_codecs smallint[], p_packs bigint[], p_frame_offsets bigint[],
    p_frame_lengths integer[], p_frame_plains integer[], p_frame_starts integer[], p_datas bytea[],
    p_keys integer[], p_offsets bigint[], p_named bytea[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    manifest bigint;
    written bigint;
BEGIN
    INSERT INTO manifests (size) VALUES (p_size) RETURNING id INTO manifest;
    INSERT INTO chunks (domain_id, digest, length, codec, pack_id, frame_offset, frame_length, frame_plain,
                        frame_start, data, key_id)
    SELECT p_domain, new.* FROM unnest(p_digests, p_lengths, p_codecs, p_packs, p_frame_offsets, p_frame_lengths,
                                       p_frame_plains, p_frame_starts, p_datas, p_keys)
        AS new (digest, length, codec, pack_id, frame_offset, frame_length, frame_plain, frame_start, data, key_id)
    WHERE new.pack_id IS NULL OR new.pack_id IN (SELECT held FROM held_packs(p_packs) AS held)
    ON CONFLICT (domain_id, digest) DO NOTHING;
    -- In a statement of its own, which sees what others committed while the first waited for them; and
    -- counted, since a chunk that is deleted meanwhile, or that was not made, just drops out.
    WITH named AS MATERIALIZED (
        SELECT id, digest FROM chunks WHERE domain_id = p_domain AND digest = ANY (p_named)
        ORDER BY digest FOR KEY SHARE
    ), inserted AS (
        INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
        SELECT manifest, w.byte_offset, n.id
        FROM unnest(p_offsets, p_named) AS w (byte_offset, digest) LEFT JOIN named n USING (digest)
        WHERE w.digest IS NULL OR n.id IS NOT NULL
        RETURNING 1
    )
    SELECT count(*) INTO written FROM inserted;
    IF written <> cardinality(p_offsets) THEN
        RAISE EXCEPTION 'chunks of a body are gone' USING ERRCODE = 'S3GON';
    END IF;
    RETURN manifest;
END $$;
