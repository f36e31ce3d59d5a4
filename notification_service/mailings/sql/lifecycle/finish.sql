-- End the mailings that are written or cancelled and, by the caller's count, have nothing left to send.
-- Guarantees: finished_at is set once. Index: primary key.
UPDATE mailings_mailing SET
  status = CASE status WHEN 'cancelled' THEN status ELSE 'finished' END, finished_at = now()
WHERE id = ANY(%(ids)s) AND finished_at IS NULL
  AND (status = 'cancelled' OR status IN ('running', 'paused') AND audience_built_at IS NOT NULL)
RETURNING id
