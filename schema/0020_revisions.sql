-- Revisions, by which a statement tells in its own snapshot whether what a gateway remembers of a bucket or an
-- access key still holds. Each change of a row, of a bucket's documents, or of the account behind either, gives
-- the row a number that no row had before; triggers see to it, also where a gateway of the release before writes.

CREATE SEQUENCE revisions;
ALTER TABLE buckets ADD COLUMN revision bigint NOT NULL DEFAULT nextval('revisions');
ALTER TABLE access_keys ADD COLUMN revision bigint NOT NULL DEFAULT nextval('revisions');

CREATE FUNCTION revise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := nextval('revisions');
    RETURN NEW;
END $$;
CREATE TRIGGER revised BEFORE UPDATE ON buckets FOR EACH ROW EXECUTE FUNCTION revise();
CREATE TRIGGER revised BEFORE UPDATE ON access_keys FOR EACH ROW EXECUTE FUNCTION revise();

-- Before the document's row is inserted, so that the bucket's is locked first, as by delete_bucket. What is set is
-- replaced by `revise`, and is no column of a key: writes into the bucket, which lock it FOR KEY SHARE, go on.
CREATE FUNCTION revise_bucket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE buckets SET revision = 0 WHERE id = OLD.bucket_id;
        RETURN OLD;
    END IF;
    UPDATE buckets SET revision = 0 WHERE id = NEW.bucket_id;
    RETURN NEW;
END $$;
CREATE TRIGGER revised BEFORE INSERT OR UPDATE OR DELETE ON bucket_settings
    FOR EACH ROW EXECUTE FUNCTION revise_bucket();

CREATE FUNCTION revise_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_keys SET revision = 0 WHERE account_id = NEW.id;
    UPDATE buckets SET revision = 0 WHERE account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER revised AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION revise_of_account();
