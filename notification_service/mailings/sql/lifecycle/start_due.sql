-- Start what has reached start_at, end what slept past its end_at; say which, and how late.
-- Guarantees: each mailing is begun by one caller. Index: mailing_unsettled.
UPDATE mailings_mailing SET
  status = CASE WHEN end_at > now() THEN 'running' ELSE 'finished' END,
  started_at = CASE WHEN end_at > now() THEN now() END,
  finished_at = CASE WHEN end_at > now() THEN NULL ELSE now() END
WHERE finished_at IS NULL AND status = 'scheduled' AND start_at <= now()
RETURNING id, status, extract(epoch FROM now() - greatest(start_at, created_at))::float8
