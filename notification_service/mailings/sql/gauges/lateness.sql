-- How many seconds late the start of a mailing is, and how long one past its deadline has been unsettled.
-- Index: mailing_unsettled.
SELECT
  coalesce(extract(epoch FROM max(now() - greatest(start_at, created_at))
    FILTER (WHERE status = 'scheduled' AND start_at <= now() AND now() < end_at)), 0)::float8,
  coalesce(extract(epoch FROM max(now() - end_at)
    FILTER (WHERE status <> 'scheduled' AND end_at < now())), 0)::float8
FROM mailings_mailing WHERE finished_at IS NULL AND deleted_at IS NULL
