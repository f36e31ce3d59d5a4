-- Delete batches in which every message is recorded.
-- Index: primary key.
DELETE FROM mailings_batch WHERE id = ANY(%(ids)s)
