-- Start mailings at start_at, end those that missed their end_at; return which, and how late.
-- Guarantees: one caller starts each mailing. Index: mailing_unsettled.
UPDATE mailings_mailing SET
  status = CASE WHEN end_at > now() THEN 'running' ELSE 'finished' END,
  started_at = CASE WHEN end_at > now() THEN now() END,
  finished_at = CASE WHEN end_at > now() THEN NULL ELSE now() END
WHERE finished_at IS NULL AND status = 'scheduled' AND start_at <= now()
RETURNING id, status, extract(epoch FROM now() - greatest(start_at, created_at))::float8
