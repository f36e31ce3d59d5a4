-- Take one due message, under a lease, to probe a gateway whose breaker is open, as if it were not: one that has not
-- failed yet where there is one, and of another mailing than the last probe's, so that messages that fail for their
-- own sake keep no gateway closed. Looks at a hundred messages of each of fifty mailings, by lot.
-- Guarantees: those of claim.sql.
-- Indexes: due_of_mailing (mailing_id, at), primary keys of messages and clients.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), busy AS MATERIALIZED (
  SELECT id FROM mailings_mailing AS mailing
  WHERE finished_at IS NULL AND status = 'running'
    AND now() < end_at - make_interval(secs => %(deadline_guard_seconds)s)
    AND %(gateway_id)s = (
      SELECT gateway.id FROM mailings_gateway AS gateway
      CROSS JOIN LATERAL (SELECT coalesce(mailing.gateway_id, (SELECT id FROM usual)) AS id) AS own
      WHERE gateway.enabled AND (gateway.id = own.id OR mailing.failover)
      ORDER BY
        gateway.held_at IS NOT NULL AND gateway.id <> %(gateway_id)s,
        gateway.id <> own.id, gateway.priority, gateway.id
      LIMIT 1
    )
    AND ( -- as in claim.sql
      SELECT due.at FROM mailings_duemessage AS due
      WHERE due.mailing_id = mailing.id AND due.at <= now()
      ORDER BY due.at LIMIT 1
    ) IS NOT NULL
  ORDER BY random() LIMIT 50
), candidate AS MATERIALIZED (
  SELECT first.message_id, busy.id AS mailing_id, message.reason <> '' AS has_failed
  FROM busy CROSS JOIN LATERAL (
    SELECT message_id FROM mailings_duemessage
    WHERE mailing_id = busy.id AND at <= now()
    ORDER BY at LIMIT 100
  ) AS first
  JOIN mailings_message AS message ON message.id = first.message_id
), probe AS MATERIALIZED (
  SELECT due.message_id, due.mailing_id FROM mailings_duemessage AS due
  JOIN candidate ON candidate.message_id = due.message_id
  ORDER BY
    candidate.has_failed,
    candidate.mailing_id IS NOT DISTINCT FROM (
      SELECT probed_mailing_id FROM mailings_gateway WHERE id = %(gateway_id)s
    ),
    random()
  LIMIT 1
  FOR UPDATE OF due SKIP LOCKED
), noted AS (
  UPDATE mailings_gateway SET probed_mailing_id = probe.mailing_id FROM probe WHERE id = %(gateway_id)s
), batch AS (
  INSERT INTO mailings_batch (claimed_by, lease_expires_at, message_ids)
  SELECT %(worker)s, now() + make_interval(secs => %(lease_seconds)s), ARRAY[message_id] FROM probe
  RETURNING id
)
UPDATE mailings_message AS message SET
  status = CASE WHEN client.phone IS NULL THEN 'cancelled' ELSE 'sending' END,
  reason = CASE WHEN client.phone IS NULL THEN 'client_deleted' ELSE message.reason END,
  reason_number = CASE WHEN client.phone IS NOT NULL THEN message.reason_number END,
  attempts = message.attempts + (client.phone IS NOT NULL)::int,
  next_attempt_at = NULL,
  batch_id = batch.id
FROM batch, probe, directory_client AS client
WHERE message.id = probe.message_id AND message.status = 'pending' AND client.id = message.client_id
RETURNING
  message.batch_id, message.id, message.mailing_id, message.attempts, client.phone, client.timezone,
  message.reason, message.reason_number
