-- Where the bytes of a body are, for the look-up of the version that names it: so that reading an object takes one
-- round trip, unless it has more rows than one answer holds.
--
-- Of the body's bytes from p_first (where negative: as many from its end) up to p_until (null: to the end), at most
-- p_limit rows. Pieces stand in arrays of their own, and each row says of which piece it is (1 for a body without).
-- A body of one chunk is a row at 0. Replicas are those of all packs together.
CREATE FUNCTION body_rows(
    p_size bigint, p_chunk bigint, p_manifest bigint, p_pieces bigint,
    p_first bigint, p_until bigint, p_limit integer,
    OUT piece_offsets bigint[], OUT piece_manifests bigint[], OUT piece_chunks bigint[],
    OUT piece_starts bigint[], OUT piece_lengths bigint[],
    OUT places integer[], OUT byte_offsets bigint[], OUT ids bigint[], OUT digests bytea[], OUT lengths integer[],
    OUT codecs smallint[], OUT key_ids integer[], OUT datas bytea[], OUT packs bigint[], OUT frame_offsets bigint[],
    OUT frame_lengths integer[], OUT frame_plains integer[], OUT frame_starts integer[],
    OUT replica_packs bigint[], OUT replica_backends smallint[], OUT replica_names uuid[]
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    begins bigint := CASE WHEN p_first < 0 THEN greatest(p_size + p_first, 0) ELSE p_first END;
    ends bigint := least(p_until, p_size);
BEGIN
    IF begins >= ends THEN
        RETURN;
    END IF;
    IF p_pieces IS NOT NULL THEN
        SELECT array_agg(p.byte_offset), array_agg(p.manifest_id), array_agg(p.chunk_id), array_agg(p.start),
               array_agg(p.length)
        INTO piece_offsets, piece_manifests, piece_chunks, piece_starts, piece_lengths
        FROM (
            SELECT * FROM pieces
            WHERE pieces_id = p_pieces AND byte_offset < ends AND byte_offset >= coalesce((
                SELECT byte_offset FROM pieces
                WHERE pieces_id = p_pieces AND byte_offset <= begins ORDER BY byte_offset DESC LIMIT 1
            ), 0)
            ORDER BY byte_offset LIMIT p_limit
        ) AS p;
        SELECT array_agg(r.place), array_agg(r.byte_offset), array_agg(c.id), array_agg(c.digest),
               array_agg(c.length), array_agg(c.codec), array_agg(c.key_id), array_agg(c.data),
               array_agg(c.pack_id), array_agg(c.frame_offset), array_agg(c.frame_length),
               array_agg(c.frame_plain), array_agg(c.frame_start)
        INTO places, byte_offsets, ids, digests, lengths, codecs, key_ids, datas, packs, frame_offsets,
             frame_lengths, frame_plains, frame_starts
        FROM (
            SELECT q.place::integer, m.byte_offset, m.chunk_id
            FROM unnest(piece_offsets, piece_manifests, piece_chunks, piece_starts, piece_lengths)
                WITH ORDINALITY AS q (byte_offset, manifest_id, chunk_id, start, length, place)
            CROSS JOIN LATERAL (
                SELECT 0::bigint AS byte_offset, q.chunk_id WHERE q.chunk_id IS NOT NULL
                UNION ALL (
                    SELECT t.byte_offset, t.chunk_id FROM manifest_chunks t
                    WHERE t.manifest_id = q.manifest_id
                      AND t.byte_offset < q.start + least(q.length, ends - q.byte_offset)
                      AND t.byte_offset >= coalesce((
                          SELECT byte_offset FROM manifest_chunks
                          WHERE manifest_id = q.manifest_id
                            AND byte_offset <= q.start + greatest(begins - q.byte_offset, 0)
                          ORDER BY byte_offset DESC LIMIT 1
                      ), 0)
                    ORDER BY t.byte_offset LIMIT p_limit
                )
            ) AS m
            ORDER BY q.place, m.byte_offset LIMIT p_limit
        ) AS r LEFT JOIN LATERAL (SELECT * FROM chunks WHERE id = r.chunk_id LIMIT 1) AS c ON true;
    ELSIF p_manifest IS NOT NULL THEN
        SELECT array_agg(1), array_agg(r.byte_offset), array_agg(c.id), array_agg(c.digest),
               array_agg(c.length), array_agg(c.codec), array_agg(c.key_id), array_agg(c.data),
               array_agg(c.pack_id), array_agg(c.frame_offset), array_agg(c.frame_length),
               array_agg(c.frame_plain), array_agg(c.frame_start)
        INTO places, byte_offsets, ids, digests, lengths, codecs, key_ids, datas, packs, frame_offsets,
             frame_lengths, frame_plains, frame_starts
        FROM (
            SELECT m.byte_offset, m.chunk_id FROM manifest_chunks m
            WHERE m.manifest_id = p_manifest AND m.byte_offset < ends AND m.byte_offset >= coalesce((
                SELECT byte_offset FROM manifest_chunks
                WHERE manifest_id = p_manifest AND byte_offset <= begins
                ORDER BY byte_offset DESC LIMIT 1
            ), 0)
            ORDER BY m.byte_offset LIMIT p_limit
        ) AS r LEFT JOIN LATERAL (SELECT * FROM chunks WHERE id = r.chunk_id LIMIT 1) AS c ON true;
    ELSIF p_chunk IS NOT NULL THEN
        SELECT ARRAY[1], ARRAY[0], ARRAY[c.id], ARRAY[c.digest], ARRAY[c.length], ARRAY[c.codec],
               ARRAY[c.key_id], ARRAY[c.data], ARRAY[c.pack_id], ARRAY[c.frame_offset], ARRAY[c.frame_length],
               ARRAY[c.frame_plain], ARRAY[c.frame_start]
        INTO places, byte_offsets, ids, digests, lengths, codecs, key_ids, datas, packs, frame_offsets,
             frame_lengths, frame_plains, frame_starts
        FROM chunks c WHERE c.id = p_chunk;
    END IF;
    IF packs IS NOT NULL THEN
        SELECT array_agg(pack_id), array_agg(backend_id), array_agg(name)
        INTO replica_packs, replica_backends, replica_names
        FROM (
            SELECT * FROM replicas WHERE pack_id = ANY (packs) AND ready ORDER BY pack_id, backend_id, name
        ) AS r;
    END IF;
END $$;
