-- What server access logging has recorded and no job has delivered yet: one row for each request to a bucket that
-- is logged. Rows that go into one object have its batch, which is the id of the last of them; so a delivery that
-- was interrupted writes the same object again.

CREATE TABLE access_log_records (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket_id     bigint NOT NULL,         -- no reference: a bucket that is gone leaves records behind
    at            timestamptz NOT NULL,
    line          text NOT NULL,           -- without the bucket's owner, which comes first
    batch         bigint
);

CREATE INDEX access_log_records_by_batch ON access_log_records (bucket_id, batch, id);
