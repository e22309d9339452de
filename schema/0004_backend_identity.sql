-- What a backend calls itself, by the marker that it carries: its row is found by that, wherever it moved.

ALTER TABLE backends ADD COLUMN identity uuid UNIQUE;   -- null: from a release whose markers named the store only
