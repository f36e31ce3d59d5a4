-- Take one due message, under a lease, to probe a gateway whose breaker is open, as if it were not: one that has not
-- failed yet where there is one, and of another mailing than the last probe's, so that messages that fail for their
-- own sake keep no gateway closed. Looks at two hundred messages of each of fifty mailings, by lot: at those due for
-- longest, and at those due of late, which have not failed if they had to wait for their hours.
-- Guarantees: those of claim.sql, which ends in the same words from `preferences` on.
-- Indexes: due_of_mailing (mailing_id, at), primary keys of due messages, messages and clients.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), busy AS MATERIALIZED (
  SELECT id, partition FROM mailings_mailing AS mailing
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
  SELECT either.message_id, busy.id AS mailing_id, busy.partition, message.reason <> '' AS has_failed
  FROM busy CROSS JOIN LATERAL (
    (SELECT message_id FROM mailings_duemessage WHERE mailing_id = busy.id AND at <= now() ORDER BY at LIMIT 100)
    UNION
    (SELECT message_id FROM mailings_duemessage WHERE mailing_id = busy.id AND at <= now() ORDER BY at DESC LIMIT 100)
  ) AS either
  JOIN mailings_message AS message ON message.partition = busy.partition AND message.id = either.message_id
), probe AS MATERIALIZED (
  SELECT due.message_id, due.mailing_id, candidate.partition FROM mailings_duemessage AS due
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
), taken AS MATERIALIZED (
  SELECT partition, array_agg(message_id) AS ids FROM probe GROUP BY partition LIMIT 1
), preferences AS MATERIALIZED (
  SELECT coalesce(sum(changes), 0) AS changes FROM directory_preferencechange
), batch AS (
  INSERT INTO mailings_batch (claimed_by, lease_expires_at, message_ids)
  SELECT %(worker)s, now() + make_interval(secs => %(lease_seconds)s), array_agg(id)
  FROM taken CROSS JOIN unnest(ids) AS id HAVING count(*) > 0
  RETURNING id
)
UPDATE mailings_message AS message SET
  (status, reason, reason_number, attempts) = (
    SELECT CASE WHEN ended IS NULL THEN 'sending' ELSE 'cancelled' END, coalesce(ended, message.reason),
      CASE WHEN ended IS NULL THEN message.reason_number END, message.attempts + (ended IS NULL)::int
    FROM (SELECT CASE
      WHEN client.phone IS NULL THEN 'client_deleted'
      WHEN mailing.preferences_known = (SELECT changes FROM preferences) THEN NULL
      WHEN NOT mailing.ignores_opt_outs AND EXISTS (
        SELECT FROM directory_optout AS said
        WHERE said.phone = client.phone AND (said.topic || '') IN ('', mailing.topic) AND said.withdrawn_at IS NULL
      ) THEN 'opted_out'
      WHEN mailing.requires_consent AND NOT EXISTS (
        SELECT FROM directory_consent AS said
        WHERE said.phone = client.phone AND (said.topic || '') IN ('', mailing.topic) AND said.revoked_at IS NULL
      ) THEN 'no_consent'
    END) AS why (ended)
  ),
  next_attempt_at = NULL,
  batch_id = batch.id
FROM batch, taken, mailings_mailing AS mailing, directory_client AS client
WHERE message.partition = taken.partition AND message.id = ANY(taken.ids) AND message.status = 'pending'
  AND mailing.id = message.mailing_id + 0 AND client.id = message.client_id
RETURNING
  message.batch_id, message.id, message.mailing_id, message.attempts,
  CASE message.status WHEN 'sending' THEN client.phone END, client.timezone,
  message.reason, message.reason_number, message.partition,
  CASE WHEN strpos(mailing.text, '{{') > 0 THEN client.attributes::text END,
  CASE WHEN strpos(mailing.text, '{{') > 0 THEN client.tag END
