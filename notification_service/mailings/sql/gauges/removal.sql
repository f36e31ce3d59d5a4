-- How many seconds the oldest deletion of a mailing has been under way. Index: mailing_deleted.
SELECT coalesce(extract(epoch FROM now() - min(deleted_at)), 0)::float8
FROM mailings_mailing WHERE deleted_at IS NOT NULL
