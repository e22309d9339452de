-- What old versions of a key have encrypted can be encrypted anew, and such a version then be removed.
--
-- That nothing is encrypted by it is for a foreign key to judge: a gateway that has not heard of it yet is refused.
-- It is not checked for the rows that there are, whose keys nobody could remove; and it takes the place of the one on
-- domains, none of which is ever deleted, so that a chunk costs no more than before.

ALTER TABLE data_keys ADD COLUMN leaving_at timestamptz;   -- since when all under it is to be encrypted anew
ALTER TABLE data_keys ADD COLUMN left_at timestamptz;      -- when there was nothing under it any more
ALTER TABLE chunks DROP CONSTRAINT chunks_domain_id_fkey;
ALTER TABLE chunks ADD CONSTRAINT chunks_key_id_fkey FOREIGN KEY (key_id) REFERENCES data_keys NOT VALID;
