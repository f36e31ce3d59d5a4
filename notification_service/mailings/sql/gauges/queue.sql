-- How many messages are pending and sending, of running mailings and single ones, and how long the first due one has
-- been due.
-- Indexes: mailing_unsettled, message_count_slot; one look into due_of_mailing for each mailing and each gateway.
SELECT coalesce(sum(counted.pending), 0)::float8, coalesce(sum(counted.sending), 0)::float8,
  coalesce(greatest(extract(epoch FROM now() - min(first.due_at)), 0), 0)::float8
FROM (
  SELECT id FROM mailings_mailing WHERE finished_at IS NULL AND status = 'running' AND now() < end_at
  UNION ALL
  SELECT -id FROM mailings_gateway
  UNION ALL
  SELECT 0
) AS place
CROSS JOIN LATERAL (
  SELECT sum(pending) AS pending, sum(sending) AS sending
  FROM mailings_messagecount WHERE mailing_id = place.id
) AS counted
LEFT JOIN LATERAL (
  SELECT at AS due_at FROM mailings_duemessage
  WHERE mailing_id = place.id AND at <= now()
  ORDER BY at LIMIT 1
) AS first ON true
