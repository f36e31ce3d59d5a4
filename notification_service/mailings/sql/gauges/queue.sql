-- How many messages of running mailings are pending and sending, and how long the first due one has been due.
-- Indexes: mailing_unsettled, message_count_slot; one look into due_of_mailing for each mailing.
SELECT coalesce(sum(counted.pending), 0)::float8, coalesce(sum(counted.sending), 0)::float8,
  coalesce(greatest(extract(epoch FROM now() - min(first.due_at)), 0), 0)::float8
FROM mailings_mailing AS mailing
CROSS JOIN LATERAL (
  SELECT sum(pending) AS pending, sum(sending) AS sending
  FROM mailings_messagecount WHERE mailing_id = mailing.id
) AS counted
LEFT JOIN LATERAL (
  SELECT at AS due_at FROM mailings_duemessage
  WHERE mailing_id = mailing.id AND at <= now()
  ORDER BY at LIMIT 1
) AS first ON true
WHERE mailing.finished_at IS NULL AND mailing.status = 'running' AND now() < mailing.end_at
