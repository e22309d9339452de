-- Who has begun an upload, where that is not who will own the object: only they may go on with it. Null in uploads
-- that were begun before; then it is the owner.

ALTER TABLE uploads ADD COLUMN initiator_id bigint REFERENCES accounts;
