-- Listings by prefix and delimiter, at a cost that grows with the page. Keys are compared byte by byte
-- (COLLATE "C"), which for UTF-8 is the order of code points.
--
-- Positions are inclusive. What follows a key k directly is k || U+0001, since text holds no U+0000; what
-- follows all keys that begin with p is text_after(p). Where that has no end, a text longer than any key
-- stands for it, so that the index is always given an upper bound.

-- The least text that is greater than every text beginning with p; null where there is none.
CREATE FUNCTION text_after(p text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    last integer;
BEGIN
    WHILE p <> '' LOOP
        last := ascii(right(p, 1));
        p := left(p, -1);
        IF last < 1114111 THEN
            -- U+D800 to U+DFFF are surrogates, which are not characters
            RETURN p || chr(CASE last WHEN 55295 THEN 57344 ELSE last + 1 END);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION text_end() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT repeat(chr(1114111), 257) $$;

-- The common prefix of a key that begins with p_prefix, or null where the delimiter does not follow it.
CREATE FUNCTION common_prefix(p_key text, p_prefix text, p_delimiter text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    place integer;
BEGIN
    place := strpos(substr(p_key, length(p_prefix) + 1), p_delimiter);
    IF p_delimiter = '' OR place = 0 THEN
        RETURN NULL;
    END IF;
    RETURN left(p_key, length(p_prefix) + place - 1 + length(p_delimiter));
END $$;

-- Where a listing begins: behind p_after, and behind the common prefix that p_after lies in.
CREATE FUNCTION list_start(p_prefix text, p_delimiter text, p_after text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_after = '' OR p_after COLLATE "C" < p_prefix COLLATE "C" THEN
        RETURN p_prefix;
    END IF;
    IF p_delimiter <> '' AND starts_with(p_after, p_prefix) THEN
        IF common_prefix(p_after, p_prefix, p_delimiter) IS NOT NULL THEN
            RETURN text_after(common_prefix(p_after, p_prefix, p_delimiter));
        END IF;
    END IF;
    RETURN p_after || chr(1);
END $$;

-- Up to p_limit rows in order, each a key or a common prefix. A common prefix is passed by one probe,
-- however many keys it has; keys that are not rolled up are read in runs that grow.
CREATE FUNCTION list_objects(
    p_bucket bigint, p_prefix text, p_delimiter text, p_after text, p_limit integer
) RETURNS TABLE (
    common text, key text, size bigint, etag text, modified_at timestamptz, storage_class text,
    checksums jsonb, account_id bigint
) LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    place text COLLATE "C" := list_start(p_prefix, p_delimiter, p_after);
    stop text COLLATE "C" := coalesce(text_after(p_prefix), text_end());
    rest integer := p_limit;
    run integer := CASE p_delimiter WHEN '' THEN p_limit ELSE least(p_limit, 8) END;
    seen integer;
    o record;
BEGIN
    WHILE place IS NOT NULL AND rest > 0 LOOP
        seen := 0;
        common := NULL;
        FOR o IN
            SELECT t.key, t.size, t.etag, t.modified_at, t.storage_class, t.checksums, t.account_id
            FROM objects t
            WHERE t.bucket_id = p_bucket AND t.key >= place AND t.key < stop AND NOT t.delete_marker
            ORDER BY t.key LIMIT run
        LOOP
            seen := seen + 1;
            rest := rest - 1;
            IF p_delimiter <> '' THEN
                common := common_prefix(o.key, p_prefix, p_delimiter);
            END IF;
            IF common IS NOT NULL THEN
                key := NULL;
                RETURN NEXT;
                place := text_after(common);
                EXIT;
            END IF;
            key := o.key;
            size := o.size;
            etag := o.etag;
            modified_at := o.modified_at;
            storage_class := o.storage_class;
            checksums := o.checksums;
            account_id := o.account_id;
            RETURN NEXT;
            place := o.key || chr(1);
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

-- The same for uploads in progress, by key and then by id. p_upload counts only with p_after, and then the
-- uploads of that very key with a greater id belong to the listing.
CREATE FUNCTION list_uploads(
    p_bucket bigint, p_prefix text, p_delimiter text, p_after text, p_upload text, p_limit integer
) RETURNS TABLE (
    common text, key text, id text, initiated_at timestamptz, storage_class text,
    checksum_algorithm text, checksum_type text, account_id bigint
) LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    place text COLLATE "C" := list_start(p_prefix, p_delimiter, p_after);
    behind text COLLATE "C" := '';
    stop text COLLATE "C" := coalesce(text_after(p_prefix), text_end());
    rest integer := p_limit;
    run integer := CASE p_delimiter WHEN '' THEN p_limit ELSE least(p_limit, 8) END;
    seen integer;
    u record;
BEGIN
    IF p_upload <> '' AND starts_with(p_after, p_prefix) AND place = p_after || chr(1) THEN
        place := p_after;
        behind := p_upload;
    END IF;
    WHILE place IS NOT NULL AND rest > 0 LOOP
        seen := 0;
        common := NULL;
        FOR u IN
            SELECT t.key, t.id, t.initiated_at, t.storage_class, t.checksum_algorithm, t.checksum_type,
                   t.account_id
            FROM uploads t
            WHERE t.bucket_id = p_bucket AND (t.key, t.id) > (place, behind) AND t.key < stop
              AND t.completed_at IS NULL
            ORDER BY t.key, t.id LIMIT run
        LOOP
            seen := seen + 1;
            rest := rest - 1;
            IF p_delimiter <> '' THEN
                common := common_prefix(u.key, p_prefix, p_delimiter);
            END IF;
            IF common IS NOT NULL THEN
                key := NULL;
                id := NULL;
                RETURN NEXT;
                place := text_after(common);
                behind := '';
                EXIT;
            END IF;
            key := u.key;
            id := u.id;
            initiated_at := u.initiated_at;
            storage_class := u.storage_class;
            checksum_algorithm := u.checksum_algorithm;
            checksum_type := u.checksum_type;
            account_id := u.account_id;
            RETURN NEXT;
            place := u.key;
            behind := u.id;
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
