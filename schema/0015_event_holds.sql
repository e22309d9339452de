-- Event holds: retention that begins when something has happened. A lock may also have "event", ON until it is
-- released and OFF afterwards, and while it is ON "event_days" or "event_years", for how long the version is kept
-- then; the default of a bucket may have the latter two.

-- For how long an event hold goes on once it is released; null where there is none.
CREATE FUNCTION event_duration(p_lock jsonb) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT make_interval(hours => 24 * coalesce(
        (p_lock ->> 'event_days')::integer, (p_lock ->> 'event_years')::integer * 365
    ));
$$;

-- A date as locks have it.
CREATE FUNCTION lock_date(p_date timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(date_trunc('milliseconds', p_date) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

-- When the retention ends, as things are now: while an event hold is on, never before its release. As precise as
-- what is kept, so that neither is ever less than the other.
CREATE FUNCTION lock_end(p_lock jsonb) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE p_lock ->> 'event'
        WHEN 'ON' THEN greatest(
            (p_lock ->> 'until')::timestamptz, date_trunc('milliseconds', now() + event_duration(p_lock))
        )
        ELSE (p_lock ->> 'until')::timestamptz
    END;
$$;

CREATE OR REPLACE FUNCTION version_locked(p_lock jsonb, p_bypass boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_lock IS NULL THEN
        RETURN false;
    END IF;
    RETURN coalesce(p_lock ->> 'hold' = 'ON', false) OR coalesce(
        lock_end(p_lock) > now() AND NOT (p_bypass AND p_lock ->> 'mode' = 'GOVERNANCE'), false
    );
END $$;

CREATE OR REPLACE FUNCTION lock_of_new(p_bucket bigint, p_made timestamptz, p_lock jsonb) RETURNS jsonb
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
    RETURN coalesce(p_lock, '{}') || jsonb_strip_nulls(jsonb_build_object(
        'mode', rule -> 'mode',
        'until', lock_date(p_made + make_interval(hours => 24 * days)),
        'event', CASE WHEN event_duration(rule) IS NOT NULL THEN 'ON' END,
        'event_days', rule -> 'event_days',
        'event_years', rule -> 'event_years'
    ));
END $$;

-- An event hold may be released by who may change the retention, which prolongs it to the end of its duration; it
-- may become longer. Everything that takes protection away needs p_bypass, and governance.
CREATE OR REPLACE FUNCTION may_retain(p_lock jsonb, p_new jsonb, p_bypass boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(lock_end(p_lock) <= now(), true) THEN
        RETURN true;
    END IF;
    IF p_new ->> 'mode' = p_lock ->> 'mode' AND lock_end(p_new) >= lock_end(p_lock) AND (
        p_lock ->> 'event' IS DISTINCT FROM 'ON' OR p_new ->> 'event' = 'OFF'
        OR event_duration(p_new) >= event_duration(p_lock)
    ) THEN
        RETURN true;
    END IF;
    RETURN p_bypass AND p_lock ->> 'mode' = 'GOVERNANCE';
END $$;

-- The retention that a version has once p_asked was carried out on p_lock. An event hold that is not spoken of goes
-- on; what is released, or held anew, is kept at least as long as it was to be.
CREATE FUNCTION new_retention(p_lock jsonb, p_asked jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    held boolean := coalesce(p_lock ->> 'event' = 'ON', false);
    found jsonb := p_asked;
BEGIN
    IF held AND found ->> 'event' IS NULL THEN
        found := found || jsonb_strip_nulls(jsonb_build_object(
            'event', 'ON', 'event_days', p_lock -> 'event_days', 'event_years', p_lock -> 'event_years'
        ));
    ELSIF held AND found ->> 'event' = 'OFF' THEN
        found := found || jsonb_build_object(
            'until', lock_date(greatest(lock_end(p_lock), (found ->> 'until')::timestamptz))
        );
    END IF;
    IF found ->> 'until' IS NULL AND found ->> 'mode' = p_lock ->> 'mode' THEN
        found := found || jsonb_build_object('until', p_lock -> 'until');
    END IF;
    RETURN jsonb_strip_nulls(found);
END $$;

-- Also 'undated': there is no event hold to release, and no date is given.
CREATE OR REPLACE FUNCTION set_lock(
    p_bucket bigint, p_key text, p_version text, p_retention jsonb, p_hold text, p_bypass boolean
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    present jsonb;
    retention jsonb;
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
    ELSE
        retention := new_retention(present, p_retention);
        IF retention ->> 'event' = 'OFF' AND retention ->> 'until' IS NULL THEN
            RETURN 'undated';
        END IF;
        IF NOT coalesce(may_retain(present, retention, p_bypass), false) THEN
            RETURN 'locked';
        END IF;
        wanted := nullif(
            (coalesce(present, '{}') - ARRAY['mode', 'until', 'event', 'event_days', 'event_years'])
                || coalesce(retention, '{}'),
            '{}'
        );
    END IF;
    RETURN set_version_property(p_bucket, p_key, p_version, 'lock', wanted, false, NULL);
END $$;
