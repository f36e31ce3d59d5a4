-- Take due messages for a gateway under a new lease, of every mailing that has any in equal shares (of as
-- many of them, by lot, as messages are wanted), but for the slow ones.
-- A mailing goes to its own gateway, else the default one; with failover, while that is held or disabled,
-- to the next that is neither.
-- Guarantees: each row is taken by one worker; its mailing runs and is not at its deadline; the phone
-- and zone are the client's present ones; a message of a deleted client ends here.
-- Indexes: due_of_mailing (mailing_id, at), primary keys of messages and clients. Changes no index but those of
-- the due messages, from which a trigger takes what is claimed.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), busy AS MATERIALIZED (
  SELECT id FROM mailings_mailing AS mailing
  WHERE finished_at IS NULL AND status = 'running' AND id <> ALL(%(slow_mailings)s::bigint[])
    AND now() < end_at - make_interval(secs => %(deadline_guard_seconds)s)
    AND %(gateway_id)s = (
      SELECT gateway.id FROM mailings_gateway AS gateway
      CROSS JOIN LATERAL (SELECT coalesce(mailing.gateway_id, (SELECT id FROM usual)) AS id) AS own
      WHERE gateway.enabled AND (gateway.id = own.id OR mailing.failover)
      ORDER BY
        gateway.held_at IS NOT NULL, gateway.id <> own.id, gateway.priority, gateway.id
      LIMIT 1
    )
    AND ( -- in this order, so that the index answers: EXISTS reads the table up to its first due message
      SELECT due.at FROM mailings_duemessage AS due
      WHERE due.mailing_id = mailing.id AND due.at <= now()
      ORDER BY due.at LIMIT 1
    ) IS NOT NULL
  ORDER BY random() LIMIT %(limit)s
), due AS MATERIALIZED (
  SELECT first.message_id FROM busy CROSS JOIN LATERAL (
    SELECT message_id FROM mailings_duemessage
    WHERE mailing_id = busy.id AND at <= now()
    ORDER BY at
    LIMIT (SELECT ceil(%(limit)s::numeric / count(*)) FROM busy)
    FOR UPDATE SKIP LOCKED
  ) AS first
), taken AS MATERIALIZED (
  -- As an array, of which the planner expects few: it took `due` for a tenth of the table, and read all
  -- messages and all clients for every claim.
  SELECT array_agg(message_id) AS ids FROM due HAVING count(*) > 0
), batch AS (
  INSERT INTO mailings_batch (claimed_by, lease_expires_at, message_ids)
  SELECT %(worker)s, now() + make_interval(secs => %(lease_seconds)s), ids FROM taken
  RETURNING id
)
UPDATE mailings_message AS message SET
  status = CASE WHEN client.phone IS NULL THEN 'cancelled' ELSE 'sending' END,
  reason = CASE WHEN client.phone IS NULL THEN 'client_deleted' ELSE message.reason END,
  reason_number = CASE WHEN client.phone IS NOT NULL THEN message.reason_number END,
  attempts = message.attempts + (client.phone IS NOT NULL)::int,
  next_attempt_at = NULL,
  batch_id = batch.id
FROM batch, taken, directory_client AS client
WHERE message.id = ANY(taken.ids) AND message.status = 'pending' AND client.id = message.client_id
RETURNING
  message.batch_id, message.id, message.mailing_id, message.attempts, client.phone, client.timezone,
  message.reason, message.reason_number
